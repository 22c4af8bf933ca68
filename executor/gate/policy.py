"""What the gate demands and whom it trusts: read from the base of a proposal, never from the proposal."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from executor import config as configs
from executor.config import Config, GateEntry
from executor.errors import ConfigError
from executor.gate import keys
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
        return path.endswith(".md") and any(
            path.startswith(f"{each.rstrip('/')}/") for each in self.config.task_folders
        )

    def protects(self, path: str) -> bool:
        """`*` stands for anything within and across folders: `kustomize/*` is all that lies below it."""
        return any(fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern.rstrip('/')}/*")
                   for pattern in self.gate.protected)  # fmt: skip


def of_commit(objects: Objects, commit: str) -> Policy:
    """Raises ConfigError with file:line where the base's own files are wrong: then nobody knows what is allowed."""
    toml = objects.file(commit, configs.FILE_NAME)
    listed = objects.file(commit, keys.TRUSTED_KEYS)
    trusted = keys.parse_trusted((listed or b"").decode(errors="replace"))
    return Policy(commit, configs.read(toml) if toml is not None else Config(), trusted, listed is not None)


def changes_policy(policy: Policy, toml: bytes | None) -> bool:
    """Whether another executor.toml would change what the gate does."""
    try:
        new = configs.read(toml) if toml is not None else Config()
    except ConfigError:
        return True
    old = policy.config
    return (old.gate, old.task_folders, old.report_folder, old.branch) != (
        new.gate,
        new.task_folders,
        new.report_folder,
        new.branch,
    )
