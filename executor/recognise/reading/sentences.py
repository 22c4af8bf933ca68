"""The sentence: its readings, what they come to, or the word that stopped it."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from executor.models import Cannot, Recognised, Request, Source, Status
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.recognise import decoration
from executor.recognise.grammar import Parse
from executor.recognise.instead import wording
from executor.recognise.lexer import Token
from executor.recognise.meaning import EDITS, Ask, Wanted
from executor.recognise.reading.scope import Scope
from executor.recognise.reading.stopped import SEEN_NO, Stopped
from executor.recognise.resolve import Incomplete, Setting, resolve
from executor.recognise.words import fold
from executor.values import replace


class Sentences(Stopped):
    """Reading by the grammar."""

    def _sentence(self, tokens: Sequence[Token], scope: Scope) -> Recognised:
        found = self._read(self.stem, tokens, scope)
        spoken = scope.names.first_spoken
        if any(fold(token.text) in spoken for token in tokens):
            liberal = self._tokens(self.stem, scope, liberal=True)
            if len(liberal) != len(tokens):
                found = self._either(found, self._read(self.stem, liberal, scope))
        if found is None and (self._unknown(tokens) or self._named_repositories()):
            found = self._elsewhere(scope)
        return found or self._stopped(tokens, scope)

    def _either(self, strict: Recognised | None, liberal: Recognised | None) -> Recognised | None:
        """Words that are each something and together a name: only one of the readings may make sense."""
        if strict is None or liberal is None:
            return strict or liberal
        if strict.requests == liberal.requests and _code(strict) == _code(liberal):
            return strict
        for one, other in ((strict, liberal), (liberal, strict)):
            if one.cannot is other.cannot is None and _says_more(one.requests, other.requests):
                return one
        what = f"it can be read in several ways: {_told(strict.requests)} or {_told(liberal.requests)}; say which"
        return replace(strict, requests=(), cannot=Cannot(Status.UNRESOLVED, ReasonCode.AMBIGUOUS, what))

    def _read(self, stem: str, tokens: Sequence[Token], scope: Scope) -> Recognised | None:
        """The reading of the whole sentence, or of what stands before its notes."""
        for text, words in self._without_notes(stem, tokens, scope):
            readings, far = self.whole.readings((self.criterion.index, scope.name), words)
            self.far = far if text is stem else self.far
            readings = [each for each in (self._as_a_check(words, each) for each in readings) if each is not None]
            if readings:
                if text is not stem:
                    self.remarks.append(f'"{stem[len(text) :].strip()}" is taken for a remark')
                return self._resolved(text, words, readings, scope)
        rearranged = self._rearranged(tokens, scope) or self._formerly(tokens, scope)
        rearranged = [each for each in (self._as_a_check(tokens, each) for each in rearranged) if each is not None]
        return self._resolved(stem, tokens, rearranged, scope) if rearranged else None

    def _formerly(self, words: Sequence[Token], scope: Scope) -> list[Any]:
        """ "… to 30m (was 1h)": the readings without what stands in the parentheses, changed from that."""
        grammar, last = self.whole.grammar, len(words) - 1
        at = next((i for i in range(1, last - 2) if words[i].text == "(" and fold(words[i + 1].text) in _BEFORE), None)
        if at is None or any(each.code for each in words[at : at + 2]):
            return []
        start = at + 2 + (words[at + 2].text == ":")
        for name in ("old", "scalar", "few"):
            for end, bound in grammar.ends(name, Parse(words), start):
                if words[end].text == ")":
                    rest = [*words[:at], *words[end + 1 :]]
                    read = grammar.readings("sentence", Parse(rest, quick=True)) or self._rearranged(rest, scope)
                    asked = [[_changed_from(ask, bound[0][1]) for ask in asks] for asks in read]
                    found = [tuple(asks) for asks in asked if len(asks) == 1 and asks[0] is not None]
                    if found:
                        return found
        return []

    def _as_a_check(self, words: Sequence[Token], asks: Sequence[Ask]) -> Sequence[Ask] | None:
        """A statement behind "verify that A and …", or under a word that speaks of checks or of how things are, is only
        compared with what is there. None where that cannot be: what is built and pushed is no statement to look at."""
        if not any(each.what in _CHANGES and not each.get("check") for each in asks) or self._demands(words):
            return asks
        first = words[:1] if [fold(each.text) for each in words[:2]] != ["see", "to"] else ()  # "See to it that …"
        above = None if self._is_check(first) else self._checked_above()
        if above is None and not self._is_check(first):
            return asks
        if any(each.what in _CHANGES - EDITS for each in asks):
            return None
        if above is not None:
            self.remarks.append(f"only checked, as it stands under {above}; to have it changed, write Set … or Bump …")
        return tuple(each.looked_at() if each.what in EDITS else each for each in asks)

    def _demands(self, words: Sequence[Token]) -> bool:
        """Whether it says what to do: a verb at its start, or behind a sign or "and"."""
        lexer = self.whole.lexer
        joints = lexer.bit("AND") | lexer.bit("THEN") | lexer.bit("STOP") | lexer.bit("DASH")
        behind = (b for a, b in itertools.pairwise(words) if a.bits & joints or a.text in (",", ";", ":"))
        return any(each.bits & lexer.acts for each in (words[0], *behind))

    def _is_check(self, words: Sequence[Token]) -> bool:
        verify = self.whole.lexer.bit("VERIFY")
        return any(
            (each.bits & verify and fold(each.text) != "ensure") or fold(each.text) in _CHECKING for each in words
        )

    def _checked_above(self) -> str | None:
        """What above it, or what label in front of it, speaks of checks, or of how things are."""
        home = self.whole.home
        label = self.criterion.text[: self.stripped.start]
        beside = (*self.criterion.headings, *(parent.text for parent in self._parents()), *self.criterion.beside)
        for text in (label, self.criterion.lead, *beside):
            if text and (" as is" in f" {fold(text)}" or self._is_check(self._tokens(text, home)[:-1])):
                return f'"{text.strip()}"'
        return None

    def _rearranged(self, words: Sequence[Token], scope: Scope) -> list[Any]:
        """ "In staging, scale …", "kiosk HelmRelease: set …", "Scale the staging api …", "memory limit to 1Gi" below
        the heading "kiosk": as if what stands in front stood behind. Of one clause only: of two, the place might be
        the first one's alone."""
        if words[-2].bits & self.whole.lexer.limits:
            return []  # "… only", moved, would be "only in staging"
        found: list[Any] = []
        for moved in (*self._fronted(words), *self._staged(words, scope), *self._headed(words, scope)):
            asked = (tuple(asks) for asks in self.whole.grammar.readings("clause", Parse(moved, quick=True)))
            checked = (self._as_a_check(words, asks) for asks in asked if not any(map(_in_two_places, asks)))
            found += [asks for asks in checked if asks is not None]
        return found

    def _headed(self, words: Sequence[Token], scope: Scope) -> Iterator[Sequence[Token]]:
        """What the nearest line above names, where that is one object and nothing else: "### HelmRelease kiosk"."""
        lexer = self.whole.lexer
        named = lexer.objects | lexer.bit("PATH")
        if any(each.bits & named for each in words):
            return
        for text in self._above():
            heading = [each for each in self._tokens(text, scope) if each.text != ":"]
            if not any(each.bits & named for each in heading):
                continue
            if any(end == len(heading) - 1 for end, _ in self.whole.grammar.ends("holder", Parse(heading), 0)):
                yield [*words[:-1], self._small("of", words[0]), *heading[:-1], words[-1]]
                yield [*heading[:-1], self._small(":", words[0]), *words]
            return

    def _fronted(self, words: Sequence[Token]) -> Iterator[Sequence[Token]]:
        grammar = self.whole.grammar
        signs = any(word.text in _SIGNS for word in words)
        fronts = [each for each in _FRONTS if (signs or not each[2]) and grammar.may_begin(each[0], words[0])]
        parse = Parse(words, quick=True)
        for name, small, signed in fronts:
            for end, _ in grammar.ends(name, parse, 0):
                sign = words[end].text in _SIGNS
                if not (signed and not sign) and end + sign < len(words) - 1:
                    link = [self._small(small, words[0])] if small else []
                    yield [*words[end + sign : -1], *link, *words[:end], words[-1]]

    def _staged(self, words: Sequence[Token], scope: Scope) -> Iterator[Sequence[Token]]:
        """ "the staging api": the api in staging, where nothing is called "staging" or "api-staging"; what is called
        "staging-api" is the other reading. Not of several ("the staging api and web"), nor of what moves on."""
        place, named = self.whole.lexer.places, self.whole.lexer.objects
        at = [i for i, each in enumerate(words[:-2]) if each.bits & place and words[i + 1].bits & named]
        if len(at) == 1 and not (words[at[0]].bits & named or words[at[0]].code):
            stage, behind = words[at[0]], words[at[0] + 1]
            listed = itertools.takewhile(lambda each: each.text != ":", words[at[0] :])  # "…: TZ UTC, 3 replicas"
            joint = self.whole.lexer.bit("AND")
            if any(
                each.bits & joint or fold(each.text) in (",", ";", "promote", "promoted")
                for each in (*words[: at[0]], *listed)
            ):
                return
            names = scope.names
            other_way = (fold(stage.text), fold(behind.text)) in names.spoken  # and found by its tokens
            called = (f"{behind.text}-{stage.text}", *(() if other_way else (f"{stage.text}-{behind.text}",)))
            if not any(map(names.entry, called)):
                yield [*words[: at[0]], *words[at[0] + 1 : -1], self._small("in", words[0]), stage, words[-1]]

    def _small(self, word: str, before: Token) -> Token:
        token = Token(word, before.start, before.start)
        token.bits = self.whole.lexer.words[word]
        self.whole.lexer.test(token)
        return token

    def _without_notes(self, stem: str, tokens: Sequence[Token], scope: Scope) -> Any:
        yield stem, tokens
        for shorter in decoration.without_note(stem, tokens, self.whole.lexer, scope.names):
            yield shorter, self._tokens(shorter, scope)

    def _resolved(self, stem: str, tokens: Sequence[Token], readings: Sequence[Any], scope: Scope) -> Recognised:
        setting = self._setting(scope, Source.SENTENCE)
        meant: list[Sequence[Ask]] = []
        for asks in readings:
            if asks not in meant:
                meant.append(asks)
        outcomes = [self._outcome(stem, tokens, asks, setting) for asks in meant]
        named = [each for each in outcomes if not _names_nothing(each)]
        if not named:  # none runs; that the words as they stand name nothing says most
            return next((each for each in outcomes if _code(each) is ReasonCode.UNKNOWN_NAME), outcomes[0])
        distinct = _distinct_outcomes(named)
        if len(distinct) > 1:
            what = " or ".join(_told(each.requests) for each in distinct[:3])
            cannot = Cannot(
                Status.UNRESOLVED, ReasonCode.AMBIGUOUS, f"it can be read in several ways: {what}; say which"
            )
            return replace(distinct[0], requests=(), cannot=cannot)
        return distinct[0]

    def _outcome(self, stem: str, tokens: Sequence[Token], asks: Sequence[Ask], setting: Setting) -> Recognised:
        words = self._words(tokens)
        try:
            return Recognised(stem, resolve(asks, setting), None, words)
        except Incomplete as incomplete:
            instead = incomplete.instead
            if isinstance(instead, tuple):
                instead = wording.nearest(stem, *instead)
            return Recognised(stem, incomplete.requests, incomplete.stop.as_cannot(), words, instead)

    def _stopped(self, tokens: Sequence[Token], scope: Scope) -> Recognised:
        """No reading: the word that stopped it is the first unknown one, or the furthest that any rule came to."""
        at = min(self.far, len(tokens) - 1)
        if tokens[0].bits & self.whole.lexer.limits and fold(tokens[0].text) not in SEEN_NO:
            return self._stopped_at(tokens, 0, scope)  # "Maybe …": whatever follows
        weak, passed = self.whole.lexer.weak, self.whole.lexer.passed
        unknown = next(
            (
                i
                for i, token in enumerate(tokens[:-1])
                if not token.bits & ~weak and not (i < at and (token.bits | tokens[i - 1].bits) & passed)
            ),
            None,
        )
        return self._stopped_at(tokens, at if unknown is None else min(at, unknown), scope)

    def _stopped_at(self, tokens: Sequence[Token], at: int, scope: Scope | None = None) -> Recognised:
        words = self._words(tokens, at)
        scope = scope or self.whole.home
        cannot = self._why(tokens, at, scope)
        return Recognised(self.stem, (), cannot, words, self._instead(tokens, at, scope, cannot))

    def _instead(self, tokens: Sequence[Token], at: int, scope: Scope, cannot: Cannot) -> str | None:
        """The nearest wording that would run and asks for nothing else; None where there is none."""
        if at >= len(tokens):
            return None
        if cannot.code is ReasonCode.UNKNOWN_NAME:
            near = self.misspelt(tokens[at], scope)
            renamed = wording.nearest(self.stem, tokens[at], near[0]) if len(near) == 1 else ""
            return renamed if renamed and self._runs(renamed, scope) else None
        plain = self._declared(tokens, scope) or wording.without_reason(self.stem, tokens, self.whole.lexer)
        if plain is not None and self._runs(plain, scope):
            return plain
        if at == 0 or self._restricted(tokens):
            return None  # a wording without the restriction, pasted, would do what was not wanted
        shorter = wording.without_demands(self.stem, tokens, at)
        if shorter is not None:
            return shorter if self._runs(shorter, scope) else None
        two = wording.two_criteria(self.stem, tokens, self.whole.lexer)
        return "\n- [ ] ".join(two) if two is not None and self._runs(two[0], scope) else None

    def _declared(self, tokens: Sequence[Token], scope: Scope) -> str | None:
        """What the manifests are to say, of what "runs": that may be said of a cluster."""
        runs = [token for token in tokens if fold(token.text) in ("runs", "run") and not token.code]
        if len(runs) != 1 or self._restricted(tokens):
            return None
        return wording.nearest(self.stem, runs[0], "uses" if fold(runs[0].text) == "runs" else "use")

    def _restricted(self, tokens: Sequence[Token]) -> bool:
        """Whether a word restricts, negates, makes conditional or puts off, or a note stands behind."""
        classes = ("NEGATION", "CONDITION", "RESTRICTION", "PUT_OFF", "QUESTION")
        bits = sum(self.whole.lexer.bit(each) for each in classes)
        return any(token.bits & bits or token.text in "(—" for token in tokens[1:-1])

    def _runs(self, text: str, scope: Scope) -> bool:
        """Whether a wording that is about to be offered is understood, and would run."""
        words = self._tokens(text, scope)
        readings = self.whole.grammar.readings("sentence", Parse(words, quick=True)) if len(words) > 1 else []
        return bool(readings) and self._resolved(text, words, readings, scope).cannot is None

    def _unknown(self, tokens: Sequence[Token]) -> bool:
        return any(not token.bits & ~self.whole.lexer.weak for token in tokens[:-1])

    def _elsewhere(self, scope: Scope) -> Recognised | None:
        """A sentence whose names are not known at home but in exactly one other repository: a configured one, or one
        that the sentence mentions."""
        if scope.name is not None:
            return None
        far = self.far
        others = {other.repository.name: other for other in (*self.whole.others(), *self._named_repositories())}
        found = [self._read(self.stem, self._tokens(self.stem, other), other) for other in others.values()]
        self.far = far
        read = [each for each in found if each is not None]
        return read[0] if len(read) == 1 else None

    def _named_repositories(self) -> list[Scope]:
        """Other repositories that are mentioned in any way ("Build stitcher", with a repository of that name)."""
        if not self.whole.workspace.others:
            return []
        words = dict.fromkeys(re.findall(r"[\w.-]+", fold(self.stem)))
        scopes = [self.whole.scope(self.whole.repository(word)) for word in words if self.whole.is_repository(word)]
        return [scope for scope in scopes if scope.name is not None]

    @functools.cached_property
    def _mentioned(self) -> Scope | None:
        """The one repository that the sentence says to work in: "in X", "X repository", "X/path/in/it"."""
        if self.within is not None:
            return self.within
        if not self.whole.workspace.others:
            return None
        text = fold(self.stem)
        words = {match[1] or match[2] for match in _IN_REPOSITORY.finditer(text)}
        words |= {word for word in _PATH_IN.findall(text) if not self.whole.home.exists(word)}
        named = [self.whole.repository(word) for word in words if word and self.whole.is_repository(word)]
        scopes = {each.name: self.whole.scope(each) for each in named}
        return next(iter(scopes.values())) if len(scopes) == 1 else None


def _in_two_places(ask: Ask) -> bool:
    """One in front and one behind."""
    places = [*(ask.get("places") or ()), *(ask.get("where") or () if isinstance(ask.get("where"), list) else ())]
    return len(places) + (ask.get("each") is not None) > 1


_BEFORE = frozenset("was currently today now before previously formerly".split())
"""Words that say of what stands behind them in parentheses that it is the old value."""


def _changed_from(ask: Ask, before: Any) -> Ask | None:
    """The same of that old value; None where it has one, or asks for nothing that has."""
    slot = {"setting": "turned", "bump": "change"}.get(ask.what, "")
    change = ask.get(slot)
    if change is None or change.before is not None or isinstance(before, Wanted) is (slot == "turned"):
        return None
    return replace(ask, slots={**ask.slots, slot: replace(change, before=before)})


_CHECKING = frozenset(
    "verification validation validations checks testing tests smoke monitoring review given currently current status "
    "background context before as-is precondition preconditions prerequisite prerequisites facts assert asserts "
    "observe observed state expected expect expects test proof evidence sanity inspect inspection baseline existing "
    "actual actually observation observations found finding findings happened cause causes symptom symptoms timeline "
    "inventory shows show holds hold see reports report dependencies constraints setup".split()
)
"""Words above a statement that make it one of what is, or is to be looked at."""
_CHANGES = EDITS | {"image.build", "image.push"}
_SIGNS = (",", ":", "—")
_FRONTS = (
    ("where", "", False), ("in_each", "", False), ("in_holder", "", False), ("spots", "in", True), ("spot", "in", True),
    ("holder", "of", True), ("images", "", True),
)  # fmt: skip
"""What may stand in front of a clause: the phrase, the word that it has behind it, and whether a sign must follow."""

_IN_REPOSITORY = pattern(
    r"\b(?:in|to|from|of|on|for|at|inside|within|into)\s+(?:the\s+)?[`*_]*([\w.-]*\w)|([\w.-]*\w)[`*_]*\s+repo(?:sitory)?\b"
)
_PATH_IN = pattern(r"(?<![\w/.:@-])([\w.-]*\w)/")


def _distinct_outcomes(outcomes: Sequence[Recognised]) -> list[Recognised]:
    found: list[Recognised] = []
    for each in outcomes:
        if not any(each.requests == other.requests and _code(each) == _code(other) for other in found):
            found.append(each)
    return found


def _names_nothing(recognised: Recognised) -> bool:
    """A reading in which a word would have to be a name or key that is none here: none, where there is another."""
    cannot = recognised.cannot
    if cannot is None:
        return False
    no_key = cannot.code is ReasonCode.NOT_FOUND and {"manifest.set"} == {
        each.operation for each in recognised.requests
    }
    return no_key or (cannot.code is ReasonCode.UNKNOWN_NAME and cannot.status is Status.UNRESOLVED)


def _says_more(these: Sequence[Request], those: Sequence[Request]) -> bool:
    """Whether these say all that those do, of the same operations, and where besides."""
    return len(these) == len(those) and all(
        one.operation == other.operation
        and other.arguments.items() <= one.arguments.items()
        and one.arguments.keys() - other.arguments.keys() <= {"file", "namespace"}
        for one, other in zip(these, those, strict=True)
    )


def _code(recognised: Recognised) -> ReasonCode | None:
    return recognised.cannot.code if recognised.cannot is not None else None


def _told(requests: Sequence[Request]) -> str:
    """For people: "helmrelease.bump of podinfo to 8.6.3"."""
    return " and ".join(map(_told_of, requests)) or "nothing"


def _told_of(request: Request) -> str:
    said = request.arguments
    what = next((str(said[key]) for key in ("path", "image", "name", "paths", "file") if key in said), "")
    to = next((str(said[key]) for key in ("value", "version", "tag", "entry") if key in said), "")
    more = {key: each for key, each in said.items() if key in ("file", "where", "namespace", "field")}
    where = f" ({', '.join(f'{key} {each}' for key, each in more.items())})" if more else ""
    return f"{request.operation}{what and ' of '}{what}{to and ' to '}{to}{where}"
