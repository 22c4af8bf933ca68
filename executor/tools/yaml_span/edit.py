"""Changes to single scalars, keys and entries of a YAML file, spliced into its bytes and proved. Never a dump.

    yaml = compose(data)
    after = apply(yaml, [Replace(scalar, "1.2.4"), RemoveKey(mapping, "digest")])

Every edit names nodes of that `yaml`. All are applied or none; `CannotEdit` says why not, with the line.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence as SequenceOf
from typing import TypeAlias

from executor.tools.yaml_span.compose import Event, Mapping, Node, Scalar, Sequence, Yaml
from executor.tools.yaml_span.proof import CannotEdit, Splice, prove
from executor.tools.yaml_span.quoting import plain_kind, written
from executor.values import dataclass

Entry: TypeAlias = str | MappingOf[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Replace:
    """A scalar gets another text. `literal`: written as it is (a number, `true`, `null`); else it is a string."""

    scalar: Scalar
    value: str
    literal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ReplaceBlock:
    """The text of a literal block scalar (`|`) changes in some lines; their number stays."""

    scalar: Scalar
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class InsertKey:
    """A block mapping gets a last key with a scalar value."""

    mapping: Mapping
    key: str
    value: str
    literal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RemoveKey:
    """A mapping loses a key with its value, line and all, and with the lines of a value that goes on below it. What
    shares a line with something else stands on one line."""

    mapping: Mapping
    key: str


@dataclass(frozen=True, slots=True, eq=False)
class AddEntry:
    """A sequence gets a last entry: a string, or (block only) a mapping of strings."""

    sequence: Sequence
    entry: Entry


@dataclass(frozen=True, slots=True, eq=False)
class RemoveEntry:
    """A sequence loses an entry, line and all. It is not the only one."""

    sequence: Sequence
    index: int


Edit: TypeAlias = Replace | ReplaceBlock | InsertKey | RemoveKey | AddEntry | RemoveEntry


def apply(yaml: Yaml, edits: SequenceOf[Edit]) -> bytes:
    """The new bytes, proved: read again, exactly the intended events differ, and the text only in their bytes.

    Raises CannotEdit where a shape is not edited (`proof` false) or the proof fails (`proof` true).
    """
    splices = sorted((_splice(yaml, each) for each in edits), key=lambda each: (each.start, each.end))
    for one, two in itertools.pairwise(splices):
        if two.start < one.end or two.start == one.start:
            raise CannotEdit("two edits of the same bytes", yaml.line(two.start))
    after = yaml.data
    for each in reversed(splices):
        after = after[: each.start] + each.text + after[each.end :]
    prove(yaml, after, splices)
    return after


def _splice(yaml: Yaml, edit: Edit) -> Splice:
    if isinstance(edit, Replace):
        return _replace(yaml, edit)
    if isinstance(edit, ReplaceBlock):
        return _replace_block(yaml, edit)
    if isinstance(edit, InsertKey):
        return _insert_key(yaml, edit)
    if isinstance(edit, RemoveKey):
        return _remove_key(yaml, edit)
    if isinstance(edit, AddEntry):
        return _add_entry(yaml, edit)
    return _remove_entry(yaml, edit)


def _string(value: str, style: str, flow: bool) -> tuple[str, str]:
    """The text of a string and the style that it really got."""
    text = written(value, style, flow=flow)
    return text, text[0] if text[:1] in ("'", '"') else ""


def _event(value: str, style: str) -> Event:
    return Event("scalar", 0, 0, value, style, implicit=(True, False) if style == "" else (False, True))


# -- scalars ----------------------------------------------------------------------------------------------------------


def _replace(yaml: Yaml, edit: Replace) -> Splice:
    scalar = edit.scalar
    line = yaml.line(scalar.start)
    if scalar.style in ("|", ">"):
        raise CannotEdit("a block scalar is not replaced", line)
    if scalar.tag is not None and (edit.literal or scalar.tag not in ("tag:yaml.org,2002:str", "!")):
        raise CannotEdit(f"the value has the tag {scalar.tag}", line)
    text, style = _wanted(edit, line)
    before = yaml.events[scalar.event]
    after = Event("scalar", 0, 0, edit.value, style, before.anchor, before.tag, _implicit(before, style))
    if scalar.start == scalar.end and yaml.data[scalar.start - 1 : scalar.start] not in (b" ", b"\t", b""):
        text = " " + text
    return Splice(scalar.start, scalar.end, text.encode(), scalar.event, scalar.event + 1, (after,))


def _wanted(edit: Replace, line: int) -> tuple[str, str]:
    if not edit.literal:
        return _string(edit.value, edit.scalar.style, edit.scalar.flow)
    if plain_kind(edit.value) not in ("integer", "decimal", "truth", "null"):
        raise CannotEdit(f"{edit.value!r} is no number, truth value or null to every reader", line)
    return edit.value, ""


def _implicit(before: Event, style: str) -> tuple[bool, bool]:
    """What libyaml reports for a scalar of that style: (may be resolved as plain, is a string without a tag)."""
    if before.tag is not None and before.tag != "!":
        return (False, False)
    return (True, False) if style == "" and before.tag is None else (False, True)


def _replace_block(yaml: Yaml, edit: ReplaceBlock) -> Splice:
    scalar = edit.scalar
    line = yaml.line(scalar.start)
    old, new = scalar.value.split("\n"), edit.value.split("\n")
    raw = yaml.data[scalar.start : scalar.end].decode().splitlines(keepends=True)
    if scalar.style != "|" or len(old) != len(new) or not raw:
        raise CannotEdit("only single lines of a literal block scalar are changed", line)
    for number, (was, becomes) in enumerate(zip(old, new, strict=True), 1):
        if was != becomes:
            raw[number] = _block_line(raw, number, was, becomes, line)
    events = yaml.events[scalar.event]
    after = Event("scalar", 0, 0, edit.value, "|", events.anchor, events.tag, events.implicit)
    return Splice(scalar.start, scalar.end, "".join(raw).encode(), scalar.event, scalar.event + 1, (after,))


def _block_line(raw: list[str], number: int, was: str, becomes: str, line: int) -> str:
    body = raw[number].rstrip("\r\n") if number < len(raw) else ""
    if not was or not body.endswith(was) or body.removesuffix(was).strip(" ") or not becomes:
        raise CannotEdit("a line of the block scalar is not where it should be", line + number)
    return body.removesuffix(was) + becomes + raw[number][len(body) :]


# -- keys -------------------------------------------------------------------------------------------------------------


def _insert_key(yaml: Yaml, edit: InsertKey) -> Splice:
    mapping = edit.mapping
    line = yaml.line(mapping.start)
    if mapping.flow or not mapping.entries:
        raise CannotEdit("a key is added to a block mapping only", line)
    if any(isinstance(key, Scalar) and key.value == edit.key for key, _ in mapping.entries):
        raise CannotEdit(f"the key {edit.key} is there already", line)
    key, key_style = _string(edit.key, "", flow=False)
    value, style = (edit.value, "") if edit.literal else _string(edit.value, "", flow=False)
    if edit.literal and plain_kind(edit.value) not in ("integer", "decimal", "truth", "null"):
        raise CannotEdit(f"{edit.value!r} is no number, truth value or null to every reader", line)
    indent = _column(yaml, yaml.events[mapping.entries[0][0].event].start)
    at, text = _new_line(yaml, _last(yaml, mapping), f"{indent}{key}: {value}")
    events = (_event(edit.key, key_style), _event(edit.value, style))
    return Splice(at, at, text, mapping.last, mapping.last, events)


def _remove_key(yaml: Yaml, edit: RemoveKey) -> Splice:
    mapping = edit.mapping
    at = [i for i, (key, _) in enumerate(mapping.entries) if isinstance(key, Scalar) and key.value == edit.key]
    line = yaml.line(mapping.start)
    if len(at) != 1 or len(mapping.entries) == 1:
        raise CannotEdit(f"the key {edit.key} is not there once beside others", line)
    key, value = mapping.entries[at[0]]
    start, end = yaml.events[key.event].start, max(key.end, _end(yaml, value))
    if not mapping.flow and yaml.line(start) != yaml.line(_last(yaml, value)):
        start, end = _lines_hole(yaml, start, _last(yaml, value))
    elif yaml.line(start) != yaml.line(end):
        raise CannotEdit(f"the value of {edit.key} is not on one line", line)
    elif mapping.flow:
        start, end = _flow_hole(yaml, mapping.start, start, end)
    else:
        start, end = _line_hole(yaml, start, end, next_at=_start_of(yaml, mapping, at[0] + 1))
    return Splice(start, end, b"", key.event, value.last + 1, ())


def _start_of(yaml: Yaml, mapping: Mapping, index: int) -> int | None:
    return yaml.events[mapping.entries[index][0].event].start if index < len(mapping.entries) else None


# -- entries ----------------------------------------------------------------------------------------------------------


def _add_entry(yaml: Yaml, edit: AddEntry) -> Splice:
    sequence = edit.sequence
    line = yaml.line(sequence.start)
    neighbour = sequence.items[-1] if sequence.items else None
    style = neighbour.style if isinstance(neighbour, Scalar) and neighbour.style in ("'", '"') else ""
    if sequence.flow:
        if not isinstance(edit.entry, str):
            raise CannotEdit("only a string is added to a flow sequence", line)
        text, got = _string(edit.entry, style, flow=True)
        at = neighbour.end if neighbour else sequence.start + 1
        joined = (f", {text}" if neighbour else text).encode()
        return Splice(at, at, joined, sequence.last, sequence.last, (_event(edit.entry, got),))
    if neighbour is None:
        raise CannotEdit("the sequence is empty", line)
    indent = _column(yaml, sequence.start)
    lines, events = _entry(edit.entry, style)
    at, text_ = _new_line(yaml, _last(yaml, sequence), "\n".join(indent + each for each in lines))
    return Splice(at, at, text_, sequence.last, sequence.last, events)


def _entry(entry: Entry, style: str) -> tuple[list[str], tuple[Event, ...]]:
    """The lines of a new block entry, without indentation, and its events."""
    if isinstance(entry, str):
        text, got = _string(entry, style, flow=False)
        return [f"- {text}"], (_event(entry, got),)
    lines: list[str] = []
    events = [Event("map+", 0, 0, "", "block", implicit=True)]
    for key, value in entry.items():
        (name, key_style), (text, got) = _string(key, "", flow=False), _string(value, "", flow=False)
        lines.append(f"{'  ' if lines else '- '}{name}: {text}")
        events += [_event(key, key_style), _event(value, got)]
    return lines, (*events, Event("map-", 0, 0))


def _remove_entry(yaml: Yaml, edit: RemoveEntry) -> Splice:
    sequence = edit.sequence
    item = sequence.items[edit.index]
    line = yaml.line(item.start)
    if sequence.flow:
        start, end = _flow_hole(yaml, sequence.start, yaml.events[item.event].start, _end(yaml, item))
        return Splice(start, end, b"", item.event, item.last + 1, ())
    if len(sequence.items) == 1:
        raise CannotEdit("it is the only entry", line)
    dash = _dash(yaml, sequence, edit.index)
    start, before_dash = yaml.line_span(dash)[0], yaml.data[yaml.line_span(dash)[0] : dash]
    if before_dash.strip(b" "):
        raise CannotEdit("the entry shares its line with something else", line)
    end = yaml.line_span(_last(yaml, item))[1]
    if start and end == len(yaml.data) and not yaml.data.endswith((b"\n", b"\r")):
        start = len(yaml.data[:start].removesuffix(b"\n").removesuffix(b"\r"))  # the file goes on ending without one
    return Splice(start, end, b"", item.event, item.last + 1, ())


def _dash(yaml: Yaml, sequence: Sequence, index: int) -> int:
    """The dash of an entry: the first is where the sequence starts, the others stand below it."""
    if index == 0:
        return sequence.start
    column = _column(yaml, sequence.start)
    at = yaml.events[sequence.items[index].event].start
    floor = yaml.line_span(_last(yaml, sequence.items[index - 1]))[0]
    start = yaml.line_span(at)[0]
    while start > floor:
        if yaml.data[start:].startswith(column.encode() + b"-"):
            return start + len(column)
        start = yaml.line_span(start - 1)[0]
    raise CannotEdit("the dash of the entry was not found", yaml.line(at))


# -- places -----------------------------------------------------------------------------------------------------------


def _column(yaml: Yaml, offset: int) -> str:
    """Spaces up to the column of `offset`."""
    before = yaml.data[yaml.line_span(offset)[0] : offset].decode()
    return " " * len(before.removeprefix("\ufeff"))


def _last(yaml: Yaml, node: Node) -> int:
    """A byte offset on the last line that a node has content on."""
    if isinstance(node, Mapping | Sequence) and not node.flow:
        return _last(yaml, node.items[-1] if isinstance(node, Sequence) else node.entries[-1][1])
    if isinstance(node, Scalar) and node.style in ("|", ">"):
        body = yaml.data[node.start : node.end]
        keep = b"+" in body.split(b"\n", 1)[0].split(b"#", 1)[0]
        return node.start + len(body.removesuffix(b"\n") if keep else body.rstrip(b"\r\n \t"))
    return _end(yaml, node)


def _end(yaml: Yaml, node: Node) -> int:
    return max(node.end, yaml.events[node.event].end)


def _new_line(yaml: Yaml, last: int, text: str) -> tuple[int, bytes]:
    """Where a new line below the one of `last` goes, and its bytes with the neighbour's line break."""
    start, end = yaml.line_span(last)
    own = re.search(rb"(\r\n|\n|\r)\Z", yaml.data[start:end])
    if own:
        eol = own[0]
        return end, text.replace("\n", eol.decode()).encode() + eol
    above = re.search(rb"(\r\n|\n|\r)\Z", yaml.data[:start])
    eol = above[0] if above else b"\n"
    return end, eol + text.replace("\n", eol.decode()).encode()


def _line_hole(yaml: Yaml, start: int, end: int, next_at: int | None) -> tuple[int, int]:
    """The bytes to cut for a key whose value ends at `end`: its whole line; up to the next key behind a dash."""
    line_start, line_end = yaml.line_span(start)
    if not yaml.data[line_start:start].strip(b" "):
        if line_end == len(yaml.data) and not yaml.data.endswith((b"\n", b"\r")):
            line_start = len(yaml.data[:line_start].removesuffix(b"\n").removesuffix(b"\r"))
        return line_start, line_end
    if next_at is None or yaml.data[end:next_at].strip(b" \r\n"):
        raise CannotEdit("the key shares its line with something else", yaml.line(start))
    return start, next_at


def _lines_hole(yaml: Yaml, start: int, last: int) -> tuple[int, int]:
    """The lines from a key to the last of its value. They are its own: only spaces stand before the key."""
    line_start, (_, line_end) = yaml.line_span(start)[0], yaml.line_span(last)
    if yaml.data[line_start:start].strip(b" "):
        raise CannotEdit("the key shares its line with something else", yaml.line(start))
    if line_end == len(yaml.data) and not yaml.data.endswith((b"\n", b"\r")):
        line_start = len(yaml.data[:line_start].removesuffix(b"\n").removesuffix(b"\r"))
    return line_start, line_end


def _flow_hole(yaml: Yaml, opening: int, start: int, end: int) -> tuple[int, int]:
    """The bytes to cut for an entry of a flow collection: itself and one comma beside it; the line where it stands
    alone on one."""
    behind = re.compile(rb"[ \t]*,[ \t]*").match(yaml.data, end)
    line_start, line_end = yaml.line_span(start)
    rest = yaml.data[behind.end() if behind else end : line_end]
    if line_start > opening and not yaml.data[line_start:start].strip(b" \t") and not rest.strip():
        return line_start, line_end
    before = re.search(rb",[ \t]*\Z" if behind else rb",[ \t\r\n]*\Z", yaml.data[opening:start])
    if before:
        return opening + before.start(), end
    return start, behind.end() if behind else end
