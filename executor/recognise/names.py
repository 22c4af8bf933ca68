"""The names that exist: what a word of a sentence may stand for, read from the inventory once per repository."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from executor.recognise.words import OBJECT_KINDS, fold
from executor.values import dataclass, field

T = TypeVar("T")

SOURCE_KINDS = ("OCIRepository", "GitRepository", "HelmRepository", "HelmChart")
AUTOSCALER = "HorizontalPodAutoscaler"
WORKLOAD_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Service", "Ingress")
_LISTS = {
    "HelmRelease": "releases", "Kustomization": "kustomizations", "ConfigMap": "configs",
    **dict.fromkeys(SOURCE_KINDS, "sources"), **dict.fromkeys(WORKLOAD_KINDS, "workloads"),
}  # fmt: skip
"""Kind → the list of an entry that its objects are in."""
_ALWAYS = ("default", "kube-system", "flux-system")
"""Namespaces of every cluster that Flux works on."""
_BEFORE_PLACES = ("clusters", "overlays", "environments", "envs")


class AManifest(Protocol):
    """An object that some manifest defines."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def api_version(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def namespace(self) -> str | None: ...


class AnImage(Protocol):
    """An image that can be built here."""

    @property
    def name(self) -> str: ...
    @property
    def context(self) -> str: ...
    @property
    def dockerfile(self) -> str: ...
    @property
    def group(self) -> str | None: ...
    @property
    def script(self) -> str | None: ...


class APin(Protocol):
    """An image reference in a manifest."""

    @property
    def repository(self) -> str: ...
    @property
    def tag(self) -> str | None: ...
    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...


class AnInventory(Protocol):
    """What this room reads of `executor.flux.inventory.Inventory`."""

    @property
    def root(self) -> Path: ...
    @property
    def manifests(self) -> Iterable[AManifest]: ...
    @property
    def kustomizations(self) -> tuple[str, ...]: ...
    @property
    def images(self) -> Iterable[AnImage]: ...
    @property
    def pinned_images(self) -> Iterable[APin]: ...
    @property
    def registries(self) -> Iterable[str]: ...
    @property
    def charts(self) -> Mapping[str, frozenset[str]]: ...


@dataclass(slots=True)
class Entry:
    """What one name stands for. Several may be true at once (a release, its group of images and its namespace)."""

    name: str
    releases: list[AManifest] = field(default_factory=list)
    sources: list[AManifest] = field(default_factory=list)
    kustomizations: list[AManifest] = field(default_factory=list)
    workloads: list[AManifest] = field(default_factory=list)
    configs: list[AManifest] = field(default_factory=list)
    others: list[AManifest] = field(default_factory=list)
    images: list[AnImage] = field(default_factory=list)
    group: list[AnImage] = field(default_factory=list)
    pins: list[APin] = field(default_factory=list)
    charted: list[str] = field(default_factory=list)
    """The releases that are made from a chart of this name."""
    namespace: bool = False
    place: bool = False
    part: bool = False


_OF_INVENTORY: weakref.WeakKeyDictionary[AnInventory, Names] = weakref.WeakKeyDictionary()


def names_of(inventory: AnInventory) -> Names:
    """The names of an inventory, made once: many tasks are read against one repository."""
    found = _OF_INVENTORY.get(inventory)
    if found is None:
        found = _OF_INVENTORY[inventory] = Names(inventory)
    return found


class Names:
    """Look-up by case-folded name over one inventory."""

    def __init__(self, inventory: AnInventory) -> None:
        self.root = inventory.root
        self.folders = inventory.kustomizations
        self.images: tuple[AnImage, ...] = tuple(inventory.images)
        self.manifests: tuple[AManifest, ...] = tuple(inventory.manifests)
        self.pins: tuple[APin, ...] = tuple(inventory.pinned_images)
        self.registries: tuple[str, ...] = tuple(dict.fromkeys(fold(each) for each in inventory.registries))
        self.charts = inventory.charts
        self.kinds = {fold(each.kind): each.kind for each in self.manifests if each.kind not in OBJECT_KINDS}
        """Kinds of custom resources that there are objects of: folded → as it is written."""
        self.entries: dict[str, Entry] = {}
        self._read_manifests(_set_by_kustomize(inventory))
        for generated in _generated(inventory):
            self._at(generated.name).configs.append(generated)
        self._read_images()
        self._read_pins()
        for release in sorted(self.charts):
            for chart in sorted(self.charts[release]):
                self._at(chart).charted.append(release)
        self._read_places()
        self.typed: dict[str, tuple[int, Entry | None, Any]] = {}
        """Words that the lexer typed by these names: classes, entry, value."""
        self.spoken = self._spoken()
        self.first_spoken: dict[str, int] = {}
        """First word of a spoken name → the words of the longest such name."""
        for parts in self.spoken:
            self.first_spoken[parts[0]] = max(len(parts), self.first_spoken.get(parts[0], 0))

    def entry(self, name: str) -> Entry | None:
        return self.entries.get(fold(name))

    def near(self, name: str, wanted: Iterable[str] | None = None, *, cutoff: float = 0.6) -> list[str]:
        """Up to three names that exist and look like `name`."""
        known = {fold(each): each for each in (wanted if wanted is not None else self._nameable())}
        from difflib import get_close_matches

        return [known[each] for each in get_close_matches(fold(name), known, n=3, cutoff=cutoff)]

    def parts(self, word: str) -> list[str]:
        """Names with `word` for one of their parts ("prometheus", "kube-prometheus-stack"), or that are one of its."""
        folded = fold(word)
        own = set(re.split("[-_/]", folded)) - {folded}
        found = (each for each in self._nameable() if folded in re.split("[-_/]", fold(each)) or fold(each) in own)
        return sorted(each for each in found if fold(each) != folded)

    def below(self, folder: str) -> list[str]:
        """The releases in folders that are called so."""
        folded = fold(folder)
        return sorted({each.name for each in self.of_kind("HelmRelease") if folded in fold(each.path).split("/")[:-1]})

    def some(self) -> list[str]:
        """A name of each sort: what stands in the place of one could stand there."""
        entries = self.entries.values()
        sorts = ("releases", "images", "sources", "kustomizations")
        return [name for sort in sorts for name in [next((e.name for e in entries if getattr(e, sort)), None)] if name]

    def places(self) -> Iterator[tuple[str, list[str]]]:
        """What else may be named: what it is called, and names of it."""
        yield "namespace", sorted(each.name for each in self.entries.values() if each.namespace)
        yield "cluster", sorted(each.name for each in self.entries.values() if each.place)
        yield "registry", ["ghcr.io"]
        yield "folder", [f"{folder}/kustomization.yaml" for folder in self.folders[:1]]

    def _nameable(self) -> Iterator[str]:
        for entry in self.entries.values():
            if is_named(entry) or entry.charted:
                yield entry.name

    def of_kind(self, kind: str) -> list[AManifest]:
        return [each for each in self.manifests if each.kind == kind]

    def _at(self, name: str) -> Entry:
        key = fold(name)
        found = self.entries.get(key)
        if found is None:
            found = self.entries[key] = Entry(name)
        return found

    def _read_manifests(self, namespaces: Iterable[str]) -> None:
        for each in self.manifests:
            if each.kind == "Namespace":
                self._at(each.name).namespace = True
            elif each.name and not each.api_version.startswith("kustomize.config.k8s.io/"):
                getattr(self._at(each.name), _LISTS.get(each.kind, "others")).append(each)
            if each.namespace:
                self._at(each.namespace).namespace = True
        for namespace in (*_ALWAYS, *namespaces):
            self._at(namespace).namespace = True

    def _read_images(self) -> None:
        for image in self.images:
            self._at(image.name).images.append(image)
            if image.group:
                self._at(image.group).group.append(image)
        for short, same in _by_last_part((each.name, each) for each in self.images).items():
            if len({each.name for each in same}) == 1 and not self._at(short).images:
                self._at(short).images.extend(same)

    def _read_pins(self) -> None:
        for pin in self.pins:
            self._at(pin.repository).pins.append(pin)
            without_host = _without_host(pin.repository)
            if without_host != pin.repository:
                self._at(without_host).pins.append(pin)
        for short, same in _by_last_part((each.repository, each) for each in self.pins).items():
            if len({each.repository for each in same}) == 1 and not self._at(short).pins:
                self._at(short).pins.extend(same)

    def _read_places(self) -> None:
        folders = {each.path.rpartition("/")[0] for each in self.manifests} | set(self.folders)
        for folder in folders:
            before = ""
            for part in folder.split("/"):
                if part and part != ".":
                    entry = self._at(part)
                    entry.part = True
                    entry.place = entry.place or before in _BEFORE_PLACES
                before = part

    def _spoken(self) -> dict[tuple[str, ...], str | None]:
        """Names of several parts as a person would speak them: ("render", "worker") → "render-worker".

        None where two names are spoken alike.
        """
        spoken: dict[tuple[str, ...], str | None] = {}
        for key, entry in self.entries.items():
            parts = tuple(re.split(r"[-_/ ]", key))
            if 1 < len(parts) <= 5 and all(parts) and is_named(entry):
                spoken[parts] = None if parts in spoken else key
        return spoken


def _set_by_kustomize(inventory: AnInventory) -> Iterator[str]:
    """Namespaces that kustomizations, or Flux, put their objects into."""
    facts: Mapping[str, Any] = getattr(inventory, "facts", {})
    for each in facts.values():
        if each.settings is not None and each.settings.namespace:
            yield each.settings.namespace
        for path in each.flux:
            if path.target_namespace:
                yield path.target_namespace


@dataclass(frozen=True, slots=True)
class Generated:
    """A ConfigMap that a kustomization makes, or adds to (`configMapGenerator`)."""

    path: str
    line: int
    name: str
    api_version: str = "v1"
    kind: str = "ConfigMap"
    namespace: str | None = None


def _generated(inventory: AnInventory) -> Iterator[Generated]:
    facts: Mapping[str, Any] = getattr(inventory, "facts", {})
    for path, each in facts.items():
        for name, line in each.settings.config_maps if each.settings is not None else ():
            yield Generated(path, line, name)


def is_named(entry: Entry) -> bool:
    return bool(entry.releases or entry.images or entry.group or entry.sources or entry.kustomizations)


def _by_last_part(named: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for name, each in named:
        if "/" in name:
            found.setdefault(fold(name.rpartition("/")[2]), []).append(each)
    return found


def _without_host(repository: str) -> str:
    host, slash, rest = repository.partition("/")
    return rest if slash and ("." in host or ":" in host or host == "localhost") else repository
