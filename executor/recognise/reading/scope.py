"""A repository that sentences are read against, and what a reading asks of the task that it belongs to."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Known, Lexer, Token
from executor.recognise.names import Names
from executor.recognise.resolve import Facts
from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.recognise.phrases import Phrase
    from executor.repository import Repository, Workspace
    from executor.taskfile.model import TaskFile


@dataclass(frozen=True)
class Scope:
    """A repository that a sentence is read against. `name` is None for the one that the task works in."""

    repository: Repository
    names: Names
    name: str | None
    known: dict[str, bool] = field(default_factory=dict)
    limits: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """What was found of texts around criteria: (text, how) → the word that limits."""

    @functools.cached_property
    def _top(self) -> frozenset[str]:
        """What lies in the repository itself: most words in code are no path, and need no look at the disk."""
        return frozenset(os.listdir(self.repository.root))  # noqa: PTH208

    def exists(self, path: str) -> bool:
        """Whether a repository path exists; looked up once."""
        found = self.known.get(path)
        if found is None:
            first, *rest = path.split("/")
            leaves = not (first == "." or first in self._top) or first[0] == "~" or ".." in rest
            # unlike Path.exists, false for what no file can be called
            found = self.known[path] = not leaves and os.path.exists(f"{self.repository.root}/{path}")  # noqa: PTH110
        return found


class Whole(Protocol):
    """The recogniser of a task, as its readings see it."""

    task: TaskFile
    workspace: Workspace
    grammar: Grammar
    lexer: Lexer
    phrases: list[Phrase]

    @property
    def home(self) -> Scope: ...
    def scope(self, repository: Repository) -> Scope: ...
    def known(self, scope: Scope) -> Known: ...
    def others(self) -> list[Scope]: ...
    def is_repository(self, folded: str) -> bool: ...
    def repository(self, folded: str) -> Repository: ...
    def facts(self, index: int) -> Facts: ...
    def readings(self, whose: tuple[int, str | None], words: Sequence[Token]) -> tuple[list[Any], int]: ...
