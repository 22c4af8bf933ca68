"""`executor run`, from the task file to the staged change, as one list of stages. Read this first.

    read → classify → lock → look at what earlier runs left → plan → check → run → tick and log → stage → report

A dry run goes the same way without the lock and the journal, and writes nothing.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from executor import journal as journals
from executor import safety
from executor.aftermath import finish, finish_interrupted, note_trees, stage, tick_and_log
from executor.errors import RepositoryError, TaskFileError, UsageError
from executor.intake import load, locate, waits
from executor.job import Call, Finished, Job, now
from executor.models import Cannot
from executor.observer import Observer
from executor.planner import Plan, Planned, plan
from executor.repository import Repository, Workspace
from executor.runner import Runner
from executor.selection import select
from executor.taskfile import duplicates, edit, parse
from executor.taskfile.model import TaskFile
from executor.toolbox import Tools
from executor.tools.git import Git
from executor.tools.tree import Tree
from executor.values import replace


def run_task(call: Call, observer: Observer) -> Finished:
    """Run a task once. Raises ExecutorError only for what makes the whole call impossible; nothing was written then."""
    workspace, path = locate(call.task, call.start)
    with contextlib.ExitStack() as held:
        if not call.dry_run:
            hold(held, workspace.home, path)
        job = prepare(call, workspace, path)
        if not call.dry_run:
            job = look_after(job, held)
        guard(job)
        can_be_ticked(job)
        if not call.dry_run:
            can_be_reported(job)
        return rehearse(job, observer) if call.dry_run else perform(job, observer)


def rehearse(job: Job, observer: Observer) -> Finished:
    runner = Runner(job.plan, job.tools, observer, dry_run=True)
    job.outcomes = runner.run()
    job.bugs, job.interrupted = runner.bugs, runner.interrupted
    return finish(job)


def perform(job: Job, observer: Observer) -> Finished:
    with journals.open_journal(job.workspace.home.root, job.run_id) as journal:
        job.task_blob = Git(job.workspace.home.root).store(job.task.data)
        journal.add(
            "start",
            task_id=job.task.id,
            task_path=job.task_path,
            task_digest=job.task.digest,
            task_blob=job.task_blob,
            base_commit=job.states[job.workspace.home].commit,
        )
        journals.close_unfinished(job.workspace.home.root, tuple(job.past.unfinished), job.run_id)
        runner = Runner(job.plan, job.tools, observer, journal, heads=_heads(job), seen=job.seen, lost=job.lost)
        job.outcomes = runner.run()
        job.bugs, job.interrupted, job.left = runner.bugs, runner.interrupted, frozenset(runner.left)
        tick_and_log(job, journal)
        try:
            stage(job)
            note_trees(job)
        except (RepositoryError, OSError) as error:  # another git, a full disk: no reason to lose the report
            job.unstaged = str(error)
        finished = finish(job, journal)
        if not job.unstaged and not job.unwritten:  # else the next run finishes this one
            with contextlib.suppress(OSError):  # the same
                journal.add("end", status=finished.document["status"])
    return finished


# plan, lock


def prepare(call: Call, workspace: Workspace, path: Path) -> Job:
    """Everything that can be known before anything is checked or run."""
    started = now(workspace.home.config)
    task, types = load(path, workspace)
    if call.task_id is not None and call.task_id != task.id:
        raise UsageError(f"task_id is {call.task_id}, but {path} is {task.id}", remedy="correct one of them")
    if not task.criteria:
        raise TaskFileError("has no criterion", place=str(path), remedy=_how_to_write_one(task))
    planned = plan(task, workspace, types, select(task, call.criteria))
    past = journals.past_of(workspace.home.root, task.id, path.resolve().relative_to(workspace.home.root).as_posix())
    repositories = dict.fromkeys([workspace.home, *(step.repository for step in planned.steps)])
    git = Git(workspace.home.root)
    states = {repository: Git(repository.root).state() for repository in repositories}
    run_id = journals.new_run_id(workspace.home.root, started)
    return Job(
        call, workspace, task, types, run_id, started, planned, past, states, (), Tools(),
        warnings=[
            *task.warnings, *waits(task, workspace),
            *duplicates(task.id, path, workspace.home.root, workspace.home.config.task_folders),
        ],
        memory=git.common_dir() / "executor" / "tools.json",
    )  # fmt: skip


def _how_to_write_one(task: TaskFile) -> str:
    """The first line that may have been meant as a criterion, or stands where one should."""
    return next((each for each in task.warnings if each.endswith(parse.AS_A_BOX)), parse.AS_A_BOX)


def look_after(job: Job, held: contextlib.ExitStack) -> Job:
    """What killed runs left, with every repository of the plan locked. Where half a criterion was taken back, all is
    read and planned again."""
    others = others_of(job)
    for repository in others:
        hold(held, repository, job.task.path)
    if not finish_interrupted(job, [job.workspace.home, *others]):
        return job
    again = prepare(job.call, *locate(job.call.task, job.call.start))
    for repository in others_of(again):
        if repository.root not in {each.root for each in others}:
            hold(held, repository, job.task.path)
    finish_interrupted(again, [])
    again.warnings[:] = dict.fromkeys([*job.warnings, *again.warnings])
    return again


def _heads(job: Job) -> dict[Repository, str]:
    return {repository: state.head for repository, state in job.states.items()}


def others_of(job: Job) -> list[Repository]:
    """Repositories beside the task's own, in one fixed order, so that two runs never wait for each other."""
    return sorted((each for each in job.states if each is not job.workspace.home), key=lambda each: str(each.root))


def hold(held: contextlib.ExitStack, repository: Repository, task: Path) -> None:
    """Take the repository's lock until the end of the run."""
    held.enter_context(Git(repository.root).lock(str(task)))


# look at what earlier runs left; check


def guard(job: Job) -> None:
    """The checks of safety.md; what they forbid does not run."""
    checks: list[safety.Check] = []
    for repository, state in job.states.items():
        declared = job.plan.declared.get(repository, frozenset())
        tree = Tree(repository.root)  # before git looks whether they are clean: what changes later is somebody else's
        job.seen[repository] = {path: tree.read(path) if tree.is_file(path) else None for path in declared}
        task = safety.Task(job.task.id, job.task_path if repository is job.workspace.home else None)
        found = safety.check_repository(repository, state, task, declared, job.past)
        checks += found
        for check in found:
            if check.cannot is not None:
                everything = repository is job.workspace.home and not check.paths
                job.plan = _without(job.plan, repository, check.paths, check.cannot, everything=everything)
    job.checks = checks


def can_be_ticked(job: Job) -> None:
    """Try the edit of the task file before anything runs: a push that could not be ticked afterwards helps nobody.

    Raises TaskFileError where the proof fails, with its place.
    """
    runnable = frozenset(each.criterion.index for each in job.plan.criteria if each.cannot is None)
    if runnable:
        edit.apply(job.task, ticks=runnable, updated=job.started, log="tried before the run")


def can_be_reported(job: Job) -> None:
    """What ran and is not reported cannot be verified: where the report has no place, nothing runs."""
    from executor import report

    try:
        report.place(job.workspace.home.root, job.config.report_folder, job.task.id)
    except OSError as error:
        raise RepositoryError(
            f"the report could not be written: {error.strerror}; nothing was run",
            place=f"{job.config.report_folder}/",
            remedy="move what is in its way, or set report_folder in executor.toml",
        ) from None


def _without(plan: Plan, repository: Repository, paths: frozenset[str], cannot: Cannot, *, everything: bool) -> Plan:
    """The plan without the criteria that work in `repository` (on `paths`, where any are named). Where it is the task's
    own repository that cannot be written, no box can be ticked either: `everything` stays."""

    def concerns(planned: Planned) -> bool:
        return everything or any(
            step.repository is repository
            and (not paths or (step.forecast is not None and not paths.isdisjoint(step.forecast.files)))
            for step in planned.steps
        )

    criteria = tuple(
        replace(each, cannot=cannot) if each.cannot is None and concerns(each) else each for each in plan.criteria
    )
    return replace(plan, criteria=criteria)


__all__ = ["Call", "Finished", "run_task"]
