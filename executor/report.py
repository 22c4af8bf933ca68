"""The execution report: contracts.md's JSON document, its schema, and where it is kept.

One document always; a failure adds keys and never removes any. Secrets are masked before anything is written.
"""

from __future__ import annotations

import difflib
import errno
import json
import os
import re
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path, PurePath
from typing import Any, ClassVar, Literal

from executor.models import Attempt, FileEdit, OperationOutcome, Outcome, Ran, Status
from executor.reasons import REMEDY, ReasonCode
from executor.tools import files
from executor.tools.masking import Masker
from executor.values import dataclass, fields

SCHEMA_VERSION = "1.0"

TaskStatus = Literal["ready_for_verification", "partially_complete", "blocked"]


class _Part:
    """Plain classes here; pydantic, which takes 0.1 s to load, reads them for the schema and for what others wrote."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class Counts(_Part):
    """`total` = `completed` + `failed` + `remaining`; withdrawn criteria are not counted."""

    total: int
    completed: int
    failed: int
    remaining: int


@dataclass(frozen=True, kw_only=True)
class Completed(_Part):
    criterion: str
    command: str
    output: str
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class Remaining(_Part):
    criterion: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Changes(_Part):
    files_modified: list[str]
    commands_executed: list[str]


@dataclass(frozen=True, kw_only=True)
class RanEntry(_Part):
    """`ran`: a process as a shell takes it, which has an `exit_code`, or an API call as `METHOD path`, which has an
    `http_status`. Null: it came to none."""

    ran: str
    exit_code: int | None
    http_status: int | None = None
    seconds: float
    stdout_tail: str
    stderr_tail: str
    log: str | None


@dataclass(frozen=True, kw_only=True)
class AttemptEntry(RanEntry):
    """One of at most two tries: what ran last in it (`ran` is empty where nothing did), and what ran `before` that.
    `seconds` are those of the whole try."""

    status: str
    reason: str = ""
    before: list[RanEntry]


@dataclass(frozen=True, kw_only=True)
class OperationEntry(_Part):
    operation: str
    arguments: dict[str, Any]
    source: str
    repository: str | None
    status: str
    changed: bool
    reason_code: str | None = None
    reason: str = ""
    planned_edit: str | None = None
    attempts: list[AttemptEntry]
    evidence: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class OutcomeEntry(_Part):
    """`suggestion`: what to write instead, as `explain --json` has it; several criteria stand on lines of their own."""

    index: int
    criterion: str
    status: str
    reason_code: str | None
    reason: str
    changed: bool
    operations: list[OperationEntry]
    suggestion: str | None = None


@dataclass(frozen=True, kw_only=True)
class RepositoryEntry(_Part):
    """`declared_paths` are the only paths that the run may have written; `staged_tree` is base + those paths."""

    name: str
    root: str
    branch: str | None
    base_commit: str | None
    staged_tree: str | None
    declared_paths: list[str]


@dataclass(frozen=True, kw_only=True)
class CheckEntry(_Part):
    """A safety check that ran before any operation (safety.md)."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, kw_only=True)
class ToolEntry(_Part):
    version: str
    sha256: str | None


@dataclass(frozen=True, kw_only=True)
class Details(_Part):
    criterion: str
    command: str
    error_output: str


@dataclass(frozen=True, kw_only=True)
class Report(_Part):
    """The whole document. The keys from `error` on are there when `success` is false."""

    schema_version: str = SCHEMA_VERSION
    run_id: str
    success: bool
    task_id: str
    task_title: str
    task_path: str
    task_type: str | None
    task_types: list[str]
    started_at: str
    finished_at: str
    dry_run: bool
    verification: Literal["pending", "skipped"]
    criteria: Counts
    completed_criteria: list[Completed]
    remaining_criteria: list[Remaining]
    changes: Changes
    progress_log_entry: str
    status: TaskStatus
    next_steps: str
    repository: RepositoryEntry
    repositories: list[RepositoryEntry]
    task_blob: str | None
    checks: list[CheckEntry]
    outcomes: list[OutcomeEntry]
    tools: dict[str, ToolEntry]
    warnings: list[str]
    error: str | None = None
    message: str | None = None
    details: Details | None = None
    completed_before_failure: list[str] | None = None
    recovery_suggestions: list[str] | None = None

    def document(self, masker: Masker | None = None) -> dict[str, Any]:
        """JSON-able, masked, without the failure keys where there was no failure."""
        plain = _plain(self)
        for key in FAILURE_KEYS:
            if plain[key] is None:
                del plain[key]
        masked: dict[str, Any] = plain if masker is None else masker.whole(plain)
        return masked


FAILURE_KEYS = ("error", "message", "details", "completed_before_failure", "recovery_suggestions")


def _plain(value: Any) -> Any:
    """As JSON has it. Raises TypeError for what has no place in a report."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, _Part):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"{type(value).__name__} in a report: {value!r}")


def outcome_entry(outcome: Outcome) -> OutcomeEntry:
    return OutcomeEntry(
        index=outcome.index,
        criterion=outcome.criterion,
        status=outcome.status,
        reason_code=outcome.reason_code,
        reason=outcome.reason,
        changed=outcome.changed,
        operations=[_operation_entry(each) for each in outcome.operations],
        suggestion=outcome.suggestion,
    )


def _operation_entry(done: OperationOutcome) -> OperationEntry:
    edits = done.forecast.edits if done.forecast else ()
    return OperationEntry(
        operation=done.operation,
        arguments={**done.arguments, **(done.forecast.arguments if done.forecast else {})},
        source=done.source,
        repository=done.repository,
        status=done.status,
        changed=done.changed,
        reason_code=done.cannot.code if done.cannot else None,
        reason=done.cannot.reason if done.cannot else "",
        planned_edit="".join(unified(each) for each in edits) or None,
        attempts=[_attempt_entry(attempt, done) for attempt in done.attempts],
        evidence=dict(done.evidence),
    )


def _attempt_entry(attempt: Attempt, done: OperationOutcome) -> AttemptEntry:
    *before, last = (_about(each) for each in attempt.ran or (Ran("", None, 0.0),))
    passed = Status.PASSED if done.status is Status.SKIPPED else done.status  # it did, and was taken back
    return AttemptEntry(
        **{**last, "seconds": attempt.seconds},
        status=attempt.stopped.status if attempt.stopped else passed,
        reason=attempt.stopped.reason if attempt.stopped else "",
        before=[RanEntry(**each) for each in before],
    )


def _about(ran: Ran) -> dict[str, Any]:
    return {
        "ran": ran.command,
        "exit_code": ran.exit_code,
        "http_status": ran.http_status,
        "seconds": ran.seconds,
        "stdout_tail": ran.stdout_tail,
        "stderr_tail": ran.stderr_tail,
        "log": ran.log,
    }


def unified(edit: FileEdit) -> str:
    """The edit as a unified diff that `git apply` takes."""
    before = [] if edit.before is None else _lines(edit.before)
    old = "/dev/null" if edit.before is None else f"a/{edit.path}"
    diff = difflib.unified_diff(before, _lines(edit.after), old, f"b/{edit.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in diff)


def _lines(data: bytes) -> list[str]:
    """Split at line feeds only, so that CR and U+2028 stay in their lines."""
    *whole, rest = data.decode(errors="replace").split("\n")
    return [line + "\n" for line in whole] + ([rest] if rest else [])


def counts(total: int, completed: int, outcomes: Sequence[Outcome]) -> Counts:
    failed = sum(1 for each in outcomes if each.status in (Status.FAILED, Status.ERRORED))
    return Counts(total=total, completed=completed, failed=failed, remaining=total - completed - failed)


def completed_entry(outcome: Outcome) -> Completed:
    operations = outcome.operations
    ran = [ran.command for each in operations for attempt in each.attempts[-1:] for ran in attempt.ran]
    notes = [warning for each in operations for warning in each.evidence.get("warnings", ())]
    if operations and not outcome.changed and any(each.operation.startswith(_CHANGING) for each in operations):
        notes.insert(0, "already so")
    return Completed(
        criterion=outcome.criterion,
        command="\n".join(ran),
        output="; ".join(each.words for each in operations) or "all nested criteria are ticked",
        notes="; ".join(notes),
    )


_CHANGING = ("image.build", "image.push", "helmrelease.", "source.", "kustomize.image", "manifest.set", "manifest.add",
             "manifest.remove")  # fmt: skip


def failure_keys(outcomes: Sequence[Outcome], status: TaskStatus) -> dict[str, Any]:
    """The keys that contracts.md adds when a run was no success."""
    order = (Status.FAILED, Status.ERRORED, Status.REFUSED, Status.BLOCKED)
    stopped = [each for each in outcomes if each.status in order]
    worst = min(stopped, key=lambda each: order.index(each.status), default=None)
    before = [each.criterion for each in outcomes if each.status is Status.PASSED]
    if worst is None:
        reasons = sorted({each.reason_code for each in outcomes if each.reason_code is not None})
        return {
            "error": "Nothing could be run",
            "message": "no criterion of this task could be run; each says why",
            "details": Details(criterion="", command="", error_output=""),
            "completed_before_failure": before,
            "recovery_suggestions": [REMEDY[ReasonCode(code)] for code in reasons],
        }
    ran = [ran for each in worst.operations for attempt in each.attempts for ran in attempt.ran]
    last = ran[-1] if ran else None
    codes = [each.reason_code for each in stopped if each.reason_code is not None]
    return {
        "error": f"{worst.operations[-1].operation if worst.operations else 'criterion'} {worst.status}",
        "message": worst.reason,
        "details": Details(
            criterion=worst.criterion,
            command=last.command if last else "",
            error_output=(last.stderr_tail or last.stdout_tail) if last else "",
        ),
        "completed_before_failure": before,
        "recovery_suggestions": list(dict.fromkeys(REMEDY[code] for code in codes)),
    }


def not_begun(error: str, message: str) -> dict[str, Any]:
    """The document of a call that came to no run: every key is there, and nothing is known but why."""
    nowhere = RepositoryEntry(
        name="", root="", branch=None, base_commit=None, staged_tree=None, declared_paths=[]
    )  # fmt: skip
    return Report(
        run_id="", success=False, task_id="", task_title="", task_path="", task_type=None, task_types=[],
        started_at="", finished_at="", dry_run=False, verification="pending",
        criteria=Counts(total=0, completed=0, failed=0, remaining=0), completed_criteria=[], remaining_criteria=[],
        changes=Changes(files_modified=[], commands_executed=[]), progress_log_entry="", status="blocked",
        next_steps=message, repository=nowhere, repositories=[], task_blob=None, checks=[], outcomes=[], tools={},
        warnings=[], error=error, message=message, details=Details(criterion="", command="", error_output=message),
        completed_before_failure=[], recovery_suggestions=[message],
    ).document()  # fmt: skip


def place(root: Path, folder: str, task_id: str) -> Path:
    """Where the report of a task goes, its folder made. Raises OSError where it cannot be written there, also where
    that is outside of the repository."""
    path = root / folder / f"{_name(task_id)}.json"
    if not path.parent.resolve().is_relative_to(root.resolve()):
        raise OSError(errno.EPERM, f"{folder} is a link out of the repository")
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.parent / task_id
    if path.is_dir():
        raise OSError(errno.EISDIR, f"{path.name} is a folder")
    if kept.exists() and not kept.is_dir():
        raise OSError(errno.ENOTDIR, f"{task_id} is no folder")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    return path


def write(document: dict[str, Any], root: Path, folder: str, scratch: Path) -> Path:
    """Put the report in place as `<folder>/<task_id>.json`; the one before it is kept under its run id. `scratch` is a
    folder on the same file system where a half-written one may lie. Raises OSError, as `place` does."""
    path = place(root, folder, document["task_id"])
    earlier = read(path)
    if earlier is not None and earlier.get("run_id") != document["run_id"]:
        kept = path.parent / document["task_id"] / f"{earlier['run_id']}.json"
        kept.parent.mkdir(exist_ok=True)
        path.replace(kept)
    files.replace(path, (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode(), scratch=scratch)
    return path


def read(path: Path) -> dict[str, Any] | None:
    """A report as it was written; None where there is none, or something that is no report."""
    try:
        found = json.loads(files.read(path))
        _name(found["run_id"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def fault(data: bytes) -> str | None:
    """What keeps `data` from being a report, the first thing of it; None where it is one."""
    from pydantic import TypeAdapter, ValidationError

    try:
        TypeAdapter(Report).validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")
    return None


def _name(text: str) -> str:
    """An id that becomes a file's name; never one that leads elsewhere. Raises OSError."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", text) or text in (".", ".."):
        raise OSError(errno.EINVAL, f"{text!r} is no name for a file")
    return text


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    from pydantic import TypeAdapter

    described = TypeAdapter(Report).json_schema()
    described["properties"]["task_blob"]["description"] = "git blob of the task file as it was found"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}
