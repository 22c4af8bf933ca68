"""The values that travel through the program. Frozen, standard library only, no behaviour beyond reading themselves.

Path of the data: bytes → TaskFile (taskfile/) → Recognised (recognise/) → Plan (planner) → Outcome (runner) → report.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.reasons import ReasonCode


class Status(StrEnum):
    """What became of a criterion (contracts.md, "Criterion status")."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    BLOCKED = "blocked"
    REFUSED = "refused"
    UNRESOLVED = "unresolved"
    SKIPPED = "skipped"
    VERIFICATION = "verification"
    PLANNED = "planned"


class TaskType(StrEnum):
    """The four types of task, in the order in which contracts.md lists their labels."""

    BUILD = "build"
    DEPLOYMENT = "deployment"
    CONFIGURATION = "configuration"
    VERIFICATION = "verification"


EVERY_TYPE = frozenset(TaskType)


class Risk(StrEnum):
    """safety.md: LOW and MEDIUM run, HIGH waits for approval."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Source(StrEnum):
    """Which of criteria.md's sources an operation came from."""

    BLOCK = "block"
    COMMAND = "command"
    SECTION = "section"
    SENTENCE = "sentence"
    PLUGIN = "plugin"


@dataclass(frozen=True, slots=True)
class Cannot:
    """A typed "cannot": the status it gives, why (closed list), and a sentence with the place and the remedy."""

    status: Status
    code: ReasonCode
    reason: str


@dataclass(frozen=True, slots=True)
class Word:
    """A stretch of a criterion's stem and what it was taken for (`verb`, `name`, `version`, … or `stopped`)."""

    start: int
    end: int
    taken_for: str


@dataclass(frozen=True, slots=True)
class Request:
    """An operation as it was understood: its kind and plain arguments, not yet converted or checked.

    `repository` is the name of another configured repository that the sentence names; None is the task's own.
    `line` is the 1-based line of the task file that it was read from, `lines` those of a block's keys.
    """

    operation: str
    arguments: Mapping[str, Any]
    source: Source
    line: int
    repository: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a criterion asks for. Exactly one of `requests` and `cannot` says how it goes on; a criterion that is
    understood in part has both, and never runs. `remarks` say what was decided on the way (two versions, the nearer).
    `asks`: it holds the verb of an operation, understood or not.
    """

    stem: str
    requests: tuple[Request, ...] = ()
    cannot: Cannot | None = None
    words: tuple[Word, ...] = ()
    suggestion: str | None = None
    remarks: tuple[str, ...] = ()
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Artefact:
    """Something that one operation makes and another needs.

    `built` and `pushed`: name is `image:tag`. `file`: name is `repository:path/in/the/repository`.
    """

    kind: str
    name: str

    def satisfies(self, need: Artefact) -> bool:
        """A `file` need may name a folder: whatever lies below it counts."""
        if self.kind != need.kind:
            return False
        if self.kind == "file":
            folder = need.name.removesuffix("/.").removesuffix(":.").rstrip("/")
            return self.name == folder or self.name.startswith((folder + "/", folder + ":"))
        return self.name == need.name


@dataclass(frozen=True, slots=True)
class FileEdit:
    """The whole new content of one file; `before` is what it was computed from (None: there was no such file)."""

    path: str
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an operation will do, as far as files can tell. `words` completes "Would …" in a dry run; `arguments` are
    those that the files settled (the file that will be edited, the context that will be built)."""

    words: str
    edits: tuple[FileEdit, ...] = ()
    provides: frozenset[Artefact] = frozenset()
    needs: frozenset[Artefact] = frozenset()
    warnings: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it is about: those that it edits, and those that are as wanted already."""
        provided = sorted(each.name.partition(":")[2] for each in self.provides if each.kind == "file")
        return tuple(dict.fromkeys((*(each.path for each in self.edits), *provided)))


@dataclass(frozen=True, slots=True)
class Performed:
    """An operation that passed. `evidence` is JSON-able and holds what its own check saw; `words` completes the
    log line ("built render-worker 0.1.18"); `changed` is false where the wanted state was already there."""

    changed: bool
    words: str
    evidence: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """Something that really ran: a process as its shell-quoted argv, or an API call as `METHOD path`.

    `output_sha256` is of the whole standard output, or of the answer's body, byte for byte as it came.
    """

    command: str
    exit_code: int | None
    seconds: float
    stdout_tail: str = ""
    stderr_tail: str = ""
    log: str | None = None
    output_sha256: str = ""
    http_status: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One of at most two tries of an operation. `stopped` is None when it passed."""

    ran: tuple[Ran, ...]
    seconds: float
    stopped: Cannot | None = None


@dataclass(frozen=True, slots=True)
class OperationOutcome:
    """One operation of a criterion after the run."""

    operation: str
    arguments: Mapping[str, Any]
    source: Source
    status: Status
    changed: bool = False
    words: str = ""
    cannot: Cannot | None = None
    forecast: Forecast | None = None
    attempts: tuple[Attempt, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One criterion after the run. `suggestion` is what to write instead of one that was not understood."""

    index: int
    criterion: str
    status: Status
    reason_code: ReasonCode | None = None
    reason: str = ""
    changed: bool = False
    operations: tuple[OperationOutcome, ...] = ()
    suggestion: str | None = None
