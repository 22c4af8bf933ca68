"""What the stages of a run hand on, filled from top to bottom."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from executor.classify import Types
from executor.config import Config
from executor.journal import Past
from executor.models import Outcome
from executor.planner import Plan
from executor.repository import Repository, Workspace
from executor.safety import Check
from executor.taskfile.model import TaskFile
from executor.toolbox import Tools
from executor.tools.git import State
from executor.values import dataclass, field


@dataclass(frozen=True)
class Call:
    """What was asked for. `task` is a path or a task id; `start` the folder that the call was made in."""

    task: str
    start: Path
    criteria: tuple[str, ...] = ()
    dry_run: bool = False
    skip_verification: bool = False
    task_id: str | None = None


@dataclass(frozen=True)
class Finished:
    """What came of it: the report as JSON-able document, where it was written, and the exit code of contracts.md."""

    document: Mapping[str, Any]
    exit_code: int
    report_path: Path | None
    task_diff: str = ""


@dataclass
class Job:
    """What the stages hand on. Everything that is known about one run, filled from top to bottom."""

    call: Call
    workspace: Workspace
    task: TaskFile
    types: Types
    run_id: str
    started: datetime
    plan: Plan
    past: Past
    states: Mapping[Repository, State]
    checks: Sequence[Check]
    tools: Tools
    outcomes: tuple[Outcome, ...] = ()
    warnings: list[str] = field(default_factory=list)
    memory: Path = Path()
    bugs: Sequence[str] = ()
    interrupted: bool = False
    task_after: bytes | None = None
    log: str = ""
    task_blob: str | None = None
    staged_trees: dict[Repository, str] = field(default_factory=dict)
    unstaged: str = ""
    unwritten: str = ""
    """Why what was done is not staged, and why the report is not written: the next run does it from the journal."""
    seen: dict[Repository, dict[str, bytes | None]] = field(default_factory=dict)
    lost: dict[str, frozenset[str]] = field(default_factory=dict)
    """By repository, the declared paths that a run wrote which was killed before it could report that."""
    left: frozenset[tuple[str, str]] = frozenset()
    """Repository and path of what a criterion edited that did not pass, and that could not be taken back."""
    finished: datetime | None = None

    @property
    def task_path(self) -> str:
        """Relative to its repository."""
        return self.task.path.resolve().relative_to(self.workspace.home.root).as_posix()

    @property
    def config(self) -> Config:
        return self.workspace.home.config

    @property
    def typed(self) -> str:
        """The task as it was typed, so that a command that is named with it works in the same folder."""
        start = "" if self.call.start == Path() else f"-C {shlex.quote(str(self.call.start))} "
        return start + shlex.quote(self.call.task)

    def declared(self, repository: Repository) -> list[str]:
        paths = set(self.plan.declared.get(repository, frozenset()))
        if repository is self.workspace.home:
            paths.add(self.task_path)
        return sorted(paths)


def now(config: Config) -> datetime:
    """The time in the configured zone, else in the machine's."""
    if config.time_zone is None:
        return datetime.now().astimezone()
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo(config.time_zone))
