"""Every rule's own examples and near-misses."""

from __future__ import annotations

from pathlib import Path

import pytest

from executor.recognise import Recogniser
from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Lexer
from executor.recognise.rules import RULES
from executor.taskfile.parse import parse
from executor.values import replace
from tests.recognise.world import World, agrees, task_text, told

EXAMPLES = [(rule.name, sentence, expected) for rule in RULES for sentence, expected in rule.examples.items()]
NEAR_MISSES = [(rule.name, sentence, expected) for rule in RULES for sentence, expected in rule.near_misses.items()]


@pytest.mark.parametrize(("rule", "sentence", "expected"), EXAMPLES + NEAR_MISSES)
def test_says_what_it_is(world: World, rule: str, sentence: str, expected: str) -> None:
    recognised = world.recognise(sentence)
    outcome = told(recognised)
    assert agrees(outcome, expected), f"{rule}: {sentence!r} is {outcome} ({recognised.cannot})"


def test_a_word_can_have_every_class_that_a_pattern_names(world: World) -> None:
    """A class that the lexer gives to nothing makes a way to say it that never works; so does a test that no word of
    the examples passes."""
    task = parse(task_text(["x"]).encode(), Path("tasks/TASK-001.md"))
    whole, given = Recogniser(task, world.workspace), Grammar()
    lexer, known = Lexer(given), replace(whole.known(whole.home), typed={})
    passed = 0
    for _, sentence, _ in EXAMPLES + NEAR_MISSES:
        lexer.tokens(sentence, known)
        for token in whole.lexer.tokens(sentence, whole.known(whole.home)):
            passed |= token.bits
    tested = dict(whole.grammar.tests())
    names = {name for name, bit in whole.grammar.classes().items() if bit not in tested}
    assert names <= given.classes().keys()
    assert [bit for bit in tested if not passed & bit] == []


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
