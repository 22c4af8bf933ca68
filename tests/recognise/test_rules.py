"""Every rule's own examples and near-misses."""

from __future__ import annotations

import pytest

from executor.recognise.grammar import Grammar
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


@pytest.mark.parametrize("text", ["BUILD (NAME", "BUILD NAME)", "BUILD | {NAME", "?", "x: NAME", "+"])
def test_a_pattern_that_cannot_be_read_is_said(text: str) -> None:
    grammar = Grammar()
    grammar.phrase("sentence", text)
    with pytest.raises(ValueError, match="grammar: "):
        grammar.seal()


def test_words_and_signs_of_a_pattern() -> None:
    grammar = Grammar()
    grammar.phrase("sentence", "a:to BUILD (it's|, | x-y.z) : =? c:NAME {of in}* 2nd? ,d:→")
    grammar.seal()
    assert grammar.literals().keys() == {"to", "it's", ",", "x-y.z", ":", "=", "of", "in", "2nd", "→"}
