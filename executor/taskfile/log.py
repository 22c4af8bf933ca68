"""Where the next entry of the progress log goes, and what it looks like there.

section with entries     behind the last item of the last list, with its marker and indentation
section without          behind what it holds, after one blank line
no section               `## Progress Log` at the end of the file, between blank lines
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from executor.taskfile.blocks import Block
from executor.taskfile.lines import Line
from executor.taskfile.sections import Section, is_progress_log, sections_named
from executor.values import dataclass

HEADING = "## Progress Log"


@dataclass(frozen=True, slots=True)
class Insertion:
    """Bytes that go in at an offset, and the 1-based line behind which they stand."""

    at: int
    content: bytes
    line: int


def insertions(lines: Sequence[Line], root: Block, entry: str) -> Iterator[Insertion]:
    """Ways to write the entry, the plainest first. The one to take is the first that the proof accepts: where the next
    line would be drawn into the entry (a setext heading, a tag), a blank line has to stand between them."""
    section = next(iter(sections_named(root, is_progress_log)), None)
    if section is None:
        yield _new_section(lines, entry)
        return
    last = _last_entry(section)
    if last is None:
        yield from _first_entry(lines, section, entry)
        return
    text = _marker(last) + entry
    yield _behind(lines, last.children[-1].end, [text])
    yield _behind(lines, last.children[-1].end, [text, ""])


def _last_entry(section: Section) -> Block | None:
    """The last list of the section, whether below a sub-heading or not; None where it has none."""
    lists = [block for block in section.blocks if block.kind == "list"]
    return lists[-1] if lists else None


def _marker(items: Block) -> str:
    last = items.children[-1]
    sign = _next_number(items) + last.marker if last.number else last.marker
    return last.prefix + sign + (last.padding or " ")


def _next_number(items: Block) -> str:
    """One more than the last; a list that says the same number each time (`1. 1. 1.`) goes on saying it."""
    numbers = [item.number for item in items.children]
    same = len(numbers) > 1 and len(set(numbers)) == 1
    following = str(int(numbers[-1]) + 1).zfill(len(numbers[-1]))
    return numbers[-1] if same or len(following) > 9 else following


def _first_entry(lines: Sequence[Line], section: Section, entry: str) -> Iterator[Insertion]:
    """Behind what the section holds, after one blank line: the one that is there if it is not also the only one before
    the next heading."""
    last = max([section.heading.end, *(block.end for block in section.blocks)])
    new = f"- {entry}"
    if _blank(lines, last + 1) and not (last + 2 < len(lines) and not lines[last + 2].blank):
        yield _behind(lines, last + 1, [new])
        return
    yield _behind(lines, last, ["", new])
    yield _behind(lines, last, ["", new, ""])


def _blank(lines: Sequence[Line], number: int) -> bool:
    return number < len(lines) and lines[number].blank


def _new_section(lines: Sequence[Line], entry: str) -> Insertion:
    last = len(lines) - 1
    above = [] if lines[last].blank else [""]
    return _behind(lines, last, [*above, HEADING, "", f"- {entry}"])


def _behind(lines: Sequence[Line], number: int, new: Sequence[str]) -> Insertion:
    """The new lines behind line `number`, with its line end. A last line without one stays the one without."""
    line = lines[number]
    eol = line.eol or next((each.eol for each in reversed(lines[:number]) if each.eol), b"\n")
    body = eol.join(text.encode("utf-8", "replace") for text in new)
    content = body + eol if line.eol else eol + body
    return Insertion(line.end, content, number + 1)
