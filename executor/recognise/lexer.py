"""A criterion's text to typed tokens: Markdown off, decoration off, each word with every class that it can have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from executor.patterns import pattern
from executor.recognise import versions
from executor.recognise.decoration import NO_NOTE
from executor.recognise.grammar import Grammar
from executor.recognise.names import Entry, Names
from executor.recognise.words import (
    ACRONYMS,
    ACTIVE,
    COUNTS,
    OBJECT_KINDS,
    PASSIVE,
    TAKEN_FOR,
    WELL_KNOWN_REGISTRIES,
    WORDS,
    fold,
)
from executor.values import dataclass, field

_SCAN = pattern(
    r"""
    (?P<word>[A-Za-z0-9]++(?=[\s,;)]|\Z))
    |(?P<code>(?<!`)(?P<ticks>`++)(?P<inner>.+?)(?<!`)(?P=ticks)(?!`))
    |(?P<address>(?<=\])\([^()\s]*\))
    |(?P<mark>\*\*\*?|__(?=\S)|\*(?=[\w`*])|(?<=[\w`.:)!])\*|(?<!\w)_(?=\w))
    |(?P<arrow>→|⇒|➜|➔|=>|-+>)
    |(?P<quoted>"[^"`\n]+"|“[^”`\n]+”)
    |(?P<dash>—|–|(?<!\S)--?(?!\S))
    |(?P<ellipsis>\.\.\.|…)
    |(?P<picture>!\[)
    |(?P<url>https?://[^\s)>\]`]+)
    |(?P<chunk>(?:
        \$?\{\{[^}]*\}\}|\$\{[^}]*\}|<[^<>\s]{1,40}>
        |[^\s`,;()\[\]"“”«»→⇒➜➔—–…*<>=&|-]+|-(?!-*>)|=(?!>)|[<>]=?|(?<=\.)\*
      )+)
    |(?P<sign>\S)
    """,
    re.VERBOSE | re.DOTALL,
)
_PATH_ENDS = (".yaml", ".yml", ".json", ".toml", ".md", ".sh", ".py", ".txt", ".env", ".tpl", ".tf")
_AMOUNT = pattern(r"(?:\d{1,5}(?:\.\d+)?(?:ms|[smhd]))+|\d+(?:\.\d+)?(?:[KMGTP]i|%)", re.ASCII)
"""A duration or quantity as Kubernetes and Flux write them: `30m`, `1h30m`, `512Mi`, `50%`."""
_FRACTION = pattern(r"([1-9]\d{0,3})/\1", re.ASCII)
"""All of them: `3/3`."""
_FIELD = pattern(
    r"[A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+|[A-Z][A-Z0-9]+|[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+|[A-Za-z][\w-]*(?:\.[A-Za-z_][\w-]*)+"
)
"""A word that is written as keys and variables are: `LOG_LEVEL`, `DPI`, `replicaCount`, `controller.replicaCount`."""
_PLATFORM = pattern(r"(?:linux|windows)/(?:amd64|arm64|arm|386|ppc64le|s390x|riscv64)(?:/v\d)?")
_ASSIGNED = pattern(r"[A-Z_][A-Z0-9_]*=\S+")
"""A build argument or variable as it is given on command lines."""
_KEY = pattern(r"\.?[A-Za-z][\w-]*(?:\[\d+\]|\[\w+=[\w.-]+\])*(?:\.[\w-]+(?:\[\d+\]|\[\w+=[\w.-]+\])*)*")
_SETTING = pattern(r"(?P<key>[A-Za-z][\w.\[\]=-]*)\s*[:=]\s+?(?P<value>\S.*)|(?P<key2>[A-Za-z][\w.-]*)=(?P<value2>\S+)")
_PAIR = pattern(r"(?P<key>[A-Za-z][\w.-]*)=(?P<value>[^\s=]+)")
_ORNAMENTS = frozenset(
    "✅✔☑☐✨⭐★☆🌟💫🎉🎊🚀🛫📦🎁🐳🐋⚓⚙🔧🔨🛠🪛🏗🧱🧰⛵☸🔍🔎🧪🎯📋📄📃📁📂🗂💾💿🌐☁🖼🏷🔖🛡🔐📌📍🔗🐛🚑📊📈⚡🆕🆙🔄🔁•·\ufe0f\u200d\u2b50"
)
"""Pictures that only adorn. Others may say "stop", "later", "a person" or "not sure": they are no decoration."""
Typing = tuple[int, Entry | None, Any]
"""What a word is: classes, entry, value."""
_SAYS_NOTHING = pattern(r'[!\[\]"“”«»]')
_SIGNS = {
    "→": "→",
    ",": ",",
    ";": ";",
    ":": ":",
    "&": "&",
    "+": "&",
    "/": "/",
    "=": "=",
    "(": "OPEN",
    ")": "CLOSE",
    "—": "DASH",
    ".": "STOP",
    "?": "QUESTION",
}


class Token:
    """One word or sign. `bits` are its classes, `value` what it stands for (a Version, an ImageReference, a path …)."""

    __slots__ = ("bits", "bold", "code", "end", "entry", "quoted", "start", "text", "value")

    def __init__(
        self, text: str, start: int, end: int, *, code: bool = False, bold: bool = False, quoted: bool = False
    ) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.code = code
        self.bold = bold
        self.quoted = quoted
        self.bits = 0
        self.entry: Entry | None = None
        self.value: Any = None

    def __repr__(self) -> str:
        return f"Token({self.text!r})"


@dataclass(frozen=True, slots=True)
class Known:
    """What the lexer asks about the world: names, other repositories, whether a path exists, what is a command."""

    names: Names
    is_repository: Callable[[str], bool]
    exists: Callable[[str], bool]
    is_command: Callable[[str], bool]
    typed: dict[str, Typing] = field(default_factory=dict)
    """Words that were typed before; of code, as `_in_code` writes it."""


class Lexer:
    """Types tokens for one grammar; the class bits are looked up once."""

    def __init__(self, grammar: Grammar) -> None:
        self.bit = grammar.bit
        self.words = {word: self._all(classes) for word, classes in WORDS.items()}
        for literal, bit in grammar.literals().items():
            self.words[literal] = self.words.get(literal, 0) | bit
        self.any = grammar.bit("ANY")
        self._registries = dict(WELL_KNOWN_REGISTRIES)
        self._first_registries = {words[0]: len(words) for words in WELL_KNOWN_REGISTRIES}
        self.negative = self._all(("NEGATION", "CONDITION", "RESTRICTION", "QUESTION"))
        self.no_note = self._all(NO_NOTE)
        self.before_version = self._all(
            "NAME VERSION_WORD TAG RELEASE IMAGE IMAGES BUILD PUSH BUMP DASH OPEN 'to' 'of' ':' '→'".split()
        )
        """What a heading's version may stand behind: a name that exists, or a word that says "version"."""
        self._first_of_name = self.bit("FIRST_OF_NAME")
        self._field = self.bit("FIELD")
        self._tests = grammar.tests()
        self._tested = sum(bit for bit, _ in self._tests)
        self.weak = self._tested | self._all(("ANY", "IDENTIFIER", "CODE", "FIRST_OF_NAME", "FIELD", "PLAIN", "OBJECT"))
        """Classes that an unknown word has too."""
        self.limits = self.negative | self._all(("PUT_OFF", "PLACEHOLDER"))
        """What in a heading or beside a list limits the criteria there."""
        self.steps = self._all("BUILD BUILT BUILDS PUSH PUSHED BUMP BUMPED COMMIT IMAGE IMAGES RELEASE THE".split())
        """What the order of a file is about: "After the build"."""
        self.verbs = self._all("BE HAVE MODAL RUN RUNS BUILD BUILDS PUSH BUMP COMMIT DEPLOYS VERIFY CHECKS".split())
        self.named = self._all(("NAME", "PLACE", "REPO", "SPACE", "CHARTED", "CONFIG"))
        self.places = self._all(("STAGE", "PLACE"))
        self.objects = self._all(("NAME", "CHARTED", "CONFIG"))
        self.passed = self._all(("FIELD", "'to'", "'from'"))
        """Of a word, or the one before it, that rules of values go past although nothing else knows it."""
        self._own_field = self.bit("FIELD_OF_SPEC")
        self._opaque = self._all(("PLACEHOLDER", "IDENTIFIER", "NUMBER"))
        self.acts = self._all(ACTIVE)
        self.acted = self._all(PASSIVE)
        self._taken: dict[int, str] = {}
        self._kinds = [(self._all(classes.split()), name) for name, classes in TAKEN_FOR.items()]

    def _all(self, classes: Sequence[str]) -> int:
        bits = 0
        for each in classes:
            bits |= self.bit(each)
        return bits

    def taken_for(self, token: Token) -> str:
        """What a word was taken for, for people."""
        known = self._taken.get(token.bits)
        if known is None:
            kinds = (name for bits, name in self._kinds if token.bits & bits)
            known = self._taken[token.bits] = next(kinds, "word" if token.bits & ~self.weak else "unknown")
        return known

    def test(self, token: Token) -> None:
        """Gives a token that may be any word the classes that words get by a test."""
        captured = {"x": token}
        bits = token.bits & ~self._tested | self.any
        for bit, accepted in self._tests:
            if accepted(captured) is not None:
                bits |= bit
        token.bits = bits

    def tokens(self, text: str, known: Known, *, liberal: bool = False) -> list[Token]:
        """The typed tokens of `text` (offsets into it), closed by an empty one.

        Names spoken in several words are one token where one of the words says nothing else; `liberal`: always.
        """
        found: list[Token] = []
        classes = 0
        for raw in _raw(text.replace("\u212a", "\ufffd"), typed=known.typed):
            if raw.bits:
                found.append(raw)
                classes |= raw.bits
                continue
            for token in self._quoted(raw, known) if raw.quoted else self._remembered(raw, known):
                found.append(token)
                classes |= token.bits
        if classes & self._first_of_name:
            found = self._joined(found, known, liberal=liberal)
        while found and found[-1].text in (".", "!") and not found[-1].code:
            found.pop()
        if _SAYS_NOTHING.search(text):
            found = [token for token in found if not _SAYS_NOTHING.fullmatch(token.text)]
        found.append(Token("", len(text), len(text)))
        return found

    def _quoted(self, raw: Token, known: Known) -> list[Token]:
        """What stands in quotes: one thing, or words where all of them are known ("the "image tag" of ffl")."""
        words = [word for each in _raw(raw.text, raw.start + 1) for word in self._remembered(each, known)]
        for word in words:
            word.bits |= self.bit("IN_QUOTES")
        if len(words) == 1:
            words[0].bits |= self.bit("QUOTED")
            words[0].quoted = True
            self.test(words[0])
            return words
        if words and all(word.bits & ~self.weak for word in words) and not any(w.bits & self._opaque for w in words):
            return words
        raw.bits = self.bit("QUOTED") | self.bit("IN_QUOTES")
        self.test(raw)
        return [raw]

    def _remembered(self, raw: Token, known: Known) -> list[Token]:
        """The typed tokens of one piece; a word, plain or in code, is typed once."""
        text, code = raw.text, raw.code
        if code and (memory := known.typed.get(_in_code(text))) is not None:
            raw.bits, raw.entry, raw.value = memory
            return [raw]
        found = list(self._typed(raw, known))
        for token in found:
            folded = fold(token.text)
            if not token.code and _FIELD.fullmatch(token.text):
                token.bits |= self._field
            if not token.code and (folded in known.names.first_spoken or folded in self._first_registries):
                token.bits |= self._first_of_name
            self.test(token)
        if (code or not raw.bold) and len(found) == 1 and found[0].text == text:
            known.typed[_in_code(text) if code else text] = (found[0].bits, found[0].entry, found[0].value)
        return found

    def _typed(self, token: Token, known: Known) -> Iterator[Token]:
        if token.code:
            yield from self._code(token, known)
            return
        if token.text in _SIGNS:
            name = _SIGNS[token.text]
            token.bits = self.bit(name if name.isupper() else f"'{name}'")
            yield token
            return
        folded = fold(token.text)
        bits = self.words.get(folded)
        if bits is not None:
            token.bits = bits
            token.value = COUNTS.get(folded)
            self._kind(token, folded, known)
            self._name(token, folded, known)
            yield token
            return
        yield from self._shaped(token, folded, known)

    def _shaped(self, token: Token, folded: str, known: Known) -> Iterator[Token]:
        """A word that is in no list: a name, a version, a path …, several words in one, or unknown."""
        if folded.endswith(("'s", "’s")) and known.names.entry(folded[:-2]):
            token.text, folded = token.text[:-2], folded[:-2]
        self._kind(token, folded, known)
        named = self._name(token, folded, known)
        if folded.isalpha() and folded.isascii():
            if not named and not self._registry(token, (folded,)):
                token.bits |= self.bit("PLAIN")
            yield token
            return
        if _is_picture(token.text):
            if not _ORNAMENTS.issuperset(token.text):
                token.bits = self.bit("NEGATION")
                yield token
            return
        self._shape(token, known)
        if token.bits:
            yield token
            return
        parts = list(self._split(token))
        if len(parts) > 1:
            for part in parts:
                yield from self._typed(part, known)
            return
        self._unknown(token)
        yield token

    def _unknown(self, token: Token) -> None:
        """A word that is nothing else: `such-a-name`, `KEY=value`."""
        if _IDENTIFIER.fullmatch(token.text):
            token.bits |= self.bit("IDENTIFIER")
        if _ASSIGNED.fullmatch(token.text):
            token.bits |= self.bit("ASSIGNED")
        if (pair := _PAIR.fullmatch(token.text)) is not None:
            token.bits |= self.bit("SETTING")
            token.value = (pair["key"], pair["value"])

    def _name(self, token: Token, folded: str, known: Known) -> bool:
        """Whether the word is a name that exists; adds its classes. "API" is no `api`, unless it is marked as one."""
        if folded in ACRONYMS and token.text.isupper() and not (token.code or token.bold):
            return False
        entry = known.names.entry(folded)
        if entry is not None:
            token.entry = entry
            token.bits |= self._entry_bits(entry)
        if known.is_repository(folded):
            token.bits |= self.bit("REPO")
        return bool(token.bits & self.named)

    def _kind(self, token: Token, folded: str, known: Known) -> None:
        """The class of a kind of custom resources that there are; which one is the word's value."""
        kind = known.names.kinds.get(folded)
        if kind is not None:
            token.bits |= self.bit("OBJECT_KIND")
            token.value = token.value or kind

    def _entry_bits(self, entry: Entry) -> int:
        bits = 0
        if (
            entry.releases or entry.sources or entry.kustomizations or entry.images or entry.group or entry.pins
            or entry.workloads
        ):  # fmt: skip
            bits |= self.bit("NAME")
        if entry.charted:
            bits |= self.bit("CHARTED")
        if entry.namespace:
            bits |= self.bit("SPACE")
        if entry.place:
            bits |= self.bit("PLACE")
        if entry.part:
            bits |= self.bit("PART")
        if entry.configs:
            bits |= self.bit("CONFIG")
        if entry.others or entry.workloads:
            bits |= self.bit("OBJECT")
        return bits

    def _registry(self, token: Token, words: tuple[str, ...]) -> bool:
        host = self._registries.get(words)
        if host is not None:
            token.bits |= self.bit("HOST")
            token.value = host
        return host is not None

    def _shape(self, token: Token, known: Known) -> None:
        """Classes by the look of a word. A placeholder or range is that and nothing else."""
        text = token.text
        if text in (":latest", "latest") or (text.endswith(":latest") and token.code):
            token.bits |= self.bit("LATEST") if text in (":latest", "latest") else 0
            if token.bits:
                return
        if versions.is_placeholder(text):
            token.bits |= self.bit("PLACEHOLDER")
        elif versions.is_range(text):
            token.bits |= self.bit("RANGE")
        elif self._number(token):
            return
        elif (version := versions.version(text)) is not None:
            token.bits |= self.bit("VERSION")
            token.value = version
        elif versions.DIGEST.fullmatch(text):
            token.bits |= self.bit("DIGEST")
            token.value = text
        elif text.startswith(("http://", "https://")):
            token.bits |= self.bit("URL")
        else:
            self._located(token, known)

    def _number(self, token: Token) -> bool:
        text = token.text
        if text.isascii() and text.isdigit():
            token.bits |= self.bit("NUMBER")
            token.value = int(text) if len(text) < 10 else None
        elif (fraction := _FRACTION.fullmatch(text)) is not None:
            token.bits |= self.bit("FRACTION")
            token.value = int(fraction[1])
        elif _AMOUNT.fullmatch(text):
            token.bits |= self.bit("AMOUNT")
        elif _PLATFORM.fullmatch(text):
            token.bits |= self.bit("PLATFORM")
        else:
            return False
        return True

    def _located(self, token: Token, known: Known) -> None:
        """An image reference, a registry, a path."""
        text = token.text
        reference = versions.image_reference(text)
        if reference is not None and reference.repository.endswith(_PATH_ENDS) and not reference.tag:
            reference = None
        if versions.is_address(text) or fold(text) in known.names.registries:
            token.bits |= self.bit("HOST")
            token.value = fold(text)
        elif self._registry(token, (fold(text),)):
            return
        elif reference is not None and (reference.tag or reference.digest) and _is_tag(reference):
            token.bits |= self.bit("IMAGE_REF")
            token.value = reference
        elif reference is not None and reference.host and not known.exists(text):
            token.bits |= self.bit("IMAGE_NAME")
            token.value = reference
        elif (named := _kind_and_name(token, known.names)) is not None and not known.exists(text):
            token.bits |= self.bit("KIND_NAME")
            token.value = named
        elif _looks_like_path(text) or known.exists(text) or (token.bits == 0 and "/" in text and token.code):
            token.bits |= self.bit("PATH")
            token.value = text

    def _spaced(self, token: Token, known: Known) -> Iterator[Token]:
        """Code with spaces: what a file is called, else words."""
        if not known.exists(token.text):
            yield from self._phrase_in_code(token, known)
            return
        token.bits, token.value = self.bit("PATH") | self.bit("CODE"), token.text
        yield token

    def _code(self, token: Token, known: Known) -> Iterator[Token]:
        inner = token.text
        folded = fold(inner)
        if known.is_command(inner):
            token.bits = self.bit("COMMAND")
            token.value = inner
            yield token
            return
        if " " in inner:
            yield from self._spaced(token, known)
            return
        token.bits = self.words.get(folded, 0)
        named = self._name(token, folded, known)
        if not token.bits or not named:
            self._shape(token, known)
        if not self._splits_into_predicate(token):
            if _KEY.fullmatch(inner) and not token.bits & self.bit("VERSION"):
                token.bits |= self.bit("KEY")
            if not token.bits & self.bit("PLACEHOLDER"):
                token.bits |= self.bit("CODE")
            if not token.bits & ~self.bit("CODE") and _PLAIN_NAME.fullmatch(inner):
                token.bits |= self.bit("IDENTIFIER")
            if (setting := _SETTING.fullmatch(inner)) and not token.bits & self.bit("PATH"):
                token.bits |= self.bit("SETTING")
                token.value = token.value or (setting["key2"] or setting["key"], setting["value2"] or setting["value"])
            yield token
            return
        for part in self._split(token):
            yield from self._typed(part, known)

    def _splits_into_predicate(self, token: Token) -> bool:
        """`READY=True` is read as words; other code is one thing."""
        parts = re.split(r"==?", token.text)
        return len(parts) == 2 and all(self.words.get(fold(part)) for part in parts)

    def _phrase_in_code(self, token: Token, known: Known) -> Iterator[Token]:
        """Code with a space: a setting, a predicate such as `Ready: True`, or something we do not know."""
        setting = _SETTING.fullmatch(token.text)
        inside = _raw(token.text, token.start + 1)
        words = [part for raw in inside for part in self._typed(raw, known)]
        key = fold(setting["key"] or "") if setting is not None else ""
        begins = self.words.get(key, 0)
        if (
            words
            and not begins & self._own_field
            and (key in WORDS or not key)
            and all(part.bits & ~self.weak for part in words)
            and not any(part.bits & self._opaque for part in words)
        ):
            yield from words
        elif setting is not None:
            key, value = setting["key2"] or setting["key"], setting["value2"] or setting["value"]
            token.bits = self.bit("PLACEHOLDER") if versions.is_placeholder(value) else self.bit("SETTING")
            token.value = (key, value)
            yield token
        else:
            token.bits = self.bit("PLACEHOLDER") if versions.is_placeholder(token.text) else 0
            yield token

    def _split(self, token: Token) -> Iterator[Token]:
        """`Flux/Kustomize`, `build+push`, `READY=True`: the words in it, where each of them is known."""
        pieces = [(m.group(), m.start()) for m in re.finditer(r"[=/+&]+|[^=/+&]+", token.text)]
        words = [piece for piece, _ in pieces if piece[0] not in "=/+&"]
        if len(pieces) < 2 or not all(fold(word) in self.words or versions.version(word) for word in words):
            yield token
            return
        offset = token.start + (1 if token.code else 0)
        for piece, at in pieces:
            text = "=" if piece == "==" else piece
            yield Token(text, offset + at, offset + at + len(piece), bold=token.bold)

    def _joined(self, tokens: list[Token], known: Known, *, liberal: bool) -> list[Token]:
        """Names spoken in several words ("render worker"), where at least one of the words is otherwise unknown."""
        found: list[Token] = []
        at = 0
        while at < len(tokens):
            length = self._spoken(tokens, at, known, liberal=liberal)
            if length:
                found.append(self._one(tokens[at : at + length], known))
            else:
                found.append(tokens[at])
            at += length or 1
        return found

    def _spoken(self, tokens: Sequence[Token], at: int, known: Known, *, liberal: bool) -> int:
        """How many words from `at` on are one spoken name, 0 if none."""
        first = tokens[at]
        folded = fold(first.text)
        longest = max(known.names.first_spoken.get(folded, 0), self._first_registries.get(folded, 0))
        if not longest or not _is_word(first):
            return 0
        for length in range(min(longest, len(tokens) - at), 1, -1):
            words = tokens[at : at + length]
            if not all(map(_is_word, words)):
                continue
            key = tuple(fold(word.text) for word in words)
            spoken = known.names.spoken.get(key) and (
                liberal or any(not word.bits & ~self.weak & ~self._first_of_name for word in words)
            )
            if spoken or key in self._registries:
                return length
        return 0

    def _one(self, words: Sequence[Token], known: Known) -> Token:
        key = tuple(fold(word.text) for word in words)
        token = Token(" ".join(key), words[0].start, words[-1].end, bold=words[0].bold)
        if not self._registry(token, key):
            name = known.names.spoken[key]
            assert name is not None
            token.text = name
            self._name(token, name, known)
        self.test(token)
        return token


_OBJECT_NAME = pattern(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_PLAIN_NAME = pattern(r"[a-z0-9][a-z0-9-]*")
_IDENTIFIER = pattern(r"[a-z0-9]+(?:[-_][a-z0-9]+)+")


def _raw(text: str, offset: int = 0, typed: Mapping[str, Typing] = MappingProxyType({})) -> list[Token]:
    """The pieces of `text`, those that `typed` knows with their classes, the others before they are typed. Emphasis
    marks only say that what is between them is bold; one at the end that closes nothing points to a footnote, and is a
    word."""
    found: list[Token] = []
    bold = False
    marks = last = 0
    for match in _SCAN.finditer(text):
        kind, piece, start = match.lastgroup, match[0], match.start() + offset
        if kind == "word":
            found.append(_token(piece, start, bold, typed))
        elif kind == "chunk":
            _peel(found, piece, start, bold, typed)
        elif kind == "code":
            found.append(Token(match["inner"].strip(), start, match.end() + offset, code=True, bold=bold))
        elif kind == "quoted":
            found.append(Token(piece[1:-1], start, match.end() + offset, bold=bold, quoted=True))
        elif kind == "mark":
            if piece[0] == "*":
                bold = not bold
                marks, last = marks + 1, match.end() + offset
        elif kind != "address":
            token = _token(_SAME.get(kind or "", piece), start, bold, typed)
            token.end = match.end() + offset
            found.append(token)
    if marks % 2 and last == len(text.rstrip()) + offset:
        found.append(Token("*", last - 1, last))
    return found


_SAME = {"arrow": "→", "dash": "—", "ellipsis": "…"}
"""How signs that say the same are written."""


def _token(text: str, start: int, bold: bool, typed: Mapping[str, Typing]) -> Token:
    token = Token(text, start, start + len(text), bold=bold)
    if not bold and text in typed:
        token.bits, token.entry, token.value = typed[text]
    return token


def _peel(found: list[Token], piece: str, start: int, bold: bool, typed: Mapping[str, Typing]) -> None:
    """Adds a chunk without the punctuation that ends it, then that punctuation."""
    core = piece.strip("'‘’") if piece[0] in "'‘" or piece[-1] in "'’" else piece
    start += piece.find(core) if core else 0
    words = core.rstrip(_AT_AN_END)
    end = len(words)
    if core.endswith("..."):  # something is left out there, and nobody knows what
        words = core.rstrip(".")
        end, core = len(words), words + "…"
    if words:
        found.append(_token(words, start, bold, typed))
    for at in range(end, len(core)):
        if core[at] != "_":
            found.append(_token(core[at], start + at, bold, typed))


_AT_AN_END = ".:!?_¹²³⁰⁴⁵⁶⁷⁸⁹†‡"


def _in_code(text: str) -> str:
    """What code is remembered by: no word outside of code holds that sign."""
    return f"`{text}"


def _is_word(token: Token) -> bool:
    return not token.code and token.text[:1].isalnum()


def _is_picture(text: str) -> bool:
    """Only emoji, dingbats and the like; arrows and mathematics say something."""
    return all(
        "\u2600" <= sign <= "\u27bf" or sign >= "\U0001f000" or sign in "\ufe0f\u200d\u2b50•·"
        or "\u23e9" <= sign <= "\u23fa"
        for sign in text
    )  # fmt: skip


_CANONICAL = {fold(kind): kind for kind in OBJECT_KINDS}


def _kind_and_name(token: Token, names: Names) -> dict[str, str] | None:
    """ "HelmRelease/podinfo": the kind as it is written, and the name. Otherwise written only of what there is."""
    said, slash, name = token.text.partition("/")
    kind = names.kinds.get(fold(said)) or _CANONICAL.get(fold(said))
    if not slash or kind is None or not _OBJECT_NAME.fullmatch(name):
        return None
    sure = said == kind and (token.code or names.entry(name) is not None)
    there = sure or any(each.kind == kind and each.name == name for each in names.manifests)
    return {"kind": kind, "name": name} if there else None


def _is_tag(reference: versions.ImageReference) -> bool:
    """Whether what stands behind the colon can be meant as a tag (`note:this` is none, `nginx:1.25` is)."""
    return reference.tag is None or reference.host is not None or versions.version(reference.tag) is not None or (
        "/" in reference.repository or reference.tag == "latest"
    )  # fmt: skip


def _looks_like_path(text: str) -> bool:
    return fold(text).endswith(_PATH_ENDS) or text.startswith(("./", "../", "/")) or (
        text.endswith("/") and text.count("/") >= 1 and len(text) > 1
    )  # fmt: skip
