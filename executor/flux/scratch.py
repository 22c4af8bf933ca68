"""Scratch copies: of what one build reads and of nothing else, with what a Flux Kustomization adds written in."""

from __future__ import annotations

import json
import os
import posixpath
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from executor.errors import Refused
from executor.flux.facts import ADDING, is_remote, normal
from executor.flux.graph import Graph, above
from executor.tools.kustomize import Build, load
from executor.tools.tree import Tree
from executor.values import dataclass

FLUX_FLAGS = ("--load-restrictor", "LoadRestrictionsNone")
"""As the kustomize-controller builds. On a scratch copy that holds files of this repository alone it widens nothing."""


@dataclass(frozen=True, eq=False)
class Side:
    """The repository before or after an edit: `contents` lie over the tree."""

    tree: Tree
    graph: Graph
    contents: Mapping[str, bytes | None]

    def read(self, path: str) -> bytes | None:
        """None where there is no such file, or it leads out of the repository."""
        if path in self.contents:
            return self.contents[path]
        try:
            return self.tree.read(path)
        except (OSError, Refused):
            return None

    def documents(self, path: str) -> list[Any]:
        """The values in a YAML file; nothing where it cannot be read."""
        import yaml

        try:
            return load(self.read(path) or b"")
        except yaml.YAMLError:
            return []


@dataclass(frozen=True)
class Target:
    """One build: a folder, and the Flux Kustomization (as it is in the cluster) that builds it, if one does. `file`
    declares it; it is named where two of one name build one folder (in two clusters). `loose`: built as Flux builds,
    although no Flux Kustomization is known to."""

    folder: str
    flux: Mapping[str, Any] | None = None
    file: str | None = None
    loose: bool = False

    @property
    def flux_name(self) -> str:
        """`namespace/name` of the Flux Kustomization; empty without one."""
        metadata = (self.flux or {}).get("metadata") or {}
        return f"{metadata.get('namespace') or 'flux-system'}/{metadata.get('name')}" if self.flux is not None else ""

    @property
    def label(self) -> str:
        if self.flux is None:
            return self.folder
        return f"{self.folder} (Flux Kustomization {self.flux_name}{f' of {self.file}' if self.file else ''})"

    @property
    def spec(self) -> Mapping[str, Any]:
        spec = self.flux.get("spec") if self.flux else None
        return spec if isinstance(spec, dict) else {}

    @property
    def flags(self) -> tuple[str, ...]:
        return FLUX_FLAGS if self.flux is not None or self.loose else ()

    @property
    def folders(self) -> list[str]:
        """Where the build begins to read."""
        components = self.spec.get("components")
        added = components if isinstance(components, list) else []
        return [self.folder, *(normal(posixpath.join(self.folder, str(each))) for each in added)]

    def build_relevant(self) -> str:
        """What of the Flux Kustomization decides the outcome of its build, to compare two of them."""
        if self.flux is None:
            return ""
        return json.dumps(
            {key: self.spec.get(key) for key in ("path", "postBuild", *ADDING)}, sort_keys=True, default=str
        )


def remote_bases(side: Side, target: Target) -> list[str]:
    """What the target's build would fetch as a whole: the objects of these are not looked at."""
    folders = side.graph.closure(_start(side.graph, target))[1]
    return sorted({each for folder in folders for each in _bases_of(side, folder)})


def _start(graph: Graph, target: Target) -> list[str]:
    return [*target.folders[1:], *([target.folder] if target.folder in graph.files else graph.below(target.folder))]


_TAKEN_IN = ("resources", "bases", "crds")
"""Where a remote entry brings objects along and changes no other one; components, patches and transformers do."""


def _bases_of(side: Side, folder: str) -> list[str]:
    settings = side.graph.files[folder][1]
    if not any(map(is_remote, settings.leaves)):
        return []
    found = _kustomization(side, folder)
    listed = [each for key in _TAKEN_IN for each in found.get(key) or [] if isinstance(found.get(key), list)]
    return [each for each in listed if isinstance(each, str) and each in settings.leaves and is_remote(each)]


def _kustomization(side: Side, folder: str) -> dict[str, Any]:
    """A folder's kustomization; empty where it is none, and the build says what is wrong with it."""
    return next((each for each in side.documents(side.graph.files[folder][0]) if isinstance(each, dict)), {})


def write(side: Side, target: Target, root: Path) -> list[str]:
    """Lay everything that the target's build reads below `root`, without the remote bases. Returns what else it names
    outside of the repository: with that it cannot be built."""
    graph = side.graph
    generated = target.folder not in graph.files
    files, folders, leaves = graph.closure(_start(graph, target))
    bases = {folder: _bases_of(side, folder) for folder in folders}
    for folder in folders:
        files |= _named_by_plugins(side, folder)
    copy = _Copy(side, root)
    for path in sorted(files):
        copy.add(path)
    for link in {link for folder in folders for link in _links(graph, folder)}:
        copy.link(link, graph.links[link])
    (root / target.folder).mkdir(parents=True, exist_ok=True)
    for folder in (each for each in folders if bases[each]):
        _put(root / graph.files[folder][0], _without(_kustomization(side, folder), bases[folder]))
    if generated or any(target.spec.get(key) for key in ADDING):
        _write_kustomization(side, target, root, bases)
    left_out = {each for found in bases.values() for each in found}
    return [each for each in leaves if each not in left_out]


def _without(document: Mapping[str, Any], bases: Iterable[str]) -> dict[str, Any]:
    kept = dict(document)
    for key in _TAKEN_IN:
        if isinstance(kept.get(key), list):
            kept[key] = [each for each in kept[key] if each not in bases]
    return kept


def _put(place: Path, document: Mapping[str, Any]) -> None:
    place.unlink(missing_ok=True)  # it may be a hard link to the user's file
    place.write_text(json.dumps(document, default=str), encoding="utf-8")


def _links(graph: Graph, folder: str) -> Iterator[str]:
    """The symlinks on the way to what a kustomization names."""
    for _, path in graph.files[folder][1].references:
        yield from (each for each in (path, *above(path)) if each in graph.links)


class _Copy:
    """Files of one side below a folder: hard links where the file system allows it, for nothing that is built writes
    its inputs; whoever replaces one of them here has to unlink it first."""

    def __init__(self, side: Side, root: Path) -> None:
        self.side = side
        self.root = root
        self.folders: dict[str, str | None] = {}  # repository folder → its real place, None where it leads outside

    def add(self, path: str) -> None:
        place = self.root / path
        if path not in self.side.contents and self._link(path, place):
            return
        data = self.side.read(path)
        if data is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        elif not path.startswith("..") and self.side.tree.is_dir(path):
            _copy_folder(self.side, path, self)

    def link(self, path: str, target: str) -> None:
        """A symlink as it is in the repository."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.is_symlink() and not place.exists():
            place.symlink_to(posixpath.relpath(target, posixpath.dirname(path)))

    def _link(self, path: str, place: Path) -> bool:
        """False where it has to be read and written: another file system, a symlink, not there, not allowed."""
        folder, name = posixpath.split(path)
        if folder not in self.folders:
            self.folders[folder] = self._real(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
        real = self.folders[folder]
        if real is None:
            return False
        source = f"{real}/{name}"
        try:
            if not stat.S_ISREG(os.lstat(source).st_mode):
                return False
            os.link(source, place)
        except OSError:
            return False
        return True

    def _real(self, folder: str) -> str | None:
        try:
            return str(self.side.tree.locate(folder))
        except (OSError, Refused):
            return None


def _copy_folder(side: Side, folder: str, copy: _Copy) -> None:
    """A folder that the inventory leaves out (an archive, an ignored one) but a kustomization names: all of it."""
    for place in sorted(side.tree.locate(folder).rglob("*")):
        if place.is_file() and not place.is_symlink():
            copy.add(side.tree.relative(place))


def _named_by_plugins(side: Side, folder: str) -> set[str]:
    """Configurations of generators and transformers name files of their own, relative to the kustomization."""
    _, settings = side.graph.files[folder]
    found: set[str] = set()
    for field, path in settings.references:
        if field in ("generators", "transformers", "validators") and path not in side.graph.files:
            for text in _strings(side.documents(path)):
                named = posixpath.normpath(posixpath.join(folder, text.split("=", 1)[-1]))
                if "\n" not in text and not named.startswith("..") and side.read(named) is not None:
                    found.add(named)
    return found


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def _write_kustomization(side: Side, target: Target, root: Path, bases: Mapping[str, list[str]]) -> None:
    """As the kustomize-controller's generator does (fluxcd/pkg kustomize, `WriteFile`): namespace and prefix replaced,
    patches and components appended, images replaced by name or appended."""
    spec = target.spec
    if target.folder not in side.graph.files:
        relative = [posixpath.relpath(path, target.folder) for path in side.graph.below(target.folder)]
        name = posixpath.join(target.folder, "kustomization.yaml")
        document: dict[str, Any] = {"resources": [f"./{each}" for each in relative]}
    else:
        name = side.graph.files[target.folder][0]
        document = _without(_kustomization(side, target.folder), bases.get(target.folder, []))
        if not document:
            return  # the build says what is wrong with it
    document.setdefault("apiVersion", "kustomize.config.k8s.io/v1beta1")
    document.setdefault("kind", "Kustomization")
    for ours, theirs in (("namespace", "targetNamespace"), ("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix")):
        if spec.get(theirs):
            document[ours] = spec[theirs]
    for key in ("patches", "patchesStrategicMerge", "patchesJson6902", "components"):
        if spec.get(key):
            document[key] = [*(document.get(key) or []), *(_as_kustomize(key, each) for each in spec[key])]
    if spec.get("images"):
        document["images"] = _images(document.get("images") or [], spec["images"])
    _put(root / name, document)


def _as_kustomize(key: str, entry: Any) -> Any:
    if key in ("patchesStrategicMerge", "patchesJson6902"):  # inline objects there, texts here
        if key == "patchesStrategicMerge":
            return json.dumps(entry, default=str)
        return {**entry, "patch": json.dumps(entry.get("patch"), default=str)}
    return entry


def _images(own: list[Any], added: list[Any]) -> list[Any]:
    images = list(own)
    for each in added:
        same = [number for number, image in enumerate(images) if image.get("name") == each.get("name")]
        if same:
            images[same[0]] = each
        else:
            images.append(each)
    return images


def substituted(side: Side, target: Target, build: Build) -> list[bytes]:
    """The documents of a build after Flux's substitution. Values that only the cluster has leave `${…}` standing."""
    documents = build.documents()
    if not any(b"${" in each for each in documents):
        return documents
    known, complete = variables(side, target)
    if not known:
        return documents
    return [_substituted(each, known, complete) for each in documents]


_DISABLED = b"kustomize.toolkit.fluxcd.io/substitute: disabled"


def _substituted(document: bytes, known: Mapping[str, str], complete: bool) -> bytes:
    if b"${" not in document or _DISABLED in document:
        return document
    from executor.flux.variables import substitute

    return substitute(document.decode(), known, complete=complete).encode()


def variables(side: Side, target: Target) -> tuple[dict[str, str], bool]:
    """What `postBuild` substitutes, and whether that is all: of `substituteFrom` only ConfigMaps that lie in this
    repository in plain text are known."""
    post = target.spec.get("postBuild")
    if not isinstance(post, dict):
        return {}, True
    known: dict[str, str] = {}
    complete = True
    for reference in post.get("substituteFrom") or []:
        found = _data_of(side, target, str(reference.get("kind")), str(reference.get("name")))
        complete = complete and found is not None
        known |= found or {}
    inline = post.get("substitute")
    if isinstance(inline, dict):
        known |= {str(key): _text(value).replace("\n", "") for key, value in inline.items()}
    return known, complete


def _data_of(side: Side, target: Target, kind: str, name: str) -> dict[str, str] | None:
    """The data of the only ConfigMap of that name, or of the only one that comes to the cluster together with the Flux
    Kustomization, if its file is plain; None where the cluster alone knows."""
    places = [
        path
        for path, facts in side.graph.facts.items()
        for named in facts.manifests
        if kind == "ConfigMap" and named[3] == "ConfigMap" and named[4] == name
    ]
    if len(places) > 1:
        roots = set(side.graph.roots(_declaring(side.graph, target)))
        places = [each for each in places if roots & set(side.graph.roots([each]))]
    if len(places) != 1:
        return None
    for each in side.documents(places[0]):
        if isinstance(each, dict) and each.get("kind") == kind and (each.get("metadata") or {}).get("name") == name:
            data = each.get("data")
            plain = "sops" not in each and isinstance(data, dict)
            return {str(key): _text(value).replace("\n", "") for key, value in data.items()} if plain else None  # type: ignore[union-attr]
    return None


def _declaring(graph: Graph, target: Target) -> set[str]:
    """The files that declare a target's Flux Kustomization."""
    metadata = (target.flux or {}).get("metadata") or {}
    same = [each for each in graph.flux if each.folder == target.folder and each.flux.name == metadata.get("name")]
    return {target.file} if target.file else {each.file for each in same}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
