"""What lies over what: of several files that set one value of one object, those that some deployment takes it from."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from executor.errors import Blocked
from executor.flux.where import lies_in, named
from executor.reasons import ReasonCode
from executor.tools.kustomize import FILE_NAMES

if TYPE_CHECKING:
    from executor.flux.graph import Graph

Taken = Mapping[str, frozenset[str]]
"""File → what takes it in."""


def deployed_by(graph: Graph, path: str) -> dict[str, str]:
    """What takes a file in, at the top: label → what its folders and files say, for `where` to be looked for in."""
    reached = graph.reach(path)
    return _builds(graph, reached) | {f"the kustomization {top}": top for top in graph.tops(reached)}


def _builds(graph: Graph, folders: Iterable[str]) -> dict[str, str]:
    return {
        f"Flux Kustomization {each.label} ({each.file})": f"{each.file}/{each.flux.path}"
        for each in graph.builds(folders)
    }


def taken(graph: Graph, files: Iterable[str], where: str | None = None) -> Taken:
    """What deploys each of the files; with `where` only what lies there, a folder inside of another one left out.
    What is part of nothing there has no entry that is not empty."""
    if where is None:
        return {each: frozenset(deployed_by(graph, each)) for each in files}
    every = {(each, at): text for each in files for at, text in _takers(graph, each).items()}
    inside = named(every, where)
    return {each: _outermost(graph, each, {at for file, at in inside if file == each}) for each in files}


def _takers(graph: Graph, path: str) -> dict[str, str]:
    """The file itself and all that takes it in, by what it is known by."""
    reached = graph.reach(path)
    return _builds(graph, reached) | {each: each for each in (*reached, path)}


def _outermost(graph: Graph, path: str, found: set[str]) -> frozenset[str]:
    def inner(at: str) -> bool:
        if at == path:
            return len(found) > 1
        above = graph.reach(at) if at in graph.files else None
        return above is not None and bool(found & (above | _builds(graph, {at, *above}).keys()))

    return frozenset(each for each in found if not inner(each))


def block_shared(graph: Graph, path: str, where: str | None) -> None:
    """Raises Blocked where a file is the base of several overlays or clusters and not all of them are named."""
    if where == "base" and lies_in(path, where):
        return  # what is shared was named: that is what a base is
    found = sorted(deployed_by(graph, path))
    others = _besides(graph, path, where)
    if others is not None and len(found) < 2:
        found = others
    elif others is None and (len(found) < 2 or len(named(deployed_by(graph, path), where, at=path)) == len(found)):
        return
    if others == []:
        return
    raise Blocked(
        ReasonCode.SHARED,
        f"{path} is used by {len(found)} deployments, and all of them would change: {', '.join(found)}; say that it is "
        "meant everywhere, name the file, or put the value into the overlay that is meant",
    )


def _besides(graph: Graph, path: str, where: str | None) -> list[str] | None:
    """What takes a file in past the folders and Flux Kustomizations of a place; None where the place has none that do,
    or the file itself lies there."""
    if where is None or lies_in(path, where):
        return None
    inside = set(named(_takers(graph, path), where))
    reached = _open(graph, path, inside)
    if not inside:
        return None
    builds = _builds(graph, reached).keys() - inside
    if not builds and not graph.tops(reached):
        return []
    return sorted({*builds, *(each for each in reached if not graph.reach(each) & inside)})


def counting(
    graph: Graph, files: Sequence[str], lays: Callable[[str, str], bool] | None = None, where: str | None = None
) -> list[str] | None:
    """Of files that each set one value of one object, those that some deployment (`where`: that lies there) takes it
    from: over the others every deployment lays one of these. `lays(over, under)`: whether one can lie over another
    (None: any can). None: two of them come into one deployment, and which one wins there is not known."""
    deployed = taken(graph, files, where)
    files = [each for each in files if where is None or deployed[each]]
    lying = _Lying(graph, files)
    over = {
        each: [one for one in files if lying.over(one, each) and (lays is None or lays(one, each))] for each in files
    }
    bare = {each: deployed[each] & _past(graph, each, over[each]) for each in files}
    kept = [each for each in files if not deployed[each] or bare[each]]
    for at, one in enumerate(kept):
        for other in kept[at + 1 :]:
            ordered = one in over[other] or other in over[one] or not (lays is None or lays(one, other))
            if not ordered and bare[one] & bare[other]:
                return None
    return kept


def _past(graph: Graph, path: str, over: Iterable[str]) -> frozenset[str]:
    """What takes a file in past the folders where others are laid over all that comes through."""
    reached = _open(graph, path, {folder for each in over for folder in _laid_in(graph, each)})
    tops = {f"the kustomization {top}" for top in graph.tops(reached)}
    return frozenset({path, *reached, *tops, *_builds(graph, reached)})


def _open(graph: Graph, path: str, closed: set[str]) -> set[str]:
    """The folders that take a file in on ways that pass none of the closed ones."""
    reached: set[str] = set()
    todo = list(graph.takers(path))
    while todo:
        folder = todo.pop()
        if folder not in reached and folder not in closed:
            reached.add(folder)
            todo += graph.takers(folder)
    return reached


def _laid_in(graph: Graph, path: str) -> set[str]:
    """The folders in which a file is laid over what they take in; a component's are those that take it in."""
    found: set[str] = set()
    todo = list(graph.takers(path))
    while todo:
        folder = todo.pop()
        if folder in graph.files and graph.files[folder][1].component:
            todo += graph.takers(folder)
        else:
            found.add(folder)
    return found


_LAID_UNSEEN = frozenset(("components", "replacements", "transformers", "vars", "configurations", "generators",
                          "helmCharts", "helmChartInflationGenerator"))  # fmt: skip
"""Fields of a kustomization that may change any value of what it takes in."""


def altered(graph: Graph, path: str, where: str, fields: Callable[[str], Iterable[str]]) -> bool:
    """Whether something between a file and what is deployed in `where` may change its values that is neither a patch
    nor another file: a field of a kustomization (`fields` of its file), what Flux adds, or what makes that."""
    reached = graph.reach(path)
    deployed = set(named(deployed_by(graph, path), where))
    todo = [each for each in graph.builds(reached) if f"Flux Kustomization {each.label} ({each.file})" in deployed]
    seen: set[object] = set()
    while todo:
        build = todo.pop()
        above = graph.reach(build.file)
        if build.flux.adds or any(graph.files[each][1].alters for each in above if each in graph.files):
            return True
        if build.key not in seen:
            seen.add(build.key)
            todo += graph.builds(above)
    files = [graph.files[each][0] for each in reached if each in graph.files]
    way = [each for each in files if deployed & deployed_by(graph, each).keys()]
    return any(not _LAID_UNSEEN.isdisjoint(fields(each)) for each in way)


def lies_over(graph: Graph, one: str, under: str) -> bool:
    """Whether one of two files lies over the other in some deployment."""
    together = deployed_by(graph, one).keys() & deployed_by(graph, under).keys()
    return bool(together) and _Lying(graph, (one, under)).over(one, under)


class _Lying:
    """Which of two files lies over the other, where both come into one deployment: what stands further out; a patch
    over the object itself; a kustomization's own fields over what it takes in, its patches too."""

    def __init__(self, graph: Graph, files: Iterable[str]) -> None:
        self.graph = graph
        self.reach = {each: graph.reach(each) for each in files}
        self.patches = patches(graph)

    def over(self, one: str, under: str) -> bool:
        if one == under or self.reach[one] < self.reach[under]:
            return one != under
        loose = under not in self.patches and not _is_kustomization(under)
        if _is_kustomization(one):
            folder = posixpath.dirname(one) or "."
            component = folder in self.graph.files and self.graph.files[folder][1].component
            return folder in self.reach[under] or (loose and component)
        return loose and one in self.patches


def _is_kustomization(path: str) -> bool:
    return posixpath.basename(path) in FILE_NAMES


def patches(graph: Graph) -> frozenset[str]:
    """The files that some kustomization lays over its objects."""
    return frozenset(path for _, said in graph.files.values() for field, path in said.references if "atches" in field)
