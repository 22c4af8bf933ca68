"""Two versions of a task file, line by line: is each difference one that a run may make? Knows nothing of how the edit
was made. The entry has to be `2026-11-21 09:05: Built *it* `now` <!-- x`. Shared with `benchmarks/corpus_ticks.py`."""

from __future__ import annotations

import re

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
