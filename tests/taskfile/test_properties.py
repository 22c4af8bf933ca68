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


LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
ENTRY = re.compile(rb" *(?:[-*+]|\d+[.)])[ \t]*2026-11-21 09:05: Built \*it\* `now` <!-- x")
UPDATED_LINE = re.compile(rb" *updated: 2026-11-21")


def assert_only_allowed(old: bytes, new: bytes, ticked: set[int]) -> None:
    """Walk both files line by line: each difference has to be one that a run may make. Knows nothing of the splices."""
    was, now = LINE.findall(old), LINE.findall(new)
    added: list[bytes] = []
    at = 0
    for number, line in enumerate(now):
        text = line.rstrip(b"\r\n")
        if at < len(was) and allowed(was[at], line, at in ticked, at == len(was) - 1):
            at += 1
            continue
        added.append(text)
        before = now[number - 1]
        assert line == text + before[len(before.rstrip(b"\r\n")) :] or (number == len(now) - 1 and line == text)
    assert at == len(was)
    assert sum(1 for text in added if ENTRY.fullmatch(text)) == 1
    rest = [text for text in added if not ENTRY.fullmatch(text)]
    assert len(rest) <= 4
    assert all(text in (b"", b"## Progress Log") or UPDATED_LINE.fullmatch(text) for text in rest), added
    assert old.endswith((b"\n", b"\r")) == new.endswith((b"\n", b"\r"))


def allowed(old: bytes, new: bytes, ticked: bool, last: bool) -> bool:
    """Whether an old line may become this new one."""
    if last and not old.endswith((b"\r", b"\n")):
        new = new.rstrip(b"\r\n")
    if old == new:
        return not ticked
    if ticked:
        differing = [at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b]
        return len(old) == len(new) and len(differing) == 1 and (old[differing[0]], new[differing[0]]) == (0x20, 0x78)
    return new.startswith(b"updated:") and same_form(old, new)


def same_form(old: bytes, new: bytes) -> bool:
    """Only digits differ; where there was no value, there is a date now."""
    if re.sub(rb"\d+", b"0", old) == re.sub(rb"\d+", b"0", new):
        return True
    return new.replace(b"2026-11-21", b"").split() in (old.split(), old.replace(b"~", b"").split())
