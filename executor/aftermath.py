"""After the operations: one edit of the task file, staging, the report; also for a run that was killed there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from executor import journal as journals
from executor import report, safety
from executor.errors import RepositoryError, Stop
from executor.job import Finished, Job, now
from executor.journal import Journal
from executor.models import FileEdit, Outcome, Status
from executor.reasons import ReasonCode
from executor.repository import Repository
from executor.summary import build_report, exit_code
from executor.taskfile import edit
from executor.tools import files
from executor.tools.git import IGNORED, Git
from executor.tools.tree import Tree
from executor.values import replace
from executor.wording import log_line


def tick_and_log(job: Job, journal: Journal) -> None:
    """One edit of the task file, last of all: ticks, `updated`, one log line. Where nothing ran it stays as it is."""
    if not any(_ran(each) for each in job.outcomes):
        return
    ticks = frozenset(each.index for each in job.outcomes if each.status is Status.PASSED)
    moment = now(job.config)
    line = job.tools.masker(log_line(job.outcomes))
    job.log = f"{moment:%Y-%m-%d %H:%M}: {line}"
    job.task_after = edit.apply(job.task, ticks=ticks, updated=moment, log=line)
    document = build_report(job).document(job.tools.masker)
    declared = {repository.name: job.declared(repository) for repository in job.states}
    try:
        after = files.sha256(job.task_after)
        journal.add_all(
            *_taken_over(job),
            {"event": "finish", "task_after": after, "declared": declared, "document": document},
            {"event": "write", "repository": job.workspace.home.name, "path": job.task_path, "before": job.task.digest,
             "after": after},
        )  # fmt: skip
        if files.sha256(job.task.path.read_bytes()) != job.task.digest:
            raise RepositoryError("somebody changed the task file during the run")
        if Git(job.workspace.home.root).head() != job.states[job.workspace.home].head:
            raise RepositoryError("the branch was switched during the run; switch back")
        files.replace(job.task.path.resolve(), job.task_after, scratch=journal.folder)
    except (OSError, RepositoryError) as error:
        _untick(job, error)


def _taken_over(job: Job) -> Iterator[Mapping[str, Any]]:
    """What a killed run wrote and this one reports, as if it had written it: the next run need not say it once more."""
    passed = [done for each in job.outcomes for done in each.operations if each.status is Status.PASSED]
    for name, paths in job.lost.items():
        repository = job.workspace.named(name)
        about = {path for done in passed if done.repository == name and done.forecast for path in done.forecast.files}
        for path in sorted(paths & about):
            assert repository is not None  # it was found when the loss was noted
            digest = files.sha256((repository.root / path).read_bytes())
            yield {"event": "write", "repository": name, "path": path, "before": digest, "after": digest}


def _ran(outcome: Outcome) -> bool:
    """Whether one of its operations really ran; `blocked` and `refused` ones never began."""
    return any(each.status in (Status.PASSED, Status.FAILED, Status.ERRORED) for each in outcome.operations)


def _untick(job: Job, error: Exception) -> None:
    """The task file could not be written: nothing is ticked, and everything that passed says so."""
    code = ReasonCode.WRITE_FAILED if isinstance(error, OSError) else ReasonCode.CHANGED_MEANWHILE
    what = f"{error.filename or job.task_path}: {error.strerror}" if isinstance(error, OSError) else str(error)
    reason = f"{job.task_path} could not be ticked ({what}); what was done stands and is found again by the next run"
    job.task_after, job.log = None, ""
    job.outcomes = tuple(
        replace(each, status=Status.ERRORED, reason_code=code, reason=reason) if each.status is Status.PASSED else each
        for each in job.outcomes
    )


def stage(job: Job) -> None:
    """`git add` of what this task wrote and nothing else: declared paths whose bytes are those of one of its runs, and
    not of a criterion that is half done. What a ticked one is about counts, too: `git stash pop` leaves it unstaged."""
    ticked = [step for planned in job.plan.criteria if planned.criterion.checked for step in planned.steps]
    for repository in job.states:
        about = (each.forecast for each in ticked if each.repository is repository and each.forecast is not None)
        earlier = (path for forecast in about for path in forecast.files)
        _stage(job, repository, sorted({*job.declared(repository), *earlier}))


def _stage(job: Job, repository: Repository, declared: Sequence[str]) -> None:
    past = journals.past_of(job.workspace.home.root, job.task.id, job.task_path)
    git = Git(repository.root)
    changed = git.dirty(declared)
    ours = [
        path
        for path in changed
        if past.is_ours(repository.name, repository.root, path) and (repository.name, path) not in job.left
    ]
    ignored = [path for path in ours if changed[path] == IGNORED]
    job.warnings += [f"{path} is ignored by git and was not staged" for path in ignored]
    git.stage([path for path in ours if path not in ignored])


def note_trees(job: Job) -> None:
    """The tree of base + declared paths in each repository: what verification will look at."""
    for repository, state in job.states.items():
        paths = [path for path in job.declared(repository) if (repository.root / path).is_file()]
        job.staged_trees[repository] = Git(repository.root).tree_with(state.commit, paths)


def finish(job: Job, journal: Journal | None = None) -> Finished:
    """The report, written and returned, and the exit code. Bugs of ours go to a log whose path is in the warnings."""
    job.finished = now(job.config)
    if job.bugs and journal is not None:
        _log_bugs(job, journal.logs / "defect.log")
    document = build_report(job).document(job.tools.masker)
    path = None
    if not job.call.dry_run:
        try:
            path = _write_report(document, job)
        except OSError as error:
            name = f"{job.config.report_folder}/{job.task.id}.json"
            job.unwritten = f"{name} could not be written: {error.strerror}"
            job.warnings.append(f"{job.unwritten}; mend that and run again, then it is written from the journal")
            document = build_report(job).document(job.tools.masker)
    return Finished(document, exit_code(job), path, _task_diff(job))


def _log_bugs(job: Job, log: Path) -> None:
    said = f"a defect of executor, please report it: {log.relative_to(job.workspace.home.root)}"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(job.tools.masker("\n".join(job.bugs)), encoding="utf-8")
    except OSError as error:
        said += f" (it could not be written: {error.strerror})"
    job.warnings.append(said)


def _write_report(document: dict[str, Any], job: Job) -> Path:
    return report.write(
        document, job.workspace.home.root, job.config.report_folder, journals.prepare(job.workspace.home.root)
    )


def _task_diff(job: Job) -> str:
    if job.task_after is None:
        return ""
    return report.unified(FileEdit(job.task_path, job.task.data, job.task_after))


def finish_interrupted(job: Job, locked: Sequence[Repository]) -> bool:
    """A run that was killed after it ticked, and before it staged and reported, is brought to its end from its journal.
    One that was killed earlier left unticked boxes: this run runs them again, and every operation looks first; half of
    a criterion is taken back in the `locked` repositories. True: the plan was made of what is there no more."""
    for run_id, entries in job.past.unfinished.items():
        finish_entry = next((entry for entry in entries if entry["event"] == "finish"), None)
        if finish_entry is not None and _has_ticked(job, finish_entry):
            for name, declared in finish_entry["declared"].items():
                repository = job.workspace.named(name)
                if repository is not None:
                    _stage(job, repository, declared)
            _write_report(dict(finish_entry["document"]), job)
            journals.close(job.workspace.home.root, run_id, status="finished", by=job.run_id)
            job.warnings.append(f"run {run_id} was interrupted before its report; it was finished from its journal")
            continue
        doing = [entry for entry in entries if entry["event"] == "intent"]
        ended = [entry for entry in entries if entry["event"] in ("evidence", "stopped")]
        if len(doing) > len(ended):
            last = doing[-1]
            job.warnings.append(
                f"run {run_id} was interrupted during {last['operation']} (criterion {last['criterion']}); "
                "what it left was looked for before acting again"
            )
    if job.past.unfinished:
        job.past = journals.past_of(job.workspace.home.root, job.task.id, job.task_path)
    taken = _take_back_halves(job, locked)
    _note_lost(job)
    return taken


def _take_back_halves(job: Job, repositories: Sequence[Repository]) -> bool:
    """Undo what killed runs wrote for criteria of several operations, none of which was ticked. What was committed or
    changed since, or cannot be written, is left for the run to find."""
    roots = {each.name: each.root for each in repositories if safety.may_write(each, job.states[each], job.task.id)}
    taken: dict[str, None] = {}
    for run_id, write in job.past.halves:
        name, path = str(write.get("repository")), write["path"]
        if name in roots and _put_back(roots[name], path, write):
            taken[f"run {run_id} was interrupted within a criterion; what it had changed in {path} was taken back"] = (
                None
            )
    job.warnings += taken
    return bool(taken)


def _put_back(root: Path, path: str, write: Mapping[str, Any]) -> bool:
    """Whether the file held what was written, uncommitted, and holds again what stood there before, by git's memory."""
    git = Git(root)
    with contextlib.suppress(Stop, RepositoryError, OSError):
        place = Tree(root).locate_own(path)
        if files.sha256(place.read_bytes()) == write["after"] and git.dirty([path]):
            before = git.run("cat-file", "blob", f"{write['blob']}")
            if files.sha256(before) == write.get("before"):
                files.replace(place, before, scratch=journals.prepare(root))
                git.stage([path])  # where somebody staged it meanwhile
                return True
    return False


def _has_ticked(job: Job, finish: Mapping[str, Any]) -> bool:
    """Whether the task file is what that run made of it, or what somebody wrote into that: its boxes are ticked."""
    if finish["task_after"] == job.task.digest:
        return True
    outcomes = finish["document"].get("outcomes", ())
    passed = [each for each in outcomes if isinstance(each, dict) and each.get("status") == Status.PASSED]
    now_ticked = {(each.criterion.index, each.recognised.stem) for each in job.plan.criteria if each.criterion.checked}
    return bool(passed) and all((each.get("index"), each.get("criterion")) in now_ticked for each in passed)


def _note_lost(job: Job) -> None:
    """What runs wrote that were killed before they could say so: this run says it, for what it declares too."""
    for name in {name for name, _ in job.past.unreported}:
        repository = job.workspace.named(name)
        if repository is None:
            continue
        paths = [path for of, path in job.past.unreported if of == name]
        dirty = Git(repository.root).dirty(paths)
        found = {path for path in dirty if job.past.is_unreported(name, repository.root, path)}
        declared = job.declared(repository)
        job.lost[name] = frozenset(found.intersection(declared))
        job.warnings += [
            f"a run of this task was interrupted when it had written {path}, and no criterion of this run is about "
            f"that file; look at it: git diff HEAD -- {path}"
            for path in sorted(found.difference(declared))
        ]
