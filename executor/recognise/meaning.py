"""What sentences mean before it is looked up: values that phrases build and rules put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from executor.patterns import pattern
from executor.recognise.lexer import Token
from executor.recognise.versions import ImageReference, Version
from executor.values import dataclass, field

SPEC_FIELDS = frozenset(("interval", "timeout", "suspend", "schedule"))
"""Of `spec`, whatever the object: said without the path."""
NO_WORD = pattern(r"\w[:@=/]\w|^--?\w|^[\w-]+(?:\.[\w-]+)+$")
"""A text with what words of a sentence do not have: "shop.test", "--v=2"; a hyphen alone is in many of them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What stands where a version belongs. `kind`: version, digest, reference, range, placeholder, vague."""

    kind: str
    text: str
    version: Version | None = None
    reference: ImageReference | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One image that is named: by a name that exists here, or by a reference; with its own version if it has one.
    `loose`: that stands behind the name without a colon or a word, and may be said of all that are listed."""

    token: Token
    wanted: Wanted | None = None
    reference: ImageReference | None = None
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Images:
    """Which images are meant. Without items: the one (`plural` false), or all (`plural` true; `every` where the
    sentence says "all"). `count` is how many it says there are."""

    items: tuple[Item, ...] = ()
    plural: bool = False
    every: bool = False
    count: int | None = None
    it: bool = False
    noun: bool = False
    wanted: Wanted | None = None
    below: str | None = None
    """The folder that all of them are in."""


@dataclass(frozen=True, slots=True)
class Made:
    """From what and how an image is built, as far as the sentence says it."""

    path: str | None = None
    arguments: tuple[tuple[str, str], ...] = ()
    target: str | None = None
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Registry:
    """`host` None: the registry, without saying which. `private`: it was called local, private or internal."""

    host: str | None = None
    private: bool = False
    catalog: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One restriction of where: exactly one of the fields is set. `deployed`: everywhere that something is deployed
    ("in all overlays"), and not in a compose file; `both`: which has to be in two places."""

    repository: str | None = None
    stage: str | None = None
    path: str | None = None
    namespace: str | None = None
    everywhere: bool = False
    deployed: bool = False
    only: bool = False
    """Said with "only": for a look that would be one at all other places, too."""
    both: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """chart or image (None: only "version"), whether it was said in the plural, and which image or chart by name.
    `tag`: only "tag" was said, which a source has too; `digest`: a digest was said; `every`: all of them, `count` of
    them."""

    name: str | None = None
    plural: bool = False
    of: Token | None = None
    tag: bool = False
    digest: bool = False
    every: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Objects of one kind: named ones, all, or (neither) the only one. `kind` None: a bare name."""

    kind: str | None = None
    names: tuple[Token, ...] = ()
    namespace: str | None = None
    every: bool = False
    plural: bool = False
    file: str | None = None
    count: int | None = None
    of: Token | None = None
    """Pods: whose."""


@dataclass(frozen=True, slots=True)
class Change:
    """From what to what."""

    to: Wanted
    before: Wanted | None = None
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """What of an object is to change. `what` and `name` as `executor.flux.settings.Wish` has them; `kind` where the
    setting says it ("the HelmRelease interval"); `token` is the word that is the name; `part` the words before it that
    say of which part ("the operator replicas")."""

    what: str
    name: str = ""
    token: Token | None = None
    kind: str | None = None
    part: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """The object that a setting belongs to: by kind and name, by its bare name, or by its file. `container`: of it;
    `part`: a part of its values ("the cilium operator"). Kind without a name: the only one of that kind. `runs`:
    said of what runs ("the web service")."""

    kind: str | None = None
    token: Token | None = None
    file: str | None = None
    container: Token | None = None
    part: tuple[str, ...] = ()
    runs: bool = False


@dataclass(frozen=True, slots=True)
class Turned:
    """To what, and from what. Each a token, or ("setting", text), ("placeholder", text), ("vague", text)."""

    to: Any
    before: Any = None
    there: bool = False
    """Whether it is said of what there is already ("A → B"): nothing is added."""


@dataclass(frozen=True, slots=True)
class Exact:
    """The same in code, beside words that say it ("three replicas (`replicaCount: 3`)"): the key, and the value where
    that is said too."""

    named: Named
    to: Any = None


def words_of(key: str) -> frozenset[str]:
    """The words that a key is made of, in the singular: `FEATURE_VOUCHERS` is feature and voucher."""
    return frozenset(word_of(each) for each in _WORD_OF_KEY.findall(key))


_AGAINST = frozenset(
    "disable disabled no not non never skip without ignore exclude deny block omit suppress mute hide off prevent "
    "stop".split()
)


def negative(key: str) -> frozenset[str]:
    """The words of a key that turn it around: `true` of `disableLogs` is no logs."""
    return words_of(key) & _AGAINST


def word_of(word: str) -> str:
    return word.lower().removesuffix("s")


_WORD_OF_KEY = pattern(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")


def all_asks(parts: Iterable[list[Ask] | None]) -> list[Ask] | None:
    """Those of all parts of a sentence; None where one of them is nothing that is understood."""
    found = list(parts)
    return None if None in found else [ask for each in found for ask in each or ()]


EDITS = frozenset({"bump", "setting", "manifest.add", "manifest.remove"})
"""Asks that change manifests, and of which it can be seen whether they are so already."""


@dataclass(frozen=True)
class Ask:
    """One thing that a sentence asks for: which rule understood it, and its slots."""

    what: str
    slots: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        return self.slots.get(name)

    def looked_at(self) -> Ask:
        """The same edit, only compared with what is there."""
        return Ask(self.what, {**self.slots, "check": True})


@dataclass(frozen=True)
class Rule:
    """One way to say something, with sentences that it is for and sentences that look like it and are something else.

    `patterns` are ways to write it (grammar.py); `make` turns the captures into asks, or None to reject the reading.
    `examples` map a sentence to what must come out of it in the repository of tests/recognise/world.py, `near_misses`
    sentences to the status that they must get instead (`u` unresolved, `b` blocked, `r` refused, `v` left to
    verification, or other operations).
    """

    name: str
    patterns: tuple[str, ...]
    make: Any
    examples: Mapping[str, str] = field(default_factory=dict)
    near_misses: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False
    """Whether it is a sentence only by itself: what has no verb would take the objects of the verb before it."""
