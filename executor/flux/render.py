"""Proof by rendering: what an edit changes in everything that is built from the file, and that it is what was meant.

What is built: every Flux Kustomization whose path (or component) takes the file in, as the kustomize-controller would
build it, with what it adds and what its own parents add to it; and every folder above the file that nothing else
takes in. A top that does not build (it was broken before, or needs the network) is replaced by the folders below it
on the way to the file, which proves less and is said. What nothing takes in is compared as it stands; a Flux
Kustomization in it is built where the edit changes how. All builds run on scratch copies, offline, two at a time.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from executor.config import Config
from executor.errors import Blocked, Errored, Failed
from executor.flux import scratch
from executor.flux.difference import Change, difference
from executor.flux.effective import Shared, Specs, build_targets, flux_targets
from executor.flux.facts import FLUX_KUSTOMIZE
from executor.flux.graph import FluxBuild, FluxKey
from executor.flux.inventory import Inventory, read
from executor.flux.owed import Owed, lacking
from executor.flux.scratch import Side, Target
from executor.models import FileEdit
from executor.reasons import ReasonCode
from executor.tools.kustomize import Build, Kustomize, load
from executor.tools.tree import Tree
from executor.values import dataclass, field, replace

__all__ = ["Change", "Proof", "prove", "reaching"]


@dataclass(frozen=True)
class Proof:
    """`covered`: every edited file is part of a build that succeeded before and after. `changes` are all of the
    intended kind; of files that nothing takes in they are the differences between their own objects, which is a weaker
    proof and said in `warnings`. `renamed` are follow-ups of the changes in the names of generated objects."""

    builds: tuple[Mapping[str, Any], ...]
    changes: tuple[Change, ...]
    renamed: tuple[Change, ...]
    warnings: tuple[str, ...]
    covered: bool

    def as_evidence(self) -> dict[str, Any]:
        return {
            "covered": self.covered,
            "builds": [dict(each) for each in self.builds],
            "changes": [each.as_json() for each in self.changes[:50]],
            "renamed": [each.as_json() for each in self.renamed[:50]],
            "warnings": list(self.warnings),
        }


def reaching(inventory: Inventory, tree: Tree, path: str) -> tuple[str, ...]:
    """Every folder whose build takes the file in: kustomizations, and paths of Flux Kustomizations without one."""
    graph = inventory.updated(tree).graph if tree.overlay else inventory.graph
    return tuple(sorted(graph.reach(path)))


def prove(
    tree: Tree,
    edits: Sequence[FileEdit],
    kustomize: Kustomize,
    *,
    intended: Callable[[Change], bool],
    timeout: float,
    inventory: Inventory | None = None,
    owed: Sequence[Owed] = (),
) -> Proof:
    """Build before and after the edits, and compare. `timeout` in seconds bounds each build.

    `owed`: what no object of these builds may hold otherwise after it.

    Raises Failed (`broke-build`, `unintended-change`), Blocked (`no-effect`, `broken-before`, `needs-network`), Errored
    (`timeout`).
    """
    now = (inventory or read(tree.root, Config())).current().updated(tree)
    before = Side(tree, now.graph, dict(tree.overlay))
    laid = {edit.path: edit.after for edit in edits}
    after = Side(tree, now.updated(tree, laid).graph, {**tree.overlay, **laid})
    return _Prover(before, after, [edit.path for edit in edits], kustomize, timeout, owed).prove(intended)


@dataclass
class _Pair:
    """One target before and after; None on a side where it does not exist."""

    before: Target | None
    after: Target | None

    @property
    def label(self) -> str:
        target = self.after or self.before
        assert target is not None
        return target.label

    @property
    def signature(self) -> tuple[str, ...]:
        """All that decides the outcome: two of one signature are one build."""
        sides = (self.before, self.after)
        return tuple("" if each is None else f"{each.folder}\0{each.flags}{each.build_relevant()}" for each in sides)

    @property
    def is_moved(self) -> bool:
        """Whether it is another build afterwards."""
        one, two = self.before, self.after
        return one is None or two is None or one.build_relevant() != two.build_relevant()

    @property
    def loosened(self) -> _Pair:
        return _Pair(*(each and replace(each, loose=True) for each in (self.before, self.after)))


@dataclass(eq=False)
class _Prover:
    before: Side
    after: Side
    paths: Sequence[str]
    kustomize: Kustomize
    timeout: float
    owed: Sequence[Owed] = ()
    builds: list[dict[str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    renamed: list[Change] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seen: set[tuple[str, ...]] = field(default_factory=set)
    unmoved: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unproved: list[Blocked] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    mended: bool = False
    covered: set[str] = field(default_factory=set)
    shared: Shared = field(default_factory=Shared)

    def __post_init__(self) -> None:
        self.shared = Shared(frozenset(self.paths))

    def prove(self, intended: Callable[[Change], bool]) -> Proof:
        pairs = self._pairs()
        while pairs:
            pairs = [each for pair in self._compare(pairs) for each in pair]
        for path in self.paths:
            if path not in self.covered:
                self._nobody_takes_in(path)
                self._alone(path)
        covered = self.covered >= set(self.paths)
        unintended = [each for each in self.changes if not intended(each)]
        if unintended:
            raise Failed(ReasonCode.UNINTENDED, _unintended(self.paths, unintended))
        if covered and not self.changes and not self.mended:
            raise self._no_effect()
        if self.kept:
            said = f"the edit leaves another version where it is meant, too: {'; '.join(dict.fromkeys(self.kept))}"
            winners = ", ".join(sorted(self._winners())) or "what is built"
            way = f"change it there by hand first (look at {winners}), or name the file that is meant"
            raise Blocked(ReasonCode.NO_EFFECT, f"{', '.join(self.paths)}: {said}; {way}")
        if self.changes:
            self.warnings += [f"{each}: the edit changes nothing there" for each in self.unmoved]
        warnings = tuple(dict.fromkeys([*self.shared.warnings, *self.warnings]))
        return Proof(tuple(self.builds), tuple(self.changes), tuple(self.renamed), warnings, covered)

    # what is built

    def _pairs(self) -> list[_Pair]:
        """The targets that take the edited files in, before or after; each as it is on both sides."""
        sides = (self.before, self.after)
        tops = dict.fromkeys(folder for side in sides for folder in side.graph.tops(self._reached(side)))
        keys = {each.key for side in sides for each in side.graph.builds(self._reached(side))}
        plain = [_Pair(*(Target(folder) if folder in side.graph.files else None for side in sides)) for folder in tops]
        alone = {path for path in self.paths if not any(side.graph.reach(path) for side in sides)}
        declared = self._flux_pairs(lambda each: each.file in alone)
        return [
            *plain,
            *self._flux_pairs(lambda each: each.key in keys),
            *(each for each in declared if each.is_moved),
        ]

    def _reached(self, side: Side) -> set[str]:
        return set[str]().union(*(side.graph.reach(path) for path in self.paths))

    def _flux_pairs(self, wanted: Callable[[FluxBuild], bool]) -> list[_Pair]:
        """Flux Kustomizations as they are in the cluster, before and after."""
        olds, news = (self._flux_targets(side, wanted) for side in (self.before, self.after))
        return [_Pair(olds.get(key), news.get(key)) for key in dict.fromkeys([*olds, *news])]

    def _flux_targets(self, side: Side, wanted: Callable[[FluxBuild], bool]) -> dict[tuple[FluxKey, int], Target]:
        chosen = [each for each in side.graph.flux if wanted(each)]
        found = Specs(side, self.kustomize, self.timeout, self.shared).all_of(chosen)
        labels = Counter((each.folder, each.label) for each in chosen)
        return {
            (each.key, number): Target(each.folder, flux, each.file if labels[each.folder, each.label] > 1 else None)
            for each in chosen
            for number, flux in enumerate(found[each.key])
        }

    def _weaker(self, target: Target) -> list[_Pair]:
        """What proves less than a target that does not build: its folder without what Flux adds, and the folders below
        it on the way to the edited files."""
        graph = self.before.graph
        folder = target.folder
        inside = graph.files[folder][1].references if folder in graph.files else []
        named = [path for _, path in inside] or graph.below(folder)
        below = [path for path in dict.fromkeys(named) if path in self._reached(self.before)]
        itself = [folder] if target.flux is not None and folder in graph.files else []
        return [_Pair(Target(path), Target(path)) for path in [*itself, *below]]

    # builds and comparisons

    def _compare(self, pairs: Sequence[_Pair]) -> list[list[_Pair]]:
        """Build and compare these; returns what has to be built next because of what was seen."""
        pairs = [each for each in {each.signature: each for each in pairs}.values() if each.signature not in self.seen]
        self.seen |= {each.signature for each in pairs}
        results = build_targets(
            [(self.before, each.before) for each in pairs] + [(self.after, each.after) for each in pairs],
            self.kustomize,
            self.timeout,
        )
        olds, news = results[: len(pairs)], results[len(pairs) :]
        return [self._judge(pair, old, new) for pair, old, new in zip(pairs, olds, news, strict=True)]

    def _judge(self, pair: _Pair, old: Build | None, new: Build | None) -> list[_Pair]:
        for build in (old, new):
            if build is not None and build.timed_out:
                setting = "timeouts.kustomize in executor.toml"
                reason = f"{pair.label}: kustomize build took longer than {self.timeout:g} s ({setting})"
                raise Errored(ReasonCode.TIMEOUT, reason, retryable=True)
        if old is not None and not old.ok and self._is_bound(pair, old):
            return [pair.loosened]
        self.builds.append(
            {
                "path": pair.label,
                "seconds": round(sum(each.seconds for each in (old, new) if each), 3),
                "ok_before": old.ok if old else None,
                "ok_after": new.ok if new else None,
            }
        )
        if old is not None and not old.ok:
            return self._was_broken(pair, old, new)
        if new is not None and not new.ok:
            raise self._broke(pair, new)
        return self._differences(pair, old, new)

    def _is_bound(self, pair: _Pair, old: Build) -> bool:
        """Whether only kustomize's own rule stopped it, files from beside the folder: Flux, which builds what is in a
        repository of its own (by a path put together from variables, say), does not know that rule."""
        flags = {each.flags for each in (pair.before, pair.after) if each is not None}
        return flags == {()} and "is not in or below" in old.stderr and bool(self.before.graph.flux)

    def _was_broken(self, pair: _Pair, old: Build, new: Build | None) -> list[_Pair]:
        """It proves nothing, and what proves less is tried. Where the edit is what makes it build, that is proof."""
        if new is not None and new.ok:
            self.warnings.append(f"{pair.label}: did not build before the edit, builds now; no comparison")
            self.mended = True
            self._cover(pair)
        else:
            why = "needs the network" if old.remote else "did not build before the edit either"
            said = first_line(old.stderr)
            self.warnings.append(f"{pair.label}: {why}: {said}")
            self.unproved.append(self._unproved(pair, said, remote=old.remote))
        target = pair.before
        return self._weaker(target) if target else []

    def _unproved(self, pair: _Pair, said: str, *, remote: bool) -> Blocked:
        from executor.flux.targets import locate

        if remote:
            words = f"{pair.label}: without the network nothing shows what the edit does: {said}; vendor it"
            return Blocked(ReasonCode.NEEDS_NETWORK, words)
        place = locate(self.before, pair.before.folder) if pair.before else None
        words = f"the build of {pair.label} is broken before the edit, so nothing shows what it does; mend that first"
        return Blocked(ReasonCode.BROKEN_BEFORE, f"{f'{place}: ' if place else ''}{words}: {said}")

    def _broke(self, pair: _Pair, new: Build) -> Blocked | Failed:
        said = f"{pair.label}: {first_line(new.stderr)}"
        if new.remote:
            return Blocked(ReasonCode.NEEDS_NETWORK, f"after the edit kustomize needs the network; {said}")
        return Failed(ReasonCode.BROKE_BUILD, f"after the edit kustomize build fails; nothing was written; {said}")

    def _differences(self, pair: _Pair, old: Build | None, new: Build | None) -> list[_Pair]:
        self._cover(pair)
        self._leave_out(pair)
        documents = [
            scratch.substituted(side, target, build) if target is not None and build is not None else []
            for side, target, build in ((self.before, pair.before, old), (self.after, pair.after, new))
        ]
        found = difference(documents[0], documents[1], pair.label)
        self.changes += found.changes
        self.renamed += found.renamed
        if not found.changes:
            self.unmoved.append(pair.label)
        self.kept += [f"{each} in {pair.label}" for each in lacking(self.owed, documents[1], moved=bool(found.changes))]
        return [*self._moved_flux(found.changes, documents), *self._moved_variables(found.changes)]

    def _cover(self, pair: _Pair) -> None:
        """Note which edited files this pair was built from."""
        for side, target in ((self.before, pair.before), (self.after, pair.after)):
            if target is not None:
                graph = side.graph
                read = graph.closure(target.folders if target.folder in graph.files else graph.below(target.folder))[0]
                self.covered |= set(self.paths) & read

    def _leave_out(self, pair: _Pair) -> None:
        """Say whose objects this comparison lacks. Raises Blocked where the edit itself brings them."""
        old, new = (
            scratch.remote_bases(side, target) if target else []
            for side, target in ((self.before, pair.before), (self.after, pair.after))
        )
        if pair.before is not None and (added := [each for each in new if each not in old]):
            said = (
                f"{pair.label}: the edit brings {', '.join(added)}, which is not fetched: builds run offline; vendor it"
            )
            raise Blocked(ReasonCode.NEEDS_NETWORK, said)
        if old or new:
            self.left_out += [f"{pair.label}: {each}" for each in dict.fromkeys([*old, *new])]
            self.warnings += [f"{pair.label}: built without {each} (builds run offline)" for each in new or old]

    def _nobody_takes_in(self, path: str) -> None:
        """Raises Blocked where something does and its build proved nothing: what nobody saw is no evidence."""
        if self.unproved and (self.before.graph.reach(path) or self.after.graph.reach(path)):
            raise self.unproved[0]

    def _alone(self, path: str) -> None:
        """The objects of a file that nothing takes in, compared as they stand."""
        self.warnings.append(f"{path}: not covered by a build{self._why_alone(path)}")
        if path in self.after.graph.facts and self.after.graph.facts[path].settings is None:
            old, new = (_documents(side.read(path) or b"") for side in (self.before, self.after))
            found = difference(old, new, f"{path} alone")
            self.changes += found.changes
            self.renamed += found.renamed

    def _why_alone(self, path: str) -> str:
        if any(each.file == path for each in self.after.graph.flux):
            folder = posixpath.dirname(path) or "."
            return f": nothing here says that Flux builds {folder}; its objects are compared as they stand"
        return "" if self.builds else ", nothing takes it in"

    def _moved_flux(self, changes: Iterable[Change], documents: Sequence[Sequence[bytes]]) -> list[_Pair]:
        """Flux Kustomizations that came out otherwise than before: what they build has to be compared, too."""
        if not any(each.kind == "Kustomization" and each.api_version.startswith(FLUX_KUSTOMIZE) for each in changes):
            return []
        olds, news = (
            {each.flux_name: each for each in flux_targets(texts, side.graph)}
            for texts, side in zip(documents, (self.before, self.after), strict=True)
        )
        pairs = [_Pair(olds.get(name), news.get(name)) for name in dict.fromkeys([*olds, *news])]
        return [each for each in pairs if each.is_moved]

    def _moved_variables(self, changes: Iterable[Change]) -> list[_Pair]:
        """Flux Kustomizations that substitute variables from a ConfigMap that changed."""
        names = {each.name for each in changes if each.kind == "ConfigMap"}
        if not names:
            return []
        pairs = self._flux_pairs(lambda each: not names.isdisjoint(each.flux.variables))
        return [each for each in pairs if self._variables(self.before, each) != self._variables(self.after, each)]

    def _variables(self, side: Side, pair: _Pair) -> object:
        target = pair.before if side is self.before else pair.after
        return target and scratch.variables(side, target)

    def _no_effect(self) -> Blocked:
        if self.left_out:
            said = f"{', '.join(self.paths)}: the edit changes nothing in what can be rendered offline, which lacks "
            return Blocked(ReasonCode.NEEDS_NETWORK, f"{said}{', '.join(self.left_out)}; vendor it")
        winners = sorted(self._winners())
        hint = f"; look at what wins there: {', '.join(winners)}" if winners else ""
        said = f"{', '.join(self.paths)}: the edit changes nothing in what is rendered ({', '.join(self.unmoved)})"
        return Blocked(ReasonCode.NO_EFFECT, f"{said}{hint}")

    def _winners(self) -> set[str]:
        """What on the way may put another value over the edited one."""
        graph = self.after.graph
        reached = self._reached(self.after)
        files = [graph.files[folder] for folder in reached if folder in graph.files]
        found = {path for path, settings in files if settings.alters or settings.images}
        return found | {
            f"{each.file} (Flux Kustomization {each.label})" for each in graph.builds(reached) if each.flux.adds
        }


def _documents(data: bytes) -> list[bytes]:
    """The documents of a file as texts; a text that is no YAML would be said by who edits it."""
    import yaml

    try:
        load(data)
    except yaml.YAMLError:
        return []
    return [each for each in re.split(rb"(?m)^---(?:\s.*)?$", data) if each.strip()]


def first_line(text: str) -> str:
    """An error in one line, as long as it stays readable."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 500 else flat[:497] + "..."


def _unintended(paths: Sequence[str], changes: Sequence[Change]) -> str:
    shown = "; ".join(f"{each} (in {each.build})" for each in changes[:5])
    more = f"; and {len(changes) - 5} more" if len(changes) > 5 else ""
    return (
        f"{', '.join(paths)}: the edit would also change what was not meant, nothing was written: {shown}{more}; "
        "where that is meant, say everywhere"
    )
