"""A build context: which files the builder gets, the digest over them, and the tar that it is sent.

`.dockerignore` as moby reads it (moby/patternmatcher): patterns in order, the last that matches wins, a match of a
parent folder counts, `**` crosses folders, `!` takes back.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import posixpath
import re
import stat
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from executor.errors import Blocked, Errored, Failed
from executor.reasons import ReasonCode
from executor.values import dataclass, field

_BLOCK = 1024 * 1024


# Which files


@dataclass(frozen=True)
class Pattern:
    """One line of a .dockerignore: `exclusion` for `!`; `text` is the cleaned pattern."""

    text: str
    exclusion: bool
    regex: re.Pattern[str] = field(repr=False)


def read_ignore(data: bytes, path: str) -> tuple[Pattern, ...]:
    """Raises Blocked BAD_ARGUMENT with file:line for a pattern that docker refuses."""
    found: list[Pattern] = []
    text = data.decode("utf-8-sig", errors="replace")
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("#") or not line.strip():
            continue
        exclusion = line.strip().startswith("!")
        body = line.strip().removeprefix("!").strip()
        try:
            if not body:
                raise ValueError("nothing after !")
            cleaned = posixpath.normpath(body)
            cleaned = re.sub("^/+", "", cleaned) or "."
            found.append(Pattern(cleaned, exclusion, re.compile(_regex(cleaned), re.DOTALL)))
        except (re.error, ValueError) as error:
            raise Blocked(
                ReasonCode.BAD_ARGUMENT, f'{path}:{number}: "{line.strip()}" is no pattern ({error})'
            ) from None
    return tuple(found)


def _regex(pattern: str) -> str:
    """moby's translation, as one regular expression for Python. `**` at the start before plain text is a suffix, at the
    end after plain text a prefix; elsewhere it is any number of whole folders."""
    plain = not re.search(r"[*?\[\\]", pattern.removeprefix("**").removesuffix("**"))
    if pattern.strip("*/") == "" and pattern.startswith("**"):
        return ".*"
    if plain and pattern.startswith("**") and not pattern.endswith("**"):
        rest = pattern[2:]
        return f"(?:.*/)?{re.escape(rest[1:])}" if rest.startswith("/") else f".*{re.escape(rest)}"
    if plain and pattern.endswith("**") and not pattern.startswith("**"):
        return f"{re.escape(pattern[:-2])}.*"
    return "".join(_pieces(pattern))


def _pieces(pattern: str) -> Iterator[str]:
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*" and pattern.startswith("*", at):
            at += 2 if pattern.startswith("/", at + 1) else 1
            yield "(?:.*/)?" if at < len(pattern) else ".*"
        elif character in "*?":
            yield "[^/]*" if character == "*" else "[^/]"
        elif character == "[":
            end = _class_end(pattern, at)
            yield _class(pattern[at:end])
            at = end + 1
        elif character == "\\":
            if at == len(pattern):
                raise ValueError("a backslash at its end")
            yield re.escape(pattern[at])
            at += 1
        else:
            yield re.escape(character)


def _class_end(pattern: str, at: int) -> int:
    here = at + 1 if pattern.startswith("^", at) else at
    while here < len(pattern):
        if pattern[here] == "\\":
            here += 1
        elif pattern[here] == "]" and here > at + pattern.startswith("^", at):
            return here
        here += 1
    raise ValueError("[ without ]")


def _class(body: str) -> str:
    """Python would take a [ inside for the start of a set operation."""
    return "[" + re.sub(r"(?<!\\)\[", r"\\[", body) + "]"


@dataclass(frozen=True, slots=True)
class Ignore:
    """`keep` are files that are taken whatever the patterns say; `never` folders that are left out always."""

    patterns: tuple[Pattern, ...] = ()
    keep: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()

    def matched(self, path: str, above: tuple[bool, ...]) -> tuple[bool, tuple[bool, ...]]:
        """Whether a path is ignored, and which patterns match it or a folder above it."""
        ignored = False
        matches = []
        for pattern, parent in zip(self.patterns, above, strict=True):
            match = parent or pattern.regex.fullmatch(path) is not None
            matches.append(match)
            if match:
                ignored = not pattern.exclusion
        return ignored and path not in self.keep, tuple(matches)

    def may_take_back(self, folder: str) -> bool:
        """Whether something below an ignored folder may be taken all the same."""
        literal = [re.split(r"[*?\[\\]", each.text)[0] for each in self.patterns if each.exclusion]
        return any(each.startswith(f"{folder}/") or f"{folder}/".startswith(each) for each in (*literal, *self.keep))


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, folder or link of the context. `path` is relative to it, `mode` the permission bits."""

    path: str
    kind: str
    mode: int
    size: int = 0
    link: str = ""


_NOTHING_IGNORED = Ignore()


def entries(root: Path, ignore: Ignore = _NOTHING_IGNORED) -> list[Entry]:
    """What is not ignored below `root`, sorted by path.

    Symlinks are taken as links and never followed; sockets are left out. Raises Blocked PERMISSION, NOT_FOUND.
    """
    found: list[Entry] = []
    try:
        _walk(root, "", ignore, (False,) * len(ignore.patterns), found)
    except PermissionError as error:
        raise Blocked(
            ReasonCode.PERMISSION, f"{error.filename} cannot be read; give this user the right, or .dockerignore it"
        ) from None
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Blocked(ReasonCode.NOT_FOUND, f"{error.filename} is no folder to build from") from None
    return sorted(found, key=lambda each: each.path)


def _walk(folder: Path, prefix: str, ignore: Ignore, above: tuple[bool, ...], found: list[Entry]) -> None:
    with os.scandir(folder) as items:
        for item in items:
            path = prefix + item.name
            if path in ignore.never:
                continue
            ignored, matches = ignore.matched(path, above)
            entry = None if ignored else _entry(item, path)
            if entry is not None:
                found.append(entry)
            if item.is_dir(follow_symlinks=False) and (not ignored or ignore.may_take_back(path)):
                _walk(folder / item.name, f"{path}/", ignore, matches, found)


def _entry(item: os.DirEntry[str], path: str) -> Entry | None:
    info = item.stat(follow_symlinks=False)
    mode = stat.S_IMODE(info.st_mode)
    if stat.S_ISREG(info.st_mode):
        return Entry(path, "file", mode, info.st_size)
    if stat.S_ISDIR(info.st_mode):
        return Entry(path, "folder", mode)
    if stat.S_ISLNK(info.st_mode):
        return Entry(path, "link", 0o777, link=str(Path(item.path).readlink()))
    return None


# The digest and the tar


def digest(root: Path, listed: Sequence[Entry], tar: tarfile.TarFile | None = None) -> str:
    """sha256 over paths, kinds, modes, link targets and bytes; owner and times do not count, as for builders' caches.

    With `tar`, the very bytes that are digested are added to it. Raises Failed CHANGED_MEANWHILE, Blocked PERMISSION.
    """
    whole = hashlib.sha256()
    for each in listed:
        content = _content(root, each, tar)
        fields = (each.path, each.kind, f"{each.mode:o}", each.link, content)
        whole.update(b"\0".join(field.encode("utf-8", "surrogateescape") for field in fields) + b"\0\n")
    return f"sha256:{whole.hexdigest()}"


def _content(root: Path, entry: Entry, tar: tarfile.TarFile | None) -> str:
    if entry.kind != "file":
        if tar is not None:
            tar.addfile(_tar_info(root, entry))
        return ""
    try:
        with (root / entry.path).open("rb") as file:
            hashing = _Hashing(file)
            if tar is not None:
                tar.addfile(_tar_info(root, entry), hashing)
            while hashing.read(_BLOCK):
                pass
    except PermissionError:
        raise Blocked(
            ReasonCode.PERMISSION, f"{root / entry.path} cannot be read; give this user the right, or .dockerignore it"
        ) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Errored(ReasonCode.WRITE_FAILED, "no space left for the tar of the build context") from None
        hashing = None
    if hashing is None or hashing.count != entry.size:
        raise Failed(ReasonCode.CHANGED_MEANWHILE, f"{root / entry.path} changed while it was read", retryable=True)
    return hashing.digest


class _Hashing:
    """A file that remembers the digest of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sum = hashlib.sha256()
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._sum.update(data)
        self.count += len(data)
        return data

    @property
    def digest(self) -> str:
        return self._sum.hexdigest()


def _tar_info(root: Path, entry: Entry) -> tarfile.TarInfo:
    """Owner 0:0, as docker's client sends it; times are kept, because `COPY` keeps them."""
    info = tarfile.TarInfo(entry.path)
    info.mode = entry.mode
    info.mtime = int((root / entry.path).lstat().st_mtime)
    info.size = entry.size
    info.type = {"file": tarfile.REGTYPE, "folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}[entry.kind]
    info.linkname = entry.link
    return info


def add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o644
    tar.addfile(info, io.BytesIO(data))
