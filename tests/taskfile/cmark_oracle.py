"""What GitHub's own parser (cmark-gfm) takes for a task-list item of an acceptance-criteria section, by its HTML.

Independent of the program: another parser, another way to find the section. Shared with `benchmarks/corpus_ticks.py`.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

_LINES = re.compile(r"\r\n|\n|\r")


def task_items(body: str) -> list[int]:
    """The 1-based lines of the task-list items that are criteria. `body` is the text behind the front matter.

    cmark-gfm has one fault that matters: it calls an item checked when `[x]` stands anywhere in its line. So only the
    place is taken from it; the mark is what stands in the box.
    """
    options = Options.CMARK_OPT_SOURCEPOS | Options.CMARK_OPT_UNSAFE
    reader = _Reader(_LINES.split(body))
    reader.feed(cmarkgfm.github_flavored_markdown_to_html(body, options))
    reader.close()
    return reader.items


class _Reader(HTMLParser):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines
        self.items: list[int] = []
        self.stack: list[tuple[str, int]] = []
        self.level: int | None = None  # of the section that we are in
        self.log: int | None = None  # of a progress log inside it
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        position = dict(attrs).get("data-sourcepos")
        line = int(position.split(":")[0]) if position else 0
        if tag == "input" and self.level is not None and self.log is None and self._in_plain_list():
            self.items.append(next(line for name, line in reversed(self.stack) if name == "li"))
        if tag not in ("input", "br", "hr", "img") and (position or tag in ("strong", "p")):
            self.stack.append((tag, line))
            if len(self.stack) == 1:
                self.text = ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def _in_plain_list(self) -> bool:
        return all(name in ("ul", "ol", "li", "p") for name, _ in self.stack)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _ in self.stack):
            return
        while self.stack.pop()[0] != tag:
            pass
        if not self.stack and re.fullmatch(r"h[1-6]", tag):
            self._heading(int(tag[1]), self.text)
        if not self.stack and tag == "p":
            self._paragraph(self.text)

    def _paragraph(self, text: str) -> None:
        """Bold lines of their own end what began with one; they are looked up in the source by their text."""
        for line in text.splitlines():
            bare = line.strip().rstrip(":").rstrip()
            source = (f"**{bare}**", f"**{bare}**:", f"**{bare}:**", f"__{bare}__")
            if any(each.strip() in source for each in self.lines):
                self._heading(7, bare)

    def _heading(self, level: int, text: str) -> None:
        name = re.sub(r"\([^)]*\)|[:\s]+$", "", text.strip()).strip().lower()
        if self.level is not None and level > self.level:
            if self.log is not None and level <= self.log:
                self.log = None
            if name == "progress log" and self.log is None:
                self.log = level
            return
        self.level = level if re.fullmatch(r"\W*acceptance criteria", name) else None
        self.log = None
