"""What stands in a criterion's item besides its sentence, and what leads to its list."""

from __future__ import annotations

from pathlib import Path

import pytest

from executor.models import Recognised, Status
from executor.recognise import Recogniser
from executor.taskfile.parse import parse
from tests.recognise.world import World

SENTENCE = "- [ ] `kustomize build clusters/overlays/prod` succeeds\n"
HEAD = "---\nid: TASK-001\nlabels: [deployment]\n---\n\n## Acceptance Criteria\n\n"


def recognised(world: World, body: str) -> Recognised:
    task = parse((HEAD + body).encode(), Path("tasks/TASK-001.md"))
    return Recogniser(task, world.workspace).criterion(task.criteria[0])


@pytest.mark.parametrize(
    "more",
    ["\n  But only on Mondays.\n", "  - with no warnings\n", "  1. only after approval\n", "  > after approval by Bob\n",
     "\n  - a list\n\n    and more\n", "  # a heading\n", "  * [link](http://x)\n"],
)  # fmt: skip
def test_more_text_is_not_passed_over(world: World, more: str) -> None:
    found = recognised(world, SENTENCE + more)
    assert found.cannot is not None and found.cannot.status is Status.UNRESOLVED
    assert "stands in it too" in found.cannot.reason


@pytest.mark.parametrize("more", ["  - [ ] Document it\n", "  <!-- a comment -->\n", "\n"])
def test_criteria_and_comments_are_no_text_of_it(world: World, more: str) -> None:
    assert recognised(world, SENTENCE + more).cannot is None


def test_a_block_says_it_all(world: World) -> None:
    block = "- [ ] Render\n  ```operation\n  uses: kustomize.build\n  paths: [clusters/overlays/prod]\n  ```\n\n  A remark.\n"
    assert recognised(world, block).cannot is None


@pytest.mark.parametrize(
    ("lead", "counts"),
    [("None of these before 2027:\n\n", False), ("Optional:\n", False), ("For the release:\n\n", True), ("", True),
     ("Words that do not lead to it.\n\n", True)],
)  # fmt: skip
def test_what_leads_to_the_list(world: World, lead: str, counts: bool) -> None:
    assert (recognised(world, lead + SENTENCE).cannot is None) is counts


@pytest.mark.parametrize(
    ("above", "counts"),
    [("- Only after approval:\n", False), ("- Rendering\n", True), ("1. If approved\n", False)],
)
def test_an_item_without_a_box_counts_too(world: World, above: str, counts: bool) -> None:
    indent = " " * (above.index(" ") + 1)
    assert (recognised(world, above + indent + SENTENCE).cannot is None) is counts


def test_a_quote_above_the_list(world: World) -> None:
    assert recognised(world, "> Do not do these yet.\n\n" + SENTENCE).cannot is not None
