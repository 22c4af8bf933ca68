"""What to write instead, ready to paste. Read and planned again before it is offered: it would run, and do nothing
that the sentence did not ask for. What a dropped word might have meant is not guessed, so few are dropped."""

from __future__ import annotations

from collections.abc import Sequence

from executor.recognise.lexer import Lexer, Token
from executor.recognise.words import fold

_DEMANDS = frozenset(
    "with zero downtime interruption outage smoothly gracefully seamlessly safely carefully immediately now asap "
    "finally please".split()
)
"""Words that ask for nothing else to be changed, or to be changed elsewhere or later: how well, and that it be soon."""


def nearest(stem: str, token: Token, name: str) -> str:
    """The sentence with the name that exists in the place of the one that does not."""
    return stem[: token.start] + name + stem[token.end :]


def without_demands(stem: str, tokens: Sequence[Token], stopped: int) -> str | None:
    """The sentence without the demands at its end; None where other words stand there too."""
    end = len(tokens) - 1
    while end > 1 and fold(tokens[end - 1].text) in _DEMANDS:
        end -= 1
    if end > stopped or end == len(tokens) - 1:
        return None
    return stem[: tokens[end].start].rstrip(" ,;:–—-(")


def two_criteria(stem: str, tokens: Sequence[Token], lexer: Lexer) -> tuple[str, str] | None:
    """The parts of "bump it and document it": up to the last connective before what a person does, and that."""
    joints, persons = lexer.bit("AND") | lexer.bit("THEN") | lexer.bit("','"), lexer.bit("PERSON")
    if not any(token.bits & persons for token in tokens[2:]):
        return None
    for at in range(1, len(tokens) - 2):
        behind = at + 1
        while tokens[behind].bits & joints:
            behind += 1
        if tokens[at].bits & joints and tokens[behind].bits & persons:
            return stem[: tokens[at].start].rstrip(" ,;"), stem[tokens[behind].start :]
    return None


_REASONS = frozenset("so because since which".split())


def without_reason(stem: str, tokens: Sequence[Token], lexer: Lexer) -> str | None:
    """What stands before "so that …", "because …", ", which …", "in order to …": why it is done, in words without end.
    None where they name something, or limit it."""
    for at in range(3, len(tokens) - 3):
        word = fold(tokens[at].text)
        if tokens[at].code or not (word in _REASONS or (word == "in" and fold(tokens[at + 1].text) == "order")):
            continue
        behind = tokens[at + 1 + (fold(tokens[at + 1].text) in ("that", "order")) : -1]
        if not any(token.bits & (lexer.no_note | lexer.limits) for token in behind):
            return stem[: tokens[at].start].rstrip(" ,;")
    return None
