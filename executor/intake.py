"""From what was typed to a task file that was read: the first stages of every command that takes a task."""

from __future__ import annotations

import os
from pathlib import Path

from executor import taskfile
from executor.classify import Types, classify
from executor.errors import RepositoryError, TaskFileError, UsageError
from executor.repository import Workspace, open_workspace
from executor.taskfile import parse
from executor.taskfile.model import TaskFile
from executor.tools import files


def locate(task: str, start: Path) -> tuple[Workspace, Path]:
    """The task's file and the workspace around it; a task id is looked up in the task folders."""
    if not start.is_dir():
        raise UsageError("is no folder", place=f"-C {start}", remedy="name the folder to start in")
    given = Path(start, task)
    if given.exists() or given.suffix == ".md" or "/" in task:
        path = given
    else:
        here = open_workspace(start).home
        # as it would be typed from here: it is shown in messages, and reports are read on other machines
        path = Path(os.path.relpath(taskfile.find(task, here.root, here.config.task_folders)))
    workspace = open_workspace(path.parent if path.parent.is_dir() else start)
    if any("\udc80" <= character <= "\udcff" for character in str(path)):
        raise TaskFileError("the name is not UTF-8, so no report could hold it", place=str(path), remedy="rename it")
    if not path.resolve().is_relative_to(workspace.home.root):
        raise RepositoryError("the task file is a link out of its repository", place=str(path))
    return workspace, path


def load(path: Path, workspace: Workspace) -> tuple[TaskFile, Types]:
    """The task and its types. Raises TaskFileError with file:line for what cannot be worked with."""
    config = workspace.home.config
    task = parse.parse(_read(path, config.max_task_bytes), path, max_bytes=config.max_task_bytes)
    return task, classify(task.labels, config.labels, str(task.front_matter.get("type", "")))


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        return files.read(path, max_bytes + 1)  # one more than allowed is enough to see that it is too large
    except FileNotFoundError:
        raise TaskFileError(
            "there is no such file", place=str(path), remedy="check the path, or give a task id"
        ) from None
    except IsADirectoryError:
        raise TaskFileError("is a folder", place=str(path), remedy="name a task file in it") from None
    except OSError as error:
        raise TaskFileError(f"cannot be read: {error.strerror}", place=str(path)) from None
