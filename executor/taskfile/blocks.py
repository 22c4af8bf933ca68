"""Where the blocks of a Markdown text stand: CommonMark's block structure, line by line, with the place of each block.

mistune knows the structure and no positions; this knows the positions. It follows the algorithm of the CommonMark
reference parser (spec 0.31, appendix "A parsing strategy"; cmark's blocks.c): each line is matched against the open
containers, may then open new ones, and what is left of it is added to the innermost leaf. Inline markup and link
reference definitions are not looked at. `judge.py` compares what both parsers see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from executor.patterns import pattern
from executor.values import dataclass, field


@dataclass(slots=True)
class Block:
    """A node of the block tree. Lines are 0-based numbers of the lines that were scanned; `end` is its last line that
    is not blank. `text` holds, per line, what is left of it without the containers' prefixes.

    kind        set besides
    document, quote, list
    item        marker (`-`, `*`, `+`, `.`, `)`), number (digits as written), prefix (the line up to the marker),
                padding (white space behind the marker), first_on_line (nothing but white space before the marker)
    paragraph   column: where its first line's text starts
    heading     level, text; setext (then column as above)
    code        fenced, info
    html, rule
    """

    kind: str
    line: int = -1
    end: int = -1
    children: list[Block] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    column: int = 0
    level: int = 0
    setext: bool = False
    fenced: bool = False
    info: str = ""
    marker: str = ""
    number: str = ""
    prefix: str = ""
    padding: str = ""
    first_on_line: bool = True
    content_indent: int = 0
    fence: str = ""
    closes: re.Pattern[str] | None = None

    @property
    def joined(self) -> str:
        """The text of a paragraph or heading as one line; the backslash of a hard line break is no text."""
        lines = [line.strip() for line in self.text]
        return " ".join([*(_without_break(line) for line in lines[:-1]), *lines[-1:]]).strip()

    @property
    def code(self) -> str:
        return "\n".join(self.text)


def _without_break(line: str) -> str:
    bare = line.rstrip("\\")
    return line[:-1].rstrip() if (len(line) - len(bare)) % 2 else line


_ATX = pattern(r"(#{1,6})(?:[ \t]+(.*))?$", re.S)
_FENCE = pattern(r"(`{3,})([^`]*)$|(~{3,})(.*)$", re.S)
_SETEXT = pattern(r"(?:(=+)|-+)[ \t]*$")
_RULE = pattern(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_MARKER = pattern(r"([-+*])(?=[ \t]|$)|(\d{1,9})([.)])(?=[ \t]|$)")
_SPECIAL = frozenset("#>`~<=-_*+0123456789")

_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|"
    "menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|source|summary|table|tbody|td|tfoot|th|thead|"
    "title|tr|track|ul"
)
_ATTRIBUTE = r"""\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""
_TO_BLANK = pattern(r"[ \t]*$")
_HTML: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (pattern(r"<(?:script|pre|style|textarea)(?:[\s>]|$)", re.I), pattern(r"</(?:script|pre|style|textarea)>", re.I)),
    (pattern(r"<!--"), pattern(r"-->")),
    (pattern(r"<\?"), pattern(r"\?>")),
    (pattern(r"<!\[CDATA\["), pattern(r"\]\]>")),
    (pattern(r"<![A-Za-z]"), pattern(r">")),
    (pattern(rf"</?(?:{_TAGS})(?:\s|/?>|$)", re.I), _TO_BLANK),
)
_HTML_ANY_TAG = pattern(rf"(?:<[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*\s*/?>|</[A-Za-z][A-Za-z0-9-]*\s*>)\s*$")


MAX_DEPTH = 100
"""Open containers (lists and items count each). Nobody writes that; a machine may, and time grows with the square."""


class TooDeep(Exception):
    """`line` (0-based) nests more than MAX_DEPTH containers."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Cursor:
    """A position in one line, in characters and in columns; tab stops are 4 columns apart, and a tab may be used up in
    part (`rest` columns of it are left)."""

    __slots__ = ("column", "pos", "rest", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.column = 0
        self.rest = 0

    def indent(self) -> tuple[int, int]:
        """(columns of white space from here, position of the first character that is none)."""
        text, pos, column = self.text, self.pos, self.column
        if self.rest:
            pos, column = pos + 1, column + self.rest
        while pos < len(text):
            if text[pos] == " ":
                column += 1
            elif text[pos] == "\t":
                column += 4 - column % 4
            else:
                break
            pos += 1
        return column - self.column, pos

    def skip(self, columns: int) -> None:
        """Move over that many columns of white space, into a tab if need be."""
        while columns > 0 and self.pos < len(self.text):
            width = self.rest or (4 - self.column % 4 if self.text[self.pos] == "\t" else 1)
            step = min(width, columns)
            self.column += step
            columns -= step
            self.rest = width - step if self.text[self.pos] == "\t" else 0
            if not self.rest:
                self.pos += 1

    def jump(self, pos: int) -> None:
        """Move over text without tabs, or to the first character behind the white space."""
        columns, first = self.indent()
        if pos >= first:
            self.column += columns + (pos - first)
            self.pos, self.rest = pos, 0

    def left(self) -> str:
        if self.rest:
            return " " * self.rest + self.text[self.pos + 1 :]
        return self.text[self.pos :]


class Scanner:
    """Feed it lines; `root` is the tree."""

    def __init__(self) -> None:
        self.root = Block("document", 0)
        self._open = [self.root]
        self._leaf: Block | None = None

    def feed(self, number: int, text: str) -> None:
        cursor = _Cursor(text)
        blank = _blank_from(cursor)
        matched = self._match(cursor, blank)
        whole = matched == len(self._open)
        if not (whole and self._continue_leaf(number, cursor)):
            self._place(number, cursor, matched, whole)
        if not blank:
            for block in (*self._open, *([self._leaf] if self._leaf else ())):
                block.end = number

    def _match(self, cursor: _Cursor, blank: bool) -> int:
        """How many of the open containers this line goes on with."""
        for depth, block in enumerate(self._open):
            if block.kind == "item" and not _skip_item_indent(cursor, block, blank):
                return depth
            if block.kind == "quote" and not _skip_quote_mark(cursor):
                return depth
        return len(self._open)

    def _continue_leaf(self, number: int, cursor: _Cursor) -> bool:
        """Give the line to the open leaf if that takes it as it is: fenced and indented code, HTML."""
        leaf = self._leaf
        if leaf is None or leaf.kind == "paragraph":
            return False
        if leaf.kind == "html":
            return self._continue_html(number, leaf, cursor)
        if leaf.fenced:
            self._continue_fence(number, leaf, cursor)
            return True
        columns, first = cursor.indent()
        if columns >= 4 or first == len(cursor.text):
            cursor.skip(4)
            leaf.text.append(cursor.left())
            return True
        self._leaf = None
        return False

    def _continue_html(self, number: int, leaf: Block, cursor: _Cursor) -> bool:
        assert leaf.closes is not None
        if leaf.closes is not _TO_BLANK:
            leaf.text.append(cursor.left())
            if leaf.closes.search(cursor.left()):
                self._close_leaf(number)
            return True
        if _blank_from(cursor):
            self._leaf = None
            return False
        leaf.text.append(cursor.left())
        return True

    def _continue_fence(self, number: int, leaf: Block, cursor: _Cursor) -> None:
        columns, first = cursor.indent()
        rest = cursor.text[first:].rstrip(" \t")
        if columns < 4 and rest.startswith(leaf.fence) and not rest.strip(leaf.fence[0]):
            self._close_leaf(number)
            return
        cursor.skip(min(columns, leaf.content_indent))
        leaf.text.append(cursor.left())

    def _close_leaf(self, number: int) -> None:
        """The open leaf ends with this line."""
        if self._leaf is not None:
            self._leaf.end = number
        self._leaf = None

    def _place(self, number: int, cursor: _Cursor, matched: int, whole: bool) -> None:
        """Open what this line opens, and put what is left of it where it belongs."""
        lazy = self._leaf is not None and self._leaf.kind == "paragraph"
        paragraph = self._leaf if whole and lazy else None
        while block := _start(number, cursor, paragraph, lazy):
            if block is paragraph:
                self._close_leaf(number)
                return
            del self._open[matched:]
            paragraph, lazy = None, False
            self._attach(block)
            self._leaf = block if block.kind in ("code", "html") else None
            if block.kind == "html":
                self._continue_html(number, block, cursor)
            if block.kind not in ("quote", "item"):
                return
            self._open.append(block)
            matched = len(self._open)
            if matched > MAX_DEPTH:
                raise TooDeep(number)
        self._add_text(number, cursor, matched, lazy)

    def _add_text(self, number: int, cursor: _Cursor, matched: int, lazy: bool) -> None:
        _, first = cursor.indent()
        text = cursor.text[first:]
        if text and lazy and self._leaf is not None:
            self._leaf.text.append(text)
            return
        del self._open[matched:]
        self._leaf = None
        if text:
            self._leaf = Block("paragraph", number, number, text=[text], column=first)
            self._attach(self._leaf)

    def _attach(self, block: Block) -> None:
        """Add to the innermost open container that can hold it; an item gets its list."""
        if self._open[-1].kind == "list" and self._open[-1].marker != block.marker:
            self._open.pop()
        if block.kind == "item" and self._open[-1].kind != "list":
            items = Block("list", block.line, block.line, marker=block.marker)
            self._open[-1].children.append(items)
            self._open.append(items)
        self._open[-1].children.append(block)


def _skip_item_indent(cursor: _Cursor, item: Block, blank: bool) -> bool:
    if blank:
        cursor.jump(cursor.indent()[1])
        return bool(item.children)  # an item begins with at most one blank line
    enough = cursor.indent()[0] >= item.content_indent
    if enough:
        cursor.skip(item.content_indent)
    return enough


def _skip_quote_mark(cursor: _Cursor) -> bool:
    columns, first = cursor.indent()
    if columns > 3 or not cursor.text.startswith(">", first):
        return False
    cursor.jump(first + 1)
    if cursor.text[cursor.pos : cursor.pos + 1] in (" ", "\t"):
        cursor.skip(1)
    return True


def _start(number: int, cursor: _Cursor, paragraph: Block | None, lazy: bool) -> Block | None:
    """The block that starts here, if one does; the cursor is then behind what opens it.

    `paragraph` is the open one that this line may go on with; `lazy` that a paragraph is open somewhere.
    """
    columns, first = cursor.indent()
    if first == len(cursor.text):
        return None
    if columns >= 4:
        if lazy:
            return None
        cursor.skip(4)
        return Block("code", number, number, text=[cursor.left()])
    if cursor.text[first] not in _SPECIAL:
        return None
    rest = cursor.text[first:]
    if rest[0] == ">" and _skip_quote_mark(cursor):
        return Block("quote", number, number)
    return (
        _heading(number, rest)
        or _fence(number, rest, columns)
        or _html(number, rest, paragraph is not None)
        or _setext(rest, paragraph)
        or (Block("rule", number, number) if _RULE.match(rest) else None)
        or _item(number, cursor, columns, first, paragraph is not None)
    )


def _blank_from(cursor: _Cursor) -> bool:
    return cursor.indent()[1] == len(cursor.text)


def _heading(number: int, rest: str) -> Block | None:
    found = _ATX.match(rest)
    if not found:
        return None
    text = (found[2] or "").strip(" \t")
    bare = text.rstrip("#")
    if not bare or bare[-1] in " \t":  # a closing sequence of #s
        text = bare.rstrip(" \t")
    return Block("heading", number, number, text=[text], level=len(found[1]))


def _fence(number: int, rest: str, columns: int) -> Block | None:
    found = _FENCE.match(rest)
    if not found:
        return None
    info = (found[2] if found[1] else found[4]).strip()
    fence = found[1] or found[3]
    return Block("code", number, number, fenced=True, info=info, fence=fence, content_indent=columns)


def _html(number: int, rest: str, in_paragraph: bool) -> Block | None:
    if rest[0] != "<":
        return None
    for opens, closes in _HTML:
        if opens.match(rest):
            return Block("html", number, number, closes=closes)
    if not in_paragraph and _HTML_ANY_TAG.match(rest):
        return Block("html", number, number, closes=_TO_BLANK)
    return None


def _setext(rest: str, paragraph: Block | None) -> Block | None:
    """The paragraph above becomes a heading."""
    found = _SETEXT.match(rest) if paragraph is not None else None
    if not found or paragraph is None:
        return None
    paragraph.kind = "heading"
    paragraph.setext = True
    paragraph.level = 1 if found[1] else 2
    return paragraph


def _item(number: int, cursor: _Cursor, columns: int, first: int, in_paragraph: bool) -> Block | None:
    found = _MARKER.match(cursor.text, first)
    if not found:
        return None
    if in_paragraph and (not cursor.text[found.end() :].strip(" \t") or int(found[2] or 1) != 1):
        return None
    before = cursor.text[:first]
    cursor.jump(found.end())
    spaces, text_at = cursor.indent()
    width = found.end() - first
    if spaces > 4 or spaces < 1 or text_at == len(cursor.text):
        padding = cursor.text[found.end() : found.end() + 1] or " "
        cursor.skip(1)
        spaces = 1
    else:
        padding = cursor.text[found.end() : text_at]
        cursor.skip(spaces)
    return Block(
        "item", number, number, marker=found[1] or found[3], number=found[2] or "", prefix=before, padding=padding,
        first_on_line=not before.strip(" \t"), content_indent=columns + width + spaces,
    )  # fmt: skip


def scan(texts: Iterable[str], first: int = 0) -> Block:
    """The tree of a text's lines; `first` is the number of the first of them."""
    scanner = Scanner()
    for number, text in enumerate(texts, first):
        scanner.feed(number, text)
    return scanner.root


def walk(block: Block) -> Iterator[Block]:
    """Every block below, in order."""
    for child in block.children:
        yield child
        yield from walk(child)
