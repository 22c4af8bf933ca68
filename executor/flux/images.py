"""Images that can be built here: configured ones first, then every folder with a Dockerfile."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from executor.config import Config
from executor.patterns import pattern
from executor.values import dataclass, field

GENERIC = frozenset({"infra", "images", "docker", "containers", "services", "apps", "src", "build", "packages"})
"""Folder names that say what lies in them, not whose it is: no part of an image's name and no group."""

_NOT_BUILT = pattern(r"\.(dockerignore|j2|tmpl|tpl|template|md|txt|orig|bak|swp|rej|ya?ml|json|sh|py)$", re.IGNORECASE)
_DOCKERFILE = pattern(r"(Dockerfile|Containerfile)([._-].+)?|.+\.(Dockerfile|dockerfile)")
_COPY = pattern(r"^\s*(?:COPY|ADD)\s+(?P<rest>.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ImageSource:
    """An image that can be built here. `name` has no registry and no tag; `context` and `dockerfile` are repository
    paths (`.` is the top); `script` is set only by configuration."""

    name: str
    context: str
    dockerfile: str
    group: str | None = None
    script: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)


def is_dockerfile(path: str) -> bool:
    """By its name: `Dockerfile`, `Dockerfile.saas`, `saas.Dockerfile`, `Containerfile`."""
    name = posixpath.basename(path)
    return _DOCKERFILE.fullmatch(name) is not None and not _NOT_BUILT.search(name)


def image_sources(root: Path, config: Config, dockerfiles: Sequence[str], pinned: Collection[str]) -> list[ImageSource]:
    """All images, by name. `pinned` are the repositories that manifests pin, without host and tag."""
    configured = [_configured(name, config) for name in sorted(config.images)]
    taken = {each.name for each in configured} | {each.dockerfile for each in configured}
    folders = sorted({posixpath.dirname(path) or "." for path in dockerfiles})
    found = [
        _found(root, path, folders, dockerfiles, pinned)
        for path in sorted(dockerfiles)
        if path not in taken and posixpath.dirname(path) not in taken
    ]
    return sorted([*configured, *(each for each in found if each.name not in taken)], key=lambda each: each.name)


def _configured(name: str, config: Config) -> ImageSource:
    entry = config.images[name]
    context = posixpath.normpath(entry.context)
    dockerfile = posixpath.normpath(entry.dockerfile or posixpath.join(context, "Dockerfile"))
    return ImageSource(name, context, dockerfile, entry.group, entry.script, dict(entry.build_args))


def _found(
    root: Path, dockerfile: str, folders: Sequence[str], dockerfiles: Sequence[str], pinned: Collection[str]
) -> ImageSource:
    folder = posixpath.dirname(dockerfile) or "."
    parent = posixpath.dirname(folder) or "."
    grandparent_is_top = folder == "." or parent == "."
    group = None if grandparent_is_top or posixpath.basename(parent) in GENERIC else posixpath.basename(parent)
    beside = [each for each in folders if each != "." and (posixpath.dirname(each) or ".") == parent]
    name = _name(root, folder, group if len(beside) > 1 else None, pinned)
    in_folder = [each for each in dockerfiles if (posixpath.dirname(each) or ".") == folder]
    variant = _variant(dockerfile)
    if variant and len(in_folder) > 1:
        name = f"{name}-{variant}"
    return ImageSource(name, _context(root, folder, dockerfile), dockerfile, group)


def _name(root: Path, folder: str, group: str | None, pinned: Collection[str]) -> str:
    """The longest suffix of the folder's path that a manifest pins, else `group/folder`, else the folder's name."""
    if folder == ".":
        return root.name
    parts = folder.split("/")
    for start in range(len(parts)):
        if (suffix := "/".join(parts[start:])) in pinned:
            return suffix
    named = [part for part in parts if part not in GENERIC]
    last = parts[-1] if parts[-1] not in GENERIC else (named[-1] if named else root.name)
    return f"{group}/{last}" if group else last


def _variant(dockerfile: str) -> str | None:
    name = posixpath.basename(dockerfile)
    for ending in (".Dockerfile", ".dockerfile"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    match = _DOCKERFILE.fullmatch(name)
    return match[2][1:] if match and match[2] else None


def _context(root: Path, folder: str, dockerfile: str) -> str:
    """The nearest folder upwards in which everything exists that the Dockerfile copies: its own, nearly always."""
    wanted = _copied(root / dockerfile)
    here = folder
    while wanted:
        if all((root / here / each).exists() for each in wanted):
            return here
        if here == ".":
            break
        here = posixpath.dirname(here) or "."
    return folder


def _copied(dockerfile: Path) -> list[str]:
    """What `COPY` and `ADD` name literally from the context; nothing with variables, wildcards, or from a stage."""
    try:
        text = dockerfile.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    except OSError:
        return []
    found: list[str] = []
    for line in text.splitlines():
        match = _COPY.match(line)
        if not match or "--from=" in match["rest"] or "[" in match["rest"] or "<<" in match["rest"]:
            continue
        words = [word for word in match["rest"].split() if not word.startswith("--")]
        found += [word.lstrip("/") or "." for word in words[:-1] if not re.search(r"[$*?{]|://", word)]
    return found
