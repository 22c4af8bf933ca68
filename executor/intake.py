"""From what was typed to a task file that was read: the first stages of every command that takes a task."""

from __future__ import annotations

from pathlib import Path

from executor import taskfile
from executor.classify import Types, classify
from executor.errors import RepositoryError
from executor.repository import Workspace, open_workspace
from executor.taskfile import parse
from executor.taskfile.model import TaskFile


def locate(task: str, start: Path) -> tuple[Workspace, Path]:
    """The task's file and the workspace around it; a task id is looked up in the task folders."""
    given = Path(start, task)
    if given.exists() or given.suffix == ".md" or "/" in task:
        path = given
    else:
        here = open_workspace(start).home
        path = taskfile.find(task, here.root, here.config.task_folders)
    workspace = open_workspace(path.parent if path.parent.is_dir() else start)
    if not path.resolve().is_relative_to(workspace.home.root):
        raise RepositoryError("the task file is a link out of its repository", place=str(path))
    return workspace, path


def load(path: Path, workspace: Workspace) -> tuple[TaskFile, Types]:
    config = workspace.home.config
    task = parse.parse(taskfile.read(path), path, max_bytes=config.max_task_bytes)
    kind = task.front_matter.get("type", "")
    return task, classify(task.labels, config.labels, str(kind))
