"""What a run came to: the report from everything that is known, the task's status, and the exit code."""

from __future__ import annotations

from collections.abc import Sequence

from executor import report
from executor.job import Job, now
from executor.kinds import task_type
from executor.models import Outcome, Status
from executor.reasons import ReasonCode
from executor.report import Report, TaskStatus
from executor.repository import Repository
from executor.taskfile import parse
from executor.wording import next_steps, not_staged


def exit_code(job: Job) -> int:
    """contracts.md: the graver one wins."""
    selected = [each for each in job.outcomes if each.reason_code is not ReasonCode.FILTERED_OUT]
    if job.bugs:
        return 3
    if job.interrupted:
        return 130
    if any(each.status is Status.REFUSED or each.reason_code is ReasonCode.NEEDS_APPROVAL for each in selected):
        return 4
    if job.unstaged or job.unwritten:
        return 1
    return 0 if all(_is_done(each) for each in selected) else 1


def _is_done(outcome: Outcome) -> bool:
    return outcome.status in (Status.PASSED, Status.PLANNED, Status.VERIFICATION) or outcome.reason_code in (
        ReasonCode.ALREADY_TICKED,
        ReasonCode.WITHDRAWN,
    )


def build_report(job: Job) -> Report:
    """contracts.md's document from everything that is known."""
    after = job.task if job.task_after is None else parse.parse(job.task_after, job.task.path)
    live = [each for each in after.criteria if not each.withdrawn]
    passed = [each for each in job.outcomes if each.status is Status.PASSED]
    status = task_status(job, [each.index for each in live if each.checked])
    failed = any(each.status in (Status.FAILED, Status.ERRORED, Status.REFUSED) for each in job.outcomes)
    success = not failed and status != "blocked"
    repositories = [_repository_entry(job, repository) for repository in job.states]
    operations = [operation for each in job.outcomes for operation in each.operations]
    ran = [ran.command for each in operations for attempt in each.attempts for ran in attempt.ran]
    return report.Report(
        run_id=job.run_id,
        success=success,
        task_id=job.task.id,
        task_title=job.task.title,
        task_path=job.task_path,
        task_type=task_type(job.plan),
        task_types=[str(each) for each in job.types.every],
        started_at=job.started.isoformat(timespec="seconds"),
        finished_at=(job.finished or now(job.config)).isoformat(timespec="seconds"),
        dry_run=job.call.dry_run,
        verification="skipped" if job.call.skip_verification else "pending",
        criteria=report.counts(len(live), sum(each.checked for each in live), job.outcomes),
        completed_criteria=[report.completed_entry(each) for each in passed],
        remaining_criteria=[
            report.Remaining(criterion=each.criterion, reason=each.reason or str(each.status))
            for each in job.outcomes
            if each.status is not Status.PASSED
            and each.reason_code not in (ReasonCode.ALREADY_TICKED, ReasonCode.WITHDRAWN)
        ],
        changes=report.Changes(files_modified=_modified(job), commands_executed=ran),
        progress_log_entry=job.log,
        status=status,
        next_steps=not_staged(job.typed, job.unstaged)
        if job.unstaged
        else next_steps(job.typed, status, job.outcomes, dry_run=job.call.dry_run),
        repository=repositories[0],
        repositories=repositories,
        task_blob=job.task_blob,
        checks=[report.CheckEntry(name=each.name, ok=each.ok, detail=each.detail) for each in job.checks],
        outcomes=[report.outcome_entry(each) for each in job.outcomes],
        tools={
            name: report.ToolEntry(version=version, sha256=digest)
            for name, version, digest in job.tools.used(job.memory)
        },
        warnings=list(dict.fromkeys(job.warnings)),
        **({} if success else report.failure_keys(job.outcomes, status)),
    )


def task_status(job: Job, ticked: Sequence[int]) -> TaskStatus:
    """`ready_for_verification`, `blocked` or `partially_complete`, as contracts.md defines them. In a dry run a planned
    criterion counts as if it had passed: it says what the run would say."""
    planned = {each.index for each in job.outcomes if each.status is Status.PLANNED}
    done = set(ticked) | planned
    live = [each for each in job.outcomes if each.reason_code is not ReasonCode.WITHDRAWN]
    if all(each.index in done or each.status is Status.VERIFICATION for each in live):
        return "ready_for_verification"
    stopped = (Status.BLOCKED, Status.REFUSED, Status.FAILED, Status.ERRORED)
    none_passed = not planned and not any(each.status is Status.PASSED for each in job.outcomes)
    if none_passed and (any(each.status in stopped for each in live) or not done):
        return "blocked"
    return "partially_complete"


def _modified(job: Job) -> list[str]:
    """Files that this run changed, or a killed one before it: those of operations that passed, and the task file."""
    passed = [each for outcome in job.outcomes for each in outcome.operations if each.status is Status.PASSED]
    paths = [
        path
        for operation in passed
        if operation.forecast is not None
        for path in operation.forecast.files
        if (operation.changed and path in {edit.path for edit in operation.forecast.edits})
        or path in job.lost.get(operation.repository or "", ())
    ]
    return list(dict.fromkeys([*paths, *([job.task_path] if job.task_after is not None else [])]))


def _repository_entry(job: Job, repository: Repository) -> report.RepositoryEntry:
    state = job.states[repository]
    return report.RepositoryEntry(
        name=repository.name,
        root=str(repository.root),
        branch=state.branch,
        base_commit=state.commit,
        staged_tree=job.staged_trees.get(repository),
        declared_paths=job.declared(repository),
    )
