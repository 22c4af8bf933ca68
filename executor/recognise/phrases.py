"""A project's own phrases: `[[phrases]]` in executor.toml, a pattern with typed slots that becomes an operation.

    [[phrases]]
    pattern = "Ship {image:image} [at] {version:version} to|into {place:word}"
    operation = "image.push"
    arguments = { image = "{image}", tag = "{version}" }
    match = ["Ship stitcher at 1.2.0 to harbour"]
    no_match = ["Ship it", "Ship stitcher at 1.x to harbour"]

Every word of a sentence has to be matched. A bare word stands for itself (in any case), `a|b` for either, `[a]` for a
word that may be missing, `{slot:type}` for one word of that type. The examples run when the file is loaded: a phrase
whose `match` does not match, or whose `no_match` does, is an error. Our own grammar comes first; a phrase never changes
what a sentence means that is understood without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from executor.config import PhraseEntry
from executor.errors import ConfigError
from executor.patterns import pattern
from executor.recognise.lexer import Token
from executor.values import dataclass, replace

_SLOT = pattern(r"\{(\w+):(\w+)\}")
_TYPES: Mapping[str, tuple[str, ...]] = {
    "version": ("VERSION",),
    "image": ("NAME", "IMAGE_REF", "IMAGE_NAME"),
    "release": ("NAME",),
    "name": ("NAME", "IDENTIFIER"),
    "path": ("PATH",),
    "registry": ("HOST",),
    "number": ("NUMBER",),
    "code": ("CODE",),
    "word": ("ANY",),
}
_NEVER_A_WORD = ("NEGATION", "CONDITION", "RESTRICTION", "QUESTION", "PLACEHOLDER", "PUT_OFF", "COMMAND")


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern: the words that may stand there, or a slot's name and type."""

    words: frozenset[str] = frozenset()
    slot: str = ""
    type: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """A compiled entry. `samples` are the slots of its `match` examples."""

    entry: PhraseEntry
    elements: tuple[Element, ...]
    samples: tuple[Mapping[str, str], ...] = ()

    def match(self, tokens: Sequence[Token], bit: Callable[[str], int]) -> dict[str, str] | None:
        """The slots of a sentence that this phrase is for."""
        found = {tuple(sorted(slots.items())) for slots in self._ways(tokens[:-1], 0, 0, bit)}
        return dict(next(iter(found))) if len(found) == 1 else None

    def _ways(
        self, tokens: Sequence[Token], at: int, place: int, bit: Callable[[str], int]
    ) -> Iterator[dict[str, str]]:
        if place == len(self.elements):
            if at == len(tokens):
                yield {}
            return
        element = self.elements[place]
        if at < len(tokens) and _fits(element, tokens[at], bit):
            own = {element.slot: _text(tokens[at], element)} if element.slot else {}
            for rest in self._ways(tokens, at + 1, place + 1, bit):
                yield own | rest
        if element.optional:
            yield from self._ways(tokens, at, place + 1, bit)

    def arguments(self, slots: Mapping[str, str]) -> dict[str, Any]:
        return {key: _filled(value, slots) for key, value in self.entry.arguments.items()}


def compile_all(
    entries: Sequence[PhraseEntry],
    lex: Callable[[str], Sequence[Token]],
    bit: Callable[[str], int],
    place: Callable[[int], str],
) -> list[Phrase]:
    """The phrases, their examples run. Raises ConfigError naming the phrase; `place` says where the n-th one stands."""
    phrases = []
    for number, entry in enumerate(entries):
        try:
            phrases.append(_compiled(entry, lex, bit))
        except ValueError as error:
            what = f'the phrase "{entry.pattern}" {error}'
            raise ConfigError(what, place=place(number), remedy="correct it under [[phrases]]") from None
    return phrases


def _compiled(entry: PhraseEntry, lex: Callable[[str], Sequence[Token]], bit: Callable[[str], int]) -> Phrase:
    phrase = Phrase(entry, _elements(entry))
    if not entry.match:
        raise ValueError("has no `match` example")
    samples = [phrase.match(lex(sentence), bit) for sentence in entry.match]
    if None in samples:
        raise ValueError(f'does not match its own example "{entry.match[samples.index(None)]}"')
    for sentence in entry.no_match:
        if phrase.match(lex(sentence), bit) is not None:
            raise ValueError(f'matches "{sentence}", which it says it does not')
    return replace(phrase, samples=tuple(each for each in samples if each is not None))


def _elements(entry: PhraseEntry) -> tuple[Element, ...]:
    found = []
    for piece in entry.pattern.split():
        optional = piece.startswith("[") and piece.endswith("]")
        bare = piece[1:-1] if optional else piece
        slot = _SLOT.fullmatch(bare)
        if slot is not None:
            if slot[2] not in _TYPES:
                raise ValueError(f'has a slot of the type "{slot[2]}"; known: {", ".join(_TYPES)}')
            found.append(Element(slot=slot[1], type=slot[2], optional=optional))
        elif "{" in bare or "}" in bare:
            raise ValueError(f'has "{bare}", where {{name:type}} was expected')
        else:
            found.append(Element(frozenset(bare.casefold().split("|")), optional=optional))
    if not any(element.words and not element.optional for element in found):
        raise ValueError("has no word of its own")
    slots = [each.slot for each in found if each.slot]
    used = sorted(set(re.findall(r"\{(\w+)\}", str(entry.arguments))))
    for slot in used:
        if slot not in slots:
            raise ValueError(f"uses {{{slot}}}, which is no slot of its pattern")
        if any(each.optional for each in found if each.slot == slot):
            raise ValueError(f"uses {{{slot}}}, which may be missing; write two phrases")
    twice = next((slot for slot in slots if slots.count(slot) > 1), None)
    if twice is not None:
        raise ValueError(f"has two slots called {twice}; give each its own name")
    return tuple(found)


def _fits(element: Element, token: Token, bit: Callable[[str], int]) -> bool:
    if not element.slot:
        return token.text.casefold() in element.words and not token.code
    if not any(token.bits & bit(each) for each in _TYPES[element.type]):
        return False
    entry = token.entry
    if element.type == "image":
        return entry is None or bool(entry.images)
    if element.type == "release":
        return entry is not None and bool(entry.releases)
    return element.type != "word" or not any(token.bits & bit(each) for each in _NEVER_A_WORD)


def _text(token: Token, element: Element) -> str:
    if element.type == "image" and token.entry is not None and token.entry.images:
        return token.entry.images[0].name
    return token.entry.name if element.type == "release" and token.entry is not None else token.text


def _filled(value: Any, slots: Mapping[str, str]) -> Any:
    if isinstance(value, list | tuple):
        return [_filled(each, slots) for each in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"\{(\w+)\}", lambda match: slots.get(match[1], match[0]), value)
