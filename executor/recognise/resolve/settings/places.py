"""Every place that a setting may have, as the repository stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from executor.errors import Blocked
from executor.reasons import ReasonCode
from executor.recognise.meaning import Exact, Holder, Named
from executor.recognise.names import AUTOSCALER, WORKLOAD_KINDS, AManifest, Entry
from executor.recognise.resolve.base import KUSTOMIZATION_FILES
from executor.recognise.resolve.edits import objects_of
from executor.values import dataclass, replace

if TYPE_CHECKING:
    from executor.flux.settings import Seat, Wish
    from executor.recognise.resolve.settings.asks import SettingAsks

_TOP_KEYS = frozenset({"apiVersion", "kind", "metadata", "spec", "status", "data"})
OF_ANY_FILE = ("key", "env", "spoken", "listed", "text")
"""What a file that holds no object may have, too."""
_HOLD_VALUES = frozenset({*WORKLOAD_KINDS, "ConfigMap", "HelmRelease", "Kustomization"})


@dataclass(frozen=True)
class Place:
    """One place for the value. `holder` says whose it is to people; `where` picks the document of the file."""

    file: str
    seat: Seat
    kind: str
    holder: str
    where: str | None = None
    api_version: str | None = None

    def __str__(self) -> str:
        from executor.flux.settings import shown

        now = f" = {self.seat.text}" if self.seat.text and self.kind != "Secret" else ""
        return f"{self.file}:{self.seat.line} ({self.holder}: {shown(self.seat.path)}{now})"


class Places:
    """The places for one setting of one object."""

    def __init__(
        self, asks: SettingAsks, named: Named, holder: Holder, file: str | None, limits: dict[str, Any]
    ) -> None:
        self.asks, self.at, self.named, self.holder = asks, asks.at, named, holder
        self.file, self.limits = file, limits
        self.stage = limits.get("stage")
        self.removes = False
        self.old = ""
        """The value that is looked for, where that says which is meant."""
        self.scalers: list[AManifest] = []
        self.exact: Exact | None = None
        """The same in code beside the words: which of the places, and to what."""

    def _is_whole(self) -> bool:
        """A path from the top of an object, in code: its last key may be added."""
        token = self.named.token
        return token is not None and token.code and re.split(r"[.\[]", self.named.name)[0] in _TOP_KEYS

    def _blocked(self, found: Sequence[Place], what: str) -> Blocked:
        listed = ", ".join(map(str, found[:10])) + (f" and {len(found) - 10} more" if len(found) > 10 else "")
        return Blocked(ReasonCode.AMBIGUOUS, f"{self._what()} may be {listed}; {what}")

    def _reaches(self, path: str) -> bool:
        """Whether a file is part of what is deployed to the stage, among others."""
        from executor.flux.layers import deployed_by
        from executor.flux.where import named

        return bool(named(deployed_by(self.at.inventory.graph, path), self.stage))

    def _known(self) -> list[str]:
        """What could be set of the objects that are called so."""
        from executor.flux.settings import document, generated_keys, names

        known: list[str] = []
        for each in self._objects():
            if is_generated(each):
                known += generated_keys(self.at.read(each.path), each.name)
                continue
            root = document(self.at.read(each.path), each.kind, each.name)
            known += names(each.kind, root) if root is not None else []
        return known

    def _narrowed(self) -> bool:
        return any(key in self.limits for key in ("stage", "namespace", "file", "where"))

    def _places(self, *, anywhere: bool = False, lacking: bool = False) -> list[Place]:
        """Every place for it that stands where the sentence says. Where it is not set anywhere, the places where it
        could be added, for settings that every such object has (`lacking`: for all)."""
        wish = self._wish()
        every = [each for manifest in self._objects() for each in self._of_object(manifest, wish)]
        if self.file is not None and self.holder.token is None:
            every += self._of_file(wish)
        every = list({(each.file, each.seat.path, each.seat.line): each for each in every}.values())
        if not anywhere:
            inside = [each for each in every if self._stays(each.file)]
            every = inside + (self._beside(every, inside) if self.stage is not None and self.file is None else [])
        adds = lacking or self.named.what in ("replicas", "resource", "field")
        if self.stage is None and self.file is None:
            every = self._without_patches(every)
        there = {each.kind for each in every if each.seat.text is not None}
        found = [each for each in every if each.seat.text is not None or (adds and each.kind not in there)]
        taken = self._taken_there() if self.limits.get("check") and self.stage and not (anywhere or found) else None
        return found if taken is None else [taken]

    def _taken_there(self) -> Place | None:
        """For a look at a stage that has no value of its own: the place that all of it takes the value from, if nothing
        may change it on the way."""
        from executor.flux.layers import altered, counting
        from executor.flux.settings import documents

        graph, where = self.at.inventory.graph, str(self.stage)
        every = [each for each in self._places(anywhere=True) if self._reaches(each.file)]
        files = {each.file: each for each in every if each.seat.text is not None and not each.seat.fixed}
        if not files or len(files) < len(every) or len({self._value_at(each) for each in every}) > 1 or self.file:
            return None
        kept = counting(graph, sorted(files), where=where) or []
        if len(kept) != 1 or self.named.what in ("label", "annotation") or self._may_be_lost(files[kept[0]]):
            return None
        if altered(graph, kept[0], where, lambda path: [key for one in documents(self.at.read(path)) for key in one]):
            return None
        self.at.remark(f"{self.stage} takes it from {files[kept[0]]}")
        return files[kept[0]]

    def _may_be_lost(self, place: Place) -> bool:
        """Whether what lies over it may take it away without naming it: another list in its place, an operation on what
        is above it, `$patch`, null, a generator."""
        from executor.flux.settings import documents, empties, takes_away

        lists = [step for step in place.seat.path if not isinstance(step, str)]
        if any(isinstance(each, int) for each in lists) or (lists and place.kind not in WORKLOAD_KINDS):
            return True
        if place.kind == "HelmRelease" and "targetPath" in (self.at.read(place.file) or ""):
            return True
        others = [each for each in self._objects() if each.path != place.file and self._reaches(each.path)]
        if any(is_generated(each) or empties(self.at.read(each.path) or "") for each in others):
            return True
        kind, _, name = place.holder.partition(" ")
        files = [each for each in self._kustomizations(place.file) if self._reaches(each)]
        roots = [(each, root) for each in files for root in documents(self.at.read(each))[:1]]
        return any(takes_away(each, kind, name, self.at.read) for each in roots)

    def _beside(self, every: Sequence[Place], inside: Sequence[Place]) -> list[Place]:
        """What stands in a base and is deployed to the stage, too: another container's, another part's. Its value for
        what a file of the stage has itself lies below that; where the stage has none, the base is no place for it."""
        own = {self._value_at(each) for each in inside}
        return [
            each
            for each in (every if inside and self.holder.file is None else ())
            if each not in inside and each.seat.text is not None and not each.seat.fixed
            and self._value_at(each) not in own and self._reaches(each.file)
        ]  # fmt: skip

    def _value_at(self, place: Place) -> tuple[object, ...]:
        """What two places of one value have in common."""
        counted = self.named.what == "replicas" and place.kind in ("Deployment", "StatefulSet")
        return (place.kind, *(() if counted else (place.holder,) if place.kind == "ConfigMap" else place.seat.path))

    def _without_patches(self, every: list[Place]) -> list[Place]:
        """Nothing is added to a patch where the object itself could have it, unless the patch's place is meant."""
        graph = self.at.inventory.graph
        patches = {path for _, said in graph.files.values() for field, path in said.references if "patches" in field}
        whole = {each.kind for each in every if each.file not in patches}
        return [
            each for each in every if each.seat.text is not None or each.file not in patches or each.kind not in whole
        ]

    def _wish(self) -> Wish:
        from executor.flux.settings import Wish

        container = self.holder.container.text if self.holder.container is not None else None
        loose = self.holder.kind is None and self.named.kind is None
        part = (*self.holder.part, *self.named.part)
        return Wish(self.named.what, self.named.name, container, loose, part, self.old)

    def _objects(self) -> list[AManifest]:
        """What is called so, of the kinds that are meant."""
        names, token = self.asks.names, self.holder.token
        if token is None:
            return [each for each in names.manifests if each.path == self.file]
        if self.scalers:
            return self.scalers
        kind = self.holder.kind or self.named.kind
        if self.named.kind not in (None, kind):
            return []  # "the pod interval of the kiosk HelmRelease" is not that of the release
        entry = token.entry or names.entry(token.text)
        if kind == "Namespace":
            return [each for each in names.of_kind("Namespace") if entry is not None and each.name == entry.name]
        found = list(objects_of(entry, kind)) or self._made_by_chart(entry, kind)
        if kind is None and not found and entry is not None:
            found = [each for each in entry.others if each.kind not in ("Namespace", "Secret")]
        if kind is None and self.named.what in ("key", "env"):
            found += self._referenced(found)
        if kind == AUTOSCALER:
            found += [each for each in self._scaling() if each not in found]
        return [each for each in found if self._is_there(each)]

    def _made_by_chart(self, entry: Entry | None, kind: str | None) -> list[AManifest]:
        """ "the backup cron job": the schedule of what a release of that name makes."""
        job = kind == "CronJob" and self.named.name == "schedule"
        return list(entry.releases) if entry is not None and job else []

    def _scaling(self) -> list[AManifest]:
        """The autoscalers that have what is named for their target, with the patches of them."""
        from executor.flux.settings import document, scales

        every = self.asks.names.of_kind(AUTOSCALER) if self.holder.token is not None else []
        target = self.holder.token.text if self.holder.token is not None else ""
        found = {
            each.name
            for each in every
            if (root := document(self.at.read(each.path), each.kind, each.name)) is not None and scales(root, target)
        }
        return [each for each in every if each.name in found and self._is_there(each)]

    def block_nameless(self) -> NoReturn:
        """Raises Blocked for a key that is named without an object, with the objects that have it: what is written
        beside it, or stands above it, may mean another one."""
        names, key = self.asks.names, self.named.name
        word = re.compile(rf"(?<![\w.-]){re.escape(key.rpartition('.')[2])}(?![\w-])")
        made = [each for entry in names.entries.values() for each in entry.configs if is_generated(each)]
        known = [*(each for each in names.manifests if each.kind in _HOLD_VALUES), *made]
        texts = {path: self.at.read(path) or "" for path in {each.path for each in known} if self._stays(path)}
        found = [
            each
            for each in known
            if word.search(texts.get(each.path, ""))
            and any(place.seat.text is not None for place in self._of_object(each, self._wish()))
        ]
        alone = len(self.asks.asks) == 1  # of "kiosk: A → 1, B → 2" the object is said, and another is none
        if alone and len({(each.kind, each.name) for each in found}) == 1 and self.named.token is not None:
            self.asks.instead = (self.named.token, f"{key} of {found[0].name}")
        listed = ", ".join(f"{each.kind} {each.name} ({each.path}:{each.line})" for each in found[:10])
        there = f"; it stands in {listed}" if found else ""
        raise Blocked(ReasonCode.AMBIGUOUS, f"of what {key} is to be set is not said{there}; name it")

    def _referenced(self, found: Sequence[AManifest]) -> list[AManifest]:
        """ConfigMaps that the workload takes its variables from, if nothing else takes them from there."""
        from executor.flux.settings import document, referenced

        own = {name for each in found if each.kind in WORKLOAD_KINDS
               if (root := document(self.at.read(each.path), each.kind, each.name)) is not None
               for name in referenced(each.kind, root)}  # fmt: skip
        if not own:
            return []
        mine = {(each.kind, each.name) for each in found}
        others: set[str] = set()
        for each in self.asks.names.manifests:
            if each.kind in WORKLOAD_KINDS and (each.kind, each.name) not in mine:
                root = document(self.at.read(each.path), each.kind, each.name)
                others |= set(referenced(each.kind, root)) if root is not None else set()
        entries = [self.asks.names.entry(name) for name in sorted(own - others)]
        return [each for entry in entries if entry is not None for each in entry.configs if each not in found]

    def _of_object(self, manifest: AManifest, wish: Wish) -> Iterator[Place]:
        from executor.flux.settings import counted, document, documents, generated, patched, seats

        if is_generated(manifest):
            for root in documents(self.at.read(manifest.path))[:1]:
                for seat in generated(root, manifest.name, wish.name, self._feeds(manifest.path)):
                    yield self._place_of(manifest, seat)
            return
        root_of = document(self.at.read(manifest.path), manifest.kind, manifest.name)
        if root_of is not None:
            version = str(root_of.get("apiVersion", ""))
            for seat in seats(manifest.kind, root_of, wish):
                yield replace(self._place_of(manifest, seat), api_version=version)
        for file in self._kustomizations(manifest.path):
            for root in documents(self.at.read(file))[:1]:
                if wish.what == "replicas" and not wish.part and manifest.kind in ("Deployment", "StatefulSet"):
                    yield from (Place(file, seat, manifest.kind, "kustomize") for seat in counted(root, manifest.name))
                for seat in patched((file, root), manifest.kind, manifest.name, wish, self.at.read):
                    yield Place(file, seat, manifest.kind, "kustomize")

    def _of_file(self, wish: Wish) -> Iterator[Place]:
        """Of a file that is named and holds no object: a values file, a kustomization."""
        from executor.flux.settings import documents, seats

        assert self.file is not None
        if self._objects():
            return
        for root in documents(self.at.read(self.file)):
            for seat in seats("", root, wish) if wish.what in OF_ANY_FILE else ():
                yield Place(self.file, seat, "", self.file.rpartition("/")[2])

    def _feeds(self, path: str) -> Any:
        """Reads a file that a generator takes its keys from."""
        folder = path.rpartition("/")[0]
        return lambda name: self.at.read(f"{folder}/{name}" if folder else name)

    def _kustomizations(self, path: str) -> list[str]:
        graph = self.at.inventory.graph
        return sorted(graph.files[folder][0] for folder in graph.reach(path) if folder in graph.files)

    def _place_of(self, manifest: AManifest, seat: Seat) -> Place:
        holder = f"{manifest.kind} {manifest.name}"
        return Place(manifest.path, seat, manifest.kind, holder, self._document(manifest))

    def _document(self, manifest: AManifest) -> str | None:
        """`Kind/name`, where the object shares its file with others."""
        shared = sum(each.path == manifest.path for each in self.asks.names.manifests) > 1
        return f"{manifest.kind}/{manifest.name}" if shared else None

    def _stays(self, path: str) -> bool:
        """Whether a file is where the sentence says."""
        if self.stage is not None and self.holder.file is None and not self.asks._in_stage(path, self.stage):
            return False
        if self.file is not None and path != self.file:
            return False
        folder = self.limits.get("where")
        return folder is None or path.startswith(folder.rstrip("/") + "/")

    def _is_there(self, manifest: AManifest) -> bool:
        namespace = self.limits.get("namespace")
        if is_generated(manifest):
            return self.named.what in ("key", "env", "spoken")  # it has data and nothing else
        if namespace is None:
            return True
        return namespace in self.at.inventory.graph.namespaces(manifest.path, manifest.namespace)

    def _called(self) -> str:
        token = self.holder.token
        return f"{self.holder.kind or ''} {token.text}".strip() if token is not None else str(self.file)

    def _what(self) -> str:
        named, part = self.named, "".join(f"{each} " for each in self.named.part)
        if named.what == "resource":
            bound, _, resource = named.name.partition(".")
            return f"{part}{resource} {bound.removesuffix('s')} of {self._called()}"
        name = f'"{self.old}"' if named.what == "text" else named.name or named.what
        return f"{part}{name} of {self._called()}"


def is_generated(manifest: AManifest) -> bool:
    return manifest.path.rpartition("/")[2] in KUSTOMIZATION_FILES and manifest.kind == "ConfigMap"
