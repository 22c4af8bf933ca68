"""Task file → plan: each open criterion becomes typed steps, checked as far as files can tell. Nothing runs here.

The edits of one step are laid over the tree before the next is foreseen, so that several edits compose.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from executor.all_operations import kinds, operation
from executor.classify import Types, label_for
from executor.config import place_of
from executor.convert import ConversionError, convert
from executor.errors import Blocked, ConfigError, Refused, RepositoryError, Stop
from executor.models import EVERY_TYPE, Artefact, Cannot, Forecast, Recognised, Request, Status
from executor.operations.interface import Operation, Site
from executor.reasons import ReasonCode
from executor.recognise import Recogniser
from executor.repository import Repository, Workspace
from executor.taskfile.model import Criterion, TaskFile
from executor.tools.tree import Tree
from executor.values import dataclass, field, replace

if TYPE_CHECKING:
    from executor.recognise.phrases import Phrase


@dataclass(frozen=True)
class Step:
    """One operation of a criterion. `arguments` is None where they could not be converted; then `cannot` says why."""

    request: Request
    operation: Operation | None
    arguments: Any
    repository: Repository
    makes: frozenset[Artefact] = frozenset()
    forecast: Forecast | None = None
    cannot: Cannot | None = None
    defect: str | None = None

    @property
    def settled(self) -> dict[str, Any]:
        """The arguments as understood, with what the files settled: what explain and the report say."""
        return {**self.request.arguments, **(self.forecast.arguments if self.forecast is not None else {})}

    def edits(self, paths: Set[str]) -> bool:
        """Whether it would change one of `paths`."""
        return self.forecast is not None and not paths.isdisjoint(edit.path for edit in self.forecast.edits)


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
        """The files that the plan names, by repository; fixed before the first edit (contracts.md). One that needs no
        edit any more counts: it may be what an interrupted run wrote and did not stage."""
        paths: dict[Repository, set[str]] = {}
        for step in self.steps:
            if step.forecast is not None:
                paths.setdefault(step.repository, set()).update(step.forecast.files)
        return {repository: frozenset(each) for repository, each in paths.items()}

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for planned in self.criteria if planned.cannot is None for step in planned.steps)


@dataclass
class Scene:
    """What planning builds up from one criterion to the next, and what a run starts from again. `live`: time passes
    between two steps, so each looks at the disk anew; a plan is made of one look. `planned` is what this run makes,
    `made` what the task makes, ticked criteria included. `changed` are the files of the edits so far, `named` the paths
    that the task's criteria name."""

    trees: dict[Repository, Tree] = field(default_factory=dict)
    planned: set[Artefact] = field(default_factory=set)
    made: set[Artefact] = field(default_factory=set)
    changed: dict[Repository, list[str]] = field(default_factory=dict)
    named: dict[Repository, list[str]] = field(default_factory=dict)
    live: bool = False

    def snapshot(self) -> dict[Repository, dict[str, bytes]]:
        return {repository: dict(tree.overlay) for repository, tree in self.trees.items()}

    def take_back(self, snapshot: Mapping[Repository, Mapping[str, bytes]]) -> None:
        """Make the overlays what they were: a criterion that cannot run as a whole leaves no edit behind."""
        for repository, tree in self.trees.items():
            tree.overlay.clear()
            tree.overlay.update(snapshot.get(repository, {}))

    def site(self, repository: Repository) -> Site:
        tree = self.trees.setdefault(repository, Tree(repository.root))
        return Site(
            repository.name,
            tree,
            repository.inventory.current() if self.live else repository.inventory,
            repository.config,
            frozenset(self.planned),
            frozenset(self.made),
        )

    def add(self, steps: Iterable[Step], *, lay: bool) -> None:
        """What a criterion makes counts for those that follow even where it cannot run: they stand on it. Its edits
        are laid over the tree (`lay`) only if it can."""
        for step in steps:
            self.planned |= step.makes
            if lay and step.forecast is not None:
                self.planned |= step.forecast.provides


def plan(task: TaskFile, workspace: Workspace, types: Types, selected: Mapping[int, bool] | None = None) -> Plan:
    """The plan of all criteria in file order. `selected` says which indexes are asked for (None: all). Criteria that
    ask for two things of one place are blocked, all of them: at the end only one could be true."""
    recogniser = Recogniser(task, workspace)
    _check_phrases(recogniser)
    criteria, scene = _planned(recogniser, types, selected, {})
    contradicting = _contradictions(criteria, scene)
    if contradicting:
        criteria, _ = _planned(recogniser, types, selected, contradicting)
    return Plan(task, workspace, types, criteria)


def _check_phrases(recogniser: Recogniser) -> None:
    """A project's phrases name operations and arguments that exist, by their own examples. Raises ConfigError."""
    for number, phrase in enumerate(recogniser.phrases):
        wrong = _wrong_in(phrase)
        if wrong is not None:
            place = place_of(recogniser.workspace.home.root, "phrases", number)
            raise ConfigError(f'the phrase "{phrase.entry.pattern}": {wrong}', place=place)


def _wrong_in(phrase: Phrase) -> str | None:
    kind = operation(phrase.entry.operation)
    if kind is None:
        return f'there is no operation "{phrase.entry.operation}"; known: {", ".join(kinds())}'
    for slots in phrase.samples:
        try:
            convert(kind.arguments, phrase.arguments(slots))
        except ConversionError as error:
            return ": ".join((kind.kind, *map(str, error.path), error.message))
    return None


def _planned(
    recogniser: Recogniser, types: Types, selected: Mapping[int, bool] | None, blocked: Mapping[int, Cannot]
) -> tuple[tuple[Planned, ...], Scene]:
    task, workspace = recogniser.task, recogniser.workspace
    home = home_of(task, workspace)
    found = [recogniser.criterion(each) for each in task.criteria]
    scene = Scene(named=_named(task, found, workspace, home))
    criteria = []
    for criterion, read in zip(task.criteria, found, strict=True):
        off = _not_to_run(criterion, types, selected)
        before = scene.snapshot()
        steps = _remarked(_steps(read, recogniser, types, scene), read.remarks)
        offered = _offered(read, criterion, recogniser, types, scene, steps=steps) if off is None else None
        recognised = offered or replace(read, suggestion=None)
        cannot = off or recognised.cannot or blocked.get(criterion.index)
        cannot = cannot or next((step.cannot for step in steps if step.cannot is not None), None)
        if cannot is not None:
            scene.take_back(before)
        if not criterion.withdrawn:
            _note(steps, scene)
        if criterion.open and (selected is None or selected.get(criterion.index, False)):
            scene.add(steps, lay=cannot is None)
        criteria.append(Planned(criterion, recognised, steps, cannot))
    return tuple(criteria), scene


_CHECKS = frozenset({"kustomize.build", "manifest.validate", "security.check"})
"""What without a path is about what the task names or changes (criteria.md)."""


def _named(
    task: TaskFile, found: Sequence[Recognised], workspace: Workspace, home: Repository
) -> dict[Repository, list[str]]:
    """The folders and manifests that the live criteria name, by repository."""
    named: dict[Repository, list[str]] = {}
    for criterion, recognised in zip(task.criteria, found, strict=True):
        for request in () if criterion.withdrawn else recognised.requests:
            paths = request.arguments.get("paths", ()) if request.operation in _CHECKS else ()
            repository = _repository(request, workspace, home)
            named.setdefault(repository, []).extend(path for path in paths if isinstance(path, str) and path != ".")
    return named


def _note(steps: Iterable[Step], scene: Scene) -> None:
    """Done before, to be done, or left out of this run: it is what the task makes and changes."""
    for step in steps:
        scene.made |= step.makes
        if step.forecast is not None and step.cannot is None:
            scene.changed.setdefault(step.repository, []).extend(step.forecast.files)


def _steps(recognised: Recognised, recogniser: Recogniser, types: Types, scene: Scene) -> tuple[Step, ...]:
    task, workspace = recogniser.task, recogniser.workspace
    home = home_of(task, workspace)
    requests = [each for request in recognised.requests for each in _of_task(request, scene, workspace, home)]

    def step(request: Request) -> Step:
        return _step(request, task, workspace, types, scene, home=home)

    steps = _in_order([step(each) for each in requests], step)
    if recognised.cannot is None:
        return steps
    # what is known of it in part lacks arguments, which is no fault of its own
    return tuple(each if each.arguments is not None else replace(each, cannot=recognised.cannot) for each in steps)


def _in_order(steps: Sequence[Step], step: Callable[[Request], Step]) -> tuple[Step, ...]:
    """A value that another one bounds (a request, its limit) is judged when the others of the criterion are made: what
    was stopped by its value is tried again, and done behind the last edit if that helps."""
    last = max((number for number, each in enumerate(steps) if each.forecast and each.forecast.edits), default=-1)
    ahead: list[Step] = []
    late: list[Step] = []
    for each in steps[: last + 1]:
        stopped = each.cannot is not None and each.cannot.code is ReasonCode.BAD_ARGUMENT
        again = step(each.request) if stopped else each
        (late if stopped and again.cannot is None else ahead).append(again)
    return (*ahead, *late, *steps[last + 1 :])


def _of_task(request: Request, scene: Scene, workspace: Workspace, home: Repository) -> list[Request]:
    """A check that names no path looks at what the task names or changes, in each repository where it does."""
    if request.operation not in _CHECKS or request.arguments.get("paths"):
        return [request]
    from executor.flux.targets import of_task

    places = (
        [home, *workspace.others.values()] if request.repository is None else [_repository(request, workspace, home)]
    )
    asked = []
    for repository in places:
        changed, named = scene.changed.get(repository, []), scene.named.get(repository, [])
        paths = changed or named if request.operation == "security.check" else [*changed, *named]
        if paths and (chosen := of_task(scene.site(repository), paths)):
            name = request.repository if repository is home else repository.name
            asked.append(replace(request, arguments={**request.arguments, "paths": chosen}, repository=name))
    return asked or [request]


def _repository(request: Request, workspace: Workspace, home: Repository) -> Repository:
    return (workspace.named(request.repository) or home) if request.repository is not None else home


def _offered(
    recognised: Recognised,
    criterion: Criterion,
    recogniser: Recogniser,
    types: Types,
    scene: Scene,
    *,
    steps: Sequence[Step],
) -> Recognised:
    """What is suggested is planned before it is offered: it has to work when it is pasted."""
    for text in (_everywhere(recognised, criterion, steps), recognised.suggestion):
        if text is None or recogniser.contradicts(criterion, text):
            continue
        if _tried(text, criterion, recogniser, types, scene).works:
            return replace(recognised, suggestion=text)
    cannot = next((each for each in (recognised.cannot, *(step.cannot for step in steps)) if each is not None), None)
    sentence = recogniser.instead(criterion, recognised, cannot) if cannot is not None else None
    if cannot is None or sentence is None:
        return replace(recognised, suggestion=None)
    vague = cannot.code in (ReasonCode.WORD_LEFT, ReasonCode.NOT_UNDERSTOOD, ReasonCode.AMBIGUOUS)
    stopped = ""
    for offer in sentence.all():
        tried = _tried(offer.text, criterion, recogniser, types, scene)
        lost = recogniser.lost(criterion, tried.text, tried.effect, without=offer.instead_of)
        if tried.works and not lost:
            why = "" if recognised.requests and (offer.anew or cannot.code is not ReasonCode.NOT_FOUND) else offer.why
            return replace(_because(recognised, why), suggestion=tried.text)
        if offer.anew and vague and not (stopped or recognised.requests):
            left = f'and "{lost[0]}" is not understood beside it' if lost else f"there: {tried.why}"
            stopped = f"{offer.why}; {left}" if tried.works or not lost else ""
    return replace(_because(recognised, stopped or sentence.why(cannot) or ""), suggestion=None)


def _because(recognised: Recognised, why: str) -> Recognised:
    """With another reason, where a sentence was not understood: the cause that was found since."""
    cannot = recognised.cannot
    if cannot is None or not why:
        return recognised
    code = ReasonCode.WORD_LEFT if cannot.code is ReasonCode.PERSON else cannot.code
    return replace(recognised, cannot=replace(cannot, code=code, reason=why))


def _everywhere(recognised: Recognised, criterion: Criterion, steps: Iterable[Step]) -> str | None:
    """The sentence with the word that a shared place asks for, where it says no other place."""
    stops = (recognised.cannot, *(step.cannot for step in steps))
    shared = any(each is not None and each.code is ReasonCode.SHARED for each in stops)
    placed = ("where" in each.arguments and "path" not in each.arguments for each in recognised.requests)
    if not shared or "\n" in criterion.text or any(placed):
        return None
    text = criterion.text.rstrip()
    return f"{text[:-1]} everywhere." if text.endswith(".") else f"{text} everywhere"


@dataclass(frozen=True)
class _Tried:
    """What came of a wording. `text`: with "everywhere" where it would move others and names no place; `effect`: its
    operations, as text; `why` the first reason that it does not work for."""

    works: bool
    text: str
    effect: str
    why: str


def _tried(text: str, criterion: Criterion, recogniser: Recogniser, types: Types, scene: Scene) -> _Tried:
    """Several criteria: each of them has to work, save those that are a person's, one after another."""
    before = scene.snapshot()
    parts = [text] if text.startswith("```") else text.split("\n- [ ] ")
    found = [_tried_part(each, criterion, recogniser, types, scene) for each in parts]
    scene.take_back(before)
    persons = [len(parts) > 1 and {stop.code for stop in stops} == {ReasonCode.PERSON} for _, stops, _ in found]
    left = [stop for person, (_, stops, _) in zip(persons, found, strict=True) for stop in stops if not person]
    works = not all(persons) and not left
    places = [_place_of(step) for _, _, steps in found for step in steps]
    twice = len(parts) > 1 and len(places) > len(set(places))  # one place cannot take two values
    effect = "\n".join(_effect(step) for _, _, steps in found for step in steps)
    text = "\n- [ ] ".join(each for each, _, _ in found)
    return _Tried(works and not twice, text, effect, left[0].reason if left else "")


def _effect(step: Step) -> str:
    """The operation with what it is about, as text; without what only says how."""
    told = {key: each for key, each in step.settled.items() if key not in ("everywhere", "check")}
    return f"{step.request.operation} {told}"


def _place_of(step: Step) -> str:
    values = ("value", "version", "tag", "digest", "from_version")
    return f"{step.request.operation} { ({key: each for key, each in step.settled.items() if key not in values}) }"


def _tried_part(
    text: str, criterion: Criterion, recogniser: Recogniser, types: Types, scene: Scene
) -> tuple[str, list[Cannot], tuple[Step, ...]]:
    """The text, why it cannot be done, and what it comes to."""
    before = scene.snapshot()
    instead = recogniser.suggested(criterion, text)
    steps = _steps(instead, recogniser, types, scene)
    every = (instead.cannot, *(step.cannot for step in steps))
    stops = [stop for stop in every if stop is not None and stop.status is not Status.VERIFICATION]
    everywhere = _everywhere(instead, replace(criterion, text=text), steps)
    shared = {stop.code for stop in stops} == {ReasonCode.SHARED}
    if shared and everywhere is not None and " everywhere" not in text:
        scene.take_back(before)
        return _tried_part(everywhere, criterion, recogniser, types, scene)
    return text, stops, steps


def _contradictions(criteria: Sequence[Planned], scene: Scene) -> dict[int, Cannot]:
    """Criteria whose edit does not stand any more when all edits are made, and those that undo it."""
    found: dict[int, Cannot] = {}
    editing = [(each, step) for each in criteria if each.cannot is None for step in each.steps if step.forecast]
    for at, (planned, step) in enumerate(editing):
        paths = {edit.path for edit in step.forecast.edits} if step.forecast else set[str]()
        later = [other for other, its in editing[at + 1 :] if its.repository is step.repository and its.edits(paths)]
        if later and not _stands(step, scene):
            one, other = planned.criterion.index, later[-1].criterion.index
            who = f"criteria {one} and {other} ask" if one != other else "it asks"
            reason = f"{who} for different things of {', '.join(sorted(paths))}; leave one of them out"
            cannot = Cannot(Status.BLOCKED, ReasonCode.AMBIGUOUS, reason)
            found |= dict.fromkeys({each.criterion.index for each in (planned, *later)}, cannot)
    return found


def _stands(step: Step, scene: Scene) -> bool:
    """Whether the step would find its work done."""
    assert step.operation is not None
    try:
        return not step.operation.foresee(step.arguments, scene.site(step.repository)).edits
    except Stop:
        return False


def _remarked(steps: tuple[Step, ...], remarks: Sequence[str]) -> tuple[Step, ...]:
    """What was decided on the way (which heading's version, which place) is said with the first step."""
    if not remarks or not steps or steps[0].forecast is None:
        return steps
    words = f"{steps[0].forecast.words} ({'; '.join(remarks)})"
    return (replace(steps[0], forecast=replace(steps[0].forecast, words=words)), *steps[1:])


def home_of(task: TaskFile, workspace: Workspace) -> Repository:
    """Where the task's criteria work: front matter's `repository`; else, where the task's own repository is configured
    to hold tasks only and one other to hold manifests, that one; else its own."""
    if task.repository is not None:
        found = workspace.named(task.repository)
        if found is None:
            known = ", ".join(sorted({workspace.home.name, *workspace.others}))
            raise RepositoryError(
                f"the task names the repository {task.repository}, which is neither configured nor a folder beside "
                f"this one; known: {known}",
                place=str(task.path),
                remedy="add it under [repositories] in executor.toml",
            )
        return found
    entries = workspace.home.config.repositories
    own = entries.get(workspace.home.name)
    elsewhere = [name for name, entry in entries.items() if "manifests" in entry.holds and name in workspace.others]
    if own is not None and "manifests" not in own.holds and len(elsewhere) == 1:
        return workspace.others[elsewhere[0]]
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


def _step(
    request: Request, task: TaskFile, workspace: Workspace, types: Types, scene: Scene, *, home: Repository
) -> Step:
    """Convert, permit, foresee. The edits are laid over the scene's tree."""
    repository = _repository(request, workspace, home)
    step = Step(request, None, None, repository)
    try:
        place = str(task.path).removeprefix(f"{workspace.home.root}/")
        kind = _operation(request, place)
        step = replace(step, operation=kind)
        arguments = _arguments(kind, request, place)
        step = replace(step, arguments=arguments, makes=kind.makes(arguments))
        site = scene.site(repository)
        step = replace(step, forecast=foresee(step, site, workspace))
        _keep_off_ours(step, task, workspace)
        _see_all(step, site)
        _permit(kind, arguments, types)
        if step.forecast is not None:
            site.tree.lay(step.forecast.edits)
    except Stop as stop:
        step = replace(step, cannot=stop.as_cannot())
    except ConfigError:
        raise
    except Exception as error:  # a defect of ours in one operation must not take the other criteria with it
        import traceback

        reason = f"a defect of executor: {type(error).__name__}: {error}; please report it"
        step = replace(step, cannot=Cannot(Status.ERRORED, ReasonCode.BUG, reason), defect=traceback.format_exc())
    return step


def foresee(step: Step, site: Site, workspace: Workspace) -> Forecast:
    """What a converted step will do, by `site`; the words name the repository where it is not the task's own."""
    assert step.operation is not None
    with said_of(step.repository, workspace):
        forecast = step.operation.foresee(step.arguments, site)
    return replace(forecast, words=prefix(step.repository, workspace) + forecast.words)


def prefix(repository: Repository, workspace: Workspace) -> str:
    """What stands before words with paths: nothing where they are of the task's own repository."""
    return "" if repository is workspace.home else f"in {repository.name}: "


@contextlib.contextmanager
def said_of(repository: Repository, workspace: Workspace) -> Iterator[None]:
    """Reasons from inside name the repository, too."""
    try:
        yield
    except Stop as stop:
        stop.reason = prefix(repository, workspace) + stop.reason
        raise


def _operation(request: Request, place: str) -> Operation:
    kind = operation(request.operation)
    if kind is None:
        raise Blocked(
            ReasonCode.BAD_BLOCK,
            f'{place}:{request.line}: there is no operation "{request.operation}"; known: {", ".join(kinds())}',
        )
    return kind


def _arguments(kind: Operation, request: Request, place: str) -> Any:
    try:
        return convert(kind.arguments, request.arguments)
    except ConversionError as error:
        where = ".".join(map(str, error.path))
        code = ReasonCode.BAD_BLOCK if request.source == "block" else ReasonCode.BAD_ARGUMENT
        line = request.lines.get(str(error.path[0]), request.line) if error.path else request.line
        raise Blocked(code, f"{place}:{line}: {kind.kind}: {where + ': ' if where else ''}{error.message}") from None


def _keep_off_ours(step: Step, task: TaskFile, workspace: Workspace) -> None:
    """No operation writes where evidence lies: the task file, reports, journals (a report is JSON, and so is YAML)."""
    root = step.repository.root
    ours = [root / ".executor", *(root / each.config.report_folder for each in (step.repository, workspace.home))]
    kept = {task.path.resolve(), *(each.resolve() for each in ours)}
    for path in step.forecast.files if step.forecast is not None else ():
        place = Tree(root).locate_own(path)
        if not kept.isdisjoint((place, *place.parents)):
            raise Refused(ReasonCode.OUTSIDE, f"{path} is where evidence is kept; only executor itself writes there")


def _see_all(step: Step, site: Site) -> None:
    """What a sparse checkout leaves out may use what is edited, or bear the same name; and "all" would not be all."""
    hidden = site.inventory.absent
    if hidden and step.forecast is not None and (step.forecast.edits or "." in step.settled.get("paths", ())):
        raise Blocked(
            ReasonCode.NOT_CHECKED_OUT,
            f"this is a sparse checkout, and {len(hidden)} of the manifests are not in it ({hidden[0]}); "
            "`git sparse-checkout disable` first, or add their folders",
        )


def _permit(kind: Operation, arguments: Any, types: Types) -> None:
    only_looks = getattr(arguments, "check", False)
    if not types.permit(EVERY_TYPE if only_looks else kind.allowed):
        raise Blocked(
            ReasonCode.LABEL_MISSING,
            f"{kind.kind} is not permitted by the task's labels; add one of: {label_for(kind.allowed)}",
        )
