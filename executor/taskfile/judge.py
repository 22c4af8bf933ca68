"""mistune's reading of a text as a tree of `Block`s. It knows the structure and no positions: lines are -1.

Only its block parser runs; inline markup is not needed and is most of the time that it takes.
"""

from __future__ import annotations

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
