"""What a run may change in a task file, as splices of its bytes, and the proof that nothing else changed.

    boxes     one byte each         updated   the value's bytes, or one new line         log   one new line

The proof has two halves. Bytes: with the splices cut out, old and new file are the same. Meaning: the new bytes are
parsed again, by scanner and parser, and both trees are the old ones with exactly the intended boxes flipped and exactly
one new log entry, in its place.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NoReturn

from executor.errors import TaskFileError
from executor.taskfile import dates
from executor.taskfile.blocks import Block
from executor.taskfile.front import KEY
from executor.taskfile.log import insertions
from executor.taskfile.model import CommandSection, Criterion, TaskFile
from executor.taskfile.parse import MAX_BYTES, Reading, read
from executor.taskfile.sections import Found, is_progress_log, sections_named
from executor.values import dataclass


@dataclass(frozen=True, slots=True)
class _Splice:
    """`old[start:end]` becomes `new`; `line` is 1-based, for messages."""

    start: int
    end: int
    new: bytes
    line: int


@dataclass(frozen=True, slots=True)
class _Intent:
    """What the new text has to mean: index → mark, the value of `updated` (None: as it was), the entry."""

    marks: dict[int, str]
    updated: str | None
    entry: str | None


def apply(
    task: TaskFile,
    *,
    ticks: frozenset[int],
    unticks: frozenset[int] = frozenset(),
    updated: datetime | None,
    log: str | None,
) -> bytes:
    """The file's new bytes. `ticks` and `unticks` are indexes of criteria; `updated`, in the zone that is wanted, goes
    into the front matter and before the text `log` of the new entry. Raises TaskFileError where a box is not what it
    has to be for that, or where the result cannot be proven; the place is the line."""
    if log is not None and updated is None:
        raise ValueError("an entry of the log has a time: give `updated`")
    before = read(task.data, task.path, max_bytes=max(MAX_BYTES, len(task.data)))
    marks = _marks(before, ticks, unticks)
    splices = [_box(before, index, mark) for index, mark in marks.items()]
    value, stamped = _stamp(before, updated)
    entry = _entry(updated, log) if updated is not None and log is not None else None
    intent = _Intent(marks, value, entry)
    if entry is None:
        return _proven(before, [*splices, *stamped], intent)
    return _with_entry(before, [*splices, *stamped], intent, entry)


def _marks(before: Reading, ticks: frozenset[int], unticks: frozenset[int]) -> dict[int, str]:
    """Index → new mark. Only `[ ]` becomes `[x]` and only `[x]` becomes `[ ]`: other marks are never rewritten."""
    criteria = {each.index: each for each in before.task.criteria}
    wanted = [(index, "x") for index in sorted(ticks)] + [(index, " ") for index in sorted(unticks)]
    for index, mark in wanted:
        if index not in criteria or index in (ticks & unticks):
            raise TaskFileError(f"no criterion {index} to write here", place=f"{before.task.path}:1")
        found = criteria[index]
        if not (found.open if mark == "x" else found.checked):
            state = "withdrawn" if found.withdrawn else f"marked `[{found.mark}]`"
            _refuse(before, found.line, f"criterion {index} is {state} and cannot become `[{mark}]`")
    return dict(wanted)


def _box(before: Reading, index: int, mark: str) -> _Splice:
    found = before.task.criterion(index)
    return _Splice(found.box, found.box + 1, mark.encode(), found.line)


def _stamp(before: Reading, when: datetime | None) -> tuple[str | None, list[_Splice]]:
    """The new value of `updated` and the splice for it; none where it is left alone or already says so."""
    matter = before.front
    if when is None or not matter.body:
        return None, []
    place = matter.updated
    if place is None and matter.add_at is not None:
        value = dates.like("", when)
        line = f"{matter.indent}{KEY}: {value}".encode() + matter.eol
        return value, [_Splice(matter.add_at, matter.add_at, line, matter.body)]
    if place is None or place.why_not:
        return None, []
    value = dates.like(place.value, when)
    space = " " if before.task.data[place.start - 1 : place.start] == b":" else ""
    changed = [] if value == place.value else [_Splice(place.start, place.end, (space + value).encode(), place.line)]
    return value, changed


def _entry(when: datetime, log: str) -> str:
    """One line, without control characters, whatever the text was."""
    return f"{when:%Y-%m-%d %H:%M}: " + " ".join("".join(c if c.isprintable() else " " for c in log).split())


def _with_entry(before: Reading, splices: list[_Splice], intent: _Intent, entry: str) -> bytes:
    """The first way to write the entry that can be proven."""
    refused: TaskFileError | None = None
    for way in insertions(before.lines, before.root, entry):
        try:
            return _proven(before, [*splices, _Splice(way.at, way.at, way.content, way.line)], intent)
        except TaskFileError as error:
            refused = refused or _unclosed(before, way.line) or error
    assert refused is not None
    raise refused


def _unclosed(before: Reading, line: int) -> TaskFileError | None:
    """The usual reason: the log's place lies in a block that goes on to the end of the file."""
    for block in before.root.children:
        if block.kind in ("code", "html") and block.line + 1 < line <= block.end + 1:
            name = "code block" if block.kind == "code" else "HTML block"
            return TaskFileError(
                f"the {name} that begins here is not closed, and the log entry would stand in it; nothing was written",
                place=f"{before.task.path}:{block.line + 1}", remedy="close it",
            )  # fmt: skip
    return None


def _proven(before: Reading, splices: list[_Splice], intent: _Intent) -> bytes:
    splices = sorted(splices, key=lambda each: (each.start, each.end))
    data = before.task.data
    new = _spliced(data, splices)
    _prove_bytes(before, new, splices)
    if new != data:
        _prove_meaning(before, new, splices, intent)
    return new


def _spliced(data: bytes, splices: Sequence[_Splice]) -> bytes:
    parts, at = [], 0
    for each in splices:
        parts += [data[at : each.start], each.new]
        at = each.end
    return b"".join([*parts, data[at:]])


def _prove_bytes(before: Reading, new: bytes, splices: Sequence[_Splice]) -> None:
    """What stands between the splices is what stood there, and nothing overlaps."""
    old, shift, at = before.task.data, 0, 0
    for each in [*splices, _Splice(len(old), len(old), b"", len(before.lines))]:
        if each.start < at or new[at + shift : each.start + shift] != old[at : each.start]:
            _refuse(before, each.line, "bytes beside the edit would change")
        shift += len(each.new) - (each.end - each.start)
        if new[each.end + shift - len(each.new) : each.end + shift] != each.new:
            _refuse(before, each.line, "the edit would not stand where it belongs")
        at = each.end
    if len(new) != len(old) + shift:
        _refuse(before, len(before.lines), "the length is not what the edits make it")


def _prove_meaning(before: Reading, new: bytes, splices: Sequence[_Splice], intent: _Intent) -> None:
    line = splices[-1].line
    try:
        after = read(new, before.task.path, max_bytes=max(MAX_BYTES, len(new)))
    except TaskFileError as error:
        _refuse(before, line, f"the file could not be read any more ({error.message})")
    _prove_criteria(before, after, splices, intent)
    _prove_trees(before, after, line, intent)
    _prove_front_matter(before, after, intent)
    if intent.entry is not None and _last_entry(after.root) != " ".join(intent.entry.split()):
        _refuse(before, line, "the entry would not be the last of the progress log")


def _prove_criteria(before: Reading, after: Reading, splices: Sequence[_Splice], intent: _Intent) -> None:
    """Each criterion is what it was, at the place to which the splices moved it, but for the marks."""
    if len(before.task.criteria) != len(after.task.criteria):
        _refuse(before, splices[-1].line, "the number of criteria would change")
    for old, new in zip(before.task.criteria, after.task.criteria, strict=True):
        if _criterion(old, _moved(old.box, splices), intent.marks.get(old.index, old.mark)) != _criterion(
            new, new.box, new.mark
        ):
            _refuse(before, old.line, f"criterion {old.index} would change")


def _criterion(each: Criterion, box: int, mark: str) -> tuple[object, ...]:
    code = tuple((block.text, block.info) for block in each.blocks)
    return (each.index, box, mark, each.text, each.withdrawn, each.parent, each.children, each.headings, code)


def _moved(offset: int, splices: Sequence[_Splice]) -> int:
    return offset + sum(len(each.new) - (each.end - each.start) for each in splices if each.end <= offset)


def _prove_trees(before: Reading, after: Reading, line: int, intent: _Intent) -> None:
    """The scanner's tree is the old one with the entry in one place. Of the parser's only what it holds is compared,
    not how deep or in what order: mistune takes a line right behind a fence in a list for part of the item, and swaps
    a quote with a list right behind it, depending on what comes next. The criteria were compared in their order."""
    wanted = " ".join((intent.entry or "").split()) if intent.entry is not None else None
    ours = list(_outline(before.root, 0, _flips(before.found, intent.marks)))
    if not _same_but_entry(ours, list(_outline(after.root, 0, {})), wanted):
        _refuse(before, line, "something besides the boxes and the log would change")
    theirs = Counter(row[1:] for row in _outline(before.judged, 0, _flips(before.judged_found, intent.marks)))
    now = Counter(row[1:] for row in _outline(after.judged, 0, {}))
    added = [row[-1] for row in (now - theirs).elements() if row[0] not in ("heading", "list", "item")]
    if theirs - now or added != ([] if wanted is None else [wanted]):
        _refuse(before, line, "something besides the boxes and the log would change for the Markdown parser")


def _flips(found: Sequence[Found], marks: dict[int, str]) -> dict[int, str]:
    """Paragraph (by identity) → its new mark."""
    return {id(found[index - 1].paragraph): mark for index, mark in marks.items()}


def _outline(block: Block, depth: int, flips: dict[int, str]) -> Iterator[tuple[object, ...]]:
    """Every block with what it says, as flat rows that can be compared."""
    for child in block.children:
        text = (
            " ".join(child.joined.split())
            if child.kind != "code"
            else child.code
            if child.fenced
            else child.code.rstrip()
        )
        if id(child) in flips:
            text = f"[{flips[id(child)]}]{text[3:]}"
        yield depth, child.kind, child.level, child.marker, child.number, child.info, text
        yield from _outline(child, depth + 1, flips)


_ENTRY_SHAPES = (["item", "paragraph"], ["list", "item", "paragraph"], ["heading", "list", "item", "paragraph"])


def _same_but_entry(old: list[tuple[object, ...]], new: list[tuple[object, ...]], entry: str | None) -> bool:
    """Whether `new` is `old` with the rows of one log entry added in one place."""
    added = len(new) - len(old)
    if entry is None:
        return old == new
    alike = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    for at in range(alike, max(alike - added, 0) - 1, -1):
        rows = new[at : at + added]
        fits = [row[1] for row in rows] in _ENTRY_SHAPES and rows[-1][-1] == entry
        if fits and new[at + added :] == old[at:]:
            return True
    return False


def _last_entry(root: Block) -> str | None:
    """The text of the last entry of the progress log."""
    for section in sections_named(root, is_progress_log)[:1]:
        lists = [block for block in section.blocks if block.kind == "list"]
        if lists and lists[-1].children[-1].children:
            return " ".join(lists[-1].children[-1].children[0].joined.split())
    return None


def _prove_front_matter(before: Reading, after: Reading, intent: _Intent) -> None:
    old, new = before.front, after.front
    line = old.updated.line if old.updated else max(old.body, 1)
    keys = set(old.nodes) | ({KEY} if intent.updated is not None else set())
    if set(new.nodes) != keys or not _same_task(before.task, after.task):
        _refuse(before, line, "the front matter would change besides `updated`")
    seen: set[tuple[int, int]] = set()
    for key in keys - ({KEY} if intent.updated is not None else set()):
        if not _same_node(old.nodes[key], new.nodes[key], seen):
            _refuse(before, old.lines[key], f"the value of `{key}` would change")
    if intent.updated is not None and (new.updated is None or new.updated.value != intent.updated):
        _refuse(before, line, "`updated` would not be read as it is written")


def _same_task(old: TaskFile, new: TaskFile) -> bool:
    fields = ("id", "title", "labels", "status", "priority", "depends_on", "blocks", "blocked_by", "repository",
              "version", "registry", "context")  # fmt: skip
    same = all(getattr(old, field) == getattr(new, field) for field in fields)
    return same and _commands(old.sections) == _commands(new.sections) and len(old.warnings) == len(new.warnings)


def _commands(sections: Sequence[CommandSection]) -> list[tuple[object, ...]]:
    return [(each.section, each.heading, [(block.text, block.info) for block in each.blocks]) for each in sections]


def _same_node(old: Any, new: Any, seen: set[tuple[int, int]]) -> bool:
    """Whether two YAML nodes say the same. Pairs once seen are not compared again: aliases may fan out without end."""
    if isinstance(old, tuple | list):
        return len(old) == len(new) and all(_same_node(a, b, seen) for a, b in zip(old, new, strict=True))
    if isinstance(old, str):
        return bool(old == new)
    if (id(old), id(new)) in seen:
        return True
    seen.add((id(old), id(new)))
    return old.tag == new.tag and type(old.value) is type(new.value) and _same_node(old.value, new.value, seen)


def _refuse(before: Reading, line: int, why: str) -> NoReturn:
    raise TaskFileError(
        f"{why}; nothing was written", place=f"{before.task.path}:{line}", remedy="edit the file by hand at that line"
    )
