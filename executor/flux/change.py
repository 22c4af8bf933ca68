"""From meant values to proved edits: what every operation that edits manifests has in common.

turns ──guards──▶ edits, spliced and proved by re-reading ──▶ proved by rendering ──▶ written ──▶ read again
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from executor.errors import Blocked, Errored, Failed, Stop
from executor.flux.cells import Cell, Scope
from executor.flux.inventory import split_host
from executor.flux.layers import block_shared, deployed_by
from executor.flux.owed import Owed
from executor.flux.places import (
    Files,
    Source,
    block_shared_anchor,
    block_templates,
    refuse_foreign_owner,
)
from executor.flux.versions import is_lower, split
from executor.models import Artefact, FileEdit, Forecast, Performed
from executor.reasons import ReasonCode
from executor.tools.kustomize import FILE_NAMES
from executor.tools.yaml_span import Edit, NotYaml, Replace, compose
from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.config import Config
    from executor.flux.inventory import Inventory, Manifest
    from executor.flux.render import Change
    from executor.tools.kustomize import Kustomize
    from executor.tools.tree import Tree


@dataclass(frozen=True)
class Ground:
    """Where an edit is planned: a repository's tree and inventory, and what the task makes besides."""

    repository: str
    tree: Tree
    inventory: Inventory
    config: Config
    planned: frozenset[Artefact] = frozenset()
    digest_of: Callable[[str, str], Digest] | None = None
    """The digest of `repository` (with its host), `tag`; None: not known before the operation runs."""
    made: frozenset[Artefact] = frozenset()
    """What the whole task makes, its ticked criteria too: "0.1.18" is the image's version after the build as before."""

    @property
    def files(self) -> Files:
        return Files(self.tree)


@dataclass(frozen=True, slots=True)
class Digest:
    """An answer about a digest: `value` None means not known; `source` says who told (push, registry) or why not."""

    value: str | None
    source: str


LATER = "(digest known when it runs)"
"""Stands in a forecast where the digest comes from a push or a registry that has not been asked yet."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the sentence allows: `from A to B`, roll back, everywhere."""

    from_version: str | None = None
    rollback: bool = False
    everywhere: bool = False
    where: str | None = None
    meant: frozenset[str] = frozenset()
    """Places (file:line) that are known to be moved together."""
    named: str | None = None
    """The file or folder that was named, with no place beside it: whatever is built from it is meant, and listed."""

    @property
    def scope(self) -> Scope:
        return Scope(self.everywhere, self.where, self.meant)


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """A value that is to become another. `what` names it to people; `version` says that it is ordered as one; `was` and
    `becomes` are the versions in it, where they are not the whole value."""

    cell: Cell
    value: str
    what: str
    literal: bool = False
    version: bool = True
    was: str | None = None
    becomes: str | None = None

    @property
    def old(self) -> str:
        return self.cell.text if self.was is None else self.was

    @property
    def new(self) -> str:
        return self.value if self.becomes is None else self.becomes


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where the rendered output may differ: a kind (None: any), a name, fields that begin so (empty: also the whole
    object), and what the new value must hold (None: anything). `whole`: only objects that came or went as a whole;
    `flux`: only in what the Flux Kustomization of that name builds."""

    kind: str | None
    name: str | None = None
    field: tuple[str | int, ...] = ()
    holds: str | None = None
    whole: Literal["came", "went"] | None = None
    flux: str | None = None


@dataclass(frozen=True)
class Plan:
    """`edits` is empty where the wanted state is there already. `about` is evidence that the plan already has;
    `settled` are arguments that were not given and that the files decided; `file` is the one that was named, also where
    there is nothing to do in it."""

    words: str
    done: str
    edits: tuple[FileEdit, ...]
    values: tuple[Mapping[str, Any], ...]
    allowed: tuple[Allowed, ...]
    about: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    needs: frozenset[Artefact] = frozenset()
    settled: Mapping[str, str] = field(default_factory=dict)
    file: str | None = None
    owed: tuple[Owed, ...] = ()

    def forecast(self, repository: str) -> Forecast:
        provides = frozenset(Artefact("file", f"{repository}:{path}") for path in self.paths)
        file = {"file": self.paths[0]} if len(self.paths) == 1 else {}
        return Forecast(self.words, self.edits, provides, self.needs, self.warnings, {**self.settled, **file})

    @property
    def paths(self) -> tuple[str, ...]:
        named = () if self.file is None else (self.file,)
        return tuple(dict.fromkeys((*named, *(str(each["file"]).rpartition(":")[0] for each in self.values))))


def make(
    ground: Ground,
    turns: Sequence[Turn],
    limits: Limits,
    *,
    subject: str,
    allowed: Sequence[Allowed],
    more: Sequence[tuple[Source, Edit, Mapping[str, Any]]] = (),
    files: Files,
    verb: tuple[str, str] = ("bump", "bumped"),
    owed: Sequence[Owed] = (),
    **rest: Any,
) -> Plan:
    """Guard every turn, then splice and prove. `more` are edits besides values (a key removed), with their evidence;
    `owed` counts where a place or everywhere is said, and not only what is at a version.

    Raises Blocked or Refused. A turn whose value is there already is left out.
    """
    pending = [turn for turn in turns if not _already(turn)]
    for turn in pending:
        _guard(turn, limits)
    block_shared_anchor([turn.cell.spot for turn in pending], everywhere=limits.everywhere)
    by_spot = {turn.cell.spot.key: turn for turn in pending}
    _block_contradiction(pending, by_spot)
    edits: list[tuple[Source, Edit]] = [_edit(turn) for turn in by_spot.values()]
    edits += [(source, edit) for source, edit, _ in more]
    for path in dict.fromkeys(source.path for source, _ in edits):
        block_shared_file(ground, path, limits)
        _block_broken(ground, path)
    values = [_value(turn, pending) for turn in turns] + [about for _, _, about in more]
    changes = [_value(turn, pending) for turn in by_spot.values()] + [about for _, _, about in more]
    words, done = _words(subject, turns, changes, verb)
    moved = _moved_with(ground, [source.path for source, _ in edits], limits)
    if moved and "deployments" not in rest.setdefault("about", {}):
        rest["about"] = {**rest["about"], "deployments": moved}
        words += f", which is part of {len(moved)} deployments ({', '.join(moved)})"
    more_allowed = [_allowed_elsewhere(turn) for turn in pending if limits.everywhere or turn.cell.variable]
    rest["owed"] = tuple(owed) if (limits.everywhere or limits.where) and limits.from_version is None else ()
    rest["warnings"] = (*rest.get("warnings", ()), *(said for turn in by_spot.values() for said in _lost(turn)))
    return Plan(words, done, files.edited(edits), tuple(values), (*allowed, *more_allowed), **rest)


def together(plans: Sequence[Plan]) -> Plan:
    """Several plans as one edit. Raises Blocked where two of them change one file in two ways."""
    if len(plans) == 1:
        return plans[0]
    edits: dict[str, FileEdit] = {}
    for edit in (edit for plan in plans for edit in plan.edits):
        if edits.setdefault(edit.path, edit).after != edit.after:
            raise Blocked(ReasonCode.NOT_PLAIN, f"{edit.path} would be changed twice; write two criteria")
    digests = [each for plan in plans for each in plan.about.get("digests", ())]
    return Plan(
        "; ".join(plan.words for plan in plans), "; ".join(plan.done for plan in plans), tuple(edits.values()),
        tuple(each for plan in plans for each in plan.values), tuple(each for plan in plans for each in plan.allowed),
        {"digests": digests} if digests else {}, tuple(dict.fromkeys(said for plan in plans for said in plan.warnings)),
        frozenset[Artefact]().union(*(plan.needs for plan in plans)),
        owed=tuple(dict.fromkeys(each for plan in plans for each in plan.owed)),
    )  # fmt: skip


def _moved_with(ground: Ground, paths: Sequence[str], limits: Limits) -> list[str]:
    """The deployments that change with a file that was named, where they are several."""
    found = {each for path in paths if is_named(ground, path, limits) for each in deployments(ground, path)}
    return sorted(found) if len(found) > 1 and not limits.everywhere else []


def _lost(turn: Turn) -> Iterator[str]:
    """What a new version lacks that the old one had, although most name a published build only with it."""
    cell, old, new = turn.cell, split(turn.old).tag or "", split(turn.new).tag or ""
    if not turn.version or cell.used.steps == ("spec", "chart", "spec", "version"):  # Helm takes v1.2.3 for 1.2.3
        return
    one, two = (re.fullmatch(r"(v?)\d+(?:\.\d+)+(-[a-zA-Z][\w.-]*)?", each) for each in (old, new))
    if one and two and one[1] != two[1]:
        yield f"{cell.place}: it was {old} and becomes {new}: one has a leading v, the other has not"
    if one and two and one[2] and not two[2] and not is_lower(old, old.removesuffix(one[2])):
        yield f"{cell.place}: it was {old} and becomes {new}: without {one[2]}"


def rendered_name(ground: Ground, manifest: Manifest) -> str | None:
    """What the object's name in the rendered output holds; None where a patch may give it another one."""
    graph = ground.inventory.graph
    for folder in graph.reach(manifest.path):
        if folder in graph.files and b"allowNameChange" in ground.files.read(graph.files[folder][0]):
            return None
    return manifest.name


def _allowed_elsewhere(turn: Turn) -> Allowed:
    """What a variable, or an anchor that is meant everywhere, brings to other places: the new value."""
    cell = turn.cell
    return Allowed(None, None, (), turn.value.removeprefix(cell.prefix).removesuffix(cell.suffix))


def _block_contradiction(turns: Sequence[Turn], by_spot: Mapping[tuple[object, ...], Turn]) -> None:
    """Two images that share one scalar through an anchor cannot get two digests."""
    for turn in turns:
        other = by_spot[turn.cell.spot.key]
        if turn.value != other.value:
            raise Blocked(
                ReasonCode.NOT_PLAIN,
                f"{turn.cell.place}: one value would have to become both {turn.value} and {other.value}; take the "
                "alias apart first",
            )


def _already(turn: Turn) -> bool:
    """`1.4.0@sha256:…` asked to be 1.4.0 is already there. A number that is asked to be that text is not."""
    cell = turn.cell
    same = cell.text == turn.value
    if not same or turn.literal or not turn.version or cell.variable:
        return same
    from executor.tools.yaml_span import plain_is_string

    return cell.spot.node.style != "" or plain_is_string(turn.value, flow=False)


def _guard(turn: Turn, limits: Limits) -> None:
    cell = turn.cell
    for spot in {cell.spot, cell.used}:
        refuse_foreign_owner(spot)
    block_templates(cell.spot)
    if turn.version and limits.from_version is not None and not _is_at(turn.old, limits.from_version):
        raise Blocked(
            ReasonCode.NOT_THAT_VERSION,
            f"{cell.place}: {turn.what} is {turn.old or 'not set'}, neither {limits.from_version} nor {turn.new}",
        )
    new, old = split(turn.new).tag, split(turn.old).tag
    if turn.version and limits.rollback and new and old and is_lower(old, new):
        raise Blocked(
            ReasonCode.NOT_THAT_VERSION,
            f"{cell.place}: {turn.what} is {old}, lower than {new}; say bump, if going up is meant",
        )
    if turn.version and not limits.rollback and new and old and is_lower(new, old):
        raise Blocked(
            ReasonCode.DOWNGRADE,
            f'{cell.place}: {turn.what} is {old}, higher than {new}; say "roll back to {new}" if that is meant',
        )


def _is_at(text: str, wanted: str) -> bool:
    return text == wanted or ("@" not in wanted and split(text).tag == wanted)


def _edit(turn: Turn) -> tuple[Source, Edit]:
    return turn.cell.spot.source, Replace(turn.cell.spot.node, turn.cell.written(turn.value), turn.literal)


def _value(turn: Turn, pending: Sequence[Turn]) -> dict[str, Any]:
    cell = turn.cell
    about = {"file": cell.place, "field": cell.spot.where, "what": turn.what, "from": cell.text, "to": turn.value}
    if turn not in pending:
        about["to"] = cell.text
    if cell.variable:
        about |= {"variable": cell.variable, "used_at": cell.used.place}
    return about


def _words(
    subject: str, turns: Sequence[Turn], changes: Sequence[Mapping[str, Any]], verb: tuple[str, str]
) -> tuple[str, str]:
    """What would be done, and what was done; `changes` is empty where all is as wanted."""
    if not changes:
        found = "; ".join(f"{each.what} {each.cell.text} in {each.cell.place}" for each in turns)
        found = f" ({found})" if found else ""
        return f"change nothing: {subject} is so already{found}", f"{subject} was so already{found}"
    said = "; ".join(_said(each) for each in changes)
    return f"{verb[0]} {subject}: {said}", f"{verb[1]} {subject}: {said}"


def _said(change: Mapping[str, Any]) -> str:
    if change["to"] is None:
        return f"{change['what']} removed from {change['file']}"
    if not change["from"]:
        return f"{change['what']} {change['to']} added in {change['file']}"
    return f"{change['what']} {change['from']} → {change['to']} in {change['file']}"


# -- sharing between overlays and clusters ----------------------------------------------------------------------------


def deployments(ground: Ground, path: str) -> dict[str, str]:
    """What takes a file in, at the top: label → what its folders and files say, for `where` to be looked for in."""
    return deployed_by(ground.inventory.graph, path)


def block_shared_file(ground: Ground, path: str, limits: Limits) -> None:
    """Raises Blocked where a file is the base of several overlays or clusters and not all of them are meant."""
    if not limits.everywhere and not is_named(ground, path, limits):
        block_shared(ground.inventory.graph, path, limits.where)


def _block_broken(ground: Ground, path: str) -> None:
    """Raises Blocked where every build that takes a file in names what is not there: no proof by rendering is possible,
    as far as files alone tell. A kustomization may be edited for just that."""
    from executor.flux.scratch import Side
    from executor.flux.targets import IN_GIT, missing_references

    graph = (ground.inventory.updated(ground.tree) if ground.tree.overlay else ground.inventory).graph
    takers = sorted(graph.takers(path))
    if not takers or posixpath.basename(path) in FILE_NAMES or any(each not in graph.files for each in takers):
        return
    side = Side(ground.tree, graph, dict(ground.tree.overlay))
    missing = [missing_references(side, [each], IN_GIT) for each in takers]
    if all(missing):
        place, named = missing[0][0]
        raise Blocked(
            ReasonCode.BROKEN_BEFORE,
            f"{place}: the build of {takers[0]} is broken before the edit, so nothing shows what it does; mend that "
            f"first: {named} is not there",
        )


def is_named(ground: Ground, path: str, limits: Limits) -> bool:
    """Whether the sentence names that very file, or its folder."""
    wanted = ground.inventory.graph.real(posixpath.normpath(limits.named)) if limits.named is not None else None
    return wanted is not None and (path == wanted or path.startswith(wanted + "/"))


# -- proving by rendering, writing, reading again ---------------------------------------------------------------------


def carry_out(
    plan: Plan,
    ground: Ground,
    *,
    write: Callable[[Sequence[FileEdit]], None],
    kustomize: Callable[[], Kustomize],
) -> Performed:
    """Prove by rendering, write, and see on disk what was meant. Raises as `render.prove` and `write` do."""
    evidence: dict[str, Any] = {"values": [dict(each) for each in plan.values], **plan.about}
    if not plan.edits:
        return Performed(False, plan.done, evidence, plan.warnings)
    from executor.flux.render import prove

    proof = prove(
        ground.tree,
        plan.edits,
        kustomize(),
        intended=lambda change: intended(plan.allowed, change),
        timeout=ground.config.timeouts.kustomize,
        inventory=ground.inventory,
        owed=plan.owed,
    )
    write(plan.edits)
    _see(plan, ground.tree)
    evidence |= {"files": [_digests(edit) for edit in plan.edits], **proof.as_evidence()}
    return Performed(True, plan.done, evidence, (*plan.warnings, *proof.warnings))


def intended(allowed: Sequence[Allowed], change: Change) -> bool:
    """Whether a difference in the rendered output lies where it was meant to."""
    return any(_allows(each, change) for each in allowed)


def _allows(allowed: Allowed, change: Change) -> bool:
    if allowed.kind not in (None, change.kind) or (allowed.name is not None and not _named(allowed.name, change.name)):
        return False
    if change.field[: len(allowed.field)] != allowed.field:
        return False
    if allowed.flux is not None and not re.search(
        rf" \(Flux Kustomization \S+/{re.escape(allowed.flux)}[ )]", change.build
    ):
        return False
    if allowed.whole is not None:
        return not change.field and (change.before if allowed.whole == "came" else change.after) is None
    return allowed.holds is None or allowed.holds in str(change.after)


def _named(wanted: str, name: str) -> bool:
    """kustomize may put a prefix, a suffix or a hash around a name."""
    return wanted in name or "${" in wanted


def _see(plan: Plan, tree: Tree) -> None:
    for edit in plan.edits:
        try:
            now = tree.read(edit.path)
            compose(now)
        except (OSError, NotYaml) as error:
            raise Errored(ReasonCode.WRITE_FAILED, f"{edit.path} cannot be read after the edit: {error}") from None
        if now != edit.after:
            raise Failed(ReasonCode.CHANGED_MEANWHILE, f"{edit.path} is not what was written; somebody else changed it")


def _digests(edit: FileEdit) -> dict[str, Any]:
    from hashlib import sha256

    before = None if edit.before is None else sha256(edit.before).hexdigest()
    return {"path": edit.path, "before": before, "after": sha256(edit.after).hexdigest()}


def bare(repository: str) -> str:
    """Without the registry's host, and without a variable that stands for it."""
    return split_host(re.sub(r"^\$\{[^}]*\}/", "", repository))[1]


# -- digests ----------------------------------------------------------------------------------------------------------


def ask(ground: Ground, repository: str | None, tag: str, *, needed: bool) -> Digest:
    """Who knows the digest. For a forecast nobody is asked: where the edit cannot do without one, it comes later."""
    if repository is None:
        return Digest(None, "only the chart knows the image's name")
    if Artefact("pushed", f"{bare(repository)}:{tag}") not in ground.planned and "${" in repository:
        return Digest(None, f"{repository} is put together from variables")
    if ground.digest_of is not None:
        return ground.digest_of(repository, tag)
    if Artefact("pushed", f"{bare(repository)}:{tag}") in ground.planned:
        return Digest(LATER, "the push of this task")
    return Digest(LATER if needed else None, "the registry is asked for it when this runs")


class Remote(Protocol):
    """What is asked of a registry: `executor.tools.registry.Registry`."""

    def find(self, image: str, reference: str) -> Any: ...


def digest_teller(
    ledger: Mapping[Artefact, Mapping[str, Any]],
    registry: Callable[[str], Remote],
    planned: frozenset[Artefact],
    *,
    dry_run: bool,
) -> Callable[[str, str], Digest]:
    """Who knows a digest: this task's push, else the registry if it can be asked."""

    def tell(repository: str, tag: str) -> Digest:
        host, image = split_host(repository)
        pushed = Artefact("pushed", f"{bare(repository)}:{tag}")
        if pushed in ledger and ledger[pushed].get("digest"):
            return Digest(str(ledger[pushed]["digest"]), "push")
        if pushed in planned and dry_run:
            return Digest(LATER, "the push of this task")
        try:
            found = registry(host or "docker.io").find(image, tag)
        except Stop as stop:
            return Digest(None, f"the registry could not be asked: {stop.reason}")
        if found is None:
            return Digest(None, f"{host or 'docker.io'} does not have {image}:{tag}")
        return Digest(str(found.digest), "registry")

    return tell


class SiteLike(Protocol):
    """`executor.operations.interface.Site`."""

    @property
    def repository(self) -> str: ...
    @property
    def tree(self) -> Tree: ...
    @property
    def inventory(self) -> Inventory: ...
    @property
    def config(self) -> Config: ...
    @property
    def planned(self) -> frozenset[Artefact]: ...
    @property
    def made(self) -> frozenset[Artefact]: ...


class ToolboxLike(Protocol):
    """`executor.operations.interface.Toolbox`, as far as planning goes."""

    @property
    def site(self) -> SiteLike: ...
    @property
    def ledger(self) -> Mapping[Artefact, Mapping[str, Any]]: ...
    @property
    def dry_run(self) -> bool: ...
    def registry(self, host: str) -> Remote: ...


def ground_of(site: SiteLike) -> Ground:
    """For a forecast: no digest is known yet."""
    return Ground(site.repository, site.tree, site.inventory, site.config, site.planned, made=site.made)


def ground_at(toolbox: ToolboxLike) -> Ground:
    """For the run: a digest is taken from this task's push, else asked of the registry."""
    site = toolbox.site
    teller = digest_teller(toolbox.ledger, toolbox.registry, site.planned, dry_run=toolbox.dry_run)
    return Ground(site.repository, site.tree, site.inventory, site.config, site.planned, teller, site.made)
