"""The grammar of image names (distribution's reference package) and which registry an image goes to."""

from __future__ import annotations

import re

from executor.errors import Blocked
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.values import dataclass

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = pattern(rf"{_PART}(?:/{_PART})*")
_TAG = pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = pattern(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_HOST = pattern(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Remote:
    """Where an image is or goes: `host` with port, `repository` below it; `registry` is the host with the path that
    was asked for, if one was."""

    host: str
    repository: str
    registry: str

    def tagged(self, tag: str) -> str:
        return f"{self.host}/{self.repository}:{tag}"


def check_image(image: str) -> None:
    """Raises Blocked BAD_ARGUMENT for what is no image name (without registry host and tag)."""
    host, rest = split_host(image)
    if not _REPOSITORY.fullmatch(rest) or len(image) > 255 or (host and not _HOST.fullmatch(host)):
        hint = "; put the tag into `tag`" if re.search(r"[:@]", rest) else "; names are lower case: a-z 0-9 . _ - /"
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"`image: {image}` is no image name{hint}")


def check_tag(tag: str) -> None:
    if not _TAG.fullmatch(tag):
        raise Blocked(
            ReasonCode.BAD_ARGUMENT,
            f"`tag: {tag}` is no image tag; tags are A-Z a-z 0-9 . _ - (no + or /), at most 128 characters",
        )


def check_digest(digest: str) -> None:
    if not _DIGEST.fullmatch(digest):
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"`digest: {digest}` is no digest; write sha256: and 64 hex digits")


def split_host(image: str) -> tuple[str | None, str]:
    """The registry host of a name, by docker's rule (the first part has a dot or a colon, or is localhost), and the
    rest."""
    first, slash, rest = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return None, image


def remote_of(image: str, registry: str | None, configured: str | None) -> Remote:
    """The argument, else the configured registry, else the image's own host. Raises Blocked NOT_DETERMINATE.

    A registry may have a path ("ghcr.io/somebody"), which then stands before the image's name.
    """
    host, rest = split_host(image)
    wanted = registry or configured or host
    if not wanted:
        raise Blocked(
            ReasonCode.NOT_DETERMINATE,
            f"no registry for {image}; name one in the criterion, or as registry.url in executor.toml",
        )
    named, prefix = split_registry(wanted)
    if host is not None and host != named:
        raise Blocked(ReasonCode.AMBIGUOUS, f"{image} names the registry {host}, but {named} is asked for")
    repository = f"{prefix}/{rest}" if prefix and not rest.startswith(f"{prefix}/") else rest
    return Remote(named, repository, f"{named}/{prefix}".rstrip("/"))


def split_registry(registry: str) -> tuple[str, str]:
    """`https://host:port/path/` as host with port, and path. Raises Blocked BAD_ARGUMENT."""
    host, _, path = re.sub(r"^https?://", "", registry.strip()).partition("/")
    path = path.strip("/").removeprefix("v2").strip("/")
    if not _HOST.fullmatch(host) or (path and not _REPOSITORY.fullmatch(path)):
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"`registry: {registry}` is no registry; write its host and port")
    return host, path
