"""The real cause that a sentence stays open for, where the word that stopped the rules is an innocent one.

Asked with the wordings to write instead (offers.py), and of sentences that no rule understood only.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from executor.reasons import ReasonCode
from executor.recognise.instead.covering import alike, atoms, limiting, says_nothing
from executor.recognise.instead.offers import LED, Offers
from executor.recognise.lexer import Token
from executor.recognise.reading.stopped import ALIKE, SEEN_NO, kind_of_stop
from executor.recognise.words import fold

if TYPE_CHECKING:
    from executor.models import Cannot

_OPEN = (ReasonCode.WORD_LEFT, ReasonCode.NOT_UNDERSTOOD)


class Causes(Offers):
    """One sentence, and why it stays open."""

    def why(self, cannot: Cannot) -> str | None:
        """The reason for people; None: the one that was given stays."""
        if not self.words or any(token.bits & self.lexer.bit("COMMAND") for token in self.words):
            return None
        if cannot.code is ReasonCode.UNKNOWN_NAME and " has no " in cannot.reason and "nearest" not in cannot.reason:
            nearest = self._no_key()
            return f"{cannot.reason}; {nearest}" if nearest is not None and "`" in nearest else None
        if cannot.code not in _OPEN or not _is_vague(cannot.reason):
            return None
        return (
            self._asked()
            or self._limited()
            or (self._of_an_operation() if self.is_about_something() else None)
            or self._no_change(cannot.reason)
            or self._no_verb()
            or self._behind(cannot.reason)
        )

    def _of_an_operation(self) -> str | None:
        return (
            self._image_file()
            or self._no_name()
            or self._not_of_a_version()
            or self._no_version()
            or self._no_object()
            or self._no_key()
            or self._no_value()
        )

    def _asked(self) -> str | None:
        first = self.words[0]
        if self.stem.rstrip("`*_ ").endswith("?") or first.bits & self.lexer.bit("QUESTION"):
            return "it is a question; decide, and write what is to be"
        return None

    def _limited(self) -> str | None:
        """The first word that negates, restricts, makes conditional, puts off, or tells of the past."""
        for at in limiting(self.words, self.lexer):
            token = self.words[at]
            word, question = fold(token.text), token.bits & self.lexer.bit("QUESTION")
            if word in SEEN_NO and fold(self.words[min(at + 1, len(self.words) - 1)].text) != "longer":
                continue
            if question or token.entry is not None or token.bits & self.lexer.bit("PLACEHOLDER"):
                continue
            put_off = token.bits & self.lexer.bit("PUT_OFF")
            said = kind_of_stop(token, self.lexer)
            if token.bits & self.lexer.bit("OR"):
                said = "leaves open which; write the one that is meant"
            if "used up" in said and put_off:
                said = "may put it off, or leave it to somebody"
            return f'"{token.text}" {said}'
        return None

    def _image_file(self) -> str | None:
        found = next((each.text for each in self.words if "dockerfile" in fold(each.text)), None)
        edits = any(each.bits & (self.lexer.acts | self.lexer.bit("BUMPED")) for each in self.words)
        builds = any(each.bits & (self.lexer.bit("BUILD") | self.lexer.bit("BUILT")) for each in self.words)
        if found is None or not edits or builds:
            return None
        return f"{found}: a Dockerfile is never edited here, a person does that; what it builds can be a criterion"

    def _no_name(self) -> str | None:
        """A word behind "of", "for" or a kind, or at the start, that nearly is a name that exists."""
        for at, token in enumerate(self.words):
            if not self._stands_for_a_name(at):
                continue
            near = self.scope.names.near(token.text, self._nameable(), cutoff=ALIKE) or self._parts(token.text)
            if near:
                return f'"{token.text}" is no name here; nearest: {", ".join(near[:3])}'
            if at == 0 and re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", token.text):
                return f'"{token.text}" is no name here'
        return None

    def _parts(self, word: str) -> list[str]:
        """Names that begin with a word of several parts, or of which one is a part."""
        longer = [each for each in self._nameable() if fold(each).startswith(f"{fold(word)}-")]
        return sorted(longer) or self.scope.names.parts(word) if "-" in word else []

    def _not_of_a_version(self) -> str | None:
        """A version of what has none: a folder, a dashboard."""
        named = [each for each in self.words if each.entry is not None and "-" in each.text]
        versions = any(each.bits & self.lexer.bit("VERSION") for each in self.words)
        if len(named) != 1 or not versions or self._is_named(named[0].text) or self._turned()[2] is not None:
            return None
        word, entry = named[0].text, named[0].entry
        kinds = sorted({each.kind for each in entry.others}) if entry is not None else []
        near = sorted(each for each in self._nameable() if fold(each).startswith(f"{fold(word)}-"))
        near = near or [each for each in self.scope.names.parts(word) if each != word]
        said = f"; nearest: {', '.join(near[:3])}" if near else ""
        return f'"{word}" is only {" and ".join(kinds) or "a folder"} here, which has no version{said}'

    def _no_change(self, reason: str) -> str | None:
        """ "Reduce radarr's memory limit"."""
        changes = sum(self.lexer.bit(each) for each in ("SET", "RAISE", "LOWER", "BUMP", "SCALE"))
        valued = any(each.code or each.quoted or re.search(r"\d", each.text) for each in self.words)
        if valued or not self.words[0].bits & changes or not reason.startswith("it is no whole sentence"):
            return None
        return "to what is not said; write the value"

    def _no_object(self) -> str | None:
        """ "Set replicaCount to 3"."""
        new, _, key = self._turned()
        named = any(each.entry is not None or each.bits & self.lexer.bit("PATH") for each in self.words)
        kinds = any(self._kind(each) is not None for each in self.words)
        sets = self.words[0].bits & (self.lexer.bit("SET") | self.lexer.bit("RAISE") | self.lexer.bit("LOWER"))
        led = any(fold(each.text) in LED - {"the"} for each in self.words)
        if named or kinds or led or not sets or (new is None and key is None):
            return None
        return "of what it is to be set is not said; name the object: … of NAME to …"

    def _no_version(self) -> str | None:
        bit = self.lexer.bit("VAGUE")
        said = [
            each.text for each in self.words if not each.code and (each.bits & bit or fold(each.text) == "previous")
        ]
        vague = said[0] if said else None
        bumps = self.words[0].bits & self.lexer.bit("BUMP") or fold(self.words[0].text) in (
            "roll",
            "rollback",
            "revert",
        )
        version = any(each.bits & self.lexer.bit("VERSION") for each in self.words)
        named = fold(vague or "") in (
            "newest",
            "latest",
            "newer",
            "previous",
            "last",
            "current",
            "stable",
            "recent",
            "next",
        )
        return f'"{vague}" names no version; write one exact version' if bumps and named and not version else None

    def _no_key(self) -> str | None:
        """ "vouchers" of an object that exists, to a value: nothing of it is called so."""
        new, old, key = self._turned()
        new = new or self._switched()
        objects = {(each.kind, each.name): each for each in self._objects()}
        if new is None or not objects or len(objects) > _FEW or not self._held():
            return None
        said = self._said(key, new, old)
        if not said or any(self._says(each, said, key, new) for each in self._held()):
            return None
        names = [f"{kind} {name}" for kind, name in objects]
        called = " and ".join(names[:2]) + (" …" if len(names) > 2 else "")
        if key is None:
            for word in sorted(said):
                fitting = [each for each in self._held() if said - {word} and self._says(each, said - {word}, key, new)]
                paths = {each.path for each in fitting}
                if len(paths) == 1:
                    return f'`{paths.pop()}` of {called} may be meant, and "{word}" is not understood beside it'
        phrase = self._phrase(key, said)
        near = self._nearest(said)
        listed = f"nearest: {', '.join(f'`{each}`' for each in near)}" if near else "write the key as it stands there"
        if len(phrase.split()) > _VERB:
            return f"what of {called} is meant is not understood; {listed}"
        return f'{called} {"has" if len(names) == 1 else "have"} nothing that is called "{phrase}"; {listed}'

    def _phrase(self, key: str | None, said: set[str]) -> str:
        """The words that would be the key, as they stand."""
        return key or " ".join(each.text for each in self.words if atoms(each.text) & said and not each.code)

    def _nearest(self, words: set[str]) -> list[str]:
        """Paths whose keys have one of the words, most of them first; else keys that look like one."""
        shared: dict[str, int] = {}
        for held in self._held():
            count = sum(not alike(word).isdisjoint(atoms(held.path)) for word in words if len(word) > 2)
            if count:
                shared[held.path] = count
        best = [path for path, count in shared.items() if count == max(shared.values())]
        if best:
            return sorted(best, key=lambda path: (len(path), path))[:3]
        keys = {fold(held.path.rpartition(".")[2]): held.path for held in self._held()}
        close = [each for word in words for each in get_close_matches(word, keys, n=1, cutoff=0.75)]
        return [keys[each] for each in dict.fromkeys(close)][:3]

    def _no_value(self) -> str | None:
        """One key of an object that exists, and a last word that is nothing."""
        new, _, key = self._turned()
        last = self.words[-1]
        if new is not None or key is not None or last.bits & ~self.lexer.weak or last.code or last.entry is not None:
            return None
        before = fold(self.words[-2].text) if len(self.words) > 1 else ""
        if before not in ("to", "is", "=", "→", "be", "with", "as") or not self._objects():
            return None
        return f'"{last.text}" is a word, and may be no value; write it as code if it is one: `{last.text}`'

    def _no_verb(self) -> str | None:
        """It begins with words that nothing is called, and goes on with what exists."""
        first = self.words[0]
        if first.bits & ~self.lexer.weak or first.entry is not None or first.code or not first.text[:1].isalpha():
            return None
        behind = self.words[1] if len(self.words) > 1 else first
        named = any(each.entry is not None for each in self.words[1:_VERB_LONG])
        led = behind.bits & self.lexer.bit("THE") or behind.entry is not None or behind.code
        if not (named and led) or says_nothing(first, self.lexer):
            return None
        return f'"{first.text}" is no verb that is understood here, and nothing is called so'

    def _behind(self, reason: str) -> str | None:
        """A sign or a small word is never the cause: what stands behind it is."""
        at = self.stopped
        if at is None or not at or at >= len(self.words) - 1 or "fits nothing" in reason:
            return None
        token: Token = self.words[at]
        if token.code or (not says_nothing(token, self.lexer) and not token.bits & self.lexer.bit("AND")):
            return None
        rest = self.stem[token.start :].strip()
        done = self.stem[: token.start].rstrip(" ,;")
        joints = self.lexer.bit("AND") | self.lexer.bit("THEN") | self.lexer.bit("','") | self.lexer.bit("';'")
        way = "; write it as a criterion of its own, with its object" if token.bits & joints else ""
        return f'"{rest}" fits nothing in "{done}"{way}'


def _is_vague(reason: str) -> bool:
    """Whether it only names the word at which rules ended."""
    said = ("was not used up", "fits nothing before it", "belongs to nothing here", "it is no whole sentence")
    return any(each in reason for each in said)


_FEW = 6
_VERB_LONG = 8
_VERB = 3
