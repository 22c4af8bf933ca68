"""The examples of docs/editing.md, run: files before, an operation, and files after or how it ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from executor.all_operations import operation
from executor.convert import convert
from executor.errors import Stop
from executor.operations.interface import Site
from executor.repository import open_workspace
from executor.toolbox import LiveToolbox
from executor.tools.tree import Tree

PAGE = Path(__file__).parent.parent.parent / "docs" / "editing.md"
_FENCE = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> list[Any]:
    """(files before, operation block, files after, ends) of each example, in order."""
    found: list[Any] = []
    before: dict[str, str] = {}
    for kind, words, text in _FENCE.findall(PAGE.read_text(encoding="utf-8")):
        what, _, path = words.partition(" ")
        if kind == "operation":
            found.append((before, yaml.safe_load(text), {}, []))
            before = {}
        elif what == "before":
            before = {**before, path: text}
        elif what == "after":
            found[-1][2][path] = text
        elif what == "ends":
            found[-1][3].append(text.strip())
    return [pytest.param(*each, id=f"{number}-{each[1]['uses']}") for number, each in enumerate(found, 1)]


@pytest.mark.parametrize(("before", "block", "after", "ends"), examples())
def test_example(
    before: dict[str, str], block: dict[str, Any], after: dict[str, str], ends: list[str], tmp_path: Path
) -> None:
    root = tmp_path / "repository"
    for path, text in before.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root / ".git").mkdir(parents=True)
    kind = operation(block.pop("uses"))
    assert kind is not None
    home = open_workspace(root).home
    site = Site(home.name, Tree(home.root), home.inventory, home.config)
    seen = ""
    try:
        arguments = convert(kind.arguments, block)
        forecast = kind.foresee(arguments, site)
        kind.perform(arguments, LiveToolbox(site, declared=frozenset(edit.path for edit in forecast.edits)))
    except Stop as stop:
        seen = f"{stop.status} {stop.code}: {stop.reason}"
    assert bool(after) != bool(ends), "an example ends in files or in words"
    assert {path: (root / path).read_text(encoding="utf-8") for path in before} == {**before, **after}
    assert seen.startswith(ends[0]) if ends else not seen
