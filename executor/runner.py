"""Plan → outcomes: in file order, each operation at most twice, each ending an `Outcome`. Never raises for a step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any

from executor.errors import Errored, Failed, Stop
from executor.journal import Journal
from executor.models import Artefact, Attempt, Cannot, FileEdit, OperationOutcome, Outcome, Performed, Status
from executor.observer import Observer
from executor.planner import Plan, Planned, Scene, Step, foresee, prefix, said_of
from executor.reasons import ReasonCode
from executor.repository import Repository
from executor.toolbox import LiveToolbox, Tools
from executor.tools import files
from executor.tools.git import Git
from executor.values import dataclass, field, replace

INDEPENDENT = frozenset(
    {ReasonCode.ALREADY_TICKED, ReasonCode.WITHDRAWN, ReasonCode.OTHER_MARK, ReasonCode.FILTERED_OUT}
)
"""Not run by somebody's decision: what stands on such a criterion may find its work done already, and looks."""


@dataclass
class Runner:
    """Runs one plan. With `dry_run` nothing outside of memory changes: edits go into overlays, and what would build or
    push is planned only. `journal` None (a dry run) records nothing. `heads` is what HEAD said when it was checked,
    `seen` what the files held that may be written, `lost` (by repository) what a killed run wrote and nobody reported.
    """

    plan: Plan
    tools: Tools
    observer: Observer
    journal: Journal | None = None
    dry_run: bool = False
    interrupted: bool = False
    bugs: list[str] = field(default_factory=list)
    heads: Mapping[Repository, str] = field(default_factory=dict)
    seen: Mapping[Repository, Mapping[str, bytes | None]] = field(default_factory=dict)
    lost: Mapping[str, frozenset[str]] = field(default_factory=dict)
    left: set[tuple[str, str]] = field(default_factory=set)
    """Repository and path of what a criterion edited that did not pass, and that could not be taken back."""

    def __post_init__(self) -> None:
        live = [each for each in self.plan.criteria if not each.criterion.withdrawn]
        self._scene = Scene(live=True, made={made for each in live for step in each.steps for made in step.makes})
        self._ledger: dict[Artefact, Mapping[str, Any]] = {}
        self._broken: dict[Artefact, int] = {}
        self._toolboxes: dict[Repository, LiveToolbox] = {}
        self._several = False
        self.bugs += [step.defect for each in self.plan.criteria for step in each.steps if step.defect is not None]

    def run(self) -> tuple[Outcome, ...]:
        """One outcome for each criterion, in file order."""
        timed = [self._timed(planned) for planned in self.plan.criteria]
        outcomes = settle_parents(self.plan, [outcome for outcome, _ in timed])
        for planned, outcome, (_, seconds) in zip(self.plan.criteria, outcomes, timed, strict=True):
            if planned.criterion.children:
                self.observer.criterion_ended(outcome, seconds)
        return outcomes

    def _timed(self, planned: Planned) -> tuple[Outcome, float]:
        """What came of one, and the seconds. What it is with its nested criteria is told when all have ended."""
        started = time.monotonic()
        if planned.cannot is None and not self.interrupted:
            self.observer.criterion_started(planned.criterion.index, planned.recognised.stem)
        outcome = self._criterion(planned)
        seconds = time.monotonic() - started
        if not planned.criterion.children:
            self.observer.criterion_ended(outcome, seconds)
        return outcome, seconds

    def _criterion(self, planned: Planned) -> Outcome:
        cannot = planned.cannot
        if cannot is None and self.interrupted:
            cannot = Cannot(Status.SKIPPED, ReasonCode.INTERRUPTED, "the run was interrupted before its turn")
        if cannot is not None:
            operations = tuple(_not_run(step, step.cannot or cannot) for step in planned.steps)
        else:
            operations, cannot = self._operations(planned)
        outcome = _outcome(planned, operations, cannot)
        self._remember(planned, outcome)
        return outcome

    def _operations(self, planned: Planned) -> tuple[tuple[OperationOutcome, ...], Cannot | None]:
        """All steps in order, and why they did not pass: behind one that did not the others are skipped, and what those
        before it edited is taken back (docs/decisions.md); what they built or pushed stays and is reported as it is."""
        before = self._scene.snapshot()
        self._several = len(planned.steps) > 1
        for toolbox in self._toolboxes.values():
            toolbox.placed.clear()
        done: list[OperationOutcome] = []
        stopped: OperationOutcome | None = None
        for step in planned.steps:
            if stopped is not None:
                skipped = Cannot(Status.SKIPPED, ReasonCode.DEPENDS, f"{stopped.operation} did not pass")
                done.append(_not_run(step, skipped))
                continue
            done.append(self._step(planned, step))
            stopped = None if done[-1].status in (Status.PASSED, Status.PLANNED) else done[-1]
        if stopped is None or stopped.cannot is None:
            return tuple(done), None
        self._scene.take_back(before)
        left = self._take_back(planned)
        operations = tuple(_undone(each, stopped, left) for each in done)
        undone = [each for each, was in zip(operations, done, strict=True) if each is not was]
        paths = dict.fromkeys(edit.path for each in undone if each.forecast for edit in each.forecast.edits)
        said = [f"what it had changed before that is taken back: {', '.join(paths)}"] if paths else []
        said += [f"{path} could not be taken back, look at it: git diff HEAD -- {path}" for _, path in sorted(left)]
        return operations, replace(stopped.cannot, reason="; ".join([stopped.cannot.reason, *said]))

    def _take_back(self, planned: Planned) -> set[tuple[str, str]]:
        """Make the files what they were before this criterion. Returns repository and path where that could not be."""
        left = {(each.name, path) for each, toolbox in self._toolboxes.items() for path in toolbox.take_back()}
        self.left |= left
        self._note("taken_back", criterion=planned.criterion.index, left=sorted(left))
        return left

    def _step(self, planned: Planned, step: Step) -> OperationOutcome:
        missing = self._missing(step)
        if missing is not None:
            return _not_run(step, missing)
        allowed = 1 if self.dry_run else self.plan.workspace.home.config.retry.attempts
        attempts: list[Attempt] = []
        while True:
            result, attempt = self._attempt(planned, step, len(attempts) + 1)
            attempts.append(attempt)
            if attempt.stopped is None or not result.retryable or len(attempts) >= allowed or self.interrupted:
                return replace(result.outcome, attempts=tuple(attempts))
            self.observer.retry(attempt.stopped.reason)
            time.sleep(self.plan.workspace.home.config.retry.pause_seconds)

    def _attempt(self, planned: Planned, step: Step, number: int) -> tuple[_Result, Attempt]:
        toolbox = self._toolbox(step.repository)
        toolbox.taken()
        started = time.monotonic()
        facts = {"criterion": planned.criterion.index, "operation": step.request.operation, "attempt": number}
        unknown = self._note("intent", **facts, arguments=self.tools.masker.whole(step.request.arguments))
        result = self._guarded(step, toolbox) if unknown is None else _Result(_not_run(step, unknown))
        ran = toolbox.taken()
        stopped = result.outcome.cannot
        log = next((each.log for each in reversed(ran) if each.log is not None), None)
        if stopped is not None and log is not None:
            stopped = replace(stopped, reason=f"{stopped.reason}; all that it said: {log}")
            result = replace(result, outcome=replace(result.outcome, cannot=stopped))
        if stopped is None and planned.recognised.remarks:
            settled = {**result.outcome.evidence, "settled": list(planned.recognised.remarks)}
            result = replace(result, outcome=replace(result.outcome, evidence=settled))
        if stopped is not None:
            self._note("stopped", **facts, reason=stopped.reason, code=stopped.code)
        else:
            evidence = self.tools.masker.whole(result.outcome.evidence)
            stopped = self._note("evidence", **facts, evidence=evidence, changed=result.outcome.changed)
            result = result if stopped is None else _Result(_not_run(step, stopped))
        return result, Attempt(ran, round(time.monotonic() - started, 3), stopped)

    def _note(self, event: str, **facts: Any) -> Cannot | None:
        """Into the journal, on the disk. What cannot be written there is not begun, or has no evidence: the reason."""
        try:
            if self.journal is not None:
                self.journal.add(event, **facts)
        except OSError as error:
            return Cannot(Status.ERRORED, ReasonCode.WRITE_FAILED, _unwritten(error))
        return None

    def _guarded(self, step: Step, toolbox: LiveToolbox) -> _Result:
        """Every ending of an operation as a value."""
        try:
            return _Result(self._perform(step, toolbox))
        except Stop as stop:
            cannot = stop.as_cannot()
            cannot = replace(cannot, reason=self.tools.masker(cannot.reason))  # a server may quote what it was sent
            return _Result(_not_run(step, cannot), stop.retryable and isinstance(stop, Failed | Errored))
        except KeyboardInterrupt:
            self.interrupted = True
            reason = "interrupted; what it had begun was ended"
            return _Result(_not_run(step, Cannot(Status.ERRORED, ReasonCode.INTERRUPTED, reason)))
        except OSError as error:  # a full disk, a file that may not be read: the machine's fault, not the task's
            return _Result(_not_run(step, Cannot(Status.ERRORED, ReasonCode.WRITE_FAILED, _unwritten(error))))
        except Exception as error:  # a bug of ours: the other criteria still deserve their turn
            import traceback

            self.bugs.append(traceback.format_exc())
            reason = f"a defect of executor: {type(error).__name__}: {error}; the log has the details, please report it"
            return _Result(_not_run(step, Cannot(Status.ERRORED, ReasonCode.BUG, reason)))

    def _perform(self, step: Step, toolbox: LiveToolbox) -> OperationOutcome:
        """Foresee again (an earlier operation may have changed what it reads), look at the world, act, check."""
        operation, arguments, workspace = step.operation, step.arguments, self.plan.workspace
        assert operation is not None
        toolbox.site = self._scene.site(step.repository)
        forecast = foresee(step, toolbox.site, workspace)
        step = replace(step, forecast=forecast)
        self.observer.operation_started(forecast.words)
        with said_of(step.repository, workspace):
            operation.preflight(arguments, toolbox)
            if self.dry_run and not operation.rehearsable:
                self._scene.add([step], lay=True)
                return replace(_not_run(step, None), status=Status.PLANNED, words=forecast.words)
            performed = operation.perform(arguments, toolbox)
            if not forecast.edits:
                toolbox.see_unchanged(forecast.files)
        lost = self.lost.get(step.repository.name, frozenset()).intersection(forecast.files)
        by = "" if forecast.edits or not lost else f"; {', '.join(sorted(lost))} is what an interrupted run of it wrote"
        performed = replace(performed, words=prefix(step.repository, workspace) + performed.words + by)
        self._scene.add([step], lay=True)
        if self.dry_run:
            return replace(_passed(step, performed), status=Status.PLANNED, words=forecast.words)
        for artefact in forecast.provides | step.makes:
            self._ledger[artefact] = dict(performed.evidence)
        return _passed(step, performed)

    def _toolbox(self, repository: Repository) -> LiveToolbox:
        if repository not in self._toolboxes:
            self._toolboxes[repository] = LiveToolbox(
                self._scene.site(repository),
                declared=self.plan.declared.get(repository, frozenset()),
                ledger=self._ledger,
                dry_run=self.dry_run,
                tools=self.tools,
                observer=self.observer,
                logs=None if self.journal is None else self.journal.logs,
                scratch=None if self.journal is None else self.journal.folder,
                on_write=self._journal_write(repository),
                seen=dict(self.seen.get(repository, {})),
                head=self.heads.get(repository),
            )
        return self._toolboxes[repository]

    def _journal_write(self, repository: Repository) -> Callable[[FileEdit], None]:
        """The intent; with the old bytes, where a run that is killed before the next operation leaves half of it."""

        def on_write(edit: FileEdit) -> None:
            if self.journal is None:
                return
            before = None if edit.before is None else files.sha256(edit.before)
            kept = (
                {"blob": Git(repository.root).store(edit.before)} if self._several and edit.before is not None else {}
            )
            self.journal.add("write", repository=repository.name, path=edit.path, before=before,
                             after=files.sha256(edit.after), **kept)  # fmt: skip

        return on_write

    def _missing(self, step: Step) -> Cannot | None:
        """The first thing this step stands on that was to be made in this run and was not."""
        forecast = step.forecast
        for need in sorted(forecast.needs if forecast else (), key=lambda each: each.name):
            for artefact, index in self._broken.items():
                if artefact.satisfies(need):
                    text = f"it stands on criterion {index} ({artefact.kind} {artefact.name}), which did not pass"
                    return Cannot(Status.SKIPPED, ReasonCode.DEPENDS, text)
        return None

    def _remember(self, planned: Planned, outcome: Outcome) -> None:
        """Which artefacts are missing now. One that a later criterion makes after all is missing no more."""
        if outcome.reason_code in INDEPENDENT:
            return
        for step, done in zip(planned.steps, outcome.operations, strict=True):
            made = step.makes | (step.forecast.provides if step.forecast else frozenset())
            for artefact in made:
                if done.status in (Status.PASSED, Status.PLANNED):
                    self._broken.pop(artefact, None)
                elif not (self.dry_run and done.status is Status.ERRORED):  # what is not reached now may be tomorrow
                    self._broken[artefact] = planned.criterion.index


@dataclass(frozen=True)
class _Result:
    outcome: OperationOutcome
    retryable: bool = False


def _unwritten(error: OSError) -> str:
    at = f"{error.filename}: " if error.filename else ""
    return f"{at}{error.strerror or error}; mend that and run again"


def _not_run(step: Step, cannot: Cannot | None) -> OperationOutcome:
    request = step.request
    return OperationOutcome(
        request.operation,
        request.arguments,
        request.source,
        cannot.status if cannot else Status.SKIPPED,
        cannot=cannot,
        forecast=step.forecast,
        repository=step.repository.name,
    )


def _passed(step: Step, performed: Performed) -> OperationOutcome:
    evidence = dict(performed.evidence)
    if performed.warnings:
        evidence["warnings"] = list(performed.warnings)
    return replace(
        _not_run(step, None),
        status=Status.PASSED,
        changed=performed.changed,
        words=performed.words,
        evidence=evidence,
    )


def _undone(done: OperationOutcome, stopped: OperationOutcome, left: Set[tuple[str, str]]) -> OperationOutcome:
    """An edit before the operation that did not pass, as one that was not made; the attempt at it stays reported."""
    edits = done.forecast.edits if done.forecast is not None else ()
    made = done.changed or done.status is Status.PLANNED
    if done is stopped or not made or not edits or any((done.repository, edit.path) in left for edit in edits):
        return done
    cannot = Cannot(Status.SKIPPED, ReasonCode.DEPENDS, f"taken back, since {stopped.operation} did not pass")
    return replace(done, status=Status.SKIPPED, changed=False, words="", cannot=cannot, evidence={})


def _outcome(planned: Planned, operations: tuple[OperationOutcome, ...], cannot: Cannot | None) -> Outcome:
    """A criterion is what its first operation is that did not pass (`cannot`); passed when all did."""
    criterion, stem = planned.criterion, planned.recognised.stem
    if cannot is not None:
        return Outcome(
            criterion.index, stem, cannot.status, cannot.code, cannot.reason, _changed(operations), operations,
            planned.recognised.suggestion,
        )  # fmt: skip
    status = Status.PLANNED if any(each.status is Status.PLANNED for each in operations) else Status.PASSED
    return Outcome(criterion.index, stem, status, changed=_changed(operations), operations=operations)


def _changed(operations: Iterable[OperationOutcome]) -> bool:
    return any(each.changed for each in operations)


def settle_parents(plan: Plan, outcomes: list[Outcome]) -> tuple[Outcome, ...]:
    """What nested criteria make of their parents (task-format.md), innermost first.

    An operation needs its children ticked too. A text that asks for nothing is ticked when all its children are and one
    of them passed in this run. A person's work, and what asks for something that was not understood, stays open.
    """
    settled = list(outcomes)
    for planned in reversed(plan.criteria):
        criterion = planned.criterion
        children = [settled[i - 1] for i in criterion.children if not plan.task.criterion(i).withdrawn]
        if criterion.open and children:
            settled[criterion.index - 1] = _parent(settled[criterion.index - 1], children, asks=planned.recognised.asks)
    return tuple(settled)


def _parent(own: Outcome, children: list[Outcome], *, asks: bool) -> Outcome:
    done = (Status.PASSED, Status.PLANNED)
    open_ones = [
        each for each in children if each.status not in done and each.reason_code is not ReasonCode.ALREADY_TICKED
    ]
    person = own.reason_code is ReasonCode.PERSON
    heading = own.status is Status.UNRESOLVED and not (person or asks or own.operations)
    if own.status not in done and not heading:
        return own
    if open_ones:
        waits = all(each.status is Status.VERIFICATION for each in open_ones)
        numbers = ", ".join(str(each.index) for each in open_ones)
        status, code = (
            (Status.VERIFICATION, ReasonCode.WAITING) if waits else (Status.SKIPPED, ReasonCode.CHILDREN_OPEN)
        )
        return replace(own, status=status, reason_code=code, reason=f"its nested criteria {numbers} are open")
    if heading:
        passed = [each.status for each in children if each.status in done]
        return replace(own, status=passed[0], reason_code=None, reason="") if passed else own
    return own
