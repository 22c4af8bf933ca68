"""Which criteria a call asks for: `--criteria 2,5-7`, `--criteria 'regex'`, or all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from executor.errors import UsageError
from executor.patterns import pattern
from executor.taskfile.model import TaskFile

_NUMBERS = pattern(r"\s*\d{1,9}(\s*-\s*\d{1,9})?(\s*,\s*\d{1,9}(\s*-\s*\d{1,9})?)*\s*")


def select(task: TaskFile, filters: Sequence[str]) -> dict[int, bool] | None:
    """Index → asked for; None where all are. Raises UsageError for a number that is none of the task's, a range that
    runs backwards, a faulty expression, or one that matches nothing."""
    if not filters or any(each.strip() == "all" for each in filters):
        return None
    wanted: set[int] = set()
    for each in filters:
        if not each.strip():
            raise UsageError("--criteria names nothing", remedy=f"executor explain {task.path} lists them")
        wanted |= _numbers(task, each) if _NUMBERS.fullmatch(each) else _matching(task, each)
    return {criterion.index: criterion.index in wanted for criterion in task.criteria}


def _numbers(task: TaskFile, text: str) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= len(task.criteria):
            raise UsageError(
                f"--criteria {part.strip()}: {task.path} has criteria 1 to {len(task.criteria)}",
                remedy=f"executor explain {task.path} lists them",
            )
        found |= set(range(low, high + 1))
    return found


def _matching(task: TaskFile, text: str) -> set[int]:
    try:
        expression = re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise UsageError(f"--criteria {text!r} is neither numbers nor a regular expression: {error}") from None
    found = {criterion.index for criterion in task.criteria if expression.search(criterion.text)}
    if not found:
        raise UsageError(f"--criteria {text!r} matches no criterion", remedy=f"executor explain {task.path} lists them")
    return found
