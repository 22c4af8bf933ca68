"""For any task file: cmark sees the same criteria, and a tick, a log entry and `updated` change exactly their bytes."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from executor.errors import TaskFileError
from executor.taskfile.edit import apply
from executor.taskfile.parse import parse, read

from .cmark_oracle import task_items
from .line_walk import assert_only_allowed
from .strategies import task_files

PATH = Path("tasks/TASK-900.md")
WHEN = datetime(2026, 11, 21, 9, 5, 7, tzinfo=timezone(timedelta(hours=2)))
MAX = int(os.environ.get("EXAMPLES", "250"))
MANY = settings(max_examples=MAX, deadline=None, suppress_health_check=list(HealthCheck))


def reading(data: bytes):
    """What is read, or nothing where the file is refused: then there is a place, and nothing can be written."""
    try:
        return read(data, PATH)
    except TaskFileError as error:
        assert re.match(r"tasks/TASK-900\.md:\d+$", error.place or ""), error
        event(f"refused: {error.message[:40]}")
        return None


def body_of(found) -> str:
    lines = found.lines[found.front.body :]
    return "".join(line.text + line.eol.decode() for line in lines)


@MANY
@given(task_files())
def test_the_criteria_are_those_that_cmark_sees(data: bytes) -> None:
    found = reading(data)
    assume(found is not None)
    ours = [each.line - found.front.body for each in found.task.criteria if each.mark in " xX"]
    assert ours == task_items(body_of(found))
    for each in found.task.criteria:
        assert data[each.box - 1 : each.box + 2] == f"[{each.mark}]".encode()


@MANY
@given(task_files(), st.data())
def test_a_run_changes_exactly_its_bytes(data: bytes, draw: st.DataObject) -> None:
    found = reading(data)
    assume(found is not None)
    task = found.task
    runnable = [each for each in task.criteria if each.open]
    assume(runnable)
    chosen = draw.draw(st.sets(st.sampled_from(runnable), min_size=1, max_size=3))
    try:
        new = apply(task, ticks=frozenset(each.index for each in chosen), updated=WHEN, log="Built *it* `now` <!-- x")
    except TaskFileError as error:
        event(f"write refused: {error.message[:60]}")
        assert refusal_is_right(data)
        return
    assert_only_allowed(data, new, {each.line - 1 for each in chosen})
    again = parse(new, PATH)
    assert [each.mark for each in again.criteria] == ["x" if each in chosen else each.mark for each in task.criteria]


def refusal_is_right(data: bytes) -> bool:
    """The only reason in the generated files: the place for the entry lies in a fence or HTML that is never closed."""
    return b"open fence" in data
