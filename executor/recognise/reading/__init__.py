"""A criterion under way: source by source (criteria.md), the first that says something counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from executor.errors import Stop, Unresolved
from executor.models import Cannot, Recognised, Source, Status
from executor.reasons import ReasonCode
from executor.recognise import decoration, plugins
from executor.recognise.blocks import is_operation
from executor.recognise.blocks import requests as block_requests
from executor.recognise.lexer import Token
from executor.recognise.reading.running import Commands
from executor.recognise.reading.scope import Scope, Whole
from executor.recognise.reading.stopped import SEEN_NO
from executor.recognise.words import fold
from executor.values import replace

__all__ = ["Reading", "Scope", "Whole"]


class Reading(Commands):
    """Block, command, section, sentence; then what the project or another package brings along."""

    def recognised(self) -> Recognised:
        """Source by source, the first that says something counts."""
        try:
            found = self._first_source()
        except Stop as stop:
            found = Recognised(self.stem, (), stop.as_cannot())
        found = self._there(found) or found
        return replace(found, remarks=tuple(dict.fromkeys(self.remarks)), asks=self._asks(found))

    @property
    def scope(self) -> Scope:
        """The repository that it is read against."""
        return self._mentioned or self.whole.home

    def is_free(self) -> bool:
        """Whether it is a sentence, and nothing around it limits it."""
        tokens = self._tokens(self.stem, self.scope)
        return len(tokens) > 2 and self._limited(self.scope) is None and not self.criterion.blocks

    def _asks(self, found: Recognised) -> bool:
        """Whether a criterion that others are nested in asks for something itself, and is no mere topic."""
        if found.cannot is None or not self.criterion.children:
            return found.cannot is None
        verbs = self.whole.lexer.acts | self.whole.lexer.acted
        tokens = self._tokens(self.stem, self.whole.home)
        return any(token.bits & verbs and not token.code for token in tokens)

    def _first_source(self) -> Recognised:
        scope = self._mentioned or self.whole.home
        limited = self._limited(scope)
        if limited is not None:
            tokens = self._tokens(self.stem, scope)
            if self._is_persons(tokens):
                return Recognised(self.stem, (), self._persons(tokens[0]))
            raise Unresolved(ReasonCode.WORD_LEFT, f"it stands under {limited}; write it where nothing does")
        blocks = [block for block in self.criterion.blocks if is_operation(block)]
        if blocks:
            said = (self.stem, *self.criterion.more)
            word = next((each for text in said if (each := self._taken_back(self._tokens(text, scope)))), None)
            if word is not None:
                what = f'"{word.text}" may take back what the operation block says, or limit it'
                raise Unresolved(ReasonCode.WORD_LEFT, f"{what}; leave it out if it does not")
            place = str(self.whole.task.path).removeprefix(f"{self.whole.workspace.home.root}/")
            asked = [each for block in blocks for each in block_requests(block, place, self.whole.is_repository)]
            return Recognised(self.stem, tuple(asked))
        tokens = self._tokens(self.stem, scope)
        if len(tokens) == 1:
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, "there is no text")
        if _is_quotation(self.stem):
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, "it is a quotation; write it without the quotes if it is meant")
        if self._is_persons(tokens):
            words = self._words(tokens)
            found = Recognised(self.stem, (), self._persons(tokens[0]), words)
            return self._own(found, tokens, scope) or found
        if self.criterion.more:
            more = self.criterion.more[0]
            reason = f'"{more[:80]}" stands in it too, and nothing tells what that means for it; write one sentence'
            raise Unresolved(ReasonCode.WORD_LEFT, reason)
        found = (
            self._commanded(tokens, scope)
            or self._fenced(tokens, scope)
            or self._sectioned(tokens, scope)
            or self._sentence(tokens, scope)
        )
        return self._own(found, tokens, scope) or found

    def _there(self, found: Recognised) -> Recognised | None:
        """A sentence that is understood without its "in REPOSITORY": that is where it is read."""
        if found.cannot is None or found.cannot.status is not Status.UNRESOLVED or self.within is not None:
            return None
        scope = self._mentioned
        if scope is None or scope.name is None or self.whole.home.names.entry(fold(scope.name)) is not None:
            return None
        spot = _spot(self.stem, scope.name)
        if spot is None:
            return None
        rest, start = self.stem[: spot.start()] or self.stem[spot.end() :], 0 if spot.start() else spot.end()
        stripped = decoration.Stripped(rest, 0)
        reading = Reading(self.whole, replace(self.criterion, text=rest), stripped, with_facts=self.with_facts)
        reading.within = scope
        there = reading.recognised()
        self.asked_for_facts |= reading.asked_for_facts
        if there.cannot is not None and there.cannot.status is Status.UNRESOLVED:
            return None
        self.remarks += there.remarks
        words = tuple(replace(each, start=each.start + start, end=each.end + start) for each in there.words)
        return replace(there, stem=self.stem, words=words)

    def _taken_back(self, tokens: Sequence[Token]) -> Token | None:
        """The word of an operation block's sentence that does. A block needs none, and it may be any, but not
        "Do not …", "If approved", "… after the freeze", "… (later)"."""
        limits, opens = self.whole.lexer.limits, self.whole.lexer.bit("OPEN") | self.whole.lexer.bit("DASH")
        noted = False
        for before, token in zip([None, *tokens], tokens[:-1], strict=False):
            word = fold(token.text)
            noted |= bool(token.bits & opens)
            limiting = bool(token.bits & limits) and word not in _STATES and not token.code
            if limiting and (noted or before is None or word in _CONDITIONS or fold(before.text) == "do"):
                return token
        return None

    def _persons(self, token: Token) -> Cannot:
        what = f'"{token.text}" is a person\'s work; when it is done: {self._tick()}'
        return Cannot(Status.UNRESOLVED, ReasonCode.PERSON, what)

    def _own(self, found: Recognised, tokens: Sequence[Token], scope: Scope) -> Recognised | None:
        """A project's own phrase or recogniser, for a sentence that the grammar does not understand."""
        if found.cannot is None or found.cannot.status is not Status.UNRESOLVED:
            return None
        if not (self.whole.phrases or plugins.recognisers()) or self._holds_command(tokens):
            return None
        for text, words in self._without_notes(self.stem, tokens, scope):
            asked = self._by_phrase(words) or self._by_plugin(text, words, scope)
            if asked:
                requests = tuple(self._request(name, args, Source.PLUGIN, scope) for name, args in asked)
                return Recognised(text, requests, None, self._words(words))
        return None

    def _holds_command(self, tokens: Sequence[Token]) -> bool:
        command = self.whole.lexer.bit("COMMAND")
        return bool(self.criterion.blocks) or any(token.bits & command for token in tokens)

    def _by_phrase(self, words: Sequence[Token]) -> list[tuple[str, Mapping[str, Any]]]:
        bit = self.whole.lexer.bit
        ways = [(phrase, phrase.match(words, bit)) for phrase in self.whole.phrases]
        found = [(phrase.entry.operation, phrase.arguments(slots)) for phrase, slots in ways if slots is not None]
        if len(found) > 1:
            raise Unresolved(ReasonCode.AMBIGUOUS, "two phrases of executor.toml match it; make one of them narrower")
        return list(found)

    def _by_plugin(self, text: str, words: Sequence[Token], scope: Scope) -> Sequence[tuple[str, Mapping[str, Any]]]:
        installed = plugins.recognisers()
        if not installed:
            return ()
        version = self._version(scope)[0]
        taken = tuple((token.text, self.whole.lexer.taken_for(token)) for token in words[:-1])
        sentence = plugins.Sentence(
            text, taken, self.criterion.headings, version.text if version else None, scope.repository.root
        )
        answers = [(name, answer) for name, recognise in installed if (answer := _asked(name, recognise, sentence))]
        if len(answers) > 1:
            names = " and ".join(name for name, _ in answers)
            raise Unresolved(ReasonCode.AMBIGUOUS, f"two recognisers claim it: {names}; uninstall one")
        return answers[0][1] if answers else ()


_STATES = frozenset({*SEEN_NO, "none", "stop", "avoid", "prevent", "rollback"})
"""Words that say how things are to be ("No container runs as root"), or that an operation may be about."""
_CONDITIONS = frozenset("if unless once after until pending provided depending ?".split())


def _spot(stem: str, name: str) -> re.Match[str] | None:
    """Where a sentence names its repository: "in fleet" at its end, "In fleet:" at its start."""
    named = rf"(?:the\s+)?[`*_]*{re.escape(name)}[`*_]*(?:\s+repo(?:sitory)?)?\s*"
    behind = re.search(rf"(?i)\s+(?:in|for|of)\s+{named}[.!]?$", stem)
    return behind or re.match(rf"(?i)(?:in|for)\s+{named}[:,]\s*", stem)


_QUOTES = {'"': '"', "'": "'", "“": "”", "«": "»", "‘": "’", "„": "“"}


def _is_quotation(text: str) -> bool:
    """Whether the quotation mark that begins the text is closed by the one that ends it, and by none before."""
    closing = _QUOTES.get(text[0])
    if closing is None or len(text) < 2 or text[-1] != closing:
        return False
    depth = 0
    for at, sign in enumerate(text):
        before, behind = text[at - 1 : at], text[at + 1 : at + 2]
        if sign == text[0] and (not before.strip() and behind.strip()):
            depth += 1
        elif sign == closing and before.strip() and not behind.isalnum():
            depth -= 1
            if depth == 0:
                return at == len(text) - 1
    return False


def _asked(name: str, recognise: plugins.Recogniser, sentence: plugins.Sentence) -> Any:
    """What another package's recogniser says: operations with their arguments, or nothing."""
    try:
        return [(str(operation), dict(arguments)) for operation, arguments in recognise(sentence) or ()]
    except Exception as error:
        what = f"the recogniser {name} of another package failed: {type(error).__name__}: {error}"
        raise Unresolved(ReasonCode.NOT_UNDERSTOOD, what) from error
