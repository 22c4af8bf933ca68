"""Why a sentence is not understood: the name that is none here, whose work it is, or the words that no rule used up."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from executor.models import Cannot, Status
from executor.reasons import ReasonCode
from executor.recognise import suggest
from executor.recognise.grammar import Parse
from executor.recognise.lexer import Lexer, Token
from executor.recognise.names import Names
from executor.recognise.reading.scope import Scope
from executor.recognise.reading.surroundings import Surroundings
from executor.recognise.whose import operations, whose
from executor.recognise.words import fold


class Stopped(Surroundings):
    """Reasons, for people."""

    def _why(self, tokens: Sequence[Token], at: int, scope: Scope) -> Cannot:
        if fold(tokens[at].text) == "do" and at + 1 < len(tokens) and tokens[at + 1].bits & self.whole.lexer.negative:
            at += 1
        token, lexer = tokens[at], self.whole.lexer
        if self._is_unknown_object(tokens, at, scope):
            what = f'there is no "{token.text}" in the manifests here; what a chart makes is written as code'
            return Cannot(Status.UNRESOLVED, ReasonCode.UNKNOWN_NAME, f"{what}: `{fold(token.text)}`")
        standing = self._stands_for_a_name(tokens, at)
        near = self._near(token, scope) if standing else []
        elsewhere = scope.name is not None and self.whole.home.names.entry(token.text) is not None
        if standing and (elsewhere or (near and self._reads_as(near[:3], tokens, at, scope))):
            return self._no_name(token, near, scope)
        found = (
            None
            if token.bits & lexer.negative and fold(token.text) not in _SEEN_NO
            else whose(tokens, lexer, self.stem)
        )
        if found is not None:
            kind, word = found
            reason = kind.reason.format(word=word) + (f"; {kind.done}: {self._tick()}" if kind.done else "")
            return Cannot(Status.UNRESOLVED, kind.code, reason)
        if standing and not near and self._reads_as(scope.names.some(), tokens, at, scope):
            return self._no_name(token, near, scope)
        persons = suggest.two_criteria(self.stem, tokens, lexer)
        if persons is not None:
            what = f'"{persons[1]}" is a person\'s work; make it a criterion of its own'
            return Cannot(Status.UNRESOLVED, ReasonCode.WORD_LEFT, what)
        if at == len(tokens) - 1:
            return self._at_its_end(tokens)
        if at > 0 and token.text in "(—":
            what = f'"{self.stem[token.start :]}" is no remark that is understood, and may limit it or take it back'
            return Cannot(Status.UNRESOLVED, ReasonCode.WORD_LEFT, f"{what}; {_ASIDE}")
        code = ReasonCode.WORD_LEFT if at > 0 else ReasonCode.NOT_UNDERSTOOD
        return Cannot(Status.UNRESOLVED, code, f'"{self._phrase(tokens, at)}" {_kind_of_stop(token, lexer)}')

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

    def _no_name(self, token: Token, near: Sequence[str], scope: Scope) -> Cannot:
        """It stands in the place of a name, and is none here: what there is instead."""
        elsewhere = scope.name is not None and self.whole.home.names.entry(token.text) is not None
        what = f'"{token.text}" is no name in {scope.name}, where the sentence says to work; it is one here'
        where = f"in {scope.name}" if scope.name else "here"
        what = what if elsewhere else f'"{token.text}" is no name {where}{_instead(token.text, near, scope.names)}'
        return Cannot(Status.UNRESOLVED, ReasonCode.UNKNOWN_NAME, what)

    def _near(self, token: Token, scope: Scope) -> list[str]:
        return self._misspelt(token, scope) or scope.names.parts(token.text)

    def _reads_as(self, names: Sequence[str], tokens: Sequence[Token], at: int, scope: Scope) -> bool:
        """Whether the sentence would be understood with one of these names in the place of the word."""
        return any(self._reads(suggest.nearest(self.stem, tokens[at], each), scope) for each in names)

    def _is_unknown_object(self, tokens: Sequence[Token], at: int, scope: Scope) -> bool:
        """Whether the word stands beside a kind ("Deployment web") and would be its object's name."""
        kind, nameable = _kinds(self.whole.lexer)
        beside = tokens[at - 1 : at + 2] if at else tokens[:2]
        if not tokens[at].bits & nameable or not any(each.bits & kind for each in beside):
            return False
        return self._reads(suggest.nearest(self.stem, tokens[at], f"`{fold(tokens[at].text)}`"), scope)

    def _stands_for_a_name(self, tokens: Sequence[Token], at: int) -> bool:
        lexer, token = self.whole.lexer, tokens[at]
        nothing_else = lexer.weak | lexer.bit("PART")
        if token.bits & ~nothing_else or not token.text[:1].isalpha():
            return False
        verbs = operations(lexer)
        return len(tokens) <= _LONG and any(each.bits & verbs for each in tokens)

    def _misspelt(self, token: Token, scope: Scope) -> list[str]:
        """Names that the word may be a misspelling of; one that only has more or fewer parts is another name."""
        near = scope.names.near(token.text, cutoff=_ALIKE)
        own = set(re.split("[-_/]", fold(token.text)))
        parts = {each: set(re.split("[-_/]", fold(each))) for each in near}
        return [each for each in near if not (own < parts[each] or parts[each] < own)]

    def _reads(self, text: str, scope: Scope) -> bool:
        """Whether a wording is understood, whatever comes of it."""
        words = self._tokens(text, scope)
        return len(words) > 1 and bool(self.whole.grammar.readings("sentence", Parse(words)))


def _instead(word: str, near: Sequence[str], names: Names) -> str:
    if near:
        return f"; nearest: {', '.join(near[:3])}"
    inside = names.below(word)
    return f", but a folder with {', '.join(inside[:5])}; name one of them" if inside else ""


_SEEN_NO = ("no", "without", "failed", "failing", "fails", "broken", "missing")
"""Words that turn a sentence around, save where it says what must not be seen of a cluster."""
_PREPOSITIONS = frozenset("in on at of to for from with by into under behind within as".split())
_ASIDE = "leave it out, or put it into a comment: <!-- … -->"
_LONG = 24
"""Words of a sentence that names are not looked for in any more: it is no single operation."""
_ALIKE = 0.75
"""How alike a word has to be to a name that exists to be taken for its misspelling (difflib's ratio)."""


def _kind_of_stop(token: Token, lexer: Lexer) -> str:
    """Why a word stops a sentence, for people."""
    return next((words for bits, words in _stops(lexer) if token.bits & bits), "was not used up by any rule")


@functools.cache
def _kinds(lexer: Lexer) -> tuple[int, int]:
    """Kinds of objects, and what may be the name of one, as bits."""
    return lexer.bit("OBJECT_KIND"), lexer.bit("PLAIN") | lexer.bit("IDENTIFIER") | lexer.bit("SPACE")


@functools.cache
def _small(lexer: Lexer) -> int:
    return lexer.bit("THE") | lexer.bit("BE") | lexer.bit("ALL")


@functools.cache
def _stops(lexer: Lexer) -> list[tuple[int, str]]:
    return [(sum(lexer.bit(each) for each in classes.split()), words) for classes, words in _STOPS]


_STOPS = (
    ("NEGATION", "turns the sentence around; write what is to be, or a criterion for a person"),
    ("CONDITION", "makes it conditional; a criterion runs or does not"),
    ("RESTRICTION", "restricts it in a way that is not understood"),
    ("QUESTION", "makes it a question"),
    ("IMAGE_REF IMAGE_NAME", "is an image, which does not fit there"),
    ("VERSION", "is a version that belongs to nothing here"),
    ("TELLS", 'tells what was or might be, and asks for nothing; write "is" if it is to be so'),
)
