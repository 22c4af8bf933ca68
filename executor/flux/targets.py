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
from executor.flux.facts import ADDING, FluxPath, is_remote
from executor.flux.graph import FluxBuild, Graph
from executor.flux.scratch import FLUX_FLAGS, Side, Target
from executor.models import Artefact
from executor.reasons import ReasonCode
from executor.tools.kustomize import FILE_NAMES, Build, Job, Kustomize
from executor.tools.yaml_read import Items, Map, NotYaml, Scalar, read
from executor.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from executor.operations.interface import Site, Toolbox


@dataclass(frozen=True)
class Chosen:
    """What a validation works on. `paths` as named, `files` the YAML files that are meant themselves, `folders` what
    is built; `led` are the Flux Kustomizations in the named folders that lead to folders beside them, which are meant,
    too, and `lost` those that lead to what is not here."""

    side: Side
    paths: tuple[str, ...]
    files: tuple[str, ...]
    folders: tuple[str, ...]
    led: tuple[FluxBuild, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        named = ", ".join("the whole repository" if path == "." else path for path in self.paths)
        if not self.led:
            return named
        return f"{named} and what Flux builds from there ({', '.join(dict.fromkeys(each.folder for each in self.led))})"

    def holds(self, folder: str) -> bool:
        """Whether all that a folder builds is meant: it lies below a named one, its own kustomization file is named, or
        Flux leads there."""
        named = [(posixpath.dirname(path) or ".") for path in self.paths if posixpath.basename(path) in FILE_NAMES]
        below = any(path == "." or f"{folder}/".startswith(f"{path}/") for path in self.paths)
        return below or folder in named or any(each.folder == folder for each in self.led)

    def needs(self, site: Site) -> frozenset[Artefact]:
        """The edits that have to have passed: below the named paths, and in any file that the builds read."""
        here = {Artefact("file", f"{site.repository}:{path}") for path in (*self.paths, *self.folders)}
        read_files = closure(self.side.graph, self.folders)
        prefix = f"{site.repository}:"
        planned = (each for each in site.planned if each.kind == "file" and each.name.startswith(prefix))
        return frozenset(here | {each for each in planned if each.name.removeprefix(prefix) in read_files})


def choose(site: Site, paths: Sequence[str], *, whole: bool = False) -> Chosen:
    """What the paths mean. Reads files only. With `whole`, everything that is built from below a folder belongs to it,
    not only the folder's own build, and so does what Flux Kustomizations in it lead to: what is deployed from there.

    Raises Blocked (`not-found`, `not-determinate`) and Refused (`outside`).
    """
    inventory = site.inventory.updated(site.tree)
    side = Side(site.tree, inventory.graph, dict(site.tree.overlay))
    if not paths:
        words = "the task names no path and changes no manifest; name the folder to build"
        raise Blocked(ReasonCode.NOT_DETERMINATE, words)
    named = [side.graph.real(_normal(path)) for path in paths]
    files: list[str] = []
    folders: list[str] = []
    for path in named:
        inside, built = _meaning(side, path, whole)
        files += inside
        folders += built
    chosen = Chosen(side, tuple(named), tuple(dict.fromkeys(files)), tuple(dict.fromkeys(folders)))
    return _followed(chosen) if whole else chosen


def _followed(chosen: Chosen) -> Chosen:
    """With what the Flux Kustomizations in the named folders lead to, beside what is there anyway."""
    graph = chosen.side.graph
    builds, lost = graph.deployed(path for path in chosen.paths if path != "." and chosen.side.tree.is_dir(path))
    led = tuple(each for each in builds if "." not in chosen.paths and not chosen.holds(each.folder))
    folders = dict.fromkeys([*chosen.folders, *(each.folder for each in led)])
    return replace(chosen, folders=tuple(folders), led=led, lost=tuple(lost_way(*each) for each in lost))


def lost_way(file: str, flux: FluxPath) -> str:
    """Where a Flux Kustomization leads that nobody can follow here."""
    where = f"{flux.path} of {' '.join(flux.source)}"
    return f"Flux Kustomization {flux.name} in {file} builds {where}, which is not in this repository"


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
    inner = _tops_below(graph, folder, [folder] if itself else _built_below(graph, folder) if whole else [])
    if inner:
        return below, inner
    if not below and not whole:
        side.tree.locate_own(posixpath.join(folder, FILE_NAMES[0]))  # of a submodule nothing is known here
        words = f"{folder}: no kustomization file and no YAML in it; name the folder to build"
        raise Blocked(ReasonCode.NOT_FOUND, words)
    objects_alone = bool(below) and all(graph.facts[path].manifests for path in below)
    return below, [folder] if objects_alone or not whole else []


def _tops_below(graph: Graph, folder: str, first: list[str]) -> list[str]:
    """Of the kustomizations below, those that no other one takes in; components are built by who uses them."""
    prefix = "" if folder == "." else folder + "/"
    inside = [f for f, (_, settings) in graph.files.items() if f.startswith(prefix) and not settings.component]
    candidates = [*first, *sorted(each for each in inside if each != folder)]
    taken = {each for top in candidates for each in _folders(graph, top) if each != top}
    return [each for each in candidates if each not in taken]


def _built_below(graph: Graph, folder: str) -> list[str]:
    """The folders below that Flux builds without a kustomization file: with its patches, images and variables."""
    prefix = "" if folder == "." else folder + "/"
    found = {each.folder for each in graph.flux if each.folder.startswith(prefix)} - graph.files.keys()
    return sorted(each for each in found if graph.below(each))


def _folders(graph: Graph, top: str) -> set[str]:
    return graph.closure([top] if top in graph.files else graph.below(top))[1]


def _below(graph: Graph, folder: str) -> list[str]:
    """The YAML files below a folder, without the templates of Helm charts: they are none until helm renders them."""
    prefix = "" if folder == "." else folder + "/"
    return sorted(path for path in graph.facts if path.startswith(prefix) and not _is_template(graph, path))


def templates(chosen: Chosen, charts: Iterable[str] = ()) -> list[str]:
    """The templates of these charts, and of those below the named folders."""
    graph, meant = chosen.side.graph, tuple(f"{each}/templates/" for each in charts)
    return sorted(p for p in graph.facts if _is_template(graph, p) and (chosen.holds(p) or p.startswith(meant)))


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
    return _rendered(chosen.side, [Target(each) for each in chosen.folders], toolbox, recorded(toolbox))


def deployed(chosen: Chosen, toolbox: Toolbox) -> list[tuple[str, list[bytes]]]:
    """Every folder with the objects that it is deployed as: built with what Flux Kustomizations add to it, variables
    filled in as far as files tell, and so for what comes out to lead elsewhere. Raises as `build` does."""
    from executor.flux.effective import flux_targets

    side, kustomize = chosen.side, recorded(toolbox)
    follows = "." not in chosen.paths and any(side.tree.is_dir(path) for path in chosen.paths)
    found: list[tuple[str, list[bytes]]] = []
    todo = _as_flux_builds(chosen, toolbox, kustomize)
    seen = {each.folder for each in todo}
    while todo:
        texts = [
            scratch.substituted(side, target, each)
            for target, each in zip(todo, _rendered(side, todo, toolbox, kustomize), strict=True)
        ]
        found += [(target.folder, each) for target, each in zip(todo, texts, strict=True)]
        made = [each for one in texts for each in flux_targets(one, side.graph)] if follows else []
        todo = [each for each in made if each.folder not in seen and side.graph.is_built(each.folder)]
        todo = [each for each in todo if not chosen.holds(each.folder)]
        seen |= {each.folder for each in todo}
    return found


def _as_flux_builds(chosen: Chosen, toolbox: Toolbox, kustomize: Kustomize) -> list[Target]:
    """The chosen folders, each as every Flux Kustomization that is meant builds it; plain where none does."""
    from executor.flux.effective import Shared, Specs

    graph = chosen.side.graph
    led = {each.folder for each in chosen.led}
    meant = {
        folder: [
            each
            for each in graph.builds([folder])
            if each.folder == folder and (folder not in led or each in chosen.led) and not each.flux.made_by
        ]
        for folder in chosen.folders
    }
    every = [each for builds in meant.values() for each in builds]
    timeout = toolbox.site.config.timeouts.kustomize
    specs = Specs(chosen.side, kustomize, timeout, Shared()).all_of(every) if every else {}
    targets = [
        target
        for folder, builds in meant.items()
        for target in [Target(folder, spec) for each in builds for spec in specs[each.key]] or [Target(folder)]
    ]
    return list({(each.folder, each.build_relevant()): each for each in targets}.values())


def _rendered(side: Side, targets: Sequence[Target], toolbox: Toolbox, kustomize: Kustomize) -> list[Build]:
    for target in targets:
        leaves = _leaves(side, target.folder)
        for leaf in leaves:
            if not is_remote(leaf):
                raise Refused(ReasonCode.OUTSIDE, f"{target.folder}: names {leaf}, which leads out of the repository")
        if any(urlsplit(leaf).scheme for leaf in leaves):  # what has none may be a folder: kustomize tries that first
            raise _needs_network(target.folder, leaves)
        if not _in_place(side, target) and (remote := scratch.remote_bases(side, target)):
            raise _needs_network(target.folder, remote)
    timeout = toolbox.site.config.timeouts.kustomize
    with _places(side, targets) as jobs:
        builds = kustomize.build_all(jobs, timeout=timeout)
    for target, each in zip(targets, builds, strict=True):
        if not each.ok:
            raise why_not(side, target.folder, each, timeout)
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


def _in_place(side: Side, target: Target) -> bool:
    """Whether nothing but the disk counts: no planned edit, nothing that Flux adds or makes up."""
    adds = any(target.spec.get(key) for key in ADDING)
    here = target.folder in side.graph.files and not adds
    return here and not (closure(side.graph, [target.folder]) & side.contents.keys())


@contextmanager
def _places(side: Side, targets: Sequence[Target]) -> Iterator[list[Job]]:
    import tempfile

    root = side.tree.root
    with tempfile.TemporaryDirectory(prefix="executor-build-") as folder:
        jobs = []
        for number, each in enumerate(targets):
            if _in_place(side, each):
                jobs.append(Job(root / each.folder, root))
            else:
                place = Path(folder) / str(number)
                scratch.write(side, each, place)
                loose = () if each.folder in side.graph.files and not each.flux else FLUX_FLAGS
                jobs.append(Job(place / each.folder, place, loose))
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


IN_GIT = frozenset({"resources", "bases", "components", "configMapGenerator", "patches"})
"""Fields of what is in git wherever it is built; files of secrets may be made there and ignored by git."""


def missing_references(
    side: Side, folders: Iterable[str], fields: frozenset[str] | None = None
) -> list[tuple[str, str]]:
    """`file:line` and the reference of everything that these kustomizations, and those that they take in, name (in
    `fields`; None: in any) and that does not exist in the repository. Remote ones are no part of it."""
    graph = side.graph
    start = [each for f in folders for each in ([f] if f in graph.files else graph.below(f))]
    found = []
    for folder in sorted(graph.closure(start)[1]):
        file, settings = graph.files[folder]
        for field, path in settings.references:
            if fields is not None and field not in fields:
                continue
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
