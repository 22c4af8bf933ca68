"""Which repositories a task may work in: its own, the configured ones, and sibling folders that are repositories."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from executor.config import Config, load, place_of
from executor.errors import ConfigError, RepositoryError
from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.flux.inventory import FactsByContent, Inventory


@dataclass(eq=False)
class Repository:
    """A git repository by the name that criteria use for it. `root` is its real top folder."""

    name: str
    root: Path
    config: Config
    branch: str | None = None
    facts: FactsByContent | None = None
    """Shared by several checkouts of one repository; what the user's own cache says is not looked at then."""

    @functools.cached_property
    def inventory(self) -> Inventory:
        """What exists in it by name; read once, when a sentence or an operation first asks."""
        from executor.flux.inventory import read

        return read(self.root, self.config, self.facts)


@dataclass
class Workspace:
    """The task's own repository (`home`) and the others that a sentence may name ("in beckerkube")."""

    home: Repository
    others: Mapping[str, Repository] = field(default_factory=dict)

    def named(self, name: str) -> Repository | None:
        """The repository of that name, case folded; None where there is none."""
        wanted = name.casefold()
        return next((each for each in (self.home, *self.others.values()) if each.name.casefold() == wanted), None)


def open_workspace(start: Path) -> Workspace:
    """The workspace around `start` (a folder or file inside a git work tree). Raises RepositoryError, ConfigError."""
    root = top_of(start)
    config = load(root)
    home = Repository(root.name, root, config, config.branch)
    others = {name: _configured(root, name, entry.path, entry.branch) for name, entry in config.repositories.items()}
    own = [name for name, each in others.items() if each.root == root]
    if own:
        home = Repository(own[0], root, config, others.pop(own[0]).branch or config.branch)
    for folder in _siblings(root):
        if folder.name not in others and folder not in {each.root for each in others.values()}:
            others[folder.name] = Repository(folder.name, folder, config)
    return Workspace(home, others)


def top_of(start: Path) -> Path:
    """The top of the git work tree that holds `start`: the nearest folder upwards with a `.git`."""
    here = start.resolve()
    for folder in (here, *here.parents):
        if _is_repository(folder):
            return folder
    raise RepositoryError(
        "not inside a git repository", place=str(start), remedy="run it in your repository, or `git init` first"
    )


def _configured(root: Path, name: str, path: str, branch: str | None) -> Repository:
    folder = (root / path).resolve()
    if not _is_repository(folder):
        raise ConfigError(
            f'repositories.{name}: "{path}" is no git repository',
            place=place_of(root, "repositories", name, "path"),
            remedy="correct its path, or clone it there",
        )
    return Repository(name, folder, load(folder) if folder != root else load(root), branch)


def _siblings(root: Path) -> list[Path]:
    """Folders beside ours that are git repositories; unreadable ones are passed over."""
    try:
        with os.scandir(root.parent) as entries:
            beside = sorted(each.name for each in entries if each.is_dir(follow_symlinks=False))
    except OSError:
        return []
    return [root.parent / name for name in beside if name != root.name and _is_repository(root.parent / name)]


def _is_repository(folder: Path) -> bool:
    return os.path.exists(os.path.join(folder, ".git"))  # noqa: PTH110, PTH118 - hundreds of folders may stand beside ours
