"""Bytes of a task file → TaskFile.

    bytes ──lines──▶ front matter + body ──blocks (scanner)──▶ tree with places ──sections──▶ criteria
                                         └─judge (mistune)───▶ tree            ──sections──▶ criteria, must be the same

The parser is the judge: where scanner and parser differ in the number or the text of the criteria, the file is refused.
It is asked before and after each edit (`read`), and on reading (`parse`) where the text is not plain (`judge.plain`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path

from executor.errors import TaskFileError
from executor.patterns import pattern
from executor.taskfile import dependencies, front, judge
from executor.taskfile.blocks import Block, TooDeep, scan, walk
from executor.taskfile.front import FrontMatter
from executor.taskfile.lines import Line, read_lines
from executor.taskfile.lookup import id_from_name
from executor.taskfile.model import CodeBlock, CommandSection, Criterion, TaskFile
from executor.taskfile.sections import (
    Found,
    Heading,
    almost_boxes,
    criteria,
    headings_above,
    headings_of,
    is_commands,
    is_progress_log,
    says_acceptance_criteria,
    sections_named,
    texts,
)
from executor.values import dataclass

MAX_BYTES = 10 * 1024 * 1024
AS_A_BOX = "write each criterion as `- [ ] text`"
_ID = pattern(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,200}\Z")


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was made of a file's bytes; `edit` works on it, the rest of the program sees `task` only.

    `root` and `found` are the scanner's, `judged` and `judged_found` the parser's (if nothing is to be written and the
    text is plain: the scanner's too).
    """

    lines: list[Line]
    front: FrontMatter
    root: Block
    found: list[Found]
    judged: Block
    judged_found: list[Found]
    task: TaskFile


def parse(data: bytes, path: Path, *, max_bytes: int = MAX_BYTES) -> TaskFile:
    """The task file whose bytes are `data`. Raises TaskFileError with the place (file:line) for what is no task file:
    not UTF-8, NUL bytes, too large, front matter unclosed or no mapping, no acceptance criteria, an unusable id."""
    return read(data, path, max_bytes=max_bytes, to_write=False).task


@functools.lru_cache(maxsize=4)
def read(data: bytes, path: Path, *, max_bytes: int = MAX_BYTES, to_write: bool = True) -> Reading:
    """As `parse`, with the trees that it was read from; `to_write`: the parser is asked whatever the text is. Kept,
    as a run reads the same bytes several times."""
    lines = read_lines(data, path, max_bytes)
    matter = front.read(lines, path)
    texts = [line.text for line in lines[matter.body :]]
    try:
        root = scan(texts, matter.body)
        found, headings = criteria(root)
        if not headings:
            raise _no_criteria(root, path)
        judged, judged_found = root, found
        if to_write or not judge.plain(texts):
            judged = judge.tree(texts)
            judged_found, _ = criteria(judged)
    except TooDeep as error:
        raise _too_deep(path, error.line + 1) from None
    except RecursionError:
        raise _too_deep(path, 1) from None
    _agree(found, judged_found, lines, path)
    task = _task(path, data, lines, matter, root=root, found=found)
    return Reading(lines, matter, root, found, judged, judged_found, task)


def _too_deep(path: Path, line: int) -> TaskFileError:
    return TaskFileError("lists or quotes nested too deeply", place=f"{path}:{line}", remedy="flatten them")


def _no_criteria(root: Block, path: Path) -> TaskFileError:
    vain = next((each for each in walk(root) if _says_so_in_vain(each)), None)
    where = "plain text, no heading" if vain in root.children else "inside a list or quote"
    where = {"code": "inside a code block", "html": "inside an HTML block"}.get(vain.kind if vain else "", where)
    return TaskFileError(
        'no "Acceptance Criteria" section' + (f" (what says so here is {where})" if vain else ""),
        place=f"{path}:{vain.line + 1 if vain else 1}",
        remedy="add a heading `## Acceptance Criteria` above the list of criteria",
    )


def _says_so_in_vain(block: Block) -> bool:
    return any(re.match(r"\s*(?:#+|\*\*)?\s*acceptance criteria(?:\s*\(.*\))?\W*$", line, re.I) for line in block.text)


def _agree(found: list[Found], judged: list[Found], lines: list[Line], path: Path) -> None:
    """Refuse the file where scanner and parser see different criteria."""
    last = 0
    for ours, theirs in zip_longest(found, judged):
        if ours is None or theirs is None or ours.key != theirs.key:
            line = ours.line if ours is not None else _line_of(theirs, lines, last)
            raise TaskFileError(
                f"not certain what the criteria are: {_difference(ours, theirs)}", place=f"{path}:{line + 1}",
                remedy="write each criterion as `- [ ] text` on a line of its own, blank lines around lists and blocks",
            )  # fmt: skip
        last = ours.line


def _line_of(theirs: Found | None, lines: list[Line], last: int) -> int:
    """The line below the last sure criterion that holds the text which only the parser takes for one."""
    start = theirs.text[:30] if theirs is not None else ""
    return next((number for number, line in enumerate(lines) if number > last and start in line.text), last)


_ASPECTS = ("mark", "text", "place in the list", "headings above it", "code in it")


def _difference(ours: Found | None, theirs: Found | None) -> str:
    if ours is None or theirs is None or ours.key[:2] != theirs.key[:2]:
        return f"by its lines {_seen(ours)}, by the Markdown parser {_seen(theirs)}"
    differing = [name for name, a, b in zip(_ASPECTS, ours.key, theirs.key, strict=True) if a != b]
    return f"lines and Markdown parser differ in {' and '.join(differing)} of `[{ours.mark}] {ours.text[:60]}`"


def _seen(found: Found | None) -> str:
    return "there is none here" if found is None else f"it is `[{found.mark}] {found.text[:60]}`"


def _task(
    path: Path, data: bytes, lines: list[Line], matter: FrontMatter, *, root: Block, found: list[Found]
) -> TaskFile:
    return TaskFile(
        path=path,
        data=data,
        id=_id(matter, path),
        title=_title(matter, root, path),
        front_matter=matter.values,
        labels=matter.items("labels"),
        criteria=tuple(_criterion(number, each, lines) for number, each in enumerate(found, 1)),
        sections=tuple(_command_sections(root)),
        status=matter.text("status"),
        priority=matter.text("priority"),
        repository=matter.text("repository") or None,
        version=matter.text("version") or None,
        registry=matter.text("registry") or None,
        context=matter.text("context") or None,
        warnings=(*matter.warnings, *_warnings(root, path, empty=not found)),
        **dependencies.read(matter, root),
    )


def _id(matter: FrontMatter, path: Path) -> str:
    node = matter.nodes.get("id")
    own = matter.text("id")
    if node is None or (node.id == "scalar" and not own):
        return id_from_name(path)
    if not _ID.match(own):
        wrong = f"the id {own[:80]!r} is no name of up to 200 letters, digits, `.`, `_` and `-`"
        raise TaskFileError(
            wrong if own else "the id is no single value", place=f"{path}:{matter.lines['id']}",
            remedy="write it like `id: TASK-001`",
        )  # fmt: skip
    return own


def _title(matter: FrontMatter, root: Block, path: Path) -> str:
    """The front matter's, else the first `#` heading that is no section's, else the file's name."""
    headings = (heading for block in root.children if block.kind == "heading" for heading in headings_of(block))
    titles = (each.title for each in headings if each.level == 1 and each.title and not _is_section(each))
    return " ".join(matter.text("title").split()) or next(titles, path.stem)


def _is_section(heading: Heading) -> bool:
    return says_acceptance_criteria(heading) or is_progress_log(heading) or is_commands(heading)


def _criterion(index: int, found: Found, lines: list[Line]) -> Criterion:
    line = lines[found.line]
    return Criterion(
        index=index,
        line=found.line + 1,
        text=found.text,
        mark=found.mark,
        box=line.offset(found.paragraph.column + 1),
        withdrawn=_withdrawn(found.text),
        parent=None if found.parent is None else found.parent + 1,
        children=tuple(child + 1 for child in found.children),
        headings=found.headings,
        blocks=_code(found.blocks),
        more=found.more,
        lead=found.lead,
        beside=found.beside,
        prose=found.prose,
        above=found.above,
    )


_DECORATION = pattern(r"(?:#\d+|\*\*|__|\[P\]|[A-Za-z]+-?\d[\d.]*:|\d+[.)])[ \t]*")
_STRUCK = pattern(r"~~(?![\s~])(?:`[^`]*`|[^~`]|~(?!~)|`)*?(?<!\s)~~")
_NOTE = pattern(r"[\s.,;:!*_]*(?:[\s]+[-–—]+\s.*|\(.*\)[\s.!*_]*|\[.*\][\s.!*_]*)?$", re.S)


def _withdrawn(text: str) -> bool:
    """Whether all of the text is struck out; decoration before it and a note behind it may stand.

    "~~Use A~~ Use B" is no withdrawal: there the words that count are not struck out.
    """
    if "~~" not in text:
        return False
    at = 0
    while found := _DECORATION.match(text, at):
        at = found.end()
    struck = _STRUCK.match(text, at)
    while struck:
        at = struck.end()
        struck = _STRUCK.match(text, at + len(text[at:]) - len(text[at:].lstrip()))
    return text[:at].endswith("~~") and _NOTE.match(text, at) is not None


def _code(blocks: Iterable[Block]) -> tuple[CodeBlock, ...]:
    return tuple(CodeBlock(block.code, block.info, block.line + 1) for block in blocks)


def _command_sections(root: Block) -> Iterable[CommandSection]:
    """Sections named Commands, Build Commands …: each heading in them with the fenced blocks right below it."""
    sections = sections_named(root, is_commands)
    titles = headings_above(root) if sections else {}
    for section in sections:
        parts: list[tuple[Heading, list[Block]]] = [(section.heading, [])]
        for block in section.blocks:
            headings = headings_of(block)
            parts += [(each, []) for each in headings]
            if not headings:
                parts[-1][1].append(block)
        leading = [text for block in parts[0][1] for text in texts(block)]  # is said of all of them
        for number, (heading, blocks) in enumerate(parts):
            fences = [fence for block in blocks for fence in _fences(block)]
            prose = [text for block in blocks for text in texts(block)] if number else []
            above = (*titles[heading.line], heading.title)
            if fences:
                name, line, said = section.heading.title, heading.line + 1, (*leading, *prose)
                yield CommandSection(name, heading.title, line, _code(fences), above, said)


def _fences(block: Block) -> list[Block]:
    if block.kind == "code" and block.fenced:
        return [block]
    return [fence for child in block.children for fence in _fences(child)] if block.kind in ("list", "item") else []


def _warnings(root: Block, path: Path, *, empty: bool) -> Iterable[str]:
    for item in almost_boxes(root):
        text = item.children[0].text[0][:60]
        yield f"{path}:{item.line + 1}: `{text}` is no task-list item and not a criterion; {AS_A_BOX}"
    for section in sections_named(root, says_acceptance_criteria) if empty else ():
        yield f"{path}:{section.heading.line + 1}: no criterion in the section; {AS_A_BOX}"
    logs = sections_named(root, is_progress_log)
    if len(logs) > 1:
        lines = ", ".join(str(log.heading.line + 1) for log in logs)
        yield f"{path}:{logs[1].heading.line + 1}: several progress logs (lines {lines}); entries go into the first"
