"""Whose a sentence is that no operation does: every kind's own examples and near misses."""

from __future__ import annotations

import pytest

from executor.recognise.whose import WHOSE
from tests.recognise.world import World

EXAMPLES = [(kind.name, each) for kind in WHOSE for each in kind.examples]
NEAR_MISSES = [(kind.name, each) for kind in WHOSE for each in kind.near_misses]


def told(world: World, sentence: str) -> str | None:
    """The reason of a sentence that is not understood."""
    cannot = world.recognise(sentence).cannot
    return cannot.reason if cannot is not None else None


@pytest.mark.parametrize(("name", "sentence"), EXAMPLES)
def test_is_of_this_kind(world: World, name: str, sentence: str) -> None:
    kind = next(each for each in WHOSE if each.name == name)
    reason = told(world, sentence)
    start, _, end = kind.reason.partition("{word}")
    assert reason is not None and reason.startswith(start) and end in reason, reason
    if kind.done:
        assert f"{kind.done}: executor tick tasks/TASK-001.md 1 --by NAME --note TEXT" in reason


@pytest.mark.parametrize(("name", "sentence"), NEAR_MISSES)
def test_is_another(world: World, name: str, sentence: str) -> None:
    kind = next(each for each in WHOSE if each.name == name)
    reason = told(world, sentence)
    start, _, end = kind.reason.partition("{word}")
    assert reason is None or not (reason.startswith(start) and end in reason), reason
