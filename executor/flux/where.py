"""What a sentence's "in staging" picks by path: an environment, a cluster, a folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")

_ALSO = {"production": ("prod",), "staging": ("stage",), "development": ("dev",)}
"""Shorter names that stand for an environment where nothing has its full name."""


def named(paths: Mapping[Key, str], where: str | None, *, at: str = "") -> list[Key]:
    """Those whose path lies in `where`; by its shorter name where none has the full one. Nothing where `at`, the path
    of what they share, lies there too: then it told which file is meant, not which of its users."""
    if where and lies_in(at, where):
        return []
    for word in (where, *_ALSO.get(where.casefold(), ())) if where else ():
        found = [key for key, path in paths.items() if lies_in(path, word)]
        if found:
            return found
    return []


def lies_in(path: str, where: str) -> bool:
    """Whether a path has `where` among its parts, or one of several that stand with commas between."""
    parts = path.casefold().split("/")
    for each in where.casefold().split(","):
        wanted = each.strip().strip("/").split("/")
        for start in range(len(parts) - len(wanted) + 1):
            if parts[start : start + len(wanted)] == wanted:
                return True
    return False
