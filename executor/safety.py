"""What is looked at before any operation (safety.md). A guard that could not run counts as "no"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from shlex import quote

from executor.journal import Past
from executor.models import Cannot, Status
from executor.reasons import ReasonCode
from executor.repository import Repository
from executor.tools.git import IGNORED, Git, State
from executor.values import dataclass

DEFAULT_BRANCHES = ("main", "master")


@dataclass(frozen=True, slots=True)
class Task:
    """`path` is that of the task file where it stands in the repository in question, else None."""

    id: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One guard's answer. `cannot` is what it means for the operations that it guards; `paths` are the ones it is
    about (empty: the whole repository)."""

    name: str
    ok: bool
    detail: str
    cannot: Cannot | None = None
    paths: frozenset[str] = frozenset()


def check_repository(
    repository: Repository, state: State, task: Task, declared: Iterable[str], past: Past
) -> list[Check]:
    """Directory, branch and cleanliness of one repository, for a task that declares these paths in it."""
    return [
        Check("directory", True, f"{repository.root} is a git work tree"),
        _branch(repository, state, task.id),
        _nothing_under_way(repository, state),
        *_clean(repository, task, sorted(declared), past),
    ]


def may_write(repository: Repository, state: State, task_id: str) -> bool:
    """Whether nothing forbids all writing in the repository."""
    return _branch(repository, state, task_id).ok and _nothing_under_way(repository, state).ok


def _branch(repository: Repository, state: State, task_id: str) -> Check:
    wanted = (repository.branch,) if repository.branch else DEFAULT_BRANCHES
    name = f"branch of {repository.name}"
    if state.branch is None and state.busy is not None:
        return _nothing_under_way(repository, state)
    if state.branch is None:
        return _refused(name, f"HEAD is detached in {repository.name}; `git switch {wanted[0]}` first")
    if state.branch in wanted or _own_branch(state.branch, task_id):
        return Check(name, True, f"on {state.branch}")
    return _refused(
        name,
        f"{repository.name} is on branch {state.branch}, not on {' or '.join(wanted)}; `git switch {wanted[0]}` first, "
        f"or to a branch with the task's id in its name: `git switch -c {task_id}`",
    )


def _own_branch(branch: str, task_id: str) -> bool:
    """A branch that bears the task's id as a whole word: `task-001-worker` is TASK-001's, `task-0012` is not."""
    return re.search(rf"(?<![\w]){re.escape(task_id)}(?![\w])", branch, re.IGNORECASE) is not None


def _nothing_under_way(repository: Repository, state: State) -> Check:
    name = f"state of {repository.name}"
    if state.busy is not None:
        return _refused(name, f"{state.busy} is under way in {repository.name}; finish or abort it first")
    return Check(name, True, "no merge, rebase, cherry-pick, revert or bisect is under way")


def _clean(repository: Repository, task: Task, declared: list[str], past: Past) -> Iterable[Check]:
    """A path that is to be written is clean, or dirty by this task only: its bytes are those an earlier run wrote. None
    is ignored by git, the task file neither: what cannot be committed cannot be certified."""
    git = Git(repository.root)
    of = "" if task.path is not None else f"in {repository.name}: "
    written = [*declared, *([task.path] if task.path else [])]
    dirty, overlooked = git.dirty_and_overlooked(written)
    for path in sorted(path for path, letters in dirty.items() if letters == IGNORED):
        reason = f"{of}git ignores {path}, and what it ignores is never committed; `git add -f {quote(path)}` first"
        cannot = Cannot(Status.BLOCKED, ReasonCode.IGNORED, reason)
        yield Check(f"ignored paths in {repository.name}", False, reason, cannot, _about(path, task))
        del dirty[path]
    for path in overlooked:
        flags = "--no-assume-unchanged --no-skip-worktree"
        reason = f"{of}git was told to overlook changes of {path}; `git update-index {flags} {quote(path)}` first"
        cannot = Cannot(Status.BLOCKED, ReasonCode.DIRTY, reason)
        yield Check(f"overlooked paths in {repository.name}", False, reason, cannot, _about(path, task))
    theirs = (path for path in declared if path in dirty)
    foreign = sorted(path for path in theirs if not past.is_ours(repository.name, repository.root, path))
    if not foreign:
        yield Check(
            f"clean paths in {repository.name}", True, f"{len(declared)} paths to write, none changed by others"
        )
    for path in foreign:
        letters = dirty[path].strip()
        reason = f"{of}{path} holds changes that are not this task's (git status {letters}); commit or stash them first"
        cannot = Cannot(Status.BLOCKED, ReasonCode.DIRTY, reason)
        yield Check(f"clean paths in {repository.name}", False, reason, cannot, frozenset({path}))


def _about(path: str, task: Task) -> frozenset[str]:
    """What a path that cannot be committed stops: what writes it; where it is the task file, everything."""
    return frozenset() if path == task.path else frozenset({path})


def _refused(name: str, reason: str) -> Check:
    return Check(name, False, reason, Cannot(Status.REFUSED, ReasonCode.WRONG_BRANCH, reason))
