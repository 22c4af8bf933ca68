"""Flux Kustomizations as they are in the cluster: what a file says, with what those that make it add to it.

A cluster's top Kustomization often patches all others (defaults for their HelmReleases, say), so the file of one alone
does not tell how its folder is built.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from executor.flux import scratch
from executor.flux.facts import FLUX_KUSTOMIZE, is_remote, normal
from executor.flux.graph import FluxBuild, FluxKey, Graph
from executor.flux.scratch import Side, Target
from executor.tools.kustomize import Build, Job, Kustomize, load, not_tried
from executor.values import dataclass, field

_CHANGING = ("patches", "patchesStrategicMerge", "patchesJson6902", "components", "namePrefix", "nameSuffix")
"""What a parent may hold that changes the Flux Kustomizations among its objects (its namespace aside)."""


_MANY = 8
"""Flux Kustomizations; alone, each is rendered in less time than all that its parent builds."""


@dataclass
class Shared:
    """What both sides of one proof may use: `changed` are the paths that differ between them, `wholes` what parents
    render, `warnings` what could not be known."""

    changed: frozenset[str] = frozenset()
    wholes: dict[tuple[str, ...], list[Target]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class Specs:
    """Finds them on one side. Raises nothing: where a parent cannot be built, the file's own word counts, with a
    warning."""

    def __init__(self, side: Side, kustomize: Kustomize, timeout: float, shared: Shared) -> None:
        self.side = side
        self.kustomize = kustomize
        self.timeout = timeout
        self.shared = shared
        self.under_way: set[FluxKey] = set()
        self.found: dict[FluxKey, list[dict[str, Any]]] = {}
        self.many = False

    def all_of(self, builds: Sequence[FluxBuild]) -> dict[FluxKey, list[dict[str, Any]]]:
        """`effective` of each; the renderings that this takes run next to each other. Of many, what makes them is
        rendered once as a whole."""
        self.many = len(builds) > _MANY
        if len(builds) > 1 and not self.many:
            self._render_ahead(builds)
        return {each.key: self.effective(each) for each in builds}

    def effective(self, build: FluxBuild) -> list[dict[str, Any]]:
        """One for every parent that makes it; the file's own where none changes it, or none can be built."""
        own = self._own(build)
        if build.key in self.under_way or own is None or build.flux.made_by:
            return [own] if own else []
        if build.key not in self.found:
            self.under_way.add(build.key)
            try:
                made = [each for parent in self._parents(build) for each in self._made(parent, build, own)]
            finally:
                self.under_way.discard(build.key)
            unique = {json.dumps(each, sort_keys=True, default=str): each for each in made}
            self.found[build.key] = list(unique.values()) or [own]
        return self.found[build.key]

    def _own(self, build: FluxBuild) -> dict[str, Any] | None:
        if build.flux.made_by:
            metadata = {"name": build.flux.name, "namespace": build.flux.namespace}
            return {"kind": "Kustomization", "metadata": metadata, "spec": {"path": build.flux.path}}
        for each in self.side.documents(build.file):
            for item in each.get("items") or [each] if isinstance(each, dict) else []:
                if isinstance(item, dict) and item.get("kind") == "Kustomization" and _is(item, build):
                    return item
        return None

    def _parents(self, build: FluxBuild) -> list[Target]:
        """Who builds the file that declares it: Flux Kustomizations, and folders that nothing takes in."""
        graph = self.side.graph
        reached = graph.reach(build.file)
        above = [each for each in graph.builds(reached) if each != build]
        flux = [Target(each.folder, spec) for each in above for spec in self.effective(each)]
        return [*flux, *(Target(folder) for folder in graph.tops(reached))]

    def _made(self, parent: Target, build: FluxBuild, own: dict[str, Any]) -> list[dict[str, Any]]:
        """The object as this parent makes it; nothing where the parent cannot be built."""
        if not self._touches(parent, build, own):
            return [own]
        targets = self._whole(parent) if self.many else []
        if not targets and self._alone_is_enough(parent, build):
            output = _remembered([self._small(parent, build)], self.kustomize, self.timeout)[0]
            if output.ok:
                targets = list(flux_targets(scratch.substituted(self.side, parent, output), self.side.graph))
        targets = targets or self._whole(parent)
        named = [each for each in targets if each.flux and _name(each.flux) == build.flux.name]
        same = [each for each in named if each.folder == build.folder]
        return [dict(each.flux or {}) for each in same or named]

    def _touches(self, parent: Target, build: FluxBuild, own: Mapping[str, Any]) -> bool:
        """Whether the parent may make another object of it than the file says."""
        if any(parent.spec.get(key) for key in _CHANGING) or self._altered_on_the_way(parent, build):
            return True
        return bool(parent.spec.get("postBuild")) and "${" in json.dumps(own, default=str)

    def _alone_is_enough(self, parent: Target, build: FluxBuild) -> bool:
        return _patches_by_kind_only(parent) and not self._altered_on_the_way(parent, build)

    def _render_ahead(self, builds: Sequence[FluxBuild]) -> None:
        small = [
            self._small(parent, each)
            for each in builds
            if (own := self._own(each)) is not None and not each.flux.made_by
            for parent in self._parents(each)
            if self._touches(parent, each, own) and self._alone_is_enough(parent, each)
        ]
        _remembered(small, self.kustomize, self.timeout)

    def _altered_on_the_way(self, parent: Target, build: FluxBuild) -> bool:
        """Whether a kustomization between the parent and the file may change Flux Kustomizations."""
        graph = self.side.graph
        start = [parent.folder] if parent.folder in graph.files else graph.below(parent.folder)
        way = graph.reach(build.file) & graph.closure(start)[1]
        named = [reference for folder in way for reference in graph.files[folder][1].references]
        added = graph.closure(path for name, path in named if name == "components" and path in graph.files)[1]
        kinds = {kind for folder in way | added for kind in graph.files[folder][1].alters}
        return any(re.fullmatch(kind, "Kustomization") for kind in kinds)

    def _small(self, parent: Target, build: FluxBuild) -> dict[str, bytes]:
        """Nothing but the file that declares it, with the parent's patches: among everything else that the parent
        builds it would come out the same, at many times the price."""
        spec = parent.spec
        document: dict[str, Any] = {"resources": ["object.yaml"], "patches": spec.get("patches") or []}
        if spec.get("targetNamespace"):
            document["namespace"] = spec["targetNamespace"]
        return {
            "object.yaml": self.side.read(build.file) or b"",
            "kustomization.yaml": json.dumps(document, sort_keys=True, default=str).encode(),
        }

    def _whole(self, parent: Target) -> list[Target]:
        """The Flux Kustomizations in all that the parent renders; the same on both sides if no edit is part of it."""
        graph = self.side.graph
        start = parent.folders if parent.folder in graph.files else [*parent.folders, *graph.below(parent.folder)]
        edited = not self.shared.changed.isdisjoint(graph.closure(start)[0])
        key = (parent.folder, parent.build_relevant(), str(id(self.side)) if edited else "")
        if key not in self.shared.wholes:
            build = build_targets([(self.side, parent)], self.kustomize, self.timeout)[0]
            if build is None or not build.ok:
                self.shared.warnings.append(f"{parent.label}: does not build, so what it adds to others is not known")
                self.shared.wholes[key] = []
            else:
                texts = scratch.substituted(self.side, parent, build)
                self.shared.wholes[key] = list(flux_targets(texts, graph))
        return self.shared.wholes[key]


def _patches_by_kind_only(parent: Target) -> bool:
    """Patches with a target kind pass over what is not there; others would miss the objects that are left out."""
    patches = parent.spec.get("patches") or []
    named = all(isinstance(each, dict) and (each.get("target") or {}).get("kind") for each in patches)
    return named and not any(parent.spec.get(key) for key in _CHANGING if key != "patches")


def _is(document: Mapping[str, Any], build: FluxBuild) -> bool:
    metadata = document.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    return _name(document) == build.flux.name and (namespace or None) == build.flux.namespace


def _name(document: Mapping[str, Any]) -> Any:
    metadata = document.get("metadata")
    return metadata.get("name") if isinstance(metadata, dict) else None


_MEMORY: dict[str, Build] = {}
"""Small renderings of this process by the digest of all that went in: the answer is the same each time, offline."""


def forget() -> None:
    """Render anew from here on; for measuring."""
    _MEMORY.clear()


def _remembered(wanted: Sequence[Mapping[str, bytes]], kustomize: Kustomize, timeout: float) -> list[Build]:
    """The renderings of some small folders, the new ones next to each other."""
    import hashlib

    marks = [
        hashlib.sha256(b"\0".join(part for name in sorted(files) for part in (name.encode(), files[name]))).hexdigest()
        for files in wanted
    ]
    new = {mark: files for mark, files in zip(marks, wanted, strict=True) if mark not in _MEMORY}
    with tempfile.TemporaryDirectory(prefix="executor-proof-") as folder:
        jobs = []
        for mark, files in new.items():
            root = Path(folder) / mark
            root.mkdir()
            for name, data in files.items():
                (root / name).write_bytes(data)
            jobs.append(Job(root, root))
        built = dict(zip(new, kustomize.build_all(jobs, timeout=timeout), strict=True))
    _MEMORY.update({mark: build for mark, build in built.items() if build.ok})
    return [built[mark] if mark in built else _MEMORY[mark] for mark in marks]


def flux_targets(texts: Iterable[bytes], graph: Graph) -> Iterable[Target]:
    """The Flux Kustomizations among rendered documents that build a folder of this repository."""
    for text in texts:
        if b"kind: Kustomization" not in text:
            continue
        for each in load(text):
            if isinstance(each, dict) and str(each.get("apiVersion", "")).startswith(FLUX_KUSTOMIZE):
                spec = each.get("spec") or {}
                source = spec.get("sourceRef") or {}
                path = normal(str(spec.get("path") or "."))
                folder = graph.folder_of(str(source.get("kind", "")), str(source.get("name", "")), path)
                if folder is not None:
                    yield Target(folder, each)


def build_targets(
    wanted: Sequence[tuple[Side, Target | None]], kustomize: Kustomize, timeout: float
) -> list[Build | None]:
    """Every target on its scratch copy; None for what does not exist on that side. What leads out of the repository is
    not given to kustomize."""
    with tempfile.TemporaryDirectory(prefix="executor-proof-") as folder:
        jobs: dict[int, Job] = {}
        unbuilt: dict[int, Build] = {}
        for number, (side, target) in enumerate(wanted):
            if target is None:
                continue
            root = Path(folder) / str(number)
            outside = scratch.write(side, target, root)
            if outside:
                unbuilt[number] = not_tried(outside, remote=any(map(is_remote, outside)))
            else:
                jobs[number] = Job(root / target.folder, root, target.flags)
        # before and after of one target next to each other: they run at the same time
        half = len(wanted) // 2
        order = sorted(jobs, key=lambda number: (number % half if half else number, number))
        done = dict(zip(order, kustomize.build_all([jobs[number] for number in order], timeout=timeout), strict=True))
    return [done.get(number) or unbuilt.get(number) for number in range(len(wanted))]
