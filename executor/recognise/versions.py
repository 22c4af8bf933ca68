"""What looks like a version, an image reference, a digest or a placeholder, and how exact it is."""

from __future__ import annotations

import re

from executor.patterns import pattern
from executor.values import dataclass

_TAG_CHARACTERS = r"[0-9A-Za-z](?:[0-9A-Za-z._+-]*[0-9A-Za-z])?"
_EXACT = pattern(rf"v?\d+\.\d+\.\d+(?:\.\d+)?(?:[-+._]{_TAG_CHARACTERS})?", re.ASCII)
_TWO = pattern(rf"v?\d+\.\d+(?:-{_TAG_CHARACTERS})?", re.ASCII)
_ONE = pattern(rf"v\d+(?:-{_TAG_CHARACTERS})?|\d+-[A-Za-z][\w.]*", re.ASCII)
_SHA = pattern(r"(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}")
_NAMED_SHA = pattern(r"(?:main|master|sha|git|develop|dev|release|pr-\d+)-[0-9a-f]{7,40}(?:-\d+)?")
_RANGE = pattern(
    r"[<>~^]=?\s*v?\d[\w.]*|v?\d+(?:\.\d+)*\.[xX*](?:\.[xX*])*|[<>]=?|v?\d+(?:\.\d+)+\+"
    r"|v?\d+\.\d+\.\d+(?:-|\.\.)v?\d+\.\d+\.\d+"
)
DIGEST = pattern(r"sha256:[0-9a-f]{64}")
_PLACEHOLDER = pattern(
    r"<[^<>]*>|\$\{|\$\(|\$[A-Za-z_]|\{\{|\{\w+\}|%\w+%|\.\.\.|…|\b[vV]?[XYZN]\.[XYZN](?:\.[XYZN])?\b|\b[vV]?x\.y(?:\.z)?\b"
    r"|\bT(?:BD|ODO)\b|\bX{3,}\b"
)
_HOST = pattern(
    r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)"
    r"(?::\d{1,5})?"
)
_REPOSITORY = pattern(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")

EXACT, TWO, ONE, SHA = "exact", "two", "one", "sha"


@dataclass(frozen=True, slots=True)
class Version:
    """`text` as written without its digest; `digest` is `sha256:…` or None. `kind` says how exact the text is."""

    text: str
    kind: str
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class ImageReference:
    """`[host/]repository[:tag][@digest]`; `repository` without the host."""

    host: str | None
    repository: str
    tag: str | None = None
    digest: str | None = None

    @property
    def name(self) -> str:
        return f"{self.host}/{self.repository}" if self.host else self.repository


_ADDRESS = pattern(r"(?:10|127)(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}")


def version(text: str) -> Version | None:
    """`text` as one version, or None. A range, a placeholder and a bare whole number are none."""
    bare, at, digest = text.partition("@")
    if _ADDRESS.fullmatch(bare):
        return None  # an address of a private network, not a version of four parts
    if at and not DIGEST.fullmatch(digest):
        return None
    kind = _kind(bare)
    return Version(bare, kind, digest or None) if kind else None


def _kind(text: str) -> str | None:
    if _EXACT.fullmatch(text):
        return EXACT
    if _TWO.fullmatch(text):
        return TWO
    if _ONE.fullmatch(text):
        return ONE
    return SHA if _SHA.fullmatch(text) or _NAMED_SHA.fullmatch(text) else None


def is_range(text: str) -> bool:
    return text[:1] in "<>~^vV0123456789" and _RANGE.fullmatch(text) is not None


def is_placeholder(text: str) -> bool:
    """Whether some of `text` stands for something that is to be filled in."""
    if text.isalpha() and text.islower():
        return False  # most words
    return _PLACEHOLDER.search(text) is not None


def is_host(text: str) -> bool:
    """A registry host that cannot be an ordinary word: it has a port, a dot, or is localhost."""
    return _HOST.fullmatch(text) is not None and (":" in text or text == "localhost" or "." in text)


def is_address(text: str) -> bool:
    """A host that is certainly one: with a port, or an IPv4 address, or localhost."""
    if (":" not in text and text != "localhost" and not text[:1].isdigit()) or not is_host(text):
        return False
    bare = text.partition(":")[0]
    return bare != text or bare == "localhost" or re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", bare) is not None


def image_reference(text: str) -> ImageReference | None:
    """`text` as an image reference, or None. The host is told from a folder as Docker does: by `.`, `:`, localhost."""
    bare, _, digest = text.partition("@")
    if digest and not DIGEST.fullmatch(digest):
        return None
    host, slash, rest = bare.partition("/")
    if slash and (("." in host) or ":" in host or host == "localhost") and _HOST.fullmatch(host):
        bare = rest
    else:
        host = ""
    repository, colon, tag = bare.partition(":")
    if not _REPOSITORY.fullmatch(repository) or (colon and not _TAG.fullmatch(tag)):
        return None
    return ImageReference(host or None, repository, tag or None, digest or None)
