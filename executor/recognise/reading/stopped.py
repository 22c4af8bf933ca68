"""Why a sentence is not understood: the name that is none here, whose work it is, or the words that no rule used up."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence

from executor.models import Cannot, Status
from executor.reasons import ReasonCode
from executor.recognise.grammar import Parse
from executor.recognise.instead import wording
from executor.recognise.lexer import Lexer, Token
from executor.recognise.names import Names
from executor.recognise.reading.scope import Scope
from executor.recognise.reading.surroundings import Surroundings
from executor.recognise.words import fold


class Stopped(Surroundings):
    """Reasons, for people."""

    def _why(self, tokens: Sequence[Token], at: int, scope: Scope) -> Cannot:
        """The reason. `at`: the word that stopped it."""
        last, negative = len(tokens) - 1, self.whole.lexer.negative
        if fold(tokens[at].text) == "do" and tokens[min(at + 1, last)].bits & negative:
            at += 1
        named = next((i for i in range(at) if self._stands_for_a_name(tokens, i)), at) if at == last else at
        return (
            self._no_object(tokens, named, scope)
            or self._no_name(tokens, named, scope, near=True)
            or self._nowhere(tokens, scope)
            or self._anothers(tokens, at)
            or self._no_name(tokens, named, scope, near=False)
            or self._half(tokens)
            or (self._at_its_end(tokens) if at == last else self._left(tokens, at))
        )

    def _anothers(self, tokens: Sequence[Token], at: int) -> Cannot | None:
        """A person's, the cluster's, another language's."""
        lexer = self.whole.lexer
        if tokens[at].bits & lexer.negative and fold(tokens[at].text) not in SEEN_NO:
            return None
        from executor.recognise.whose import whose

        found = whose(tokens, lexer, self.stem)
        if found is None or self._is_asked_of_nobody(tokens):
            return None
        kind, word = found
        reason = kind.reason.format(word=word) + (f"; {kind.done}: {self._tick()}" if kind.done else "")
        return Cannot(Status.UNRESOLVED, kind.code, reason)

    def _is_asked_of_nobody(self, tokens: Sequence[Token]) -> bool:
        """A question, a remark of the past, or what is not to be done: nobody is to do that and tick it."""
        words = [fold(token.text) for token in tokens[:-1] if not token.code]
        negated = any(word in _NOT for word in words) or ("no", "longer") in itertools.pairwise(words)
        told = not _TOLD.isdisjoint(words)
        return bool(tokens[-2].bits & self.whole.lexer.bit("QUESTION")) or told or (negated and words[0] in _OURSELVES)

    def _half(self, tokens: Sequence[Token]) -> Cannot | None:
        """ "… and document it"."""
        two = wording.two_criteria(self.stem, tokens, self.whole.lexer)
        if two is None:
            return None
        what = f'"{two[1]}" is a person\'s work; make it a criterion of its own'
        return Cannot(Status.UNRESOLVED, ReasonCode.WORD_LEFT, what)

    def _left(self, tokens: Sequence[Token], at: int) -> Cannot:
        """Words that no rule used up."""
        token = tokens[at]
        if at > 1 and tokens[at - 1].text == "(":
            token = tokens[at - 1]
        if at > 0 and token.text in "(—":
            what = f'"{self.stem[token.start :]}" is no remark that is understood, and may limit it or take it back'
            return Cannot(Status.UNRESOLVED, ReasonCode.WORD_LEFT, f"{what}; {_ASIDE}")
        code = ReasonCode.WORD_LEFT if at > 0 else ReasonCode.NOT_UNDERSTOOD
        return Cannot(Status.UNRESOLVED, code, f'"{self._phrase(tokens, at)}" {kind_of_stop(token, self.whole.lexer)}')

    def _phrase(self, tokens: Sequence[Token], at: int) -> str:
        """The word that stopped it, with what it belongs to where it says nothing alone ("the database")."""
        small = _small(self.whole.lexer)
        end = at
        while end < len(tokens) - 2 and (tokens[end].bits & small or fold(tokens[end].text) in _PREPOSITIONS):
            end += 1
        return self.stem[tokens[at].start : tokens[end].end] if end > at else tokens[at].text

    def _at_its_end(self, tokens: Sequence[Token]) -> Cannot:
        ends = self.whole.grammar.ends("clause", Parse(tokens), 0)
        whole = max((end for end, _ in ends), default=0)
        if whole and whole < len(tokens) - 1:
            what = f'"{self.stem[tokens[whole].start :]}" behind it fits nothing before it'
            return Cannot(Status.UNRESOLVED, ReasonCode.WORD_LEFT, what)
        what = f'it is no whole sentence; something is missing, perhaps behind "{tokens[-2].text}"'
        return Cannot(Status.UNRESOLVED, ReasonCode.NOT_UNDERSTOOD, what)

    # --- names ------------------------------------------------------------------------------------------------------

    def _no_object(self, tokens: Sequence[Token], at: int, scope: Scope) -> Cannot | None:
        """Where the word stands beside a kind ("Deployment web"), and would be its object's name."""
        token = tokens[at]
        kind, nameable = _kinds(self.whole.lexer)
        beside = tokens[at - 1 : at + 2] if at else tokens[:2]
        if not token.bits & nameable or not any(each.bits & kind for each in beside):
            return None
        coded = f"`{fold(token.text)}`"
        if not self.reads(wording.nearest(self.stem, token, coded), scope):
            return None
        what = f'there is no "{token.text}" in the manifests here; what a chart makes is written as code: {coded}'
        return Cannot(Status.UNRESOLVED, ReasonCode.UNKNOWN_NAME, what)

    def _no_name(self, tokens: Sequence[Token], at: int, scope: Scope, *, near: bool) -> Cannot | None:
        """Where the word stands in the place of a name, and is none here; with what there is instead, or without."""
        if not self._stands_for_a_name(tokens, at):
            return None
        token = tokens[at]
        if near and scope.name is not None and self.whole.home.names.entry(token.text) is not None:
            what = f'"{token.text}" is no name in {scope.name}, where the sentence says to work; it is one here'
            return Cannot(Status.UNRESOLVED, ReasonCode.UNKNOWN_NAME, what)
        alike = self.misspelt(token, scope) or scope.names.parts(token.text)
        if bool(alike) is not near or not self._reads_as(alike[:3] or scope.names.some(), tokens, at, scope):
            return None
        where = f"in {scope.name}" if scope.name else "here"
        what = f'"{token.text}" is no name {where}{_instead(token.text, alike, scope.names)}'
        return Cannot(Status.UNRESOLVED, ReasonCode.UNKNOWN_NAME, what)

    def _nowhere(self, tokens: Sequence[Token], scope: Scope) -> Cannot | None:
        """Where one word alone is unknown, and a place, a registry or a folder would make a sentence of it."""
        weak = self.whole.lexer.weak
        unknown = [i for i, token in enumerate(tokens[:-1]) if not token.bits & ~weak]
        if len(unknown) != 1:
            return None
        token, before = tokens[unknown[0]], [fold(each.text) for each in tokens[max(0, unknown[0] - 2) : unknown[0]]]
        if not before or not (before[-1] in _PLACED or (before[-1] == "the" and before[0] in _PLACED)):
            return None
        read = [each for each in scope.names.places() if self._reads_as(each[1][:1], tokens, unknown[0], scope)]
        if not read:
            return None
        near = scope.names.near(token.text, [name for _, names in read for name in names], cutoff=ALIKE)
        where = f"in {scope.name}" if scope.name else "here"
        kinds = " or ".join(kind for kind, _ in read)
        what = f'"{token.text}" is no {kinds} {where}{_instead(token.text, near, scope.names)}'
        return Cannot(Status.UNRESOLVED, ReasonCode.UNKNOWN_NAME, what)

    def _reads_as(self, names: Sequence[str], tokens: Sequence[Token], at: int, scope: Scope) -> bool:
        """Whether the sentence would be understood with one of these names in the place of the word."""
        return any(self.reads(wording.nearest(self.stem, tokens[at], each), scope) for each in names)

    def _stands_for_a_name(self, tokens: Sequence[Token], at: int) -> bool:
        lexer, token = self.whole.lexer, tokens[at]
        nothing_else = lexer.weak | lexer.bit("PART")
        if token.bits & ~nothing_else or not token.text[:1].isalpha():
            return False
        verbs = lexer.acts | lexer.acted
        return len(tokens) <= _LONG and any(each.bits & verbs for each in tokens)

    def misspelt(self, token: Token, scope: Scope, wanted: Sequence[str] | None = None) -> list[str]:
        """Names (`wanted`: of these) that the word may be a misspelling of; one that only has more or fewer parts is
        another name."""
        near = scope.names.near(token.text, wanted, cutoff=ALIKE)
        own = set(re.split("[-_/]", fold(token.text)))
        parts = {each: set(re.split("[-_/]", fold(each))) for each in near}
        return [each for each in near if not (own < parts[each] or parts[each] < own)]

    def reads(self, text: str, scope: Scope) -> bool:
        """Whether a wording is understood, whatever comes of it."""
        words = self._tokens(text, scope)
        return len(words) > 1 and bool(self.whole.grammar.readings("sentence", Parse(words, quick=True)))


def _instead(word: str, near: Sequence[str], names: Names) -> str:
    if near:
        return f"; nearest: {', '.join(near[:3])}"
    inside = names.below(word)
    return f", but a folder with {', '.join(inside[:5])}; name one of them" if inside else ""


SEEN_NO = ("no", "without", "failed", "failing", "fails", "broken", "missing")
"""Words that turn a sentence around, save where it says what must not be seen of a cluster."""
_NOT = frozenset("not never don't dont won't cannot can't shouldn't mustn't".split())
_OURSELVES = frozenset("we i they you nobody do".split())
_TOLD = frozenset("was were had did yesterday ago".split())
_PREPOSITIONS = frozenset("in on at of to for from with by into under behind within as".split())
_PLACED = frozenset("in on at to for from into under namespace".split())
"""Words that lead to a place."""
_ASIDE = "leave it out, or put it into a comment on a line of its own: <!-- … -->"
_LONG = 24
"""Words of a sentence that names are not looked for in any more: it is no single operation."""
ALIKE = 0.75
"""How alike a word has to be to a name that exists to be taken for its misspelling (difflib's ratio)."""


def kind_of_stop(token: Token, lexer: Lexer) -> str:
    """Why a word stops a sentence, for people."""
    return next((words for bits, words in _stops(lexer) if token.bits & bits), "was not used up by any rule")


@functools.cache
def _kinds(lexer: Lexer) -> tuple[int, int]:
    """Kinds of objects, and what may be the name of one, as bits."""
    return lexer.bit("OBJECT_KIND"), lexer.bit("PLAIN") | lexer.bit("IDENTIFIER") | lexer.bit("SPACE")


@functools.cache
def _small(lexer: Lexer) -> int:
    return lexer.bit("THE") | lexer.bit("BE") | lexer.bit("ALL") | lexer.bit("VAGUE")


@functools.cache
def _stops(lexer: Lexer) -> list[tuple[int, str]]:
    return [(sum(lexer.bit(each) for each in classes.split()), words) for classes, words in _STOPS]


_STOPS = (
    ("NEGATION", "turns the sentence around; write what is to be, or a criterion for a person"),
    ("CONDITION", "makes it conditional; a criterion runs or does not"),
    ("RESTRICTION", "restricts it in a way that is not understood"),
    ("QUESTION", "asks, or describes in words; write what is to be"),
    ("IMAGE_REF IMAGE_NAME", "is an image, which does not fit there"),
    ("VERSION", "is a version that belongs to nothing here"),
    ("TELLS", 'tells what was or might be, and asks for nothing; write "is" if it is to be so'),
)
