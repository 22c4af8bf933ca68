"""Task file → plan: each open criterion becomes typed steps, checked as far as files can tell. Nothing runs here.

The edits of one step are laid over the tree before the next is foreseen, so that several edits compose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from executor.all_operations import kinds, operation
from executor.classify import Types, label_for
from executor.convert import ConversionError, convert
from executor.errors import Blocked, Stop
from executor.models import Artefact, Cannot, Forecast, Recognised, Request, Status
from executor.operations.interface import Operation, Site
from executor.reasons import ReasonCode
from executor.recognise import Recogniser
from executor.repository import Repository, Workspace
from executor.taskfile.model import Criterion, TaskFile
from executor.tools.tree import Tree


@dataclass(frozen=True)
class Step:
    """One operation of a criterion. `arguments` is None where they could not be converted; then `cannot` says why."""

    request: Request
    operation: Operation | None
    arguments: Any
    repository: Repository
    forecast: Forecast | None = None
    cannot: Cannot | None = None


@dataclass(frozen=True)
class Planned:
    """One criterion. `cannot` is what keeps it from running; None: all of its steps may run."""

    criterion: Criterion
    recognised: Recognised
    steps: tuple[Step, ...] = ()
    cannot: Cannot | None = None


@dataclass(frozen=True)
class Plan:
    task: TaskFile
    workspace: Workspace
    types: Types
    criteria: tuple[Planned, ...]

    @property
    def declared(self) -> dict[Repository, frozenset[str]]:
        """The files that the plan names, by repository; fixed before the first edit (contracts.md)."""
        paths: dict[Repository, set[str]] = {}
        for step in self.steps:
            if step.forecast is not None and step.forecast.edits:
                paths.setdefault(step.repository, set()).update(edit.path for edit in step.forecast.edits)
        return {repository: frozenset(each) for repository, each in paths.items()}

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for planned in self.criteria if planned.cannot is None for step in planned.steps)


@dataclass
class Scene:
    """What planning builds up from one criterion to the next, and what a run starts from again."""

    trees: dict[Repository, Tree] = field(default_factory=dict)
    planned: set[Artefact] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)

    def site(self, repository: Repository) -> Site:
        tree = self.trees.setdefault(repository, Tree(repository.root))
        return Site(
            repository.name,
            tree,
            repository.inventory,
            repository.config,
            frozenset(self.planned),
            tuple(dict.fromkeys(self.changed)),
        )

    def add(self, repository: Repository, forecast: Forecast) -> None:
        self.planned |= forecast.provides
        self.changed += [edit.path for edit in forecast.edits]
        self.trees[repository].lay(forecast.edits)


def plan(task: TaskFile, workspace: Workspace, types: Types, selected: Mapping[int, bool] | None = None) -> Plan:
    """The plan of all criteria in file order. `selected` says which indexes are asked for (None: all)."""
    recogniser = Recogniser(task, workspace)
    home = _home(task, workspace)
    scene = Scene()
    criteria = []
    for criterion in task.criteria:
        recognised = recogniser.criterion(criterion)
        cannot = _not_to_run(criterion, types, selected) or recognised.cannot
        steps = tuple(
            _step(request, workspace, home, types, scene, runs=cannot is None) for request in recognised.requests
        )
        cannot = cannot or next((step.cannot for step in steps if step.cannot is not None), None)
        criteria.append(Planned(criterion, recognised, steps, cannot))
    return Plan(task, workspace, types, tuple(criteria))


def _home(task: TaskFile, workspace: Workspace) -> Repository:
    """Front matter's `repository`, else the one repository that is configured to hold manifests while the task's own
    is configured to hold tasks only, else the task's own."""
    if task.repository is not None:
        found = workspace.named(task.repository)
        if found is None:
            known = ", ".join(sorted({workspace.home.name, *workspace.others}))
            raise Blocked(
                ReasonCode.NOT_FOUND,
                f"{task.path}: front matter names the repository {task.repository}, which is neither configured nor a "
                f"folder beside this one; known: {known}",
            )
        return found
    return workspace.home


def _not_to_run(criterion: Criterion, types: Types, selected: Mapping[int, bool] | None) -> Cannot | None:
    """What keeps a criterion from running before anyone looks at what it says."""
    if criterion.withdrawn:
        return Cannot(Status.SKIPPED, ReasonCode.WITHDRAWN, "struck through")
    if criterion.checked:
        return Cannot(Status.SKIPPED, ReasonCode.ALREADY_TICKED, "ticked before this run")
    if not criterion.open:
        return Cannot(Status.SKIPPED, ReasonCode.OTHER_MARK, f"marked [{criterion.mark}]; write [ ] to have it run")
    if selected is not None and not selected.get(criterion.index, False):
        return Cannot(Status.SKIPPED, ReasonCode.FILTERED_OUT, "not among the criteria that were asked for")
    if types.human_action:
        return Cannot(
            Status.REFUSED, ReasonCode.HUMAN_ACTION, "the task is marked human-action: a person has to do all of it"
        )
    return None


def _step(request: Request, workspace: Workspace, home: Repository, types: Types, scene: Scene, *, runs: bool) -> Step:
    """Convert, permit, foresee. `runs` is false for criteria that only have to be shown."""
    repository = home
    if request.repository is not None:
        repository = workspace.named(request.repository) or home
    step = Step(request, None, None, repository)
    try:
        kind = _operation(request)
        step = replace(step, operation=kind, arguments=_arguments(kind, request))
        forecast = kind.foresee(step.arguments, scene.site(repository))
        if runs:
            scene.add(repository, forecast)
        step = replace(step, forecast=forecast)
        _permit(kind, types)
    except Stop as stop:
        step = replace(step, cannot=stop.as_cannot())
    return step


def _operation(request: Request) -> Operation:
    kind = operation(request.operation)
    if kind is None:
        raise Blocked(
            ReasonCode.BAD_BLOCK,
            f'line {request.line}: there is no operation "{request.operation}"; known: {", ".join(kinds())}',
        )
    return kind


def _arguments(kind: Operation, request: Request) -> Any:
    try:
        return convert(kind.arguments, request.arguments)
    except ConversionError as error:
        where = ".".join(map(str, error.path))
        code = ReasonCode.BAD_BLOCK if request.source == "block" else ReasonCode.BAD_ARGUMENT
        raise Blocked(
            code, f"line {request.line}: {kind.kind}: {where + ': ' if where else ''}{error.message}"
        ) from None


def _permit(kind: Operation, types: Types) -> None:
    if not types.permit(kind.allowed):
        raise Blocked(
            ReasonCode.LABEL_MISSING,
            f"{kind.kind} is not permitted by the task's labels; add one of: {label_for(kind.allowed)}",
        )
