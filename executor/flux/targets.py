"""From the paths that a sentence names to the folders that kustomize builds."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from executor.errors import Blocked, Errored, Failed, Refused, Stop
from executor.flux import scratch
from executor.flux.facts import is_remote
from executor.flux.graph import Graph
from executor.flux.scratch import FLUX_FLAGS, Side, Target
from executor.models import Artefact
from executor.reasons import ReasonCode
from executor.tools.kustomize import FILE_NAMES, Build, Job, Kustomize
from executor.tools.yaml_read import Items, Map, NotYaml, Scalar, read
from executor.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from executor.operations.interface import Site, Toolbox


@dataclass(frozen=True)
class Chosen:
    """What a validation works on. `paths` as named, `files` the YAML files that are meant themselves, `folders` what
    is built; `whole` are the named folders, whose every object is meant."""

    side: Side
    paths: tuple[str, ...]
    files: tuple[str, ...]
    folders: tuple[str, ...]

    @property
    def named(self) -> str:
        return ", ".join("the whole repository" if path == "." else path for path in self.paths)

    def needs(self, site: Site) -> frozenset[Artefact]:
        """The edits that have to have passed: below the named paths, and in any file that the builds read."""
        here = {Artefact("file", f"{site.repository}:{path}") for path in (*self.paths, *self.folders)}
        read_files = closure(self.side.graph, self.folders)
        prefix = f"{site.repository}:"
        planned = (each for each in site.planned if each.kind == "file" and each.name.startswith(prefix))
        return frozenset(here | {each for each in planned if each.name.removeprefix(prefix) in read_files})


def choose(site: Site, paths: Sequence[str], *, whole: bool = False) -> Chosen:
    """What the paths mean. Reads files only. With `whole`, everything that is built from below a folder belongs to it,
    not only the folder's own build.

    Raises Blocked (`not-found`, `not-determinate`) and Refused (`outside`).
    """
    inventory = site.inventory.updated(site.tree)
    side = Side(site.tree, inventory.graph, dict(site.tree.overlay))
    if not paths:
        words = "the task names no path and changes no manifest; name the folder to build"
        raise Blocked(ReasonCode.NOT_DETERMINATE, words)
    named = [_normal(path) for path in paths]
    files: list[str] = []
    folders: list[str] = []
    for path in named:
        inside, built = _meaning(side, path, whole)
        files += inside
        folders += built
    return Chosen(side, tuple(named), tuple(dict.fromkeys(files)), tuple(dict.fromkeys(folders)))


def _normal(path: str) -> str:
    return posixpath.normpath(path.strip().removeprefix("./") or ".")


def of_task(site: Site, paths: Iterable[str]) -> list[str]:
    """Of what a task names or changes, what is there and kustomize could know about."""
    side = Side(site.tree, site.inventory.updated(site.tree).graph, dict(site.tree.overlay))
    there = (path for path in paths if side.read(path) is not None or site.tree.is_dir(path) or "*" in path)
    return [path for path in dict.fromkeys(there) if "*" in path or _concerns(side, path)]


def _concerns(side: Side, path: str) -> bool:
    return side.tree.is_dir(path) or path in side.graph.facts or bool(side.graph.takers(path))


def _meaning(side: Side, path: str, whole: bool) -> tuple[list[str], list[str]]:
    """The files that a path means, and the folders that are built for it."""
    if any(sign in path for sign in "*?["):
        return _matching(side, path)
    if side.tree.is_dir(path):
        return _folder(side, path, whole)
    if side.read(path) is None:
        raise Blocked(ReasonCode.NOT_FOUND, f"{path}: no such file or folder{_hint(side.graph, path)}")
    if posixpath.basename(path) in FILE_NAMES:
        return _folder(side, posixpath.dirname(path) or ".", whole=False)
    return [path], list(side.graph.roots([path]))


def _matching(side: Side, pattern: str) -> tuple[list[str], list[str]]:
    from fnmatch import fnmatchcase

    found = sorted(folder for folder in side.graph.files if fnmatchcase(folder, pattern.removesuffix("/")))
    found = [each for each in found if each.count("/") == pattern.removesuffix("/").count("/")]
    if not found:
        raise Blocked(ReasonCode.NOT_FOUND, f"{pattern}: no folder with a kustomization file is called so")
    return [file for folder in found for file in _below(side.graph, folder)], found


def _folder(side: Side, folder: str, whole: bool) -> tuple[list[str], list[str]]:
    """A folder with a kustomization file is built; one that Flux builds without, too, as Flux does; one that holds
    several kustomizations (`overlays`) means each that no other one among them takes in; one with nothing but manifests
    is taken as Flux would."""
    graph = side.graph
    below = _below(graph, folder)
    itself = folder in graph.files or any(each.folder == folder for each in graph.flux)
    if itself and not whole:
        return below, [folder]
    inner = _tops_below(graph, folder, [folder] if itself else [])
    if inner:
        return below, inner
    if not below:
        words = f"{folder}: no kustomization file and no YAML in it; name the folder to build"
        raise Blocked(ReasonCode.NOT_FOUND, words)
    objects = any(graph.facts[path].manifests for path in below)
    return below, [folder] if objects or not whole else []


def _tops_below(graph: Graph, folder: str, first: list[str]) -> list[str]:
    """Of the kustomizations below, those that no other one takes in; components are built by who uses them."""
    prefix = "" if folder == "." else folder + "/"
    inside = [f for f, (_, settings) in graph.files.items() if f.startswith(prefix) and not settings.component]
    candidates = [*first, *sorted(each for each in inside if each != folder)]
    taken = {each for top in candidates for each in _folders(graph, top) if each != top}
    return [each for each in candidates if each not in taken]


def _folders(graph: Graph, top: str) -> set[str]:
    return graph.closure([top] if top in graph.files else graph.below(top))[1]


def _below(graph: Graph, folder: str) -> list[str]:
    """The YAML files below a folder, without the templates of Helm charts: they are none until helm renders them."""
    prefix = "" if folder == "." else folder + "/"
    return sorted(path for path in graph.facts if path.startswith(prefix) and not _is_template(graph, path))


def _is_template(graph: Graph, path: str) -> bool:
    chart, inside, _ = path.partition("/templates/")
    return bool(inside) and f"{chart}/Chart.yaml" in graph.facts


def _hint(graph: Graph, path: str) -> str:
    """The nearest folders that do exist."""
    from difflib import get_close_matches

    near = get_close_matches(path, list(graph.files), n=3, cutoff=0.6)
    last = posixpath.basename(path)
    near += [each for each in sorted(graph.files) if posixpath.basename(each) == last][:3]
    return f"; did you mean {', '.join(dict.fromkeys(near))}?" if near else ""


def closure(graph: Graph, folders: Iterable[str]) -> set[str]:
    """Every file that the builds of these folders read."""
    start = [each for f in folders for each in ([f] if f in graph.files else graph.below(f))]
    return graph.closure(start)[0]


def build(chosen: Chosen, toolbox: Toolbox) -> list[Build]:
    """Render every folder, in place where nothing but the disk counts, else on a scratch copy.

    Raises Blocked (`tool-missing`, `needs-network`, `needs-approval`), Errored (`timeout`), Failed (`build-failed`),
    Refused (`outside`).
    """
    for folder in chosen.folders:
        leaves = _leaves(chosen.side, folder)
        for leaf in leaves:
            if not is_remote(leaf):
                raise Refused(ReasonCode.OUTSIDE, f"{folder}: names {leaf}, which leads out of the repository")
        if any(urlsplit(leaf).scheme for leaf in leaves):  # what has none may be a folder: kustomize tries that first
            raise _needs_network(folder, leaves)
    kustomize = recorded(toolbox)
    timeout = toolbox.site.config.timeouts.kustomize
    with _places(chosen) as jobs:
        builds = kustomize.build_all(jobs, timeout=timeout)
    for folder, each in zip(chosen.folders, builds, strict=True):
        if not each.ok:
            raise why_not(chosen.side, folder, each, timeout)
    return builds


def recorded(toolbox: Toolbox) -> Kustomize:
    """The toolbox's kustomize, which writes down what really ran. Raises Blocked where there is none."""
    found = toolbox.kustomize()
    if found.on_run is not None:
        return found
    return Kustomize(
        found.command,
        lambda done: toolbox.record(
            done.command, exit_code=done.exit_code, seconds=done.seconds, errors=done.errors, answer=done.stdout
        ),
    )


@contextmanager
def _places(chosen: Chosen) -> Iterator[list[Job]]:
    import tempfile

    side = chosen.side
    root = side.tree.root
    with tempfile.TemporaryDirectory(prefix="executor-build-") as folder:
        jobs = []
        for number, each in enumerate(chosen.folders):
            in_place = each in side.graph.files and not (closure(side.graph, [each]) & side.contents.keys())
            if in_place:
                jobs.append(Job(root / each, root))
            else:
                place = Path(folder) / str(number)
                scratch.write(side, Target(each), place)
                jobs.append(Job(place / each, place, () if each in side.graph.files else FLUX_FLAGS))
        yield jobs


def why_not(side: Side, folder: str, build: Build, timeout: float) -> Stop:
    """A build that did not succeed, as the reason that it gives a criterion."""
    said = " ".join(build.stderr.split())[:600]
    if build.timed_out:
        words = f"{folder}: kustomize build took longer than {timeout:g} s (timeouts.kustomize in executor.toml)"
        return Errored(ReasonCode.TIMEOUT, words, retryable=True)
    if build.remote:
        return _needs_network(folder, _leaves(side, folder), f": {said}")
    if build.needs_helm:
        words = f"{folder}: uses helmCharts, which kustomize renders only with --enable-helm; that waits for approval"
        return Blocked(ReasonCode.NEEDS_APPROVAL, words)
    place = locate(side, folder)
    return Failed(ReasonCode.BUILD_FAILED, f"{place or folder}: kustomize build {folder} failed: {said}")


def _needs_network(folder: str, leaves: Sequence[str], said: str = "") -> Blocked:
    named = f" ({', '.join(dict.fromkeys(leaves))})" if leaves else ""
    words = f"{folder}: needs the network for a remote base{named}, and builds run offline; vendor it{said}"
    return Blocked(ReasonCode.NEEDS_NETWORK, words)


def _leaves(side: Side, folder: str) -> list[str]:
    start = [folder] if folder in side.graph.files else side.graph.below(folder)
    return side.graph.closure(start)[2]


def locate(side: Side, folder: str) -> str | None:
    """`file:line` of what a build of the folder stumbles over, where the files alone tell: a text that is no YAML, a
    reference to what does not exist."""
    for path in sorted(closure(side.graph, [folder])):
        data = side.read(path)
        if data is None or not path.endswith((".yaml", ".yml")):
            continue
        try:
            read(data)
        except NotYaml as error:
            return f"{path}:{error.line}"
    missing = next(iter(missing_references(side, [folder])), None)
    return missing[0] if missing else None


def missing_references(side: Side, folders: Iterable[str]) -> list[tuple[str, str]]:
    """`file:line` and the reference of everything that these kustomizations, and those that they take in, name and
    that does not exist in the repository. Remote ones are no part of it."""
    graph = side.graph
    start = [each for f in folders for each in ([f] if f in graph.files else graph.below(f))]
    found = []
    for folder in sorted(graph.closure(start)[1]):
        file, settings = graph.files[folder]
        for _, path in settings.references:
            if path not in graph.files and side.read(path) is None and not side.tree.is_dir(path):
                found.append((f"{file}:{_line_of(side, file, folder, path)}", path))
    return found


def _line_of(side: Side, file: str, folder: str, path: str) -> int:
    """Where a kustomization file names a path."""
    try:
        documents = read(side.read(file) or b"")
    except NotYaml as error:
        return error.line
    todo = [each for each in documents if isinstance(each, Map | Items)]
    while todo:
        node = todo.pop()
        for each in node.values() if isinstance(node, Map) else node:
            if isinstance(each, Scalar):
                if posixpath.normpath(posixpath.join(folder, each.split("=", 1)[-1])) == path:
                    return each.line
            elif isinstance(each, Map | Items):
                todo.append(each)
    return 1
