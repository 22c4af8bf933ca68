"""Phrases that many rules use: versions, places, registries, images, releases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import Change, Field, Images, Item, Place, Registry, Target, Wanted
from executor.recognise.versions import ONE, ImageReference, Version
from executor.recognise.words import fold

Captured = Mapping[str, Any]


def add(grammar: Grammar) -> None:
    """Teach `grammar` the phrases."""
    _small(grammar)
    _versions(grammar)
    _places(grammar)
    _registries(grammar)
    _images(grammar)
    _releases(grammar)


def _small(g: Grammar) -> None:
    g.phrase("and", ", | AND | , AND | &")
    # no "was", "can be", "should have been": those tell what happened, or might
    g.phrase("be", "BE+ | MODAL BE | HAVE BE | NEEDS to BE | MODAL | NEEDS to")
    g.phrase("manner", "MANNER | with no (error | errors) | without any? (error | errors)", _manner)
    g.phrase("that", "that | if | whether")  # only behind VERIFY: "check if the registry answers"


def _manner(c: Captured) -> Any:
    return True


# --- versions -------------------------------------------------------------------------------------------------------


def _versions(g: Grammar) -> None:
    g.phrase(
        "version_noun",
        "(image | IMAGE)? (VERSION_WORD | TAG | VERSION_WORD TAG) number? | RELEASE | HELM? CHART VERSION_WORD",
    )
    g.phrase("old", "x:VERSION | x:DIGEST | x:RANGE | x:PLACEHOLDER | x:IMAGE_REF", _value)
    g.phrase("value", "x:VERSION | x:DIGEST | x:RANGE | x:PLACEHOLDER | x:IMAGE_REF | x:LATEST", _value)
    g.phrase("value", "<vague>", lambda c: Wanted("vague", c["vague"]))
    g.phrase(
        "vague",
        "(THE | its | their)* x:VAGUE+ CHANNEL* (HELM? CHART | IMAGE | IMAGES)? (VERSION_WORD | TAG | RELEASE)? <some_time>?",
        lambda c: f"{c['x'].text} version",
    )
    g.phrase("vague", "THE? x:VAGUE+ x:CHANNEL <some_time>?", lambda c: c["x"].text)
    g.phrase("some_time", "at (ANY | the ANY? | time of)* time | at the time of ANY")
    g.phrase(
        "version",
        "(with | at | as | using | for | in | on | to) THE? <version_noun>? (: | =)? x:VERSION "
        "| THE? <version_noun> (: | =)? x:VERSION | : x:VERSION "
        "| , THE? <version_noun> (: | =)? x:VERSION ,? | (, | AND)? tagged (as | with)? <version_noun>? x:VERSION | (with | using) THE? DIGEST_WORD? x:DIGEST",
        _value,
    )
    g.phrase(
        "version",
        "(with | at | as | using | to)? THE? <version_noun>? (: | =)? (x:RANGE | x:PLACEHOLDER | x:LATEST)",
        _value,
    )
    g.phrase("version", "(with | at | as | using) <vague>", lambda c: Wanted("vague", c["vague"]))


def _value(c: Captured) -> Wanted | None:
    return wanted(c["x"])


def wanted(token: Token) -> Wanted:
    """What a token says where a version belongs."""
    value = token.value
    if isinstance(value, Version):
        return Wanted("version", token.text, version=value)
    if isinstance(value, ImageReference):
        return Wanted("reference", token.text, reference=value)
    if token.text.startswith("sha256:"):
        return Wanted("digest", token.text, version=Version("", "digest", token.text))
    if token.text.lstrip(":") == "latest":
        return Wanted("vague", "latest")
    return Wanted(
        "range" if token.text and token.text[0] not in "<$.…{" and "<" not in token.text else "placeholder", token.text
    )


# --- places ---------------------------------------------------------------------------------------------------------


def _places(g: Grammar) -> None:
    g.phrase("in_not_for", "in | on | at | of | inside | within | under")
    g.phrase("in", "<in_not_for> | for")
    g.phrase(
        "in_repository",
        "(<in> | from) THE? x:REPO REPOSITORY? | (<in> | from) REPOSITORY x:REPO",
        lambda c: Place(repository=c["x"].text),
    )
    g.phrase("where", "_:<in_repository>")
    g.phrase(
        "where",
        "o:only? (<in_not_for> | p:for) (the | our)? (x:STAGE | x:PLACE) (n:ENVIRONMENT | n:CLUSTER | n:OVERLAY)? o:only? "
        "| <in> (the | our)? (ENVIRONMENT | CLUSTER | OVERLAY) (x:STAGE | x:PLACE)"
        "| <in> THE? x:PART (ENVIRONMENT | CLUSTER | OVERLAY | folder | directory)",
        _stage,
    )
    g.phrase("where", "<in> the? x:base (folder | directory | layer | OVERLAY | MANIFESTS)?", _stage)
    g.phrase("where", "OPEN (in | on | for)? the? (x:STAGE | x:PLACE) (ENVIRONMENT | CLUSTER | OVERLAY)? CLOSE", _stage)
    g.phrase("where", "<in> THE? (FILE | MANIFEST)? x:PATH (FILE | MANIFEST)?", lambda c: Place(path=c["x"].text))
    g.phrase("where", "OPEN (in | FILE)? :? x:PATH CLOSE", lambda c: Place(path=c["x"].text))
    g.phrase(
        "where",
        "<in> THE? x:SPACE NAMESPACE | <in> THE? NAMESPACE x:SPACE | in x:SPACE",
        lambda c: Place(namespace=c["x"].entry.name),
    )
    g.phrase("spot", "(the | our)? (x:STAGE | x:PLACE) (ENVIRONMENT | CLUSTER | OVERLAY)?", _stage)
    g.phrase("spot", "THE? FILE? x:PATH", lambda c: Place(path=c["x"].text))
    g.phrase("spots", "BOTH? a:<spot> <and> <in>? b:<spot> (OVERLAYS | STAGES | FILE)?", _each_spot)
    g.phrase("spots", "a:<spot> , <in>? b:<spot> ,? AND <in>? c:<spot> (OVERLAYS | STAGES | FILE)?", _each_spot)
    g.phrase("spots", "BOTH (of? THE)? (OVERLAYS | STAGES | FILE) OPEN s:<spots> CLOSE", lambda c: c["s"])
    g.phrase("in_each", "<in> s:<spots>", lambda c: c["s"])
    g.phrase("in_each", "OPEN <in>? s:<spots> CLOSE", lambda c: c["s"])
    g.phrase("in_each", "<in> BOTH (of? THE)? (OVERLAYS | STAGES)", lambda c: "both")
    g.phrase(
        "where",
        "EVERYWHERE | OPEN EVERYWHERE CLOSE",
        lambda c: Place(everywhere=True),
    )
    g.phrase(
        "where",
        "(in | across | on | for) ALL (of? THE)? (ENVIRONMENT | STAGES | OVERLAYS)",
        lambda c: Place(everywhere=True, deployed=True),
    )


_PURPOSES = frozenset("demo test testing development live preview".split())
"""What a thing may be done for, whatever environment is called so."""


def _stage(c: Captured) -> Place | None:
    if "p" in c and "n" not in c and fold(c["x"].text) in _PURPOSES:
        return None  # "for the demo", "for testing"
    return Place(stage=c["x"].text, only="o" in c)


def _each_spot(c: Captured) -> tuple[Place, ...]:
    return tuple(c[k] for k in "abc" if k in c)


# --- registries -----------------------------------------------------------------------------------------------------


def _registries(g: Grammar) -> None:
    g.phrase("registry_kind", "DOCKER | IMAGE | remote", lambda c: "any")
    g.phrase("registry_kind", "local | private | internal | own", lambda c: "private")
    g.phrase("registry_noun", "k:<registry_kind>? REGISTRY a:CATALOG? | a:CATALOG", _registry)
    g.phrase(
        "registry",
        "(to | in | on | from | into | at | against | onto) THE? "
        "(n:<registry_noun> | n:<registry_noun> (at | : | =)? x:HOST | x:HOST n:<registry_noun>? | THE? x:HOST)",
        _registry_at,
    )
    g.phrase("a_registry", "THE? n:<registry_noun> ((at | : | =)? x:HOST)? | x:HOST REGISTRY", _registry_at)


def _registry(c: Captured) -> Registry:
    return Registry(None, c.get("k") == "private", "a" in c)


def _registry_at(c: Captured) -> Registry:
    noun: Registry = c.get("n", Registry())
    host = c["x"].value if "x" in c else None
    return Registry(host, noun.private, noun.catalog)


# --- images ---------------------------------------------------------------------------------------------------------


def _images(g: Grammar) -> None:
    g.phrase("one_image", "DOCKER* x:IMAGE", lambda c: False)
    g.phrase("image_word", "DOCKER* IMAGE", lambda c: "one")
    g.phrase("image_word", "DOCKER* IMAGES", lambda c: "many")
    g.phrase("parts_word", "PARTS", lambda c: "many")
    g.phrase("det", "ALL of THE REMAINING? | ALL THE? REMAINING?", lambda c: "all")
    g.phrase("det", "THE REMAINING? | REMAINING", lambda c: "the")
    g.phrase("item", "x:NAME ((t:: VERSION_WORD? | t:VERSION_WORD)? v:VERSION)?", _item)
    g.phrase("item", "x:IMAGE_REF", lambda c: Item(c["x"], None, c["x"].value))
    g.phrase("item", "x:IMAGE_NAME (:? v:VERSION)?", _item)
    g.phrase("items", "a:<item> (<and> THE? b:<item>)?", lambda c: tuple(c[k] for k in "ab" if k in c))
    g.phrase(
        "items",
        "a:<item> , b:<item> ,? AND c:<item> | a:<item> , b:<item> , c:<item> ,? AND d:<item>",
        lambda c: tuple(c[k] for k in "abcd" if k in c),
    )
    g.phrase("images", "d:<det>? i:<items> (n:<image_word> | n:<parts_word>)? v:VERSION?", _named_images)
    g.phrase(
        "images", "d:<det>? (x:NUMBER | x:COUNT) i:<items> (n:<image_word> | n:<parts_word>) v:VERSION?", _named_images
    )
    g.phrase("images", "d:<det>? (x:NUMBER | x:COUNT) n:<image_word> (for | of) i:<items>", _named_images)
    g.phrase("images", "x:BOTH (of? THE)? i:<items> n:<image_word> v:VERSION?", _named_images)
    g.phrase("images", "x:BOTH (of? THE)? n:<image_word> (for | of) i:<items>", _named_images)
    g.phrase("images", "d:<det>? n:<image_word> (for | of | :)? i:<items>", _named_images)
    g.phrase(
        "images",
        "THE? (VERSION_WORD | TAG)? v:VERSION ((of | for) d:<det>?)? i:<items> (n:<image_word> | n:<parts_word>)?",
        _named_images,
    )
    g.phrase("images", "d:<det>? n:<image_word> v:VERSION?", _unnamed_images)
    g.phrase("images", "d:<det> (x:NUMBER | x:COUNT) n:<image_word> v:VERSION?", _unnamed_images)
    g.phrase("images", "x:BOTH (of? THE)? n:<image_word> v:VERSION?", _unnamed_images)
    g.phrase("images", "ALL IMAGES (in | under | below) THE? x:PATH", lambda c: _below(c["x"].text))
    g.phrase("images", "IT", lambda c: Images(it=True))
    g.phrase("images", "BOTH (of them)?", lambda c: Images(it=True, count=2))
    g.phrase("images", "ALL of them", lambda c: Images(it=True))


def _item(c: Captured) -> Item | None:
    token: Token = c["x"]
    own = wanted(c["v"]) if "v" in c else None
    if isinstance(token.value, ImageReference):
        return Item(token, own, token.value)
    entry = token.entry
    return (
        Item(token, own, loose="v" in c and "t" not in c)
        if entry and (entry.images or entry.group or entry.pins)
        else None
    )


def _below(folder: str) -> Images:
    return Images(plural=True, every=True, noun=True, below=folder)


def _named_images(c: Captured) -> Images | None:
    noun = c.get("n")
    items: tuple[Item, ...] = c["i"]
    of_all = wanted(c["v"]) if "v" in c else None
    if of_all is not None and any(item.wanted for item in items):
        return None
    if len(items) > 1 and items[-1].loose and not any(item.wanted for item in items[:-1]):
        of_all = items[-1].wanted  # "web and base 1.1.0": of both
        items = (*items[:-1], Item(items[-1].token, None, items[-1].reference))
    many = noun == "many" or (c.get("d") == "all" and noun is not None)
    count = (c["x"].value or 2) if "x" in c else None
    return Images(items, many, c.get("d") == "all", count, noun=noun is not None, wanted=of_all)


def _unnamed_images(c: Captured) -> Images | None:
    plural = c["n"] == "many" or c.get("d") == "all"
    if "x" in c and not plural:
        return None
    count = None if "x" not in c else (c["x"].value if isinstance(c["x"].value, int) else 2)
    return Images(
        (), plural, c.get("d") == "all" or "x" in c, count, noun=True, wanted=wanted(c["v"]) if "v" in c else None
    )


# --- releases -------------------------------------------------------------------------------------------------------


def _releases(g: Grammar) -> None:
    g.phrase("hr", "HELMRELEASE FILE? | HELM RELEASE FILE? | HELMRELEASE MANIFEST", lambda c: "one")
    g.phrase("hr", "RELEASE", lambda c: "one")
    g.phrase("hr", "HELMRELEASES | HELM RELEASES | HELMRELEASE (FILE | MANIFESTS)", lambda c: "many")
    g.phrase("named", "x:NAME", lambda c: c["x"])
    g.phrase("named", "x:IDENTIFIER", lambda c: c["x"])
    g.phrase("names", "a:NAME (<and> b:NAME)?", lambda c: tuple(c[k] for k in "ab" if k in c))
    g.phrase(
        "names",
        "a:NAME , b:NAME ,? AND c:NAME | a:NAME , b:NAME , c:NAME ,? AND d:NAME",
        lambda c: tuple(c[k] for k in "abcd" if k in c),
    )
    g.phrase("release", "THE? n:<named> h:<hr>", lambda c: Target("HelmRelease", (c["n"],)))
    g.phrase("release", "(THE | ALL)? n:<names> h:<hr>", _several)
    g.phrase("release", "THE? h:<hr> (for | of | :)? n:<named>", lambda c: Target("HelmRelease", (c["n"],)))
    g.phrase("release", "THE? h:<hr>", _unnamed)
    g.phrase("release", "ALL THE? h:<hr>", lambda c: Target("HelmRelease", every=True, plural=True))
    g.phrase("release", "THE? n:<names>", _bare)
    g.phrase("release", "n:NAME s:SPACE", _with_space)
    g.phrase("release", "THE? n:NAME <hr>? OPEN s:SPACE NAMESPACE? CLOSE", _in_space)
    g.phrase("release", "THE? k:SOURCE_KIND n:<named> | THE? n:<named> k:SOURCE_KIND", _source)
    g.phrase("field", "THE? HELM? CHART (VERSION_WORD | TAG)?", lambda c: Field("chart"))
    g.phrase("field", "THE? DOCKER* IMAGE (TAG | VERSION_WORD | REFERENCE)?", lambda c: Field("image"))
    g.phrase("field", "THE? DOCKER* IMAGE? DIGEST_WORD", lambda c: Field("image", digest=True))
    g.phrase("field", "THE? DOCKER* IMAGES (TAG | VERSION_WORD | REFERENCE)?", lambda c: Field("image", plural=True))
    g.phrase("field", "THE? TAG", lambda c: Field("image", tag=True))
    g.phrase("field", "THE? VERSION_WORD", lambda c: Field())
    g.phrase("to", "to use? | with | at | → | = | : | to be | as | using | → :")
    g.phrase("change", "<to> f:<field>? (: | =)? x:<value>", _change)
    g.phrase("change", "(by | at) THE? DIGEST_WORD? x:DIGEST", lambda c: Change(wanted(c["x"])))
    g.phrase("change", "from f:<field>? y:<old> (to | →) <field>? x:<value>", _change)
    g.phrase("change", "to f:<field>? x:<value> (from | instead of) <field>? y:<old>", _change)
    g.phrase("change", "(: | =)? y:<old> (→ | to) x:<value>", _change)
    g.phrase("change", "(from | : | =)? y:NUMBER (→ | to) x:NUMBER", _build_numbers)
    g.phrase("change", "f:<field> (: | =)? y:<old> → x:<value>", _change)


def _several(c: Captured) -> Target:
    return Target("HelmRelease", c["n"], plural=c["h"] == "many")


def _unnamed(c: Captured) -> Target:
    return Target("HelmRelease", plural=c["h"] == "many")


def _bare(c: Captured) -> Target | None:
    known = all(n.entry and (n.entry.releases or n.entry.sources or n.entry.pins) for n in c["n"])
    return Target(None, c["n"]) if known else None


def _with_space(c: Captured) -> Target | None:
    """**longhorn** `storage`: a name and its namespace, set apart by how they are written."""
    name, space = c["n"], c["s"]
    if not (space.code or space.bold) or not (name.code or name.bold) or not name.entry.releases:
        return None
    return Target("HelmRelease", (name,), space.entry.name)


def _in_space(c: Captured) -> Target | None:
    """`ffl` (media): a release and its namespace."""
    return Target("HelmRelease", (c["n"],), c["s"].entry.name) if c["n"].entry.releases else None


_KINDS = {
    "ocirepository": "OCIRepository", "ocirepositories": "OCIRepository", "gitrepository": "GitRepository",
    "gitrepositories": "GitRepository", "helmrepository": "HelmRepository", "helmrepositories": "HelmRepository",
    "helmchart": "HelmChart",
}  # fmt: skip


def source_kind(token: Token) -> str:
    return _KINDS[token.text.casefold()]


def _source(c: Captured) -> Target:
    return Target(source_kind(c["k"]), (c["n"],))


def _build_numbers(c: Captured) -> Change:
    """ "41 → 42": versions where an image's are said; "whole" until then."""
    to, before = (Wanted("whole", c[key].text, Version(c[key].text, ONE)) for key in "xy")
    return Change(to, before)


def _change(c: Captured) -> Change | None:
    """From what to what. A digest is no tag, and a version no digest."""
    to, named = c["x"], c.get("f")
    if named is not None and named.digest and to.kind != "digest":
        return None
    return Change(to, c.get("y"), named)
