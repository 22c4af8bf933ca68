"""The proof that a splice did what was meant and nothing else.

Given: the composed file before, the bytes after, and for each splice the events that it stands for. Proved:
1. the text outside the splices is the same byte for byte;
2. the file can be read again, and its events are those of before with exactly the intended ones exchanged: kinds,
   values, styles, anchors, tags and document markers of everything else are the same;
3. every other event stands where it stood, shifted by the splices before it, so no comment became text nor the reverse;
4. every alias still stands for the node that it stood for.
"""

from __future__ import annotations

from collections.abc import Sequence as SequenceOf

from executor.tools.yaml_span.compose import Event, NotYaml, Yaml, compose
from executor.values import dataclass


class CannotEdit(ValueError):
    """The edit cannot be made. `proof` is true where it was made and could not be proved. `line` is 1-based."""

    def __init__(self, message: str, line: int, *, proof: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.proof = proof


@dataclass(frozen=True, slots=True)
class Splice:
    """Bytes `start`..`end` become `text`, and with them the events `first`..`stop` become `events`."""

    start: int
    end: int
    text: bytes
    first: int
    stop: int
    events: tuple[Event, ...]


def prove(before: Yaml, after: bytes, splices: SequenceOf[Splice]) -> None:
    """Raises CannotEdit(proof=True). `splices` are in file order and do not overlap."""
    _same_text(before.data, after, splices)
    try:
        read = compose(after)
    except NotYaml as error:
        raise CannotEdit(f"the result cannot be read: {error.message}", error.line, proof=True) from None
    numbers = _numbers(before, read, splices)
    _same_aliases(before, read, numbers)


def _same_text(before: bytes, after: bytes, splices: SequenceOf[Splice]) -> None:
    at_before = at_after = 0
    for each in splices:
        kept = each.start - at_before
        if before[at_before : each.start] != after[at_after : at_after + kept]:
            raise CannotEdit("bytes outside the edit changed", before.count(b"\n", 0, at_before) + 1, proof=True)
        at_before, at_after = each.end, at_after + kept + len(each.text)
    if before[at_before:] != after[at_after:]:
        raise CannotEdit("bytes behind the edit changed", before.count(b"\n", 0, at_before) + 1, proof=True)


def _numbers(before: Yaml, read: Yaml, splices: SequenceOf[Splice]) -> dict[int, int]:
    """Event numbers before → after, of those that stay. Proves the events on the way."""
    numbers: dict[int, int] = {}
    at = 0
    ordered = sorted(splices, key=lambda each: (each.first, each.stop))
    number = 0
    for each in [*ordered, None]:
        stop = each.first if each else len(before.events)
        while number < stop:
            _same_event(before, read, number, at, splices)
            numbers[number] = at
            number, at = number + 1, at + 1
        if each:
            for offset, event in enumerate(each.events):
                _is_event(before, read, event, at, each)
                if each.stop - each.first == len(each.events):
                    numbers[each.first + offset] = at
                at += 1
            number = max(number, each.stop)
    if at != len(read.events):
        raise CannotEdit("the result holds more than was meant", read.line(read.events[at].start), proof=True)
    return numbers


def _same_event(before: Yaml, read: Yaml, number: int, at: int, splices: SequenceOf[Splice]) -> None:
    old = before.events[number]
    new = read.events[at] if at < len(read.events) else None
    if new is None or not old.same(new):
        raise CannotEdit("something else would change too", before.line(old.start), proof=True)
    # a block sequence without indentation starts at the dash of its first entry, and that may be what goes
    gone = old.kind == "seq+" and any(each.start <= old.start < each.end for each in splices)
    ends = old.kind in ("stream-", "doc-", "map-", "seq-")
    if old.start != old.end and not ends and not gone and new.start != _moved(old.start, splices):
        raise CannotEdit("something else would move", before.line(old.start), proof=True)


def _is_event(before: Yaml, read: Yaml, wanted: Event, at: int, splice: Splice) -> None:
    if at >= len(read.events) or not wanted.same(read.events[at]):
        raise CannotEdit("the result is not read as it was meant", before.line(splice.start), proof=True)


def _moved(offset: int, splices: SequenceOf[Splice]) -> int:
    return offset + sum(len(each.text) - (each.end - each.start) for each in splices if each.end <= offset)


def _same_aliases(before: Yaml, read: Yaml, numbers: dict[int, int]) -> None:
    now = {each.event: each.target for each in read.aliases}
    for each in before.aliases:
        at = numbers.get(each.event)
        if at is not None and now.get(at) != numbers.get(each.target):
            raise CannotEdit(f"*{each.name} would stand for something else", before.line(each.start), proof=True)
