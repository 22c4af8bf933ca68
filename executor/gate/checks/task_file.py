"""The task file: changed only as task-format.md allows, and every new tick stands on evidence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from executor.errors import RepositoryError, TaskFileError
from executor.gate.case import Case, Look, look
from executor.gate.claims import MANUAL, Claim, Taken
from executor.gate.verdict import CheckStatus, Found
from executor.job import now
from executor.journal import wrote
from executor.taskfile import edit, parse
from executor.taskfile.model import Criterion, TaskFile
from executor.tools.masking import MASK


def looks(case: Case) -> Iterable[Look]:
    yield look("task-file", "task file", "the file as it was found, with ticks, `updated` and one log line",
               lambda this: _only_allowed(this, case))  # fmt: skip
    yield look("boxes", "every evidence has its box", "what a run says it ticked is ticked",
               lambda this: _boxes_of_evidence(this, case))  # fmt: skip
    yield look("boxes", "every box has its evidence", "what is newly ticked was passed by a run, or declared by hand",
               lambda this: _evidence_of_boxes(this, case))  # fmt: skip


def _only_allowed(this: Look, case: Case) -> Found:
    """Build what the last writer should have left, from the original that was stored before it began."""
    last = case.claims.last_event()
    if last is not None and not case.runs and all(each.path != case.task_path for each in case.home.changes):
        # somebody else's work may have come on top of the run that was made here: the base commit has all of it
        return this.found(CheckStatus.SKIP, "as the base commit has it, and no run since", cause="nothing was run",
                          remedy=f"executor run {case.typed}", task_issue=False)  # fmt: skip
    if last is None:
        return this.found(CheckStatus.FAIL if case.ticked else CheckStatus.SKIP, "no run has written it",
                          cause="nothing was run", remedy=f"executor run {case.typed}",
                          task_issue=bool(case.ticked))  # fmt: skip
    blob = last.task_after if isinstance(last, Taken) else str(last.document["task_blob"])
    try:
        original = case.home.objects.blob(blob)
        expected = original if isinstance(last, Taken) else _after(case, last, original)
    except RepositoryError:
        return this.failed(
            f"its original {blob} is not in the repository", cause="the original is missing",
            remedy=f"executor run {case.typed} stores it anew",
        )  # fmt: skip
    except TaskFileError as error:
        return this.failed(f"its original cannot be ticked so: {error}", cause="edited since",
                           remedy=f"git diff {case.task_path}")  # fmt: skip
    evidence = {"original": blob, "sha256": case.task.digest}
    if expected != case.task.data:
        line, was, is_now = first_difference(expected, case.task.data)
        masked = isinstance(last, Claim) and MASK in str(last.document["progress_log_entry"])
        return this.failed(
            f"{case.task_path}:{line}: {is_now!r} instead of {was!r}", evidence=evidence,
            cause="a secret was shown to a run" if masked else "edited since",
            remedy=f"undo that edit, or keep it and run again: executor run {case.typed}",
        )  # fmt: skip
    if isinstance(last, Claim) and last.document["progress_log_entry"]:
        written = wrote(case.root, last.run_id, last.home, case.task_path)
        if written and case.task.digest not in written:
            return this.failed(
                f"{case.task_path} is as the report has it, and not what run {last.run_id} wrote", evidence=evidence,
                cause="the log line or the original of the report is not its run's",
                remedy=f"git diff {case.task_path}; undo that edit and run again: executor run {case.typed}",
            )  # fmt: skip
    return this.passed("byte for byte", evidence=evidence)


def _after(case: Case, claim: Claim, original: bytes) -> bytes:
    """The bytes that the run should have written: its ticks and its log line, and nothing where it wrote none."""
    entry = str(claim.document["progress_log_entry"])
    if not entry:
        return original
    task = parse.parse(original, case.task.path, max_bytes=case.workspace.home.config.max_task_bytes)
    when, text = datetime.strptime(entry[:16], "%Y-%m-%d %H:%M"), entry[18:]
    moment = _written_at(when.replace(tzinfo=now(case.workspace.home.config).tzinfo), case.task)
    return edit.apply(task, ticks=frozenset(claim.passed), updated=moment, log=text)


def _written_at(when: datetime, task: TaskFile) -> datetime:
    """The log's minute; the seconds, where `updated` has any, are those that stand there."""
    found: Any = task.front_matter.get("updated")
    if isinstance(found, str):
        try:
            found = datetime.fromisoformat(found.strip())
        except ValueError:
            return when
    if not isinstance(found, datetime) or not isinstance(found, date):
        return when
    return when.replace(second=found.second, microsecond=found.microsecond)


def first_difference(expected: bytes, found: bytes) -> tuple[int, str, str]:
    """The first line of `found` that differs, what was expected there, and what stands there."""
    old, new = (data.decode(errors="replace").split("\n") for data in (expected, found))
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            was, is_now = ("".join(lines[:1]) for lines in (old[i1:i2], new[j1:j2]))
            return j1 + 1, *_around(was, is_now)
    return 1, "", ""


def _around(was: str, is_now: str) -> tuple[str, str]:
    """Long lines from a little before the place where they part."""
    shorter = min(len(was), len(is_now))
    same = next((at for at in range(shorter) if was[at] != is_now[at]), shorter)
    start = same - _SHOWN // 3 if max(len(was), len(is_now)) > _SHOWN and same > _SHOWN // 2 else 0
    cut = [f"{'…' * (start > 0)}{each[start : start + _SHOWN]}{'…' * (len(each) > start + _SHOWN)}"
           for each in (was, is_now)]  # fmt: skip
    return cut[0], cut[1]


_SHOWN = 120


def _boxes_of_evidence(this: Look, case: Case) -> Found:
    """A run on this very base left its ticks here; a verification may have taken some back."""
    missing = []
    for claim in case.runs:
        if claim.base != case.home.base:
            continue
        for index in claim.passed:
            taken = case.claims.took_back(index, claim)
            if not taken and (index > len(case.task.criteria) or not case.task.criterion(index).checked):
                missing.append(index)
    if missing:
        numbers = ", ".join(map(str, sorted(set(missing))))
        return this.failed(
            f"criteria {numbers} passed in a run and are not ticked", cause="edited since",
            remedy=f"executor run {case.typed}", evidence={"criteria": sorted(set(missing))},
        )  # fmt: skip
    on_this = sorted({index for claim in case.runs if claim.base == case.home.base for index in claim.passed})
    return this.passed("each of them", evidence={"criteria": on_this, "runs": [each.run_id for each in case.runs]})


def _evidence_of_boxes(this: Look, case: Case) -> Found:
    without: list[str] = []
    indexes = []
    for criterion in case.ticked:
        problem = _problem(case, criterion)
        if problem:
            without.append(f"{case.task_path}:{criterion.line}: criterion {criterion.index}: {problem}")
            indexes.append(criterion.index)
    if without:
        return this.failed(
            "; ".join(without), cause="a box was ticked without evidence", evidence={"boxes": without},
            remedy=f"open it ([ ]), then: executor run {case.typed}; a person's own work: executor tick {case.typed} "
                   f"{indexes[0]} --by NAME --note TEXT",
        )  # fmt: skip
    return this.passed(f"{len(case.ticked)} newly ticked, each with evidence", evidence={"runs": _runs(case)})


def _runs(case: Case) -> dict[str, str | None]:
    """Box → the run that says that it passed."""
    claims = {f"{case.task_path}:{each.line}": case.claims.proving(each.index) for each in case.ticked}
    return {place: None if claim is None else claim.run_id for place, claim in claims.items()}


def _problem(case: Case, criterion: Criterion) -> str:
    claim = case.claims.proving(criterion.index)
    if claim is None:
        return "ticked, and no run says that it passed"
    outcome = claim.passed[criterion.index]
    if not outcome["operations"] and not criterion.children:
        return f"run {claim.run_id} names no operation that passed"
    by_hand = manual_of(outcome)
    if by_hand is not None:
        said = f"manual, {by_hand.get('by')}: {by_hand.get('note')}"
        logged = str(claim.document["progress_log_entry"]).endswith(f": {said}")
        return "" if logged else f"run {claim.run_id} calls it a person's work, and its log line does not say {said!r}"
    unproved = [each["operation"] for each in outcome["operations"] if each["status"] != "passed"]
    if unproved and not criterion.children:
        return f"run {claim.run_id} says passed although {', '.join(unproved)} did not"
    open_ones = [i for i in criterion.children if not _done(case.task.criterion(i))]
    if open_ones:
        return f"its nested criteria {', '.join(map(str, open_ones))} are open"
    return ""


def _done(criterion: Criterion) -> bool:
    return criterion.checked or criterion.withdrawn


def manual_of(outcome: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Who declared a criterion done by hand, and what they said; None where an operation did it."""
    for each in outcome["operations"]:
        if each["operation"] == MANUAL:
            evidence: Mapping[str, Any] = each["evidence"]
            return evidence
    return None


def reopened(task: TaskFile, indexes: Iterable[int]) -> TaskFile:
    """The task as if these boxes were open: what it asked for before it was done."""
    data = bytearray(task.data)
    for index in indexes:
        box = task.criterion(index).box
        data[box : box + 1] = b" "
    return parse.parse(bytes(data), task.path, max_bytes=len(data))
