"""Versions as charts, images and Flux write them: what is exact, what is a range, which is the higher one."""

from __future__ import annotations

import re

from executor.patterns import pattern
from executor.values import dataclass

SEMVER = pattern(
    r"v?(?P<core>\d+\.\d+\.\d+)(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
TAG = pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
"""OCI distribution specification, "Pulling manifests": a tag."""

DIGEST = pattern(r"sha256:[0-9a-f]{64}")
_COMPARABLE = pattern(r"v?(?P<core>\d+(?:\.\d+)*)(?:[-_+.](?P<rest>[0-9A-Za-z][0-9A-Za-z_.+-]*))?")
_BEFORE_RELEASE = pattern(r"(?:alpha|beta|rc|pre|preview|dev|snapshot|a|b)(?:[.-]?\d.*)?", re.IGNORECASE)
_FLOATING = frozenset({"latest", "stable", "edge", "nightly", "current", "newest"})
_PARTIAL = pattern(r"v?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Version:
    """What is asked for: a tag, a digest (`sha256:…`), or both."""

    tag: str | None
    digest: str | None

    def __str__(self) -> str:
        return "@".join(filter(None, (self.tag, self.digest)))


def split(text: str) -> Version:
    """`1.2.3`, `1.2.3@sha256:…`, `sha256:…`, `@sha256:…`."""
    tag, at, digest = text.partition("@")
    if at:
        return Version(tag or None, digest)
    return Version(None, text) if text.startswith("sha256:") else Version(text, None)


def image_problem(version: Version) -> str | None:
    """Why an image cannot be set to it; None where it is determinate."""
    if version.tag is not None and not TAG.fullmatch(version.tag):
        return f"{version.tag!r} is no image tag"
    if version.tag is not None and (version.tag.casefold() in _FLOATING or _has_wildcard(version.tag)):
        return f"{version.tag} does not name one version"
    if version.digest is not None and not DIGEST.fullmatch(version.digest):
        return f"{version.digest} is no digest (sha256: and 64 hexadecimal digits)"
    return None


def chart_problem(text: str) -> str | None:
    """Why a chart cannot be set to it. Two parts (`1.20`) are a range to Helm, and other words name no version."""
    return None if SEMVER.fullmatch(text) else f"{text} is no exact chart version (such as 1.20.0)"


def tag_problem(text: str) -> str | None:
    """Why the tag of an OCI artefact that holds a chart or manifests cannot be set to it."""
    if _PARTIAL.fullmatch(text):
        return f"{text} is no exact version (such as {text}{'.0' * (2 - text.count('.'))})"
    return image_problem(Version(text, None))


def is_exact(text: str) -> bool:
    """Whether a version field of Flux or Helm holds one version, not a range (`1.x`, `>=1.0.0`, `1.2`, `*`)."""
    return SEMVER.fullmatch(text.removeprefix("=").strip()) is not None


def is_lower(new: str, old: str) -> bool:
    """Whether `new` is a lower version than `old`; false where the two cannot be compared.

    Numbers count first. Behind equal numbers only words such as alpha or rc stand before the bare version: `-alpine`
    or `-debian12` are other builds, neither higher nor lower.
    """
    one, two = _COMPARABLE.fullmatch(new), _COMPARABLE.fullmatch(old)
    if not one or not two:
        return False
    a, b = ([int(part) for part in each["core"].split(".")] for each in (one, two))
    if (len(a) == 1) != (len(b) == 1):
        return False  # a build number or a date against a version
    width = max(len(a), len(b))
    a, b = a + [0] * (width - len(a)), b + [0] * (width - len(b))
    if a != b:
        return a < b
    return _pre_key(one["rest"]) < _pre_key(two["rest"]) if _ordered(one["rest"]) and _ordered(two["rest"]) else False


def _has_wildcard(text: str) -> bool:
    return any(part in ("x", "X") for part in text.split("."))


def _ordered(rest: str | None) -> bool:
    return rest is None or _BEFORE_RELEASE.fullmatch(rest) is not None


def _pre_key(rest: str | None) -> tuple[int, list[tuple[int, int, str]]]:
    """Sort key by semver's rule 11: numbers below words, compared part by part; no pre-release above all."""
    if rest is None:
        return (1, [])
    parts = re.findall(r"\d+|[A-Za-z]+", rest)
    return (0, [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts])
