"""From what was typed to a task file that was read: the first stages of every command that takes a task."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from executor import taskfile
from executor.classify import Types, classify
from executor.errors import RepositoryError, TaskFileError, UsageError
from executor.repository import Workspace, open_workspace
from executor.taskfile import lookup, parse
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
    if any("\udc80" <= character <= "\udcff" for character in f"{path}{workspace.home.root}"):
        raise TaskFileError("the path is not UTF-8, so no report could hold it", place=str(path), remedy="rename it")
    if not path.resolve().is_relative_to(workspace.home.root):
        raise RepositoryError("the task file is a link out of its repository", place=str(path))
    return workspace, path


def load(path: Path, workspace: Workspace) -> tuple[TaskFile, Types]:
    """The task and its types. Raises TaskFileError with file:line for what cannot be worked with."""
    config = workspace.home.config
    task = parse.parse(_read(path, config.max_task_bytes), path, max_bytes=config.max_task_bytes)
    return task, classify(task.labels, config.labels, str(task.front_matter.get("type", "")))


def task_files(workspace: Workspace) -> list[Path]:
    """Every Markdown file below the task folders; a README there is none."""
    found: list[Path] = []
    for folder in workspace.home.config.task_folders:
        found += sorted((workspace.home.root / folder).rglob("*.md"))
    return [path for path in dict.fromkeys(found) if path.name.casefold() != "readme.md"]


_ENDED = {"done", "completed", "complete", "closed", "resolved", "cancelled", "canceled", "archived", "rejected",
          "superseded", "obsolete", "withdrawn", "abandoned", "duplicate", "wontfix"}  # fmt: skip
_HELD_BACK = {"blocked", "draft", "on-hold", "paused", "deferred", "postponed", "proposed", "waiting"}


def status_of(task: TaskFile) -> str:
    """The status as one word, however it is spelt: `On Hold`, `on_hold` → `on-hold`."""
    return "-".join(re.split(r"[\s_-]+", task.status.casefold().strip()))


def waits(task: TaskFile, workspace: Workspace) -> Iterator[str]:
    """What says that the task's time has not come, or is over. Who runs it all the same has decided so."""
    status = status_of(task)
    if status in _ENDED and any(each.open for each in task.criteria):
        yield f"{task.path}:1: its status is {task.status}, and criteria are open"
    elif status in _HELD_BACK:
        yield f"{task.path}:1: its status is {task.status}"
    home = workspace.home
    for name in dict.fromkeys((*task.depends_on, *task.blocked_by)):
        found = lookup.with_id(name, home.root, home.config.task_folders)
        if not found:
            yield f"{task.path}:1: it waits for {name}, and there is no such task"
        for path in found:
            with contextlib.suppress(TaskFileError, OSError):
                other = parse.parse(files.read(path), path)
                live = [each for each in other.criteria if not each.withdrawn]
                still_open = sum(not each.checked for each in live)
                if still_open:
                    yield f"{task.path}:1: it waits for {other.id}, where {still_open} of {len(live)} criteria are open"


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
