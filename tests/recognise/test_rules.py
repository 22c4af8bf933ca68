"""Every rule's own examples and near-misses."""

from __future__ import annotations

import pytest

from executor.recognise.rules import RULES
from tests.recognise.world import World, agrees, told

EXAMPLES = [(rule.name, sentence, expected) for rule in RULES for sentence, expected in rule.examples.items()]
NEAR_MISSES = [(rule.name, sentence, expected) for rule in RULES for sentence, expected in rule.near_misses.items()]


@pytest.mark.parametrize(("rule", "sentence", "expected"), EXAMPLES + NEAR_MISSES)
def test_says_what_it_is(world: World, rule: str, sentence: str, expected: str) -> None:
    recognised = world.recognise(sentence)
    outcome = told(recognised)
    assert agrees(outcome, expected), f"{rule}: {sentence!r} is {outcome} ({recognised.cannot})"


def test_a_third_are_near_misses() -> None:
    assert len(NEAR_MISSES) >= len(EXAMPLES + NEAR_MISSES) / 3
