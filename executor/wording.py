"""What is said in plain words at the end of a run: the line in the progress log, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Sequence

from executor.models import Outcome, Status
from executor.reasons import ReasonCode

LONGEST_REASON = 160


def log_line(outcomes: Sequence[Outcome]) -> str:
    """One line: what was done, what failed, what is open. The time before it is the task file's business."""
    done = [operation.words for each in outcomes for operation in each.operations if operation.status is Status.PASSED]
    failed = [f"{_short(each.criterion)}: {each.status}, {_short(each.reason)}" for each in outcomes if _failed(each)]
    still_open = [
        each
        for each in outcomes
        if each.status is not Status.PASSED and each.reason_code not in _NOT_THIS_RUNS and not _failed(each)
    ]
    parts = [*dict.fromkeys(words for words in done if words), *failed]
    if still_open:
        parts.append(f"{len(still_open)} open: {_by_status(still_open)}")
    line = "; ".join(parts) or "ran"
    return _one_line(line[:1].upper() + line[1:])


_NOT_THIS_RUNS = (ReasonCode.ALREADY_TICKED, ReasonCode.WITHDRAWN, ReasonCode.FILTERED_OUT)


def _failed(outcome: Outcome) -> bool:
    return outcome.status in (Status.FAILED, Status.ERRORED)


def _by_status(outcomes: Sequence[Outcome]) -> str:
    """`3 left to verification, 6 unresolved`: criterion numbers by what keeps them open."""
    groups: dict[str, list[str]] = {}
    for each in outcomes:
        name = "left to verification" if each.status is Status.VERIFICATION else str(each.status)
        groups.setdefault(name, []).append(str(each.index))
    return ", ".join(f"{'+'.join(numbers)} {name}" for name, numbers in groups.items())


def _short(text: str) -> str:
    text = _one_line(text)
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1].rstrip() + "…"


def _one_line(text: str) -> str:
    """No line break or control character, so that the log line stays one entry and the terminal is left in peace."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def next_steps(task: str, status: str, outcomes: Sequence[Outcome], *, dry_run: bool) -> str:
    """What to do now, ending with a command to type where there is one. `task` is what such a command names."""
    if dry_run and any(each.status is Status.PLANNED for each in outcomes):
        return f"Nothing was changed. Run it: executor run {task}"
    if status == "ready_for_verification":
        return f"Everything that this task can do is done and staged. Verify it: executor verify {task}"
    first = next((each for each in outcomes if each.status in _GRAVE), None)
    if first is not None:
        return f"Criterion {first.index} is {first.status}: {first.reason}. Then: executor run {task}"
    first = next((each for each in outcomes if each.status is Status.UNRESOLVED), None)
    still_open = "" if first is None else f" Open: criterion {first.index}, {first.reason}."
    if any(each.status is Status.PASSED for each in outcomes):
        return f"What passed is staged.{still_open} Verify it: executor verify {task}"
    return f"Nothing was done.{still_open} See what each criterion becomes: executor explain {task}"


def not_staged(task: str, why: str) -> str:
    """What to do where git could not take what was done."""
    return f"What was done is not staged: {why.rstrip('.')}. Mend that, then: executor run {task}"


_GRAVE = (Status.FAILED, Status.ERRORED, Status.REFUSED, Status.BLOCKED)
