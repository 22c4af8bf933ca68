"""What other packages offer: entry points by their group. docs/example-plugin shows one of each."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from executor.errors import ConfigError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def installed(group: str) -> tuple[EntryPoint, ...]:
    """Those of a group, by name. Cheap where there are none: without importlib.metadata (10 to 20 ms at start)."""
    if not any(f"[{group}]" in each for each in _offered(tuple(sys.path))):
        return ()
    from importlib.metadata import entry_points

    return tuple(sorted(entry_points(group=group), key=lambda each: each.name))


def load(point: EntryPoint, *has: str) -> Any:
    """What an entry point stands for, which `has` these. Raises ConfigError: another package is no defect of ours."""
    remedy = "mend the package, or uninstall it"
    try:
        found = point.load()
    except Exception as error:
        why = f"cannot be loaded: {type(error).__name__}: {error}"
    else:
        missing = [name for name in has if not hasattr(found, name)]
        if not missing:
            return found
        why = f"has no {missing[0]}"
    raise ConfigError(f"the entry point {point.name} ({point.value}) of another package {why}", remedy=remedy)


@functools.cache
def _offered(path: tuple[str, ...]) -> tuple[str, ...]:
    """The text of every entry_points.txt of what is installed."""
    texts = []
    for folder in path:
        with contextlib.suppress(OSError), os.scandir(folder or ".") as entries:
            found = [each.path for each in entries if each.name.endswith((".dist-info", ".egg-info"))]
            texts += [text for each in found if (text := _text(each)) is not None]
    return tuple(texts)


def _text(folder: str) -> str | None:
    try:
        return Path(folder, "entry_points.txt").read_text(encoding="utf-8", errors="replace")
    except OSError:  # most offer nothing
        return None
