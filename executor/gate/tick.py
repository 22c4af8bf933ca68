"""`executor tick`: a person's own work, declared as such. It ticks, logs, and is evidence of kind manual, no more."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from executor import journal as journals
from executor.aftermath import finish, finish_interrupted, note_trees, stage
from executor.errors import RepositoryError, UsageError
from executor.gate.claims import MANUAL
from executor.intake import locate
from executor.job import Call, Job, now
from executor.models import OperationOutcome, Outcome, Source, Status
from executor.planner import Planned
from executor.reasons import ReasonCode
from executor.safety import Task, check_repository
from executor.summary import build_report
from executor.taskfile import edit
from executor.tools import files
from executor.tools.git import Git
from executor.workflow import hold, prepare


def tick(task: str, start: Path, index: int, by: str, note: str) -> dict[str, Any]:
    """Tick one open criterion in a person's name; returns the report. Raises UsageError where that box is not open."""
    by, note = (" ".join(text.split()) for text in (by, note))
    if not by or not note:
        raise UsageError("a manual tick needs a name and a note", remedy="--by NAME --note TEXT")
    workspace, path = locate(task, start)
    with contextlib.ExitStack() as held:
        hold(held, workspace.home, path)
        job = prepare(Call(task, start, (str(index),)), workspace, path)
        finish_interrupted(job, [workspace.home])
        _may(job, index)
        job.outcomes = tuple(_outcome(each, index, by, note) for each in job.plan.criteria)
        return _perform(job, index, f"manual, {by}: {note}")


def _may(job: Job, index: int) -> None:
    criterion = job.task.criterion(index)
    if not criterion.open:
        state = "withdrawn" if criterion.withdrawn else f"marked [{criterion.mark}]"
        raise UsageError(f"criterion {index} is {state}, not open", place=f"{job.task_path}:{criterion.line}")
    home = job.workspace.home
    job.checks = check_repository(home, job.states[home], Task(job.task.id, job.task_path), (), job.past)
    wrong = next((check for check in job.checks if not check.ok), None)
    if wrong is not None:
        raise RepositoryError(wrong.detail, place=str(home.root))


def _outcome(planned: Planned, index: int, by: str, note: str) -> Outcome:
    criterion, stem = planned.criterion, planned.recognised.stem
    if criterion.index != index:
        if planned.cannot is not None and planned.cannot.status is Status.SKIPPED:
            return Outcome(criterion.index, stem, Status.SKIPPED, planned.cannot.code, planned.cannot.reason)
        return Outcome(criterion.index, stem, Status.SKIPPED, ReasonCode.FILTERED_OUT, "not the one that was ticked")
    said = {"by": by, "note": note}
    done = OperationOutcome(
        MANUAL, said, Source.COMMAND, Status.PASSED, changed=True, words=f"manual, {by}: {note}",
        evidence={"kind": MANUAL, **said},
    )  # fmt: skip
    return Outcome(index, stem, Status.PASSED, changed=True, operations=(done,))


def _perform(job: Job, index: int, log: str) -> dict[str, Any]:
    """As a run does it: the original stored, intent, tick, stage, report."""
    home = job.workspace.home
    with journals.open_journal(home.root, job.run_id) as journal:
        job.task_blob = Git(home.root).store(job.task.data)
        journal.add("start", task_id=job.task.id, task_path=job.task_path, task_digest=job.task.digest,
                    task_blob=job.task_blob, base_commit=job.states[home].commit)  # fmt: skip
        journals.close_unfinished(home.root, tuple(job.past.unfinished), job.run_id)
        moment = now(job.config)
        job.task_after = edit.apply(job.task, ticks=frozenset({index}), updated=moment, log=log)
        job.log = f"{moment:%Y-%m-%d %H:%M}: {log}"
        after = files.sha256(job.task_after)
        journal.add("finish", task_after=after, document=build_report(job).document(job.tools.masker))
        journal.add("write", repository=home.name, path=job.task_path, before=job.task.digest, after=after)
        if files.sha256(job.task.path.read_bytes()) != job.task.digest:
            raise RepositoryError("somebody changed the task file meanwhile", place=job.task_path)
        files.replace(job.task.path.resolve(), job.task_after, scratch=journal.folder)
        stage(job)
        note_trees(job)
        document = dict(finish(job, journal).document)
        journal.add("end", status=document["status"])
    return document
