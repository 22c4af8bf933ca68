"""Which kustomization takes in which file, and what Flux builds of it.

Nodes are repository paths: files, and folders with a kustomization file. Above them stand the Flux Kustomizations, each
with the folder that it builds; a folder without a kustomization file is taken as the kustomize-controller takes it:
every YAML file below, and every folder below that has a kustomization file as a whole.
"""

from __future__ import annotations

import functools
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from executor.flux.facts import Facts, FluxPath, Settings, normal
from executor.tools.kustomize import FILE_NAMES
from executor.values import dataclass

FluxKey = tuple[str, str, str | None]
"""file, name, namespace"""


@dataclass(frozen=True, slots=True)
class FluxBuild:
    """A Flux Kustomization of this repository: the file that declares it, what it says, and the folder that it builds
    (its path, where its source is the repository; else where an ArtifactGenerator copies that path from)."""

    file: str
    flux: FluxPath
    folder: str

    @property
    def key(self) -> FluxKey:
        return (self.file, self.flux.name, self.flux.namespace)

    @property
    def components(self) -> tuple[str, ...]:
        """Folders; in the object they are relative to its path."""
        return tuple(normal(posixpath.join(self.folder, each)) for each in self.flux.components)

    @property
    def label(self) -> str:
        return f"{self.flux.namespace or 'flux-system'}/{self.flux.name}"


def above(path: str) -> Iterator[str]:
    """Every folder that a path lies in, without the top."""
    while path := posixpath.dirname(path):
        yield path


class Graph:
    """Built from facts alone; asks no disk. `links`: symlinks inside of the repository and what they lead to; a
    kustomization may name either (where Flux takes a folder as a whole it passes them over)."""

    def __init__(self, facts: Mapping[str, Facts], links: Mapping[str, str] | None = None) -> None:
        self.facts = facts
        self.links = dict(links or {})
        self.files: dict[str, tuple[str, Settings]] = {}
        for name in reversed(FILE_NAMES):
            for path, each in facts.items():
                if each.settings and posixpath.basename(path) == name:
                    self.files[posixpath.dirname(path) or "."] = (path, each.settings)
        self.users: dict[str, set[str]] = defaultdict(set)
        for folder, (_, settings) in self.files.items():
            for _, path in settings.references:
                self.users[self.real(path)].add(folder)

    def real(self, path: str) -> str:
        """The path behind the symlinks on the way."""
        for folder in (path, *above(path)) if self.links else ():
            if folder in self.links:
                return normal(self.links[folder] + path.removeprefix(folder))
        return path

    @functools.cached_property
    def flux(self) -> tuple[FluxBuild, ...]:
        """The Flux Kustomizations that build a folder of this repository, as far as their source tells."""
        return tuple(
            FluxBuild(path, each, folder)
            for path, facts in sorted(self.facts.items())
            for each in facts.flux
            if (folder := self.folder_of(each.source[0], each.source[1], each.path)) is not None
        )

    def folder_of(self, kind: str, name: str, path: str) -> str | None:
        """The folder of this repository that is `path` in a Flux source; None where the source is something else."""
        if kind == "ExternalArtifact":
            return self._copied_from(name, path)
        if (kind, name) in self._foreign:
            return None
        return self.real(normal(posixpath.join(self._pushed_from.get((kind, name), "."), path)))

    def _copied_from(self, artifact: str, path: str) -> str | None:
        """Where the ArtifactGenerators of that name copy `path` from, if that is one place and a whole folder."""
        found: dict[int, set[str]] = defaultdict(set)
        for name, kind, source, inside, to in (each for facts in self.facts.values() for each in facts.artifacts):
            target = normal(to.removeprefix("@artifact"))
            below = posixpath.relpath(path, target)
            ours = name == artifact and (kind, source) not in self._foreign
            if ours and inside.endswith("/**") and not below.startswith(".."):
                found[0 if target == "." else len(target)].add(normal(posixpath.join(inside[:-3], below)))
        nearest = found[max(found)] if found else set()
        return next(iter(nearest)) if len(nearest) == 1 else None

    @functools.cached_property
    def _pushed_from(self) -> dict[tuple[str, str], str]:
        """Artifacts that were pushed from a folder of this repository (`flux push artifact --path`), with that folder:
        nothing that is built of them is there from the top, and all of it is below that one folder."""
        folders = {folder for path in self.facts for folder in above(path)}
        built: dict[tuple[str, str], set[str]] = defaultdict(set)
        for each in (each for facts in self.facts.values() for each in facts.flux):
            if each.source[0] in ("OCIRepository", "Bucket") and each.path != "." and "${" not in each.path:
                built[each.source[0], each.source[1]].add(each.path)
        found = {}
        for source, paths in built.items():
            if paths & folders:
                continue
            tops = [{each.removesuffix(f"/{path}") for each in folders if each.endswith(f"/{path}")} for path in paths]
            if len(common := set.intersection(*tops)) == 1:
                found[source] = common.pop()
        return found

    @functools.cached_property
    def _foreign(self) -> set[tuple[str, str]]:
        """Sources that are declared here with another URL than the one that Flux was bootstrapped with. What is not
        declared here (the flux-operator makes it) is taken for this repository."""
        urls = {(kind, name): url for facts in self.facts.values() for kind, name, url in facts.sources}
        used: dict[tuple[str, str], int] = defaultdict(int)
        for facts in self.facts.values():
            for each in facts.flux:
                if any(each.source):  # where it has none, a patch sets it
                    used[(each.source[0], each.source[1])] += 1
        own = {url for (_, name), url in urls.items() if name == "flux-system"}
        if not own:
            undeclared = [source for source in used if source not in urls]
            most = max(used, key=lambda source: used[source], default=None)
            own = set() if undeclared or most is None else {urls[most]}
        return {source for source, url in urls.items() if url not in own}

    @functools.cached_property
    def _built(self) -> dict[str, list[FluxBuild]]:
        """Flux Kustomizations by every folder that they build from: the path and the components."""
        found: dict[str, list[FluxBuild]] = defaultdict(list)
        for each in self.flux:
            for folder in {each.folder, *each.components}:
                found[folder].append(each)
        return found

    @functools.cached_property
    def _kustomization_links(self) -> dict[str, list[str]]:
        """Symlinks that are kustomization files, by what they lead to."""
        found: dict[str, list[str]] = defaultdict(list)
        for link, target in self.links.items():
            if posixpath.basename(link) in FILE_NAMES:
                found[target].append(link)
        return found

    def takers(self, path: str) -> set[str]:
        """The folders that take `path` in directly: a file or a folder that has a kustomization file."""
        found = set(self.users.get(path, ()))
        found |= {posixpath.dirname(link) or "." for link in self._kustomization_links.get(path, ())}
        folder = posixpath.dirname(path) or "."
        if posixpath.basename(path) in FILE_NAMES and self.files.get(folder, ("",))[0] == path:
            found.add(folder)
            return found
        if path.endswith((".yaml", ".yml")) or path in self.files:
            found |= self._generatedabove(path)
        return found

    def _generatedabove(self, path: str) -> set[str]:
        """The folders upwards that Flux would take as a whole, with no kustomization file on the way."""
        found: set[str] = set()
        here = path
        while here not in ("", "."):
            here = posixpath.dirname(here) or "."
            if here in self.files:
                break
            if here in self._built:
                found.add(here)
        return found

    def reach(self, path: str) -> set[str]:
        """All folders that take `path` in, directly or through others."""
        found: set[str] = set()
        todo = list(self.takers(path))
        while todo:
            folder = todo.pop()
            if folder not in found:
                found.add(folder)
                todo += self.takers(folder)
        return found

    def builds(self, folders: Iterable[str]) -> tuple[FluxBuild, ...]:
        """The Flux Kustomizations that build one of these folders."""
        found = {each.key: each for f in folders for each in self._built.get(f, ())}
        return tuple(found[key] for key in sorted(found, key=str))

    def deployed(self, folders: Iterable[str]) -> tuple[list[FluxBuild], list[tuple[str, FluxPath]]]:
        """The Flux Kustomizations that these folders (or files) hold, or are built into what they hold, and so on
        through what those build; and, each with its file, those that lead to what is not here: another repository, a
        folder that a variable names."""
        held = defaultdict[str, list[FluxBuild]](list)
        for each in self.flux:
            held[each.file].append(each)
        found: dict[FluxKey, FluxBuild] = {}
        lost: dict[FluxKey, tuple[str, FluxPath]] = {}
        todo = [(folder, True) for folder in folders]
        seen = set(todo)
        while todo:
            folder, whole = todo.pop()
            for path in sorted(self._taken_by(folder, whole=whole)):
                for flux in self.facts[path].flux if path in self.facts else ():
                    if not any(flux.source) and flux.path == ".":
                        continue  # a patch of another one, which says nothing of its folder
                    build = next((each for each in held[path] if each.flux is flux), None)
                    if build is not None and self.is_built(build.folder):
                        found[build.key] = build
                        new = {(each, False) for each in (build.folder, *build.components)} - seen
                        seen |= new
                        todo += new
                    elif any(flux.source):
                        lost[path, flux.name, flux.namespace] = (path, flux)
        return list(found.values()), [each for key, each in lost.items() if key not in found]

    def _taken_by(self, folder: str, *, whole: bool) -> set[str]:
        """The files that a build of the folder reads; with `whole` all below it, and what their builds read."""
        prefix = "" if folder == "." else folder + "/"
        inside = [path for path in self.facts if path == folder or path.startswith(prefix)] if whole else []
        built = [each for each in self.files if whole and each.startswith(prefix)]
        start = [folder] if folder in self.files else self.below(folder)
        return {*inside, *self.closure([*start, *built])[0]}

    def tops(self, folders: Iterable[str]) -> tuple[str, ...]:
        """Of a set that `reach` gave, the folders that no other folder and no Flux Kustomization takes in."""
        return tuple(sorted(f for f in folders if f in self.files and not self.takers(f) and f not in self._built))

    def roots(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The folders that have to be built to see all of what these files are part of."""
        reached = set[str]().union(*(self.reach(path) for path in paths))
        return tuple(sorted({each.folder for each in self.builds(reached)} | set(self.tops(reached))))

    def is_built(self, folder: str) -> bool:
        """Whether there is anything to build in it."""
        return folder in self.files or bool(self.below(folder))

    def below(self, folder: str) -> list[str]:
        """What Flux's generated kustomization of a folder without one would list, in its order."""
        prefix = "" if folder == "." else folder + "/"
        folders = sorted(f for f in self.files if f.startswith(prefix) and f != folder)
        inner = [f for f in folders if not any(f.startswith(each + "/") for each in folders if each != f)]
        files = [
            path
            for path in self.facts
            if path.startswith(prefix)
            and path.endswith((".yaml", ".yml"))
            and not any(path.startswith(each + "/") for each in inner)
        ]
        return sorted([*inner, *files])

    def closure(self, folders: Iterable[str]) -> tuple[set[str], set[str], list[str]]:
        """All files and kustomization folders that a build of `folders` reads, and what it names outside of here."""
        files: set[str] = set()
        seen: set[str] = set()
        leaves: list[str] = []
        todo = list(folders)
        while todo:
            path = self.real(todo.pop())
            if path in seen or path in files:
                continue
            if path not in self.files:
                files.add(path)
                continue
            seen.add(path)
            file, settings = self.files[path]
            files.add(file)
            todo += [reference for _, reference in settings.references]
            leaves += settings.leaves
        return files, seen, leaves

    def namespaces(self, path: str, namespace: str | None) -> frozenset[str]:
        """Every namespace that an object of the file `path` ends up in; empty where nothing says it."""
        found: set[str] = set()
        seen: set[tuple[str, str | None]] = set()
        todo: list[tuple[str, str | None]] = [(path, namespace)]
        while todo:
            here = todo.pop()
            if here in seen:
                continue
            seen.add(here)
            takers = self.takers(here[0])
            builds = self._built.get(here[0], ())
            for folder in takers:
                settings = self.files[folder][1] if folder in self.files else None
                todo.append((folder, (settings.namespace if settings else None) or here[1]))
            for each in builds:
                if (where := each.flux.target_namespace or here[1]) is not None:
                    found.add(where)
            if not takers and not builds and here[1] is not None:
                found.add(here[1])
        return frozenset(found)
