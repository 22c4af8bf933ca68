"""Which tasks a task waits for: front-matter keys, and a section `Dependencies`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from executor.patterns import pattern
from executor.taskfile.blocks import Block, walk
from executor.taskfile.front import FrontMatter
from executor.taskfile.sections import is_dependencies, sections_named

_KEYS = {"depends_on": ("depends_on", "dependencies"), "blocks": ("blocks",), "blocked_by": ("blocked_by",)}
_LABEL = pattern(
    r"(?:\*\*|__)?(?P<word>blocked by|depends on|after|requires|needs|before|blocks|waits for)\b:?(?:\*\*|__)?:?\s*",
    re.I,
)
_FIELD_OF = {"blocked by": "blocked_by", "before": "blocks", "blocks": "blocks"}
_TASK_ID = pattern(r"(?<![\w/.-])([A-Za-z][A-Za-z0-9_]*-\d+(?:\.\d+)*)(?![\w/-])")
_ANY_PREFIX = ("task",)


def read(matter: FrontMatter, root: Block) -> dict[str, tuple[str, ...]]:
    """`depends_on`, `blocks` and `blocked_by`, each id once, in the order in which they are named."""
    named = {field: [each for key in keys for each in matter.items(key)] for field, keys in _KEYS.items()}
    for section in sections_named(root, is_dependencies):
        for field, task_id in _in_section(section.blocks, matter.text("id")):
            named[field].append(task_id)
    return {field: tuple(dict.fromkeys(ids)) for field, ids in named.items()}


def _in_section(blocks: list[Block], own: str) -> Iterator[tuple[str, str]]:
    prefixes = {own.rpartition("-")[0].casefold(), *_ANY_PREFIX} - {""}
    for top in blocks:
        for block in (top, *walk(top)):
            if block.kind == "paragraph":
                for line in block.text:
                    yield from _in_line(line, prefixes)


def _in_line(line: str, prefixes: set[str]) -> Iterator[tuple[str, str]]:
    """Ids with the prefix of the task's own id (or `task-`) anywhere; another prefix only where the line begins with
    it, because `UTF-8` and `SHA-256` look like ids too."""
    text = re.sub(r"^\[[ xX]\]\s+", "", line.strip())
    label = _LABEL.match(text)
    field = _FIELD_OF.get(label["word"].casefold(), "depends_on") if label else "depends_on"
    start = label.end() if label else 0
    for found in _TASK_ID.finditer(text, start):
        known = found[1].rpartition("-")[0].casefold() in prefixes
        if known or not text[start : found.start()].strip("*_`[("):
            yield field, found[1]
