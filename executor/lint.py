"""`executor lint`: what is wrong with the task files of a repository, before anybody runs them. Reads files only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from executor.classify import HUMAN_ACTION, LABELS
from executor.errors import ConfigError, ExecutorError, TaskFileError, UsageError
from executor.intake import load, status_of, task_files
from executor.models import Status
from executor.planner import Planned, plan
from executor.reasons import ReasonCode
from executor.repository import Workspace
from executor.sarif import Result
from executor.taskfile import dates, lookup
from executor.taskfile.model import TaskFile

RULES = {
    "unreadable": "The file cannot be worked with as a task file.",
    "unreadable-yaml": "A file of the repository should be YAML and is none: what stands in it is not seen.",
    "task-file": "Something in the task file was passed over.",
    "duplicate-id": "Two task files have one id; by its id neither can be called.",
    "bad-block": "An operation block is faulty.",
    "blocked": "A criterion is understood and cannot be done as it is written.",
    "refused": "A criterion asks for what a safety rule forbids.",
    "unresolved": "A criterion is not understood as an operation.",
    "duplicate-criterion": "One text stands twice among the open criteria of a task.",
    "bad-date": "A date is not one in a form that begins with the year.",
    "unknown-label": "A label is nearly one that says what a task may do.",
    "status": "The task's status and its boxes disagree.",
    "unknown-dependency": "The task waits for one that does not exist.",
    "dependency-cycle": "Tasks wait for each other in a circle.",
}
"""Id → what it means. Levels: error for what is wrong whatever the task is for, warning for the rest."""

ERRORS = frozenset({"unreadable", "duplicate-id", "bad-block", "dependency-cycle"})

_DONE = frozenset({"done", "completed", "complete", "closed", "resolved"})
_NOT_BEGUN = frozenset({"todo", "to-do", "backlog", "planned", "open", "new"})


def lint(workspace: Workspace, files: Sequence[Path], *, manifests: bool = False) -> list[Result]:
    """The findings in these files, in their order. Cross-file rules look at exactly these files. `manifests`: say which
    YAML files of the repositories cannot be read, too."""
    root = workspace.home.root
    results: list[Result] = []
    tasks: list[TaskFile] = []
    for path in files:
        if not path.exists():
            raise UsageError(
                "there is no such file", place=str(path), remedy="name task files, or none for all of them"
            )
        try:
            task, types = load(path, workspace)
            tasks.append(task)
            results += _of_file(task, root)
            results += _criteria(task, root, plan(task, workspace, types).criteria)
        except ConfigError:
            raise
        except TaskFileError as error:
            message = f"{error.message}; {error.remedy}" if error.remedy else error.message
            results.append(_result("unreadable", message, path, _line_in(f"{error.place}: "), root))
        except ExecutorError as error:
            results.append(_result("unreadable", str(error), path, 1, root))
    results += _ids(tasks, root)
    results += _dependencies(tasks, workspace)
    if manifests:
        results += _manifests(workspace)
    return sorted(results, key=lambda each: (each.path, each.line, each.rule))


def _result(rule: str, message: str, path: Path, line: int, root: Path) -> Result:
    level: Literal["error", "warning"] = "error" if rule in ERRORS else "warning"
    resolved = path.resolve()
    shown = resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(path)
    return Result(rule, level, message, shown, line)


def _manifests(workspace: Workspace) -> Iterator[Result]:
    home = workspace.home
    configured = [each for name, each in workspace.others.items() if name in home.config.repositories]
    for repository in (home, *configured):
        of = "" if repository is home else f" of the repository {repository.name}"
        for path, (line, problem) in repository.inventory.broken.items():
            message = f"this file{of} is no YAML: {problem}; nothing that stands in it is seen until it is corrected"
            shown = path if repository is home else os.path.relpath(repository.root / path, home.root)
            yield Result("unreadable-yaml", "warning", message, shown, line)


def _of_file(task: TaskFile, root: Path) -> Iterator[Result]:
    for warning in task.warnings:
        place, _, what = warning.partition(": ")
        number = place.rpartition(":")[2]
        yield _result("task-file", what if number.isdigit() else warning, task.path, _line_in(warning), root)
    for key in ("created", "updated"):
        value = task.front_matter.get(key)
        if value is not None and not dates.knows(str(value)):
            message = f"{key}: {value} is no date such as 2026-01-31"
            yield _result("bad-date", message, task.path, _key_line(task, key), root)
    known = [*LABELS, HUMAN_ACTION]
    for label in task.labels:
        near = get_close_matches(label.casefold(), known, n=1, cutoff=0.8)
        if near and near[0] != label.casefold():
            message = f'the label "{label}" says nothing about what the task may do; did you mean "{near[0]}"?'
            yield _result("unknown-label", message, task.path, _key_line(task, "labels"), root)
    yield from _status(task, root)


def _line_in(warning: str) -> int:
    """Warnings begin with file:line."""
    number = warning.partition(": ")[0].rpartition(":")[2]
    return int(number) if number.isdigit() else 1


def _key_line(task: TaskFile, key: str) -> int:
    lines = task.data.decode(errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)


def _status(task: TaskFile, root: Path) -> Iterator[Result]:
    live = [each for each in task.criteria if not each.withdrawn]
    still_open = [each for each in live if not each.checked]
    status = status_of(task)
    if status in _DONE and still_open:
        numbers = ", ".join(str(each.index) for each in still_open)
        message = f'status is "{task.status}", but criteria {numbers} are open'
    elif status in _NOT_BEGUN and live and not still_open:
        message = f'status is "{task.status}", but every criterion is ticked'
    else:
        return
    yield _result("status", message, task.path, _key_line(task, "status"), root)


def _criteria(task: TaskFile, root: Path, planned: Iterable[Planned]) -> Iterator[Result]:
    texts: dict[str, int] = {}
    for each in planned:
        criterion, cannot = each.criterion, each.cannot
        if not criterion.open:
            continue
        first = texts.setdefault(each.recognised.stem.casefold(), criterion.index)
        if first != criterion.index:
            message = f"criterion {criterion.index} says the same as criterion {first}"
            yield _result("duplicate-criterion", message, task.path, criterion.line, root)
        if cannot is None or cannot.code in (ReasonCode.PERSON, ReasonCode.HUMAN_ACTION):
            continue
        rule = "bad-block" if cannot.code is ReasonCode.BAD_BLOCK else str(cannot.status)
        if cannot.status in (Status.UNRESOLVED, Status.BLOCKED, Status.REFUSED):
            hint = f"\ninstead: {each.recognised.suggestion}" if each.recognised.suggestion else ""
            line, reason = _placed(cannot.reason, str(task.path).removeprefix(f"{root}/"), criterion.line)
            yield _result(rule, f"criterion {criterion.index}: {reason}{hint}", task.path, line, root)


def _placed(reason: str, path: str, line: int) -> tuple[int, str]:
    """The line that a reason about the task file (`path` in its repository) begins with, and the rest of it."""
    number, _, rest = reason.removeprefix(f"{path}:").partition(": ")
    return (int(number), rest) if reason.startswith(f"{path}:") and number.isdigit() else (line, reason)


def _ids(tasks: Sequence[TaskFile], root: Path) -> Iterator[Result]:
    by_id: dict[str, list[TaskFile]] = {}
    for task in tasks:
        by_id.setdefault(task.id.casefold(), []).append(task)
    for same in by_id.values():
        for task in same if len(same) > 1 else ():
            others = ", ".join(other.path.name for other in same if other is not task)
            message = f"the id {task.id} stands in {others} too; give one of them another"
            yield _result("duplicate-id", message, task.path, _key_line(task, "id"), root)


def _dependencies(tasks: Sequence[TaskFile], workspace: Workspace) -> Iterator[Result]:
    """Circles among these tasks; whom they wait for may be any task of the repository."""
    root = workspace.home.root
    by_id = {task.id.casefold(): task for task in tasks}
    known: set[str] | None = None
    waits: dict[str, list[str]] = {name: [] for name in by_id}
    for task in tasks:
        for other in dict.fromkeys((*task.depends_on, *task.blocked_by)):
            if other.casefold() in by_id:
                waits[task.id.casefold()].append(other.casefold())
                continue
            known = known if known is not None else {lookup.id_of(each).casefold() for each in task_files(workspace)}
            if other.casefold() not in known:
                line = _key_line(task, "depends_on" if other in task.depends_on else "blocked_by")
                message = f"it waits for {other}, and there is no such task"
                yield _result("unknown-dependency", message, task.path, line, root)
        for other in task.blocks:
            waits.setdefault(other.casefold(), []).append(task.id.casefold())
    for circle in _circles(waits):
        task = by_id[circle[0]]
        names = " → ".join(by_id[name].id if name in by_id else name for name in (*circle, circle[0]))
        line = _key_line(task, "depends_on" if task.depends_on else "blocked_by")
        yield _result("dependency-cycle", f"tasks wait for each other: {names}", task.path, line, root)


def _circles(waits: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Circles, each from its first name in sorting order; none whose tasks all stand in others that were found: of
    tasks that all wait for each other there are circles without end."""
    found: list[list[str]] = []
    told: set[str] = set()
    for start in sorted(waits):
        stack = [(start, [start])]
        seen: set[str] = set()
        while stack:
            here, way = stack.pop()
            for there in waits.get(here, ()):
                if there == start and not told.issuperset(way):
                    told.update(way)
                    found.append(way)
                elif there not in seen and there > start:
                    seen.add(there)
                    stack.append((there, [*way, there]))
    return found
