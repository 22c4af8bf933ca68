"""What the gate demands and whom it trusts: read from the base of a proposal, never from the proposal."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from executor import config as configs
from executor.config import Config, GateEntry
from executor.errors import ConfigError
from executor.gate import keys
from executor.gate.certificate import Change
from executor.gate.keys import TrustedKey
from executor.gate.objects import Objects
from executor.values import dataclass


@dataclass(frozen=True)
class Policy:
    """`config` is the whole executor.toml of the base, of which `gate`, the task folders and the branch matter."""

    commit: str
    config: Config
    trusted: Mapping[str, TrustedKey]
    has_keys: bool

    @property
    def gate(self) -> GateEntry:
        return self.config.gate

    def is_task(self, path: str) -> bool:
        return is_markdown(path) and self._in_task_folder(path)

    def hides_tasks(self, entry: Change) -> bool:
        """A link or submodule in, at or above a task folder: what it leads to may hold boxes, and is not looked at."""
        if entry.after is None or entry.after.mode in ("100644", "100755"):
            return False
        above = any(f"{each}/".startswith(f"{entry.path.casefold()}/") for each in self._task_folders)
        return above or self._in_task_folder(entry.path)

    def _in_task_folder(self, path: str) -> bool:
        return any(each == "." or path.casefold().startswith(f"{each}/") for each in self._task_folders)

    @property
    def _task_folders(self) -> list[str]:
        return [posixpath.normpath(each).casefold() for each in self.config.task_folders]

    def protects(self, path: str) -> bool:
        """`*` stands for anything within and across folders: `kustomize/*` is all that lies below it."""
        name, patterns = path.casefold(), [each.casefold() for each in self.gate.protected]
        return any(fnmatchcase(name, each) or fnmatchcase(name, f"{each.rstrip('/')}/*") for each in patterns)


def is_markdown(path: str) -> bool:
    return path.lower().endswith((".md", ".markdown"))


def is_one_of(path: str, names: Iterable[str]) -> bool:
    """Names that differ by case are one file on some machines that check it out."""
    return path.casefold() in {each.casefold() for each in names}


def of_commit(objects: Objects, commit: str) -> Policy:
    """Raises ConfigError with file:line where the base's own files are wrong: then nobody knows what is allowed."""
    toml = _plain(objects, commit, configs.FILE_NAME)
    listed = _plain(objects, commit, keys.TRUSTED_KEYS)
    trusted = keys.parse_trusted((listed or b"").decode(errors="replace"))
    return Policy(commit, configs.read(toml) if toml is not None else Config(), trusted, listed is not None)


def _plain(objects: Objects, commit: str, path: str) -> bytes | None:
    """A checkout would follow a link, and who reads objects would take the file for absent, with all it forbids."""
    above = posixpath.dirname(path)
    for name, entry in objects.entries(commit, [each for each in (path, above) if each]).items():
        if name in (path, above) and entry.mode not in ("100644", "100755"):
            raise ConfigError(f"{name} is a link or submodule in {commit[:12]}", place=path,
                              remedy="let somebody who may merge a file in its place")  # fmt: skip
    return objects.file(commit, path)


def changes_policy(policy: Policy, toml: bytes | None) -> bool:
    """Whether another executor.toml would change what the gate does. Raises ConfigError where nobody could be judged by
    it."""
    new = configs.read(toml) if toml is not None else Config()
    return _of_gate(policy.config) != _of_gate(new)


def _of_gate(config: Config) -> tuple[object, ...]:
    """What is too long to be read as a task ticks nothing, so that length counts, too."""
    return config.gate, config.task_folders, config.report_folder, config.branch, config.max_task_bytes
