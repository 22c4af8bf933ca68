"""What a block tree says: acceptance criteria, command sections, the progress log, dependencies.

Works on any tree of `Block`s, so that the scanner's and the parser's are read by the same rules (`judge.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from executor.patterns import pattern
from executor.taskfile.blocks import Block, walk
from executor.values import dataclass, field

BOLD_LEVEL = 7
"""A bold line of its own acts as a heading below all six levels."""

_BOLD_LINE = pattern(r"(\*\*\*|\*\*|___|__)(?![\s*_])((?:(?!\1).)+)(?<!\s)\1[ \t]*:?$")
_BOX = pattern(r"\[([ xX~\-!/>?])\](?:[ \t\v\f]+|$)")
_ALMOST_BOX = pattern(r"\[(?:[ xX\u00a0\u2007\u202f]?|[ \t]+[xX]?[ \t]*|[^\w\s\[\]])\](?![(\[:])")
_HIDDEN = pattern(r"<!--.*?-->|<[^<>]*>")
_LINK = pattern(r"\[([^\]]*)\]\([^)]*\)")
_MARKUP = pattern(r"[*_`~]+")
_NOTE_OF_TITLE = pattern(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])$")
_ACCEPTANCE = pattern(r"acceptance criteria(?: ?[:–—-] ?\S.*)?$")
_COMMANDS = pattern(r"(?:commands(?: to run)?|(?:build|deployment|verification) commands)$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, or a bold line of its own (level 7). `line` is 0-based, `end` the last line of its block."""

    level: int
    title: str
    line: int
    end: int

    @property
    def name(self) -> str:
        """Folded, without numbers, emoji and the like before it, `(Optional)` and a colon behind it."""
        text = self.title.casefold()
        while (shorter := _NOTE_OF_TITLE.sub("", text.rstrip(" :.!"))) != text:
            text = shorter
        return re.sub(r"^[\W\d_]+", "", text)


@dataclass(slots=True)
class Found:
    """A task-list item. `paragraph` is its own, whose text begins with the box; `parent` is an index in the list;
    `lead` is what leads to the list: a paragraph with a colon, a quote, a list item without a box. `beside` are list
    items without a box next to it, `prose` what section and headings say before the list, `behind` a quote right below.
    `above` are the headings that its section stands below, without the first `#` heading, which is a title, and the
    section's own, folded.
    """

    item: Block
    paragraph: Block
    mark: str
    text: str
    parent: int | None
    headings: tuple[str, ...]
    blocks: tuple[Block, ...]
    lead: str = ""
    beside: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    children: list[int] = field(default_factory=list)

    @property
    def line(self) -> int:
        return self.paragraph.line

    @property
    def more(self) -> tuple[str, ...]:
        """What else stands in the item: paragraphs, quotes, list items that are no criteria."""
        inside = (each for each in self.item.children if each is not self.paragraph)
        return (*(text for block in inside for text in _said(block)), *self.behind)

    @property
    def key(self) -> tuple[object, ...]:
        """What scanner and parser have to agree on; white space that CommonMark makes nothing of is folded."""
        code = tuple((block.info, " ".join(block.code.split())) for block in self.blocks)
        headings = tuple(" ".join(each.split()) for each in self.headings)
        return (self.mark, " ".join(self.text.split()), self.parent, headings, code)


def texts(block: Block) -> list[str]:
    """What a block says to a reader; comments say nothing."""
    said = [plain(" ".join(block.text))] if block.kind == "html" else _said(block)
    return [text for text in said if text]


def headings_above(root: Block) -> dict[int, tuple[str, ...]]:
    """Line of each heading → the titles that it stands below, without the first `#` heading, which is the file's."""
    found: dict[int, tuple[str, ...]] = {}
    above: list[Heading] = []
    titled = False
    for block in root.children:
        for heading in headings_of(block):
            above = [each for each in above if each.level < heading.level]
            found[heading.line] = tuple(each.title for each in above)
            if titled or heading.level > 1:
                above.append(heading)
            titled |= heading.level == 1
    return found


def _said(block: Block) -> Iterator[str]:
    """The texts of a block, without those of criteria in it."""
    if block.kind in ("paragraph", "heading"):
        yield block.joined
    for child in block.children if _box(block) is None else ():
        yield from _said(child)


@dataclass(slots=True)
class Section:
    """The top-level blocks from behind a heading to the next one of its level or a higher one."""

    heading: Heading
    blocks: list[Block]


def plain(text: str) -> str:
    """A heading's text without inline markup; what is longer than any heading is cut off."""
    return " ".join(_MARKUP.sub("", _LINK.sub(r"\1", _HIDDEN.sub("", text[:1000]))).split())


def headings_of(block: Block) -> list[Heading]:
    """The heading that a top-level block is, or the bold lines of a paragraph."""
    if block.kind == "heading":
        return [Heading(block.level, plain(block.joined), block.line, block.end)]
    if block.kind != "paragraph":
        return []
    bold = [(number, _BOLD_LINE.match(line.strip())) for number, line in enumerate(block.text)]
    return [Heading(BOLD_LEVEL, plain(found[2]), block.line + number, block.end) for number, found in bold if found]


def says_acceptance_criteria(heading: Heading) -> bool:
    return _ACCEPTANCE.match(heading.name) is not None


def is_progress_log(heading: Heading) -> bool:
    return heading.name == "progress log"


def is_commands(heading: Heading) -> bool:
    return _COMMANDS.match(heading.name) is not None


def is_dependencies(heading: Heading) -> bool:
    return heading.name == "dependencies"


def sections_named(root: Block, wanted: Callable[[Heading], bool]) -> list[Section]:
    """The sections whose heading is wanted. One below a bold line ends at the next heading or bold line; acceptance
    criteria below a lower heading end it too, being a section of their own, where no log entry may go."""
    marks = [(at, heading) for at, block in enumerate(root.children) for heading in headings_of(block)]
    result = []
    for number, (at, heading) in enumerate(marks):
        if wanted(heading):
            behind = (place for place, other in marks[number + 1 :] if _ends(other, heading))
            result.append(Section(heading, root.children[at + 1 : next(behind, len(root.children))]))
    return result


def _ends(other: Heading, heading: Heading) -> bool:
    apart = says_acceptance_criteria(other) and not says_acceptance_criteria(heading)
    return other.level <= heading.level or apart


class _Reader:
    """Walks the top-level blocks and collects the criteria of every acceptance-criteria section."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.sections: list[Heading] = []
        self._section: Heading | None = None
        self._above: list[Heading] = []
        self._titled = False
        self._groups: list[Heading] = []
        self._prose: list[tuple[int, str]] = []
        """What stands between headings and lists, with the level of the heading above it."""

    def read(self, root: Block) -> None:
        for before, block in zip([None, *root.children], root.children, strict=False):
            headings = headings_of(block)
            for heading in headings:
                self._enter(heading)
            if self._section is None or any(is_progress_log(each) for each in self._groups):
                continue
            if block.kind == "list":
                self._list(block, None, _lead(before))
            elif (
                block.kind == "quote" and before is not None and before.kind == "list" and block.line == before.end + 1
            ):
                self._behind(block)
            elif not headings:
                self._say(block)

    def _say(self, block: Block) -> None:
        level = (self._groups[-1] if self._groups else self._section or _NOWHERE).level
        self._prose += [(level, text) for text in texts(block)]

    def _behind(self, quote: Block) -> None:
        """A quote straight below a list, without an empty line, is said of its last item."""
        if self.found:
            self.found[-1].behind = tuple(_said(quote))

    def _enter(self, heading: Heading) -> None:
        self._prose = [(level, text) for level, text in self._prose if level < heading.level]
        inside = self._section is not None and heading.level > self._section.level
        if inside:
            self._groups = [each for each in self._groups if each.level < heading.level]
            self._groups.append(heading)
        else:
            self._above = [each for each in self._above if each.level < heading.level]
            self._section = heading if says_acceptance_criteria(heading) else None
            if self._section is None and (heading.level > 1 or self._titled):
                self._above.append(heading)
            self._titled |= self._section is None and heading.level == 1
            self._groups = []
            self._prose = []
        if says_acceptance_criteria(heading):
            self.sections.append(heading)

    def _list(self, items: Block, parent: int | None, lead: str) -> None:
        for item, beside in _with_neighbours(items.children):
            own = self._item(item, parent, lead, beside)
            below = "" if own is not None else " ".join([lead, *_said(item)][:2]).strip()
            for child in item.children:
                if child.kind == "list":
                    self._list(child, parent if own is None else own, below)

    def _item(self, item: Block, parent: int | None, lead: str, beside: tuple[str, ...]) -> int | None:
        first = item.children[0] if item.children else None
        box = _box(item)
        if first is None or box is None:
            return None
        index = len(self.found)
        text = Block("paragraph", text=[first.text[0][box.end() :], *first.text[1:]]).joined
        code = tuple(each for each in item.children if each.kind == "code" and each.fenced)
        groups = tuple(each.title for each in self._groups)
        section = self._section or _NOWHERE
        prose = tuple(dict.fromkeys((section.title, *(text for _, text in self._prose))))
        above = tuple(each.title.casefold().rstrip(" :") for each in (*self._above, section))
        self.found.append(Found(item, first, box[1], text, parent, groups, code, lead, beside, prose, above))
        if parent is not None:
            self.found[parent].children.append(index)
        return index


_NOWHERE = Heading(0, "", 0, 0)


def _with_neighbours(items: list[Block]) -> Iterator[tuple[Block, tuple[str, ...]]]:
    """List items, each with what the nearest ones without a box say: the last one before it, one right behind it."""
    above: tuple[str, ...] = ()
    for item, after in zip(items, [*items[1:], None], strict=True):
        if _is_remark(item):
            above = tuple(_said(item))[:1]
        below = tuple(_said(after))[:1] if after is not None and _is_remark(after) else ()
        yield item, (*above, *below)


def _is_remark(item: Block) -> bool:
    """Whether a list item is no criterion and does not look like one that was written wrongly."""
    first = item.children[0] if item.children else None
    return first is not None and _box(item) is None and not (first.text and _ALMOST_BOX.match(first.text[0]))


def _lead(before: Block | None) -> str:
    """What leads to a list: a paragraph that ends with a colon, a quote."""
    if before is None or before.kind not in ("paragraph", "quote"):
        return ""
    text = " ".join(_said(before))
    return text if before.kind == "quote" or text.endswith(":") else ""


def _box(item: Block) -> re.Match[str] | None:
    """The box that an item begins with. GitHub's parser makes one only on the item's own line, behind nothing but white
    space and its marker, and with a space behind it on that line; an underlined heading may hold it, a `#` one not."""
    first = item.children[0] if item.children else None
    if first is None or not (first.kind == "paragraph" or first.setext) or not item.first_on_line:
        return None
    box = _BOX.match(first.text[0])
    return box if box and box.end() > 3 and item.line == first.line else None


def criteria(root: Block) -> tuple[list[Found], list[Heading]]:
    """The task-list items of all acceptance-criteria sections, and the sections' headings."""
    reader = _Reader()
    reader.read(root)
    return reader.found, reader.sections


def almost_boxes(root: Block) -> Iterator[Block]:
    """List items of acceptance-criteria sections that look like a box and are none (`[]`, `[ ]text`, `[✓]`)."""
    for section in sections_named(root, says_acceptance_criteria):
        for top in section.blocks:
            for block in walk(top) if top.kind == "list" else ():
                first = block.children[0] if block.kind == "item" and block.children else None
                if first is None or first.kind != "paragraph" or _box(block) is not None:
                    continue
                if _ALMOST_BOX.match(first.text[0]):
                    yield block
