"""Recognisers of other packages, by the entry point group `executor.recognisers`; see docs/example-plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from executor.tools.plugins import installed, load
from executor.values import dataclass

GROUP = "executor.recognisers"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a recogniser is asked about: a criterion that our own grammar did not understand.

    `words` are its words with what each was taken for; `version` is the one of the nearest heading or the front matter.
    """

    text: str
    words: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    version: str | None
    root: Path


Recogniser = Callable[[Sentence], Sequence[tuple[str, Mapping[str, Any]]] | None]
"""Returns operations with their arguments, in order, or None. It must use up every word, as ours do."""


@cache
def recognisers() -> tuple[tuple[str, Recogniser], ...]:
    """Those that are installed, by name."""
    return tuple((point.name, load(point, "__call__")) for point in installed(GROUP))
