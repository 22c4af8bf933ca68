"""`kustomize.build`: the named folders render, offline, to at least one object each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from executor.errors import Blocked, Failed
from executor.models import EVERY_TYPE, Artefact, Forecast, Performed, Risk, TaskType
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.targets import Chosen
    from executor.operations.interface import Site, Toolbox
    from executor.tools.kustomize import Build


_KIND = pattern(rb"(?m)^kind: *\S")


@dataclass(frozen=True, slots=True)
class Arguments:
    """`paths`: folders (or files, or a pattern with `*`); none means what the task names or changed.
    `no_unresolved`: no `${…}` may be left in the output that nothing replaces."""

    paths: tuple[str, ...] = ()
    no_unresolved: bool = False


class KustomizeBuild:
    """See docs/operations.md."""

    kind: ClassVar[str] = "kustomize.build"
    arguments: ClassVar[type] = Arguments
    allowed: ClassVar[frozenset[TaskType]] = EVERY_TYPE
    risk: ClassVar[Risk] = Risk.LOW
    rehearsable: ClassVar[bool] = True

    def makes(self, arguments: Arguments) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: Arguments, site: Site) -> Forecast:
        chosen = _chosen(arguments, site)
        words = f"render {_listed(chosen.folders)} with kustomize"
        return Forecast(words, needs=chosen.needs(site), arguments={"paths": list(chosen.folders)})

    def preflight(self, arguments: Arguments, toolbox: Toolbox) -> None:
        toolbox.kustomize()

    def perform(self, arguments: Arguments, toolbox: Toolbox) -> Performed:
        from executor.flux.targets import build

        chosen = _chosen(arguments, toolbox.site)
        builds = build(chosen, toolbox)
        evidence = []
        for folder, each in zip(chosen.folders, builds, strict=True):
            evidence.append(_evidence(folder, each))
            if arguments.no_unresolved:
                _nothing_unresolved(chosen, folder, each)
        warnings = tuple(f"{folder}: {text}" for folder, each in _by(chosen, builds) for text in each.warnings)
        count = len(builds)
        words = f"kustomize build of {count} path{'s' if count != 1 else ''} passed"
        return Performed(changed=False, words=words, evidence={"builds": evidence}, warnings=warnings)


def _chosen(arguments: Arguments, site: Site) -> Chosen:
    from executor.flux.targets import choose

    chosen = choose(site, arguments.paths)
    if not chosen.folders:
        words = (
            f"{_listed(chosen.paths)}: no kustomization takes it in, so nothing renders it; name the folder to build"
        )
        raise Blocked(ReasonCode.NOT_FOUND, words)
    return chosen


def _by(chosen: Chosen, builds: Iterable[Build]) -> Iterable[tuple[str, Build]]:
    return zip(chosen.folders, builds, strict=True)


def _evidence(folder: str, build: Build) -> dict[str, Any]:
    """What was seen of one build. Raises Failed where it rendered nothing."""
    documents = build.documents()
    objects = len(documents)
    strange = next((each for each in documents if not _KIND.search(each)), None)
    if strange is not None:
        text = strange[:60].decode(errors="replace").strip()
        words = f"{folder}: kustomize build succeeds, and what it prints is no object: {text}"
        raise Failed(ReasonCode.INVALID_MANIFEST, words)
    if objects == 0:
        raise Failed(ReasonCode.INVALID_MANIFEST, f"{folder}: kustomize build succeeds but renders no object")
    return {
        "path": folder,
        "objects": objects,
        "sha256": build.sha256,
        "seconds": round(build.seconds, 3),
        "warnings": list(build.warnings),
    }


def _nothing_unresolved(chosen: Chosen, folder: str, build: Build) -> None:
    """Raises Failed for an expression that nothing replaces, Blocked where only the cluster could tell."""
    from executor.flux.scratch import Target, variables
    from executor.flux.variables import unresolved

    text = build.stdout.decode(errors="replace")
    left = {expression for _, expression in unresolved(text) if not re.match(r"\$\{\w+(:?[-=?+])", expression)}
    if not left:
        return
    side = chosen.side
    known, complete = set[str](), True
    for each in side.graph.builds([folder]):
        for document in side.documents(each.file):
            if isinstance(document, dict) and (document.get("metadata") or {}).get("name") == each.flux.name:
                found, all_of_them = variables(side, Target(folder, document))
                known |= found.keys()
                complete = complete and all_of_them
    left = {each for each in left if not _replaced(each, known)}
    if left:
        words = f"{folder}: {', '.join(sorted(left)[:5])} in the output"
        if complete:
            raise Failed(ReasonCode.NOT_SEEN, f"{words} that nothing replaces")
        raise Blocked(
            ReasonCode.NOT_DETERMINATE, f"{words}; whether the cluster replaces it (substituteFrom) is not known here"
        )


def _replaced(expression: str, known: set[str]) -> bool:
    name = re.match(r"\$\{#?(\w+)", expression)
    return name is not None and name[1] in known


def _listed(paths: Iterable[str]) -> str:
    named = list(paths)
    return ", ".join(named) if len(named) <= 5 else f"{', '.join(named[:5])} and {len(named) - 5} more"


OPERATION = KustomizeBuild()
