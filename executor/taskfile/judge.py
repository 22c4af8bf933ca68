"""mistune's reading of a text as a tree of `Block`s. It knows the structure and no positions: lines are -1.

Only its block parser runs; inline markup is not needed and is most of the time that it takes. Loading it is a tenth of
`executor explain`, so a text that is only read need not go through it where nothing has two readings: `plain`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from executor.patterns import pattern
from executor.taskfile.blocks import Block

_KINDS = {"thematic_break": "rule", "block_html": "html", "raw_html": "html"}


def tree(lines: list[str]) -> Block:
    """What mistune makes of the lines (given without their line ends)."""
    import mistune

    parser = mistune.BlockParser()
    state = parser.state_cls()
    state.process("\n".join(map(_tame, lines)) + "\n")
    parser.parse(state, parser.rules)
    return Block("document", children=_blocks(state.tokens))


_HEADING = pattern(r"#{1,6} \S")
_ITEM = pattern(r"(?:  )?- (?!\d+[.)])(?:\[[ xX]\] \S|\*\*[^\s*]|`[^`]|[^\W_])")
_TEXT = pattern(r"\*\*[^\s*]|`[^`]|[^\W\d_]|\|")
_COMMENT = pattern(r"<!-- (?:[^->]|-(?!->))* -->$")
_FENCE = pattern(r"```[\w+-]*$")


def plain(lines: Iterable[str]) -> bool:
    """Whether every line is of a kind that has one reading: headings, comments, paragraphs and fenced code at the
    margin, items with `-` in at most two levels and of one line each. The tests hold it to `tree`."""
    before, fenced = "blank", False
    for line in lines:
        if fenced:
            fenced = line != "```"
            if line.startswith("```") and fenced:
                return False
            continue
        kind = _kind(line)
        if before not in _MAY_FOLLOW.get(kind, ()):
            return False
        before, fenced = kind, kind == "fence"
    return not fenced


_MAY_FOLLOW = {
    "blank": ("blank", "heading", "comment", "text", "item", "nested", "fence"),
    "heading": ("blank", "heading", "comment"),
    "comment": ("blank", "heading", "comment", "text", "item", "nested"),
    "fence": ("blank", "heading", "comment"),
    "text": ("blank", "heading", "comment", "text"),
    "item": ("blank", "heading", "comment", "text", "item", "nested"),
    "nested": ("item", "nested"),
}


def _kind(line: str) -> str:
    if not line:
        return "blank"
    if not line.isprintable():  # tabs, control characters and the white space that is no space
        return "other"
    if _ITEM.match(line):
        return "nested" if line[0] == " " else "item"
    kinds = (("heading", _HEADING), ("comment", _COMMENT), ("fence", _FENCE), ("text", _TEXT))
    return next((kind for kind, pattern in kinds if pattern.match(line)), "other")


_LONG_GAP = pattern(r"[ \t]{200,}")


def _tame(line: str) -> str:
    """Long runs of white space are cut: they mean no more than 200 do, and mistune's time grows with the square."""
    return _LONG_GAP.sub(lambda gap: gap[0][:200], line) if len(line) > 1000 else line


def _blocks(tokens: list[dict[str, Any]]) -> list[Block]:
    return [_block(token) for token in tokens if token["type"] != "blank_line"]


def _block(token: dict[str, Any]) -> Block:
    kind = token["type"]
    attributes = token.get("attrs", {})
    if kind in ("paragraph", "block_text"):
        return Block("paragraph", text=_lines(token["text"]))
    if kind == "heading":
        return Block(
            "heading", text=_lines(token["text"]), level=attributes["level"], setext=token["style"] == "setext"
        )
    if kind == "block_code":
        fenced = token.get("style") == "fenced"
        return Block("code", text=token["raw"].split("\n"), fenced=fenced, info=attributes.get("info", ""))
    if kind in ("list", "list_item", "block_quote"):
        name = {"list": "list", "list_item": "item", "block_quote": "quote"}[kind]
        return Block(name, marker=token.get("bullet", ""), children=_blocks(token["children"]))
    return Block(_KINDS.get(kind, kind))


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") or [""]
