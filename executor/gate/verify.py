"""`executor verify`, as one list of stages. It believes nothing that a run reported.

    locate → lock → what is claimed, what is there → look → look once more at what may have passed by
           → verdict → certificate, or take back what is disproved → verification document → commit

It runs in a process of its own and shares nothing with the run but the files that the run left.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from executor import journal as journals
from executor.classify import Types
from executor.config import FILE_NAME, LONGEST_WAIT
from executor.errors import LockHeld, RepositoryError, UsageError
from executor.gate import certificate as certificates
from executor.gate import claims as claimed
from executor.gate import keys
from executor.gate.builds import RememberingKustomize
from executor.gate.case import Case, Look, Subject
from executor.gate.case import look as look_of
from executor.gate.certificate import Facts
from executor.gate.certify import facts_of
from executor.gate.checks import manifests, operations, repository, task_file
from executor.gate.committed import Standing, already
from executor.gate.objects import Objects
from executor.gate.scratch import checkouts, workplace
from executor.gate.verdict import APPROVING, CHECKS_VERSION, GROUPS, CheckStatus, Decision, Found
from executor.intake import load, locate
from executor.job import now
from executor.repository import Repository, Workspace, open_workspace
from executor.taskfile import edit, parse
from executor.taskfile.model import TaskFile
from executor.tools import files
from executor.tools.git import Git, State
from executor.tools.kustomize import Kustomize
from executor.tools.plugins import installed
from executor.tools.process import load_meanwhile, meanwhile, without_network
from executor.values import dataclass, field, replace

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

AFTER = (
    "cannot: no cluster support yet: `verify --after` follows a pushed commit through Flux to the running pods, "
    "and this version talks to no cluster; look with `flux get all -A`"
)


@dataclass(frozen=True)
class Call:
    """What was asked for. `checks` are groups (verdict.GROUPS), names of plug-ins or `all`; `report` an execution
    report that was handed over with the call; `say` hears one line a look."""

    task: str
    start: Path
    checks: tuple[str, ...] = ("all",)
    timeout: float | None = None
    key: Path | None = None
    report: Mapping[str, Any] | None = None
    task_id: str | None = None
    say: Callable[[Found], None] = field(default=lambda found: None)


@dataclass(frozen=True)
class Verified:
    """What came of it. `certificate` is the signed document, None where there is no key or not every check ran."""

    document: dict[str, Any]
    case: Case
    found: tuple[Found, ...]
    decision: Decision
    certificate: bytes | None
    certificate_path: Path | None
    warnings: tuple[str, ...] = ()
    standing: str | None = None

    @property
    def success(self) -> bool:
        return bool(self.document["success"])


def after(call: Call) -> dict[str, Any]:
    """The document of `verify --after`: not looked at, which is never a pass."""
    workspace, path, _ = _locate(call)
    task, types = load(path, workspace)
    found = Found("cluster", "the chain on the cluster", CheckStatus.SKIP, "the commit runs in the cluster", AFTER,
                  cause=AFTER, remedy="look with `flux get all -A`; the boxes of observations stay open",
                  task_issue=False)  # fmt: skip
    return {
        **_contract([found], task.id, types),
        "next_action": "Look at the cluster by hand; nothing was ticked",
        "schema_version": "1.0",
        "task_path": path.resolve().relative_to(workspace.home.root).as_posix(),
        "verified_at": certificates.time_text(datetime.now(UTC)),
        "checks_run": [],
    }


@contextlib.contextmanager
def verified(call: Call) -> Iterator[Verified]:
    """Verify a task; the lock is held and nothing moves until the caller is done with what came of it."""
    selected = _selected(call)
    workspace, path, given = _locate(call)
    load_meanwhile("mistune", "rfc8785", "securesystemslib.dsse", "cryptography.hazmat.primitives.serialization")
    with contextlib.ExitStack() as held:
        held.enter_context(workplace())
        objects = Objects(workspace.home.root)
        _hold(held, objects, path)
        case = open_case(call, workspace, path, objects, given)
        for subject in sorted(case.subjects.values(), key=lambda each: str(each.repository.root)):
            if subject is not case.home:
                _hold(held, subject.objects, path)
        standing = already(case) if not case.ticked and not case.home.changes else None
        signer = _signer(case, call) if selected == everything() and standing is None else Signer()
        found = _shown(case, look(case, call)) if standing is None else [_standing(standing)]
        yield finish(case, call, found, signer, standing.commit if standing and not standing.differing else None)


def _standing(standing: Standing) -> Found:
    """All is committed and certified, and is so still: what a second call finds."""
    name, expected = "certificate", "what is ticked is certified, and everything that its certificate names is so"
    if not standing.differing:
        words = f"committed already as {standing.commit}; all that its certificate names is as it was certified"
        return Found("claims", name, CheckStatus.PASS, expected, words)
    paths = ", ".join(standing.differing)
    return Found(
        "claims", name, CheckStatus.FAIL, expected, f"not as the certificate of {standing.commit} has it: {paths}",
        cause="edited since it was certified", evidence={"commit": standing.commit, "differing": standing.differing},
        remedy=f"git log -p, and bring back what was certified, or open the boxes and run again "
               f"(certificate of {standing.commit[:12]}: executor certificate show {standing.commit[:12]})",
    )  # fmt: skip


@dataclass(frozen=True)
class Signer:
    """The key that signs, and what it is called here; None: there will be no certificate."""

    key: keys.SigningKey | None = None
    name: str = "none"
    warnings: tuple[str, ...] = ()


def finish(case: Case, call: Call, found: Sequence[Found], signer: Signer, standing: str | None = None) -> Verified:
    """The verdict and what it means: a certificate, boxes taken back, the document. `standing` is the commit that has
    everything already."""
    warnings = list(signer.warnings)
    facts = facts_of(case, found, signer.key.id if signer.key else "none", signer.name)
    decision = facts.decision
    document, path = None, None
    if signer.key is not None:
        facts, path = _with_a_name_of_its_own(case, facts)
        document = certificates.issue(facts, signer.key)
        _put(path, document, journals.prepare(case.root), warnings)
    verification = _document(case, call, found, decision, facts.issued)
    if standing is not None:
        verification |= {"commit": [{"repository": case.workspace.home.name, "commit": standing}],
                         "next_action": "Nothing to do: it is committed and certified"}  # fmt: skip
    if path is not None:
        verification["certificate"] = path.relative_to(case.root).as_posix()
    _take_back(case, found, verification)
    _keep(case, verification, warnings)
    return Verified(verification, case, tuple(found), decision, document, path, tuple(warnings), standing)


def _with_a_name_of_its_own(case: Case, facts: Facts) -> tuple[Facts, Path]:
    """File names tell seconds, and two verifications may be made in one: none takes the other's place."""
    folder = case.root / case.workspace.home.config.report_folder / "certificates"
    component, number = facts.component, 1
    while os.path.lexists(folder / facts.file_name):
        number += 1
        facts = replace(facts, component=f"{component}_{number}")
    return facts, folder / facts.file_name


# What is there


def _locate(call: Call) -> tuple[Workspace, Path, tuple[str, bytes] | None]:
    """The task, by file or id, or by a report: that is then one more claim, and names the task. Such a report may lie
    anywhere; the task is looked for in the report's own repository, else in the one that was started in."""
    given = Path(call.start, call.task)
    if given.suffix != ".json":
        report = None if call.report is None else ("execution_report", json.dumps(call.report).encode())
        return *locate(call.task, call.start), report
    try:
        data = given.read_bytes()
        path = json.loads(data)["task_path"]
        if not isinstance(path, str) or "\0" in path:
            raise TypeError
    except OSError as error:
        raise UsageError(f"{given} cannot be read: {error.strerror}", remedy="executor verify TASK.md") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"{given} is no execution report", remedy="executor verify TASK.md") from None
    try:
        root = open_workspace(given.resolve().parent).home.root
    except RepositoryError:
        root = None
    if root is None or not (root / path).is_file():
        root = open_workspace(call.start).home.root
    found = given.resolve()
    name = found.relative_to(root).as_posix() if found.is_relative_to(root) else found.name
    return *locate(path, root), (name, data)


def _hold(held: contextlib.ExitStack, objects: Objects, task: Path) -> None:
    try:
        held.enter_context(objects.lock(f"verification of {task}"))
    except LockHeld as error:
        raise LockHeld(error.message, remedy="verify when it has ended") from None


def open_case(
    call: Call, workspace: Workspace, path: Path, objects: Objects, given: tuple[str, bytes] | None = None
) -> Case:
    """What is claimed and what is there; nothing is judged yet. `given` is a report that came with the call."""
    task, types = load(path, workspace)
    if call.task_id is not None and call.task_id != task.id:
        raise UsageError(f"task_id is {call.task_id}, but {path} is {task.id}", remedy="correct one of them")
    home = workspace.home
    config = home.config
    task_path = path.resolve().relative_to(home.root).as_posix()
    claims = claimed.read(home, config.report_folder, task.id, task_path, given)
    state = objects.state()
    base = state.commit
    if base:
        objects.fetch(base, (task_path, keys.TRUSTED_KEYS))
    old = objects.file(base, task_path) if base else None
    committed = None if old is None else parse.parse(old, path, max_bytes=len(old))
    ticked = tuple(claimed.newly_ticked(committed, task))
    runs = claimed.since(claims, base, [each.index for each in ticked])
    subjects = {home.name: _subject(home, runs, {task_path}, objects, state)}
    for name in sorted({entry["name"] for claim in runs for entry in claim.document["repositories"]} - {home.name}):
        other = workspace.named(name)
        if other is not None:
            subjects[name] = _subject(other, runs, set(), (its := Objects(other.root)), its.state())
    _is_what_was_read(subjects[home.name], task, task_path)
    seconds = call.timeout if call.timeout is not None else config.verification.timeout_seconds
    if not 0 < seconds <= LONGEST_WAIT:
        raise UsageError(f"a verification cannot have {seconds:g} seconds",
                         remedy="--timeout 300; more than 0, and at most a week")  # fmt: skip
    named = typed(call, workspace, task_path)
    return Case(workspace, task, types, task_path, named, committed, claims, runs, ticked, subjects,
                deadline=time.monotonic() + seconds)  # fmt: skip


def typed(call: Call, workspace: Workspace, task_path: str) -> str:
    """How commands name the task, so that they work in the folder that this call was typed in."""
    if call.task.endswith(".json"):
        return f"-C {shlex.quote(str(workspace.home.root))} {shlex.quote(task_path)}"
    return ("" if call.start == Path() else f"-C {shlex.quote(str(call.start))} ") + shlex.quote(call.task)


def _subject(of: Repository, runs: Sequence[claimed.Claim], more: set[str], objects: Objects, state: State) -> Subject:
    """The tree is the base commit with the declared paths as they are in the work tree."""
    entries = [entry for claim in runs for entry in claim.document["repositories"] if entry["name"] == of.name]
    declared = sorted(more.union(*(entry["declared_paths"] for entry in entries)) if entries else more)
    tree = objects.tree_with(state.commit, declared)
    read = sorted({*more, FILE_NAME})
    objects.ahead(state.commit, tree, read)
    changes = objects.changes(state.commit, tree)
    objects.fetch(tree, read, (entry.blob for each in changes for entry in (each.before, each.after) if entry))
    return Subject(of, objects, state, tuple(declared), tree, changes)


def _is_what_was_read(home: Subject, task: TaskFile, path: str) -> None:
    """The task file that would be committed is the one that is looked at, but for the line ends that a work tree may
    have: a clean filter, or somebody who writes just now, could tick a box between the two. Raises RepositoryError."""
    stored = home.objects.file(home.tree, path)
    if stored not in (task.data, task.data.replace(b"\r\n", b"\n")):
        raise RepositoryError(
            "git stores something else than was read: a filter changes it, or it was written just now", place=path,
            remedy=f"git check-attr --all -- {path}; keep filters away from task files, then verify again",
        )  # fmt: skip


# Looking


class _TimeIsUp(BaseException):
    """Ends whatever a look was doing; no `except Exception` on the way may keep it."""


def look(case: Case, call: Call) -> list[Found]:
    """Every selected look once; what stopped for a reason that may pass, once more after a pause."""
    selected = _selected(call)
    taken: list[tuple[Look, Found]] = []
    try:
        with _deadline(case), contextlib.ExitStack() as held:
            _check_out(case, held)
            looked_at = meanwhile(lambda: (without_network(), case.tools.programs(None)), "tools")
            for each in _looks(case, selected):
                taken.append((each, each.take()))
                call.say(taken[-1][1])
                if time.monotonic() > case.deadline:  # somebody's code may have kept the bell to itself
                    raise _TimeIsUp
            _once_more(case, taken, call)
            looked_at()
            _stop_the_clock()
    except _TimeIsUp:
        taken += [(each, each.take()) for each in _not_reached(selected, taken)]
    found = [found for _, found in taken]
    return [*found, *_what_stands_on(case, found)]


def _looks(case: Case, selected: Sequence[str]) -> Iterator[Look]:
    for looks in (repository.looks, task_file.looks, operations.looks, manifests.looks):
        yield from (each for each in looks(case) if each.group in selected)
    for point in installed(_VERIFIERS):
        if point.name in selected:
            yield from _plugged(case, point)


_VERIFIERS = "executor.verifiers"


def _plugged(case: Case, point: EntryPoint) -> Iterator[Look]:
    """The verifier of an installed package: a function from a case to looks. However it ends, it ends as a look."""
    try:
        for each in point.load()(case):
            if not isinstance(each, Look):
                raise TypeError(f"it offers {each!r}, which is no look (executor.gate.case.look)")
            yield each
    except (Exception, SystemExit) as error:
        broken = error
        yield look_of("plug-in", f"verifier {point.name}", "offers its looks", lambda this: this.broke(broken))


def _what_stands_on(case: Case, found: Sequence[Found]) -> Iterator[Found]:
    """What is about an image that another criterion of its run made falls with it, as the run itself would skip it."""
    wrong = {index: each for each in found if each.status is CheckStatus.FAIL for index in each.criteria}
    for index in sorted(case.stands_on):
        on = min(case.stands_on[index] & wrong.keys(), default=None)
        if on is not None and index not in wrong:
            wrong[index] = fallen = Found(
                "images", f"criterion {index}: what it stands on", CheckStatus.FAIL, "the image of it is proved",
                f"it stands on criterion {on}, which is disproved", criteria=(index,), cause=wrong[on].cause,
                remedy=wrong[on].remedy, task_issue=wrong[on].task_issue, evidence={"stands_on": on},
            )  # fmt: skip
            yield fallen


def _check_out(case: Case, held: contextlib.ExitStack) -> None:
    for subject in case.subjects.values():
        base = subject.base or subject.objects.empty_tree()
        both = checkouts(subject.repository, subject.base, (base, subject.tree), subject.objects.store_folder())
        subject.before, subject.after = held.enter_context(both)
    found = Kustomize.find()
    if found is not None:
        fixed = frozenset(each.after.root for each in case.subjects.values() if each.after is not None)
        case.tools.found["kustomize"] = RememberingKustomize(found.command, fixed=fixed)


def _once_more(case: Case, taken: list[tuple[Look, Found]], call: Call) -> None:
    again = [place for place, (_, found) in enumerate(taken) if found.transient and not found.good]
    if not again:
        return
    time.sleep(min(case.workspace.home.config.verification.retry_pause_seconds, case.left()))
    for place in again:
        each = taken[place][0]
        taken[place] = (each, each.take())
        call.say(taken[place][1])


@contextlib.contextmanager
def _deadline(case: Case) -> Iterator[None]:
    def ring(number: int, frame: object) -> None:
        raise _TimeIsUp

    old = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, case.left())
    try:
        yield
    finally:
        _stop_the_clock()
        signal.signal(signal.SIGALRM, old)


def _stop_the_clock() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)


def _not_reached(selected: Sequence[str], taken: Sequence[tuple[Look, Found]]) -> list[Look]:
    """One look a group that says that the time was up: also where some of its looks were taken."""
    done = {found.group for _, found in taken}
    last = taken[-1][1].group if taken else ""
    return [
        look_of(group, f"the rest of {group}" if group in done else group, "looked at in time", _out_of_time)
        for group in selected
        if group not in done or group == last
    ]


def _out_of_time(this: Look) -> Found:
    return this.found(
        CheckStatus.ERROR, "not looked at: the time was up", cause="verification timed out", task_issue=False,
        remedy="give it more time: --timeout SECONDS, or timeout_seconds under [verification] in executor.toml",
    )  # fmt: skip


def everything() -> tuple[str, ...]:
    """The groups, and the plug-ins by the names of their entry points."""
    return (*GROUPS[CHECKS_VERSION], *(point.name for point in installed(_VERIFIERS)))


def _selected(call: Call) -> tuple[str, ...]:
    known = everything()
    wrong = [each for each in call.checks if each != "all" and each not in known]
    if wrong:
        raise UsageError(f'no check is called "{wrong[0]}"', remedy=f"there are: all, {', '.join(known)}")
    return known if "all" in call.checks else tuple(each for each in known if each in call.checks)


def _shown(case: Case, found: list[Found]) -> list[Found]:
    """A secret in what these looks found is masked, and then there is no certificate (safety.md, "Secrets")."""
    mask = case.tools.masker
    for each in found:
        text = json.dumps([each.command, each.actual, dict(each.evidence)], default=str)
        if mask(text) != text:
            return [*found, Found(
                "secrets", "secrets in what was found", CheckStatus.FAIL, "nothing has to be masked in it",
                f"a secret was masked in the check {each.name}", cause="a secret was shown to the verification",
                remedy="keep it out of what that check prints, and change it",
            )]  # fmt: skip
    return found


# What it means


def _signer(case: Case, call: Call) -> Signer:
    """Before anything is looked at: a key that cannot be used is a wrong call. Raises UsageError."""
    path = keys.find(call.key)
    if path is None:
        return Signer(warnings=("no certificate: there is no signing key; make one: executor keys new NAME",))
    key = keys.load(path)
    for name, subject in case.subjects.items():
        trusted = trusted_at(subject).get(key.id)
        if trusted is None:
            return Signer(key, path.stem, (
                f"the key {path} is not in {keys.TRUSTED_KEYS} of the base commit of {name}; "
                "nobody will believe its certificates until that is committed",
            ))  # fmt: skip
        if not trusted.covers(datetime.now(UTC)):
            return Signer(key, trusted.name, (
                f"the key of {trusted.name} is valid from {certificates.time_text(trusted.valid_from)} to "
                f"{certificates.time_text(trusted.valid_until)}; nobody will believe what it signs now",
            ))  # fmt: skip
    return Signer(key, trusted_at(case.home)[key.id].name)


def trusted_at(subject: Subject) -> dict[str, keys.TrustedKey]:
    """The keys that the base commit trusts; never those of the change itself."""
    data = subject.objects.file(subject.base, keys.TRUSTED_KEYS) if subject.base else None
    return {} if data is None else keys.parse_trusted(data.decode(errors="replace"))


def _document(case: Case, call: Call, found: Sequence[Found], decision: Decision, issued: str) -> dict[str, Any]:
    """contracts.md, "Verification", with what is ours behind it."""
    document: dict[str, Any] = {
        **_contract(found, case.task.id, case.types),
        "schema_version": "1.0",
        "verification_id": f"{journals.new_run_id(case.root, datetime.now(UTC))}-v",
        "task_path": case.task_path,
        "verified_at": issued,
        "checks_run": list(_selected(call)),
        "runs": [each.run_id for each in case.runs],
        "known_runs": [each.run_id for each in case.claims.runs],
        "tree": case.home.tree,
        "base_commit": case.home.base,
        "status": decision.status.value,
        "rationale": decision.rationale,
        "conditions": list(decision.conditions),
        "unticked": [],
        "task_after": case.home.objects.entries(case.home.tree, [case.task_path])[case.task_path].blob,
        "certificate": None,
        "commit": [],
    }
    document["next_action"] = next_action(case, found, decision)
    return _masked(case, document)


def _good(found: Sequence[Found]) -> bool:
    return bool(found) and all(each.good for each in found)


def _contract(found: Sequence[Found], task_id: str, types: Types) -> dict[str, Any]:
    """The keys of contracts.md, in its order. Warnings alone = passed; error and skip = failed."""
    good = _good(found)
    status = {each: sum(1 for one in found if one.status is each) for each in CheckStatus}
    return {
        "success": good,
        "overall_status": "passed" if good else "failed",
        "task_id": task_id,
        "task_type": str(types.of_task) if types.of_task else None,
        "checks": {
            "total": len(found),
            "passed": status[CheckStatus.PASS] + status[CheckStatus.WARN],
            "failed": status[CheckStatus.FAIL] + status[CheckStatus.ERROR] + status[CheckStatus.SKIP],
            "warnings": status[CheckStatus.WARN],
        },
        "check_results": [_result(each) for each in found],
        "failure_analysis": None if good else _analysis(found),
        "next_action": "",
    }


def _masked(case: Case, document: dict[str, Any]) -> dict[str, Any]:
    masked: dict[str, Any] = json.loads(case.tools.masker(json.dumps(document, default=str)))
    return masked


def _result(found: Found) -> dict[str, Any]:
    return {
        "name": f"{found.group}: {found.name}" if found.group not in found.name else found.name,
        "status": found.status.value,
        "command": found.command,
        "expected": found.expected,
        "actual": found.actual,
        "evidence": dict(found.evidence),
    }


def _analysis(found: Sequence[Found]) -> dict[str, Any]:
    """The gravest first: what says no goes before what could not be known."""
    bad = sorted((each for each in found if not each.good), key=lambda each: each.status is not CheckStatus.FAIL)
    causes = list(dict.fromkeys(each.cause or each.actual for each in bad))
    return {
        "root_cause": causes[0] if causes else "nothing was looked at",
        "affected_components": list(dict.fromkeys(each.name for each in bad)),
        "is_task_issue": any(each.task_issue and each.status is CheckStatus.FAIL for each in bad),
        "remediation": list(dict.fromkeys(each.remedy for each in bad if each.remedy)),
    }


def next_action(case: Case, found: Sequence[Found], decision: Decision) -> str:
    again = f"executor verify {case.typed}"
    if _good(found) and decision.status in APPROVING:
        return f"Commit it: {again} --commit"
    if _good(found) and case.ticked:
        return f"Nothing is wrong, and not everything was looked at; all of it: {again}"
    bad = [each for each in found if not each.good]
    if not case.ticked and all(each.status is CheckStatus.SKIP for each in bad):
        return f"Nothing is ticked that is not committed; do some of it: executor run {case.typed}"
    if any(each.criteria for each in bad if each.status is CheckStatus.FAIL) or not case.runs:
        return f"Mend what failed, then: executor run {case.typed}, {again}"
    if any(each.status is CheckStatus.FAIL for each in bad):
        return f"Mend what failed, then: {again}"
    return f"When what was not known can be known, then: {again}"


def _take_back(case: Case, found: Sequence[Found], verification: dict[str, Any]) -> None:
    """Untick what is disproved, say so in the log, stage the task file; the disk is written last and whole."""
    wrong = {index: each for each in found if each.status is CheckStatus.FAIL for index in each.criteria}
    live = range(1, len(case.task.criteria) + 1)
    wrong = {index: each for index, each in wrong.items() if index in live and case.task.criterion(index).checked}
    if not wrong:
        return
    moment = now(case.workspace.home.config)
    mask = case.tools.masker
    said = "; ".join(f"criterion {index} unticked: {mask(each.actual)}" for index, each in sorted(wrong.items()))
    after = edit.apply(case.task, ticks=frozenset(), unticks=frozenset(wrong), updated=moment,
                       log=f"Verification failed: {said}")  # fmt: skip
    run_id = verification["verification_id"]
    with journals.open_journal(case.root, run_id) as journal:
        journal.add("start", task_id=case.task.id, task_path=case.task_path, kind="verification")
        journal.add("write", repository=case.workspace.home.name, path=case.task_path, before=case.task.digest,
                    after=files.sha256(after))  # fmt: skip
        verification["unticked"] = sorted(wrong)
        verification["task_after"] = case.home.objects.store(after)
        _keep(case, verification, [])
        if files.sha256(case.task.path.read_bytes()) == case.task.digest:
            files.replace(case.task.path.resolve(), after, scratch=journal.folder)
            Git(case.root).stage([case.task_path])
        journal.add("end", status="failed")


def _keep(case: Case, verification: dict[str, Any], warnings: list[str]) -> None:
    folder = case.root / case.workspace.home.config.report_folder / case.task.id / "verifications"
    text = json.dumps(verification, indent=2, ensure_ascii=False) + "\n"
    _put(folder / f"{verification['verification_id']}.json", text.encode(), journals.prepare(case.root), warnings)


def record_commit(verified: Verified, commits: Sequence[Any], next_step: str) -> None:
    """Add to the verification document what was committed, and what to do with it."""
    verified.document["commit"] = [{"repository": each.repository, "commit": each.commit} for each in commits]
    verified.document["next_action"] = next_step
    _keep(verified.case, verified.document, [])


def _put(path: Path, data: bytes, scratch: Path, warnings: list[str]) -> None:
    """`scratch` is a folder of the repository that `path` has to lie in."""
    try:
        if not path.parent.resolve().is_relative_to(scratch.resolve().parents[1]):
            warnings.append(f"{path.name} was not written: {path.parent} leads out of the repository")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace(path, data, scratch=scratch)
    except OSError as error:
        warnings.append(f"{path.name} could not be written: {error.strerror}")
