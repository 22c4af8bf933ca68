"""Flux Kustomizations as they are in the cluster: what a file says, with what those that make it add to it.

A cluster's top Kustomization often patches all others (defaults for their HelmReleases, say), so the file of one alone
does not tell how its folder is built.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from executor.flux import scratch
from executor.flux.facts import FLUX_KUSTOMIZE, normal
from executor.flux.graph import FluxBuild, FluxKey, Graph
from executor.flux.scratch import Side, Target
from executor.tools.kustomize import Build, Job, Kustomize, load

_CHANGING = ("patches", "patchesStrategicMerge", "patchesJson6902", "components", "namePrefix", "nameSuffix")
"""What a parent may hold that changes the Flux Kustomizations among its objects (its namespace aside)."""


class Specs:
    """Finds them on one side. Raises nothing: where a parent cannot be built, the file's own word counts."""

    def __init__(self, side: Side, kustomize: Kustomize, timeout: float) -> None:
        self.side = side
        self.kustomize = kustomize
        self.timeout = timeout
        self.under_way: set[FluxKey] = set()

    def effective(self, build: FluxBuild) -> list[dict[str, Any]]:
        """One for every parent that makes it; the file's own where none changes it, or none can be built."""
        key = build.key
        own = self._own(build)
        if key in self.under_way or own is None or build.flux.made_by:
            return [own] if own else []
        self.under_way.add(key)
        try:
            found = [each for parent in self._parents(build) for each in self._rendered(parent, build, own)]
        finally:
            self.under_way.discard(key)
        return list({json.dumps(each, sort_keys=True, default=str): each for each in found}.values()) or [own]

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

    def _rendered(self, parent: Target, build: FluxBuild, own: dict[str, Any]) -> list[dict[str, Any]]:
        """The object as this parent makes it; nothing where the parent cannot be built."""
        altered = self._altered_on_the_way(parent, build)
        variables = bool(parent.spec.get("postBuild")) and "${" in json.dumps(own, default=str)
        if not altered and not variables and not any(parent.spec.get(key) for key in _CHANGING):
            return [own]
        texts = self._whole(parent) if altered or not _patches_by_kind_only(parent) else self._small(parent, build)
        found = [each.flux for each in flux_targets(texts, self.side.graph) if each.flux]
        return [dict(each) for each in found if _name(each) == build.flux.name]

    def _altered_on_the_way(self, parent: Target, build: FluxBuild) -> bool:
        """Whether a kustomization between the parent and the file may change Flux Kustomizations."""
        graph = self.side.graph
        start = [parent.folder] if parent.folder in graph.files else graph.below(parent.folder)
        way = graph.reach(build.file) & graph.closure(start)[1]
        named = [reference for folder in way for reference in graph.files[folder][1].references]
        added = graph.closure(path for name, path in named if name == "components" and path in graph.files)[1]
        kinds = {kind for folder in way | added for kind in graph.files[folder][1].alters}
        return any(re.fullmatch(kind, "Kustomization") for kind in kinds)

    def _small(self, parent: Target, build: FluxBuild) -> list[bytes]:
        """Render nothing but the file that declares it, with the parent's patches: among everything else that the
        parent builds it would come out the same, at many times the price."""
        spec = parent.spec
        document: dict[str, Any] = {"resources": ["object.yaml"], "patches": spec.get("patches") or []}
        if spec.get("targetNamespace"):
            document["namespace"] = spec["targetNamespace"]
        files = {
            "object.yaml": self.side.read(build.file) or b"",
            "kustomization.yaml": json.dumps(document, sort_keys=True, default=str).encode(),
        }
        output = _remembered(files, self.kustomize, self.timeout)
        return [] if output is None else scratch.substituted(self.side, parent, output)

    def _whole(self, parent: Target) -> list[bytes]:
        build = build_targets([(self.side, parent)], self.kustomize, self.timeout)[0]
        return scratch.substituted(self.side, parent, build) if build is not None and build.ok else []


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


def _remembered(files: Mapping[str, bytes], kustomize: Kustomize, timeout: float) -> Build | None:
    mark = hashlib.sha256(
        b"\0".join(part for name in sorted(files) for part in (name.encode(), files[name]))
    ).hexdigest()
    if mark not in _MEMORY:
        with tempfile.TemporaryDirectory(prefix="executor-proof-") as folder:
            root = Path(folder)
            for name, data in files.items():
                (root / name).write_bytes(data)
            build = kustomize.build(root, timeout=timeout, root=root)
        if not build.ok:
            return None
        _MEMORY[mark] = build
    return _MEMORY[mark]


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
    """Every target on its scratch copy; None for what does not exist on that side."""
    with tempfile.TemporaryDirectory(prefix="executor-proof-") as folder:
        jobs: dict[int, Job] = {}
        for number, (side, target) in enumerate(wanted):
            if target is None:
                continue
            root = Path(folder) / str(number)
            scratch.write(side, target, root)
            jobs[number] = Job(root / target.folder, root, target.flags)
        # before and after of one target next to each other: they run at the same time
        half = len(wanted) // 2
        order = sorted(jobs, key=lambda number: (number % half if half else number, number))
        done = dict(zip(order, kustomize.build_all([jobs[number] for number in order], timeout=timeout), strict=True))
    return [done.get(number) for number in range(len(wanted))]
