"""What the runs of a task say that they did. Claims, not facts: each is looked at again.

reports/<task_id>.json, reports/<task_id>/<run_id>.json          claims of runs (executor.report.Report)
reports/<task_id>/verifications/<id>.json                        what earlier verifications took back
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from executor.journal import speaks_of
from executor.taskfile.model import Criterion, TaskFile
from executor.tools import files
from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.repository import Repository

MANUAL = "manual"
"""The operation of a tick that a person declared (`executor tick`)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The report of one run. `path` is relative to the repository."""

    path: str
    data: bytes = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)

    @property
    def run_id(self) -> str:
        return str(self.document["run_id"])

    @property
    def home(self) -> str:
        """What the task's own repository was called, after its folder, when the run was made."""
        return str(self.document["repository"]["name"])

    def told_in(self, name: str) -> Claim:
        """The same, with that repository by the name that it has now: the folder may have been moved."""
        entries = [each | {"name": name} if each["name"] == self.home else each
                   for each in self.document["repositories"]]  # fmt: skip
        return Claim(self.path, self.data, {**self.document, "repositories": entries})

    @property
    def base(self) -> str | None:
        """The commit that the task's own repository was at."""
        base = self.document["repository"]["base_commit"]
        return None if base is None else str(base)

    @property
    def sha256(self) -> str:
        return files.sha256(self.data)

    @property
    def passed(self) -> dict[int, Mapping[str, Any]]:
        """Index → outcome of the criteria that the run says it ticked."""
        return {each["index"]: each for each in self.document["outcomes"] if each["status"] == "passed"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a verification took back: boxes by index, and the task file as it left it. `known` are the runs that there
    were then: names of runs tell seconds, which is no order for a run and a verification right behind it."""

    id: str
    unticked: frozenset[int]
    task_after: str
    known: frozenset[str]


@dataclass(frozen=True)
class Claims:
    """`problems` are files that should be reports and are none, with the reason."""

    runs: tuple[Claim, ...]
    taken: tuple[Taken, ...] = ()
    problems: tuple[str, ...] = ()

    def proving(self, index: int) -> Claim | None:
        """The last run that says it ticked this box, unless a verification took that back afterwards."""
        found = [each for each in self.runs if index in each.passed]
        if not found:
            return None
        return None if self.took_back(index, found[-1]) else found[-1]

    def took_back(self, index: int, claim: Claim) -> bool:
        """Whether a verification after that run unticked the box."""
        return any(index in each.unticked and claim.run_id in each.known for each in self.taken)

    def last_event(self) -> Claim | Taken | None:
        """Who wrote the task file last: a verification, if no run came after it."""
        runs = {each.run_id for each in self.runs}
        after_all = [each for each in self.taken if runs <= each.known]
        if after_all:
            return max(after_all, key=lambda each: each.id)
        return self.runs[-1] if self.runs else None


def read(home: Repository, folder: str, task_id: str, task_path: str, given: tuple[str, bytes] | None = None) -> Claims:
    """All that was written about the task at `task_path`, oldest first; `given` is a report that was handed over with
    the call, and what to call it."""
    root = home.root
    places = [root / folder / f"{task_id}.json", *sorted((root / folder / task_id).glob("*.json"))]
    found: list[tuple[str, Callable[[], bytes]]] = [
        (path.relative_to(root).as_posix(), partial(_read, path)) for path in places if os.path.lexists(path)
    ]
    if given is not None:
        found.append((given[0], partial(bytes, given[1])))
    runs: dict[str, Claim] = {}
    problems = []
    for name, reading in found:
        try:
            claim = claim_of(name, reading()).told_in(home.name)
        except (ValueError, OSError) as error:
            problems.append(f"{name}: {error}")
            continue
        if claim.document["task_id"] != task_id or claim.document["dry_run"]:
            problems.append(f"{claim.path}: a report of {claim.document['task_id']}, not a run of {task_id}")
        elif not speaks_of(task_path, claim.document["task_path"], root):
            continue
        elif claim.run_id in runs and runs[claim.run_id].document != claim.document:
            problems.append(
                f"{claim.path}: says something else about run {claim.run_id} than {runs[claim.run_id].path}"
            )
        else:
            runs.setdefault(claim.run_id, claim)
    taken = tuple(_taken(root / folder / task_id / "verifications", task_path, root))
    last = f"{folder}/{task_id}.json"
    ordered = sorted(runs.values(), key=lambda each: (each.run_id[:16], each.path == last, each.run_id))
    return Claims(tuple(ordered), taken, tuple(problems))


def _read(path: Path) -> bytes:
    """Nothing but a file: a pipe would keep us waiting for ever."""
    if not path.is_file():
        raise ValueError("is no file")
    return path.read_bytes()


def claim_of(path: str, data: bytes) -> Claim:
    """A report with everything that verification looks at. Raises ValueError with what is wrong with it.

    The whole schema is not asked for: it takes longer to load than all that is done here, and what a report says
    besides is not believed anyway.
    """
    try:
        document = json.loads(data)
    except RecursionError:
        raise ValueError("no report: nested too deeply") from None
    _demand(document, _REPORT, "the report")
    _must(_RUN_ID.fullmatch(document["run_id"]), "run_id")
    _must(_BLOB.fullmatch(document["task_blob"]), "task_blob")
    _must(not document["progress_log_entry"] or _log_line(document["progress_log_entry"]), "progress_log_entry")
    _must(document["repositories"], "repositories")
    for entry in (*document["repositories"], document["repository"]):
        _demand(entry, _REPOSITORY, "repositories")
        _must(entry["base_commit"] is None or _BLOB.fullmatch(entry["base_commit"]), "base_commit")
        _must(all(_is_path(each) for each in entry["declared_paths"]), "declared_paths")
    for outcome in document["outcomes"]:
        _demand(outcome, _OUTCOME, "outcomes")
        _must(type(outcome["index"]) is int and outcome["index"] > 0, "index")
        for operation in outcome["operations"]:
            _demand(operation, _OPERATION, "operations")
    return Claim(path, data, document)


_RUN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,99}")
_BLOB = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def _must(good: object, what: str) -> None:
    if not good:
        raise ValueError(f"no report: {what} is none")


def _log_line(text: str) -> bool:
    datetime.strptime(text[:16], "%Y-%m-%d %H:%M")
    return text[16:18] == ": " and text.isprintable()


def _is_path(value: Any) -> bool:
    """A path inside a work tree, in the one way in which git writes it."""
    if not isinstance(value, str) or not value or len(os.fsencode(value)) > _LONGEST_PATH or "\0" in value:
        return False
    parts = value.split("/")
    return not {"", ".", ".."} & set(parts) and parts[0].casefold() != ".git"


_LONGEST_PATH = 4000


_TEXT_OR_NONE = (str, type(None))
_REPORT: Mapping[str, Any] = {
    "run_id": str, "task_id": str, "task_path": str, "task_type": _TEXT_OR_NONE, "dry_run": bool, "repository": dict,
    "repositories": list, "outcomes": list, "task_blob": str, "progress_log_entry": str,
}  # fmt: skip
_REPOSITORY: Mapping[str, Any] = {"name": str, "base_commit": _TEXT_OR_NONE, "declared_paths": list}
_OUTCOME: Mapping[str, Any] = {"index": int, "criterion": str, "status": str, "reason": str, "operations": list}
_OPERATION: Mapping[str, Any] = {"operation": str, "arguments": dict, "status": str, "evidence": dict}


_TAKEN: Mapping[str, Any] = {"unticked": list, "known_runs": list, "verification_id": str, "task_after": str}


def _demand(value: Any, form: Mapping[str, Any], where: str) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"no report: {where} is no object")
    for key, kind in form.items():
        if key not in value or not isinstance(value[key], kind):
            raise ValueError(f"no report: {where}: {key} is missing, or of another kind")


def _taken(folder: Path, task_path: str, root: Path) -> Iterable[Taken]:
    for path in sorted(folder.glob("*.json")):
        try:
            found = json.loads(_read(path))
            _demand(found, _TAKEN, "the verification")
            _must(all(type(each) is int for each in found["unticked"]), "unticked")
            _must(all(isinstance(each, str) for each in found["known_runs"]), "known_runs")
            if found["unticked"] and speaks_of(task_path, found.get("task_path"), root):
                unticked, known = frozenset(found["unticked"]), frozenset(found["known_runs"])
                yield Taken(found["verification_id"], unticked, found["task_after"], known)
        except (OSError, ValueError, RecursionError):
            continue  # it could only have taken claims back that are looked at again anyway


Meaning = tuple[Any, ...]


def newly_ticked(before: TaskFile | None, after: TaskFile, gained: Iterable[Meaning] = ()) -> list[Criterion]:
    """The ticked criteria of `after` that were not ticked in `before`, by what they mean: a ticked box whose text or
    place was changed counts as new, because nobody proved the new one. `gained` were ticked besides."""
    left = either([meaning(before, each) for each in ticked(before)] if before else [], gained)
    new = []
    for each in ticked(after):
        if (found := meaning(after, each)) in left:
            left.remove(found)
        else:
            new.append(each)
    return new


def either(one: Iterable[Meaning], other: Iterable[Meaning]) -> list[Meaning]:
    """Each as often as one of the two has it: what both sides of a merge ticked is one box, not two."""
    found = list(one)
    rest = list(found)
    for each in other:
        if each in rest:
            rest.remove(each)
        else:
            found.append(each)
    return found


def ticked(task: TaskFile) -> list[Criterion]:
    return [each for each in task.criteria if each.checked and not each.withdrawn]


def meaning(task: TaskFile, criterion: Criterion) -> Meaning:
    """What a tick claims: the words, the blocks that say it exactly, what they stand below, and what the front matter
    gives all of them. "Deploy it" below "Staging" is another claim than below "Production". A task's title, prose and
    remarks beside a box are words of people, and stay free."""
    above = [criterion]
    while above[-1].parent is not None:
        above.append(task.criterion(above[-1].parent))
    return (
        task.id, task.version, task.repository, task.registry, task.context,
        tuple(" ".join(each.split()) for each in (*criterion.above, *criterion.headings)),
        *((said(each), " ".join(each.lead.split()), *((block.info, block.text) for block in each.blocks))
          for each in above),
    )  # fmt: skip


def claim_digest(task: TaskFile, criterion: Criterion) -> str:
    """The digest of what a tick claims, as certificates record it: who has no more than that can still compare."""
    return files.sha256(json.dumps(meaning(task, criterion)).encode())


def said(criterion: Criterion) -> str:
    """What a criterion says, without decoration and notes."""
    from executor.recognise.decoration import strip

    return " ".join(strip(criterion.text).stem.split())


def since(claims: Claims, base: str | None, indexes: Sequence[int]) -> tuple[Claim, ...]:
    """The runs that count: those on this base commit, and earlier ones that ticked a box that is not committed yet."""
    proving = {claim.run_id for index in indexes if (claim := claims.proving(index)) is not None}
    return tuple(each for each in claims.runs if each.base == base or each.run_id in proving)
