"""What a verification works on, and the unit it is made of: a look, which can be taken again.

A look never raises: whatever stops it becomes what was found.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from executor.classify import Types
from executor.errors import Blocked, ExecutorError, Failed, Refused, Stop
from executor.gate.certificate import Change, ImagePart, OperationPart
from executor.gate.claims import Claim, Claims
from executor.gate.objects import Objects
from executor.gate.verdict import CheckStatus, Found
from executor.models import Artefact
from executor.reasons import REMEDY, ReasonCode
from executor.repository import Repository, Workspace
from executor.taskfile.model import Criterion, TaskFile
from executor.toolbox import Tools
from executor.tools.git import State
from executor.values import dataclass, field


@dataclass
class Subject:
    """One repository of the task: what is in it now, and what would be committed. `tree` is `base` with `changes`."""

    repository: Repository
    objects: Objects
    state: State
    declared: tuple[str, ...]
    tree: str
    changes: tuple[Change, ...]
    before: Repository | None = None
    """A clean checkout of the base, where the task's edits are made once more."""
    after: Repository | None = None
    """A clean checkout of the certified tree."""

    @property
    def base(self) -> str | None:
        return self.state.commit

    @property
    def changed(self) -> tuple[str, ...]:
        return tuple(each.path for each in self.changes)


@dataclass
class Case:
    """Everything that the looks look at. `subjects` is by repository name, the task's own first; `ticked` are the
    criteria that this task ticked and nobody committed yet; `runs` the claims that count; `typed` names the task in
    commands."""

    workspace: Workspace
    task: TaskFile
    types: Types
    task_path: str
    typed: str
    committed: TaskFile | None
    claims: Claims
    runs: tuple[Claim, ...]
    ticked: tuple[Criterion, ...]
    subjects: dict[str, Subject]
    tools: Tools = field(default_factory=Tools)
    operations: dict[int, list[OperationPart]] = field(default_factory=dict)
    images: list[ImagePart] = field(default_factory=list)
    ledger: dict[Artefact, Mapping[str, Any]] = field(default_factory=dict)
    stands_on: dict[int, frozenset[int]] = field(default_factory=dict)
    """By criterion: those of its run that made the image that it is about."""
    edits: list[tuple[str, int, Callable[[Repository], bool]]] = field(default_factory=list)
    """Of each edit that was made again: repository, criterion, and whether a checkout lacks what it makes."""
    deadline: float = field(default_factory=lambda: time.monotonic() + 300)

    @property
    def home(self) -> Subject:
        return self.subjects[self.workspace.home.name]

    @property
    def root(self) -> Path:
        return self.workspace.home.root

    def left(self) -> float:
        """Seconds until the time is up; never below a hundredth."""
        return max(0.01, self.deadline - time.monotonic())


@dataclass(frozen=True)
class Look:
    """One check: `group` is what `--checks` selects, `criteria` the boxes that it speaks about."""

    group: str
    name: str
    expected: str
    run: Callable[[], Found]
    criteria: tuple[int, ...] = ()

    def take(self) -> Found:
        try:
            return _sound(self.run(), self)
        except Stop as stop:
            return self.stopped(stop)
        except ExecutorError as error:
            return self.found(
                CheckStatus.ERROR, str(error), cause=str(error), remedy=error.remedy or "", task_issue=False
            )
        except (Exception, SystemExit) as error:  # a bug of ours, or of a plug-in: never a reason to approve
            return self.broke(error)

    def broke(self, error: BaseException) -> Found:
        return self.found(
            CheckStatus.ERROR, f"a defect: {type(error).__name__}: {error}", task_issue=False,
            cause=f"a defect in the check {self.name}", remedy="please report it to whom that check is from",
            evidence={"traceback": "".join(traceback.format_exception(error))},
        )  # fmt: skip

    def found(self, status: CheckStatus, actual: str, **rest: Any) -> Found:
        return Found(self.group, self.name, status, self.expected, actual, **{"criteria": self.criteria, **rest})

    def passed(self, actual: str, **rest: Any) -> Found:
        return self.found(CheckStatus.PASS, actual, **rest)

    def failed(self, actual: str, *, cause: str, remedy: str, **rest: Any) -> Found:
        return self.found(CheckStatus.FAIL, actual, cause=cause, remedy=remedy, **rest)

    def stopped(self, stop: Stop) -> Found:
        """Failed and refused say no; everything else is not to know."""
        unknown = not isinstance(stop, Failed | Refused | Blocked) or stop.code in _NOT_TO_KNOW
        status = CheckStatus.ERROR if unknown else CheckStatus.FAIL
        cause = ": ".join(part for part in (_CAUSE.get(stop.code), stop.reason) if part)
        return self.found(
            status, stop.reason, cause=cause, remedy=_REMEDY.get(stop.code, REMEDY[stop.code]),
            task_issue=not unknown, transient=stop.retryable, evidence={"reason_code": str(stop.code)},
        )  # fmt: skip


_CAUSE = {
    ReasonCode.UNREACHABLE: "registry or engine down",
    ReasonCode.BAD_ANSWER: "registry answers badly",
    ReasonCode.NOT_IN_REGISTRY: "image missing",
    ReasonCode.DIGEST_DIFFERS: "digest differs",
    ReasonCode.BUILD_FAILED: "build broken",
    ReasonCode.BROKE_BUILD: "build broken",
    ReasonCode.BROKEN_BEFORE: "build broken",
    ReasonCode.INVALID_MANIFEST: "manifest not valid",
}
"""What people call it, in front of the reason."""

_REMEDY = {
    ReasonCode.BUILD_FAILED: "Mend what the reason names, then run and verify again.",
    ReasonCode.BROKE_BUILD: "Mend what the reason names, then run and verify again.",
    ReasonCode.NOT_IN_REGISTRY: "The registry does not have it any more; run again, which pushes it.",
    ReasonCode.DIGEST_DIFFERS: "Find out who else pushes that tag; where theirs stays, the task needs a new version.",
    ReasonCode.UNREACHABLE: "The server did not answer; check the address and that it runs, then verify again.",
}
"""Where a run's words would be wrong: nothing was built or pushed here, and no log is kept."""

_NOT_TO_KNOW = frozenset(
    {ReasonCode.TOOL_MISSING, ReasonCode.PERMISSION, ReasonCode.NEEDS_LOGIN, ReasonCode.NEEDS_NETWORK,
     ReasonCode.NEEDS_APPROVAL, ReasonCode.NOT_SUPPORTED}
)  # fmt: skip


def _sound(found: object, this: Look) -> Found:
    """Plug-ins may answer anything; what is no finding was not found. Raises TypeError."""
    if not isinstance(found, Found) or not isinstance(found.status, CheckStatus):
        raise TypeError(f"the check answered {found!r}, and no finding (this.passed, this.failed, this.found)")
    words = (found.group, found.name, found.expected, found.actual, found.command, found.cause, found.remedy)
    if not all(isinstance(each, str) for each in words):
        raise TypeError("the check answered something else than text where text belongs")
    json.dumps(dict(found.evidence), default=str)
    if not all(type(each) is int for each in found.criteria):
        raise TypeError(f"the check speaks about criteria {found.criteria}, which are no numbers of criteria")
    return found


def look(group: str, name: str, expected: str, run: Callable[[Look], Found], criteria: Iterable[int] = ()) -> Look:
    """A look whose function gets the look itself, to say what it found."""
    made = Look(group, name, expected, lambda: run(made), tuple(criteria))
    return made
