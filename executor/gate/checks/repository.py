"""Where the repository stands, what the runs claim, and which paths changed."""

from __future__ import annotations

import os
from collections.abc import Iterable

from executor.gate import notes
from executor.gate.case import Case, Look, Subject, look
from executor.gate.committed import lost
from executor.gate.verdict import CheckStatus, Found, counted
from executor.journal import Past
from executor.reasons import ReasonCode
from executor.safety import Task, check_repository


def looks(case: Case) -> Iterable[Look]:
    for name, subject in case.subjects.items():
        yield look("branch", f"branch of {name}", "the branch that is worked on, nothing under way",
                   lambda this, s=subject: _branch(this, case, s))  # type: ignore[misc]  # fmt: skip
        yield look("branch", f"base of {name}", "nobody changed our paths since the runs",
                   lambda this, n=name, s=subject: _base(this, case, n, s))  # type: ignore[misc]  # fmt: skip
        yield look("paths", f"paths in {name}", "only declared paths, staged as they are in the work tree",
                   lambda this, s=subject: _paths(this, case, s))  # type: ignore[misc]  # fmt: skip
    yield look("claims", "reports", "every report is whole, and a run's", lambda this: _reports(this, case))


def _branch(this: Look, case: Case, subject: Subject) -> Found:
    task = Task(case.task.id, case.task_path if subject is case.home else None)
    for check in check_repository(subject.repository, subject.state, task, (), Past({}, {})):
        if not check.ok:
            ignored = check.cannot is not None and check.cannot.code is ReasonCode.IGNORED
            cause = "git ignores the task file" if ignored else "the repository is not on its branch"
            return this.failed(check.detail, cause=cause, remedy=check.detail, task_issue=False)
    return this.passed(f"on {subject.state.branch}", command="git symbolic-ref HEAD",
                       evidence={"branch": subject.state.branch, "commit": subject.base})  # fmt: skip


def _base(this: Look, case: Case, name: str, subject: Subject) -> Found:
    """What a run proved, it proved of what its paths were then. That the branch went on beside them does no harm: all
    is looked at again on the commit that it is at now."""
    moved: list[str] = []
    for base, declared in _bases(case, name):
        if base == subject.base:
            continue
        if base is None or subject.base is None or subject.objects.resolve(base) is None:
            return _moved(this, case, f"a run worked on {base}, which is not in this repository", [])
        theirs = {each.path for each in subject.objects.changes(base, subject.base)}
        moved += sorted(theirs.intersection(declared) - {case.task_path})
    if moved:
        paths = list(dict.fromkeys(moved))
        return _moved(this, case, f"{', '.join(paths)} changed in commits since the run", paths)
    bases = sorted({str(base) for base, _ in _bases(case, name)})
    return this.passed(f"{subject.base or 'no commit yet'}", command="git diff-tree",
                       evidence={"base": subject.base, "bases_of_runs": bases})  # fmt: skip


def _moved(this: Look, case: Case, actual: str, paths: list[str]) -> Found:
    return this.failed(
        actual, cause="branch moved", task_issue=False, evidence={"paths": paths},
        remedy=f"open the boxes again ([ ]), then: executor run {case.typed}",
    )  # fmt: skip


def _bases(case: Case, name: str) -> Iterable[tuple[str | None, list[str]]]:
    for claim in case.runs:
        for entry in claim.document["repositories"]:
            if entry["name"] == name:
                yield entry["base_commit"], entry["declared_paths"]


def _reports(this: Look, case: Case) -> Found:
    if case.claims.problems:
        return this.failed(
            "; ".join(case.claims.problems), cause="a report was changed or damaged",
            remedy="restore it, or remove it and run again",
        )  # fmt: skip
    if not case.runs:
        commit = None if case.ticked else lost(case)
        if commit is not None:
            return this.found(
                CheckStatus.SKIP, f"no run since {commit[:12]}, whose certificate is not here", task_issue=False,
                cause="the certificate is not here", remedy=notes.FETCH,
            )  # fmt: skip
        return this.found(
            CheckStatus.FAIL if case.ticked else CheckStatus.SKIP, "no run of this task since the base commit",
            cause="nothing was run", remedy=f"executor run {case.typed}", task_issue=bool(case.ticked),
        )  # fmt: skip
    unknown = sorted(
        {entry["name"] for claim in case.runs for entry in claim.document["repositories"]} - set(case.subjects)
    )
    if unknown:
        return this.failed(
            f"repositories that are not found here: {', '.join(unknown)}", cause="a repository is missing",
            remedy="add it under [repositories] in executor.toml", task_issue=False,
        )  # fmt: skip
    listed = {each.path: each.sha256 for each in case.runs}
    return this.passed(counted(len(case.runs), "run"), evidence={"sha256": listed})


def _paths(this: Look, case: Case, subject: Subject) -> Found:
    odd = [
        each.path
        for each in subject.changes
        if each.after is not None
        and (each.after.mode not in ("100644", "100755") or (each.before and each.before.mode != each.after.mode))
    ]
    if odd:
        return this.failed(
            f"{', '.join(odd)}: changed its kind or mode", cause="edited since", evidence={"paths": odd},
            remedy=f"restore the mode of {', '.join(odd)}",
        )  # fmt: skip
    staged = _staged(subject)
    absent = [each.path for each in subject.changes if each.after is not None and each.path not in staged]
    if absent == [case.task_path] and not case.ticked:
        return this.found(
            CheckStatus.SKIP, f"{case.task_path} is not in git yet, and nothing of it is done",
            cause="nothing was done", remedy=f"executor run {case.typed}", task_issue=False,
        )  # fmt: skip
    if absent:
        return this.failed(
            f"{', '.join(absent)}: changed, and not staged", cause="not staged", evidence={"paths": absent},
            remedy=f"git add {' '.join(absent)}",
        )  # fmt: skip
    differs = [each.path for each in subject.changes if staged.get(each.path) != (each.after and each.after.blob)]
    if differs:
        return this.failed(
            f"{', '.join(differs)}: the index and the work tree differ", cause="edited since",
            remedy=f"git diff {differs[0]}; undo the edit, or stage it and run again", evidence={"paths": differs},
        )  # fmt: skip
    return this.passed(
        f"{len(subject.changes)} of {len(subject.declared)} declared paths changed, all staged as they are",
        command="git diff-index --cached", evidence={"tree": subject.tree},
    )  # fmt: skip


def _staged(subject: Subject) -> dict[str, str]:
    """The changed paths as the user's index has them: path → blob."""
    listed = subject.objects.run("ls-files", "-z", "--stage", "--", *subject.changed) if subject.changed else b""
    staged = {}
    for line in listed.split(b"\0"):
        if line:
            about, _, path = line.partition(b"\t")
            staged[os.fsdecode(path)] = about.split()[1].decode()
    return staged
