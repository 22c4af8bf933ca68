"""Asks to requests: names to what they stand for, versions and registries to one each, or a Stop that says why not.

Judgements about the inside of files (a range, a shared source, $imagepolicy) are the operations' own, in `foresee`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from executor.errors import Blocked, Stop, Unresolved
from executor.models import Request, Source
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Change, Field, Images, Item, Place, Registry, Target, Wanted
from executor.recognise.names import AManifest, AnImage, Entry, Names
from executor.recognise.versions import EXACT, SHA, TWO, Version
from executor.recognise.words import WELL_KNOWN_REGISTRIES
from executor.values import dataclass

_SYNONYMS = {
    "production": ("production", "prod"), "prod": ("prod", "production"), "staging": ("staging", "stage"),
    "stage": ("stage", "staging"), "development": ("development", "dev"), "dev": ("dev", "development"),
}  # fmt: skip
_KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


@dataclass(frozen=True)
class Facts:
    """What the task's other criteria name explicitly, by what they ask for."""

    images: tuple[str, ...] = ()
    versions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hosts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    releases: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Setting:
    """Where a criterion is looked up: names, the task's own words around it, and the repository it works in."""

    names: Names
    line: int
    source: Source
    repository: str | None
    registry: str | None
    host_of_task: str | None
    version: Wanted | None
    version_said: str
    version_of: tuple[Entry, ...]
    """What the heading with the version names; empty: it is everything's."""
    explicit: bool
    """Only what is named counts: the task's criteria are being read for what they name."""
    stage: str | None
    facts: Callable[[], Facts]
    exists: Callable[[str], bool]
    read: Callable[[str], str | None]
    remark: Callable[[str], None]


class Incomplete(Exception):
    """A Stop on the way, with the requests that were already complete or known in part."""

    def __init__(self, stop: Stop, requests: Sequence[Request]) -> None:
        super().__init__(str(stop))
        self.stop, self.requests = stop, tuple(requests)


def resolve(asks: Sequence[Ask], setting: Setting) -> tuple[Request, ...]:
    """The requests of a sentence in order. Raises Incomplete."""
    resolver = Resolver(setting, asks)
    found: list[Request] = []
    for ask in asks:
        try:
            found += resolver.requests(ask)
        except Stop as stop:
            raise Incomplete(stop, [*found, *resolver.partial]) from None
    try:
        _separable(found)
    except Stop as stop:
        raise Incomplete(stop, ()) from None
    return _unique(found)


_LEFT = frozenset({"git.commit", "cluster.observe", "flux.reconcile"})


def _separable(requests: Sequence[Request]) -> None:
    """What is left to verification cannot stand in one criterion with what runs now: neither is ticked rightly then."""
    left = [each.operation in _LEFT for each in requests]
    if any(left) and not all(left):
        names = [each.operation for each in requests]
        raise Unresolved(
            ReasonCode.NOT_UNDERSTOOD,
            f"{names[left.index(True)]} belongs to verification, {names[left.index(False)]} does not; "
            "write two criteria",
        )


def _unique(requests: Iterable[Request]) -> tuple[Request, ...]:
    found: list[Request] = []
    for request in requests:
        if request not in found:
            found.append(request)
    return tuple(found)


class Resolver:
    """One sentence. `partial` holds what is known of an ask that could not be resolved."""

    def __init__(self, setting: Setting, asks: Sequence[Ask]) -> None:
        self.at, self.names, self.asks = setting, setting.names, asks
        self.partial: list[Request] = []
        self.images: Images | None = None

    def requests(self, ask: Ask) -> list[Request]:
        handler: Callable[[Ask], list[Request]] = getattr(self, "_" + ask.what.replace(".", "_"))
        return handler(ask)

    def _request(self, operation: str, **arguments: Any) -> Request:
        kept = {key: value for key, value in arguments.items() if value is not None and value is not False}
        return Request(operation, kept, self.at.source, self.at.line, self.at.repository)

    # --- images -----------------------------------------------------------------------------------------------------

    def _image_build(self, ask: Ask) -> list[Request]:
        found = self._meant(ask, build=True)
        return [self._request("image.build", image=name, tag=self._tag(ask, name, own)) for name, own in found]

    def _image_push(self, ask: Ask) -> list[Request]:
        found = self._meant(ask)
        return [
            self._request("image.push", image=name, tag=self._tag(ask, name, own), registry=self._host(ask, name))
            for name, own in found
        ]

    def _image_verify(self, ask: Ask) -> list[Request]:
        catalog = any(each.get("registry") and each.get("registry").catalog for each in self.asks)
        requests = []
        for name, own in self._meant(ask):
            digest = self._digest(ask, own)
            tag = None if digest else self._tag(ask, name, own)
            host = self._host(ask, name, verify=True)
            requests.append(
                self._request("image.verify", image=name, tag=tag, digest=digest, registry=host, catalog=catalog)
            )
        return requests

    def _meant(self, ask: Ask, *, build: bool = False) -> list[tuple[str, Item | None]]:
        """The images of an ask by name, each with the item that named it."""
        images: Images = ask.get("images")
        if images.it and self.images is not None:
            images = self.images
        self.images = images
        self.partial = [self._request(ask.what)]
        found: list[tuple[str, Item | None]] = []
        if images.items:
            found = [pair for item in images.items for pair in self._of_item(item, images, build=build)]
        else:
            found = [(name, None) for name in self._unnamed(images, build=build)]
        if images.count is not None and images.count != len(found):
            raise Blocked(
                ReasonCode.COUNT_DIFFERS,
                f"the sentence says {images.count} images, there are {len(found)}: {', '.join(n for n, _ in found)}; "
                "correct the number or name them",
            )
        self.partial = [self._request(ask.what, image=name) for name, _ in found]
        return found

    def _of_item(self, item: Item, images: Images, *, build: bool) -> list[tuple[str, Item | None]]:
        if item.reference is not None:
            if build:
                self._one_source([each for each in self.names.images if each.name == item.reference.repository])
            return [(item.reference.repository, item)]
        entry = item.token.entry
        assert entry is not None
        own, group = _distinct(entry.images), _distinct(entry.group)
        if images.plural and group:
            own = []
        if own and group and not images.noun:
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"{entry.name} is an image and a group of {len(group)} images ({', '.join(g.name for g in group)}); "
                f'write "the {entry.name} image" or "all {entry.name} images"',
            )
        if own:
            self._one_source(entry.images)
            return [(own[0].name, item)]
        if group:
            if images.noun and not images.plural and len(group) > 1:
                raise Blocked(
                    ReasonCode.AMBIGUOUS,
                    f"{entry.name} holds {len(group)} images: {', '.join(g.name for g in group)}; name one, or write "
                    f'"all {entry.name} images"',
                )
            for each in group:
                self._one_source([image for image in entry.group if image.name == each.name])
            return [(each.name, item) for each in group]
        if build:
            raise Blocked(ReasonCode.NOT_FOUND, f"{entry.name} is used here, but no folder here builds it")
        pinned = sorted({_bare(pin.repository) for pin in entry.pins})
        if len(pinned) != 1:
            raise Blocked(ReasonCode.AMBIGUOUS, f"{entry.name} may be {' or '.join(pinned)}; write the whole name")
        return [(pinned[0], item)]

    def _one_source(self, sources: Sequence[AnImage]) -> None:
        if len(sources) > 1:
            where = ", ".join(f"{each.context}/{each.dockerfile}".removeprefix("./") for each in sources)
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"{sources[0].name} can be built from several places: {where}; say which under [images] in "
                "executor.toml",
            )
        if not sources:
            raise Blocked(ReasonCode.NOT_FOUND, "no folder with a Dockerfile here builds that image")

    def _unnamed(self, images: Images, *, build: bool) -> list[str]:
        """The images of "the image", "images", "all 4 images"."""
        named = list(self.at.facts().images)
        if self.at.explicit:
            raise Blocked(ReasonCode.AMBIGUOUS, "which image is not said")
        here = list(dict.fromkeys(each.name for each in self.names.images))
        if images.plural or images.it:
            found = here if build or not named else named
            if not (build or named or images.every or len(here) == 1):
                raise Blocked(
                    ReasonCode.AMBIGUOUS,
                    f"which images is not said, and this task builds none; here are {', '.join(here) or 'none'}; name "
                    'them, or write "all images"',
                )
            if not found:
                raise Blocked(ReasonCode.NOT_FOUND, "no image is named, and no folder here holds a Dockerfile")
            return found
        found = named if named else here
        if len(found) != 1:
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"which image is not said; {'the task names' if named else 'here are'} "
                f"{', '.join(found) if found else 'none'}; name it",
            )
        return found

    def _tag(self, ask: Ask, name: str, item: Item | None) -> str:
        """The tag: of the item, the sentence, the nearest heading, the front matter, the task's other criteria."""
        found = self._said(ask, item)
        if found is None:
            found = self.at.version if self._is_its_version(name) else None
            others = self.at.facts().versions.get(name, frozenset()) if self._of_this_task(ask) else frozenset()
            if found is None and len(others) == 1:
                return next(iter(others))
            if found is not None and found.version is not None and others and found.version.text not in others:
                raise Blocked(
                    ReasonCode.NOT_DETERMINATE,
                    f"{self.at.version_said} says {found.text}, but other criteria of this task make {name} "
                    f"{', '.join(sorted(others))}; write the version",
                )
        if found is None:
            raise Blocked(
                ReasonCode.NOT_DETERMINATE,
                f"no version for {name}: neither the sentence nor its heading nor the front matter has one; write it",
            )
        return self._exact(found, "image").text

    def _is_its_version(self, name: str) -> bool:
        """A version of a heading that names something is that thing's and no other's."""
        if not self.at.version_of:
            return True
        images = [image.name for entry in self.at.version_of for image in (*entry.images, *entry.group)]
        return name in images or any(name == entry.name for entry in self.at.version_of)

    def _of_this_task(self, ask: Ask) -> bool:
        """What the task itself builds is what its sentences push and verify; a command's version comes from its own
        text, its heading or the front matter (criteria.md)."""
        return ask.what != "image.build" and self.at.source is Source.SENTENCE

    def _said(self, ask: Ask, item: Item | None) -> Wanted | None:
        images: Images = ask.get("images")
        own = [item.wanted] if item is not None and item.wanted is not None else []
        if item is not None and item.reference is not None and not own:
            reference = item.reference
            if reference.tag == "latest" and ask.what != "image.verify":
                own = [Wanted("vague", "latest")]
            elif reference.tag is not None:
                own = [Wanted("version", reference.tag, version=Version(reference.tag, EXACT))]
        said = [*own, images.wanted, ask.get("wanted")]
        if not any(said):
            said = [self.images.wanted if self.images else None, *(each.get("wanted") for each in self.asks)]
            said += (
                [
                    item.wanted
                    for each in self.asks
                    if each.get("images")
                    for item in each.get("images").items
                    if not own
                ]
                if len({i.wanted for a in self.asks if a.get("images") for i in a.get("images").items}) == 1
                else []
            )
        different = list(dict.fromkeys(each for each in said if each is not None))
        if len({each.text for each in different}) > 1:
            raise Unresolved(
                ReasonCode.NOT_DETERMINATE, f"two versions: {' and '.join(each.text for each in different)}; write one"
            )
        return different[0] if different else None

    def _digest(self, ask: Ask, item: Item | None) -> str | None:
        if item is not None and item.reference is not None and item.reference.digest:
            return item.reference.digest
        found = ask.get("wanted")
        return found.version.digest if found is not None and found.kind == "digest" else None

    def _exact(self, found: Wanted, of: str) -> Version:
        """The version itself, or why it is none."""
        if found.kind == "placeholder":
            raise Blocked(ReasonCode.PLACEHOLDER, f'"{found.text}" stands for a version; write the version')
        if found.kind == "range":
            raise Blocked(ReasonCode.NOT_DETERMINATE, f'"{found.text}" is a range; write one exact version')
        if found.version is None:
            raise Blocked(ReasonCode.NOT_DETERMINATE, f'"{found.text}" names no version; write one exact version')
        if of == "chart" and found.version.kind not in (EXACT, SHA) and not found.version.digest:
            raise Blocked(
                ReasonCode.NOT_DETERMINATE, f'"{found.text}" is no whole chart version; write all three parts'
            )
        return found.version

    # --- registries -------------------------------------------------------------------------------------------------

    def _host(self, ask: Ask, name: str, *, verify: bool = False) -> str:
        said = [ask.get("registry"), *(each.get("registry") for each in self.asks if each is not ask)]
        registries = [each for each in said if each is not None]
        hosts = list(dict.fromkeys(each.host for each in registries if each.host))
        hosts += [host for host in self._referenced(ask, name) if host not in hosts]
        if len(hosts) > 1:
            raise Blocked(ReasonCode.AMBIGUOUS, f"two registries: {' and '.join(hosts)}; write one")
        if hosts:
            return str(hosts[0])
        others = self.at.facts().hosts.get(name, frozenset())
        if verify and len(others) == 1:
            return next(iter(others))
        return self._default_host(name, private=any(each.private for each in registries))

    def _referenced(self, ask: Ask, name: str) -> list[str]:
        images: Images = ask.get("images") if ask.get("images").items else self.images or ask.get("images")
        return [
            item.reference.host
            for item in images.items
            if item.reference is not None and item.reference.host and item.reference.repository == name
        ]

    def _default_host(self, name: str, *, private: bool) -> str:
        own = sorted({_host_of(pin.repository) for pin in self.names.pins if _bare(pin.repository) == name} - {""})
        host = self.at.host_of_task or self.at.registry or (own[0] if len(own) == 1 else None)
        if host is None:
            raise Blocked(
                ReasonCode.NOT_DETERMINATE,
                f"which registry is not said for {name}"
                + (f" (it is pinned at {' and '.join(own)})" if own else "")
                + '; write it, or set "url" under [registry] in executor.toml',
            )
        if private and host in WELL_KNOWN_REGISTRIES.values():
            raise Blocked(
                ReasonCode.AMBIGUOUS, f"a private registry is asked for, but {host} is configured; write which"
            )
        return host

    def _registry_ping(self, ask: Ask) -> list[Request]:
        registry: Registry = ask.get("registry")
        self.partial = [self._request("registry.ping")]
        host = registry.host or self.at.host_of_task or self.at.registry
        if host is None:
            named = list(self.names.registries)
            hosts = sorted({host for each in self.at.facts().hosts.values() for host in each})
            candidates = hosts or named
            if len(candidates) != 1:
                raise Blocked(
                    ReasonCode.AMBIGUOUS if candidates else ReasonCode.NOT_DETERMINATE,
                    f"which registry is not said ({', '.join(candidates) or 'none is configured'}); write its host, or "
                    'set "url" under [registry] in executor.toml',
                )
            host = candidates[0]
        return [self._request("registry.ping", registry=host)]

    # --- versions in manifests --------------------------------------------------------------------------------------

    def _bump(self, ask: Ask) -> list[Request]:
        target: Target = ask.get("target")
        change: Change | None = ask.get("change")
        common = self._common(ask, target)
        self.partial = [self._request("helmrelease.bump", **common)]
        if target.names and len(target.names) == 1 and target.names[0].entry is not None:
            common["name"] = target.names[0].entry.name
            self.partial = [self._request("helmrelease.bump", **common)]
        common |= self._new_version(change, common.get("field"), target)
        self.partial = [self._request("helmrelease.bump", **common)]
        if target.names:
            field = ask.get("field")
            plural = field is not None and field.plural and "image" not in common
            return [
                each
                for token in target.names
                for each in (self._bump_images(token, common) if plural else [self._bump_named(target, token, common)])
            ]
        if change is not None and change.to.reference is not None:
            return [self._bump_pinned(common["image"], common)]
        return [
            self._request("helmrelease.bump", **{**common, "name": name, "namespace": namespace})
            for name, namespace in self._unnamed_releases(target, common)
        ]

    def _common(self, ask: Ask, target: Target) -> dict[str, Any]:
        """Arguments that do not depend on which release is meant."""
        field: Field | None = ask.get("field")
        common: dict[str, Any] = {"namespace": target.namespace}
        if field is not None and field.name:
            common["field"] = field.name
        if ask.get("rollback"):
            common["rollback"] = True
        for place in ask.get("where"):
            common |= self._place(place, common)
        if self.at.stage is not None and not {"where", "file", "everywhere"} & common.keys():
            common["where"] = self._stage(self.at.stage)
            self.at.remark(f"in {common['where']}, as its heading says")
        if target.file is not None:
            common["file"] = self._path(target.file)
        return common

    def _place(self, place: Place, so_far: Mapping[str, Any]) -> dict[str, Any]:
        if place.repository is not None:
            return {}  # the setting was chosen by it
        if place.everywhere:
            return {"everywhere": True}
        if place.path is not None:
            path = self._path(place.path)
            return {"file": path} if "." in path.rpartition("/")[2] else {"where": path}
        if place.namespace is not None:
            return {"namespace": place.namespace}
        assert place.stage is not None
        if so_far.get("where"):
            raise Unresolved(ReasonCode.AMBIGUOUS, f"two places: {so_far['where']} and {place.stage}; write one")
        return {"where": self._stage(place.stage)}

    def _stage(self, word: str) -> str:
        """The path part that a stage, cluster or overlay is called by here."""
        found = has_stage(self.names, word)
        if found is not None:
            return found
        raise Unresolved(ReasonCode.UNKNOWN_NAME, f'there is no folder "{word}" among the manifests here')

    def _new_version(self, change: Change | None, field: str | None, target: Target) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if change is None:
            if self.at.version is None:
                raise Blocked(
                    ReasonCode.NOT_DETERMINATE,
                    "to which version is not said: neither the sentence nor its heading nor the front matter has one",
                )
            names = {token.entry.name for token in target.names if token.entry is not None}
            if len(target.names) > 1:
                raise Blocked(
                    ReasonCode.NOT_DETERMINATE,
                    f"to which version is not said of {' and '.join(sorted(names))}; write it",
                )
            if self.at.version_of and not names <= {entry.name for entry in self.at.version_of}:
                raise Blocked(ReasonCode.NOT_DETERMINATE, f"{self.at.version_said} names another version; write it")
            return {"version": _written(self._exact(self.at.version, field or ""))}
        before, to = change.before, change.to
        if before is not None:
            if before.reference is not None and to.reference is not None:
                if before.reference.name != to.reference.name:
                    raise Blocked(ReasonCode.NOT_SUPPORTED, "a bump changes the version, not which image it is")
                found["from_version"] = before.reference.tag
            else:
                found["from_version"] = _written(self._exact(before, field or ""))
        if to.reference is not None:
            reference = to.reference
            if reference.tag == "latest":
                raise Blocked(ReasonCode.NOT_DETERMINATE, '"latest" names no version; write one exact version')
            text = (reference.tag or "") + (f"@{reference.digest}" if reference.digest else "")
            return {**found, "field": "image", "image": reference.name, "version": text.removeprefix("@")}
        return {**found, "version": _written(self._exact(to, field or ""))}

    def _bump_named(self, target: Target, token: Token, common: Mapping[str, Any]) -> Request:
        entry = token.entry
        if target.kind is not None and target.kind != "HelmRelease":
            return self._source_bump(target.kind, token, common)
        if entry is not None and entry.releases:
            return self._request("helmrelease.bump", **{**common, "name": entry.name})
        if target.kind == "HelmRelease" or entry is None:
            here = sorted({each.name for each in self.names.of_kind("HelmRelease")})
            near = self.names.near(token.text, here)
            raise Blocked(
                ReasonCode.NOT_FOUND,
                f"no HelmRelease {token.text} here"
                + (f"; nearest: {', '.join(near)}" if near else f"; there are {', '.join(here) or 'none'}"),
            )
        if entry.sources:
            kinds = sorted({each.kind for each in entry.sources})
            if len(kinds) > 1:
                raise Blocked(ReasonCode.AMBIGUOUS, f"{entry.name} is {' and '.join(kinds)}; say which")
            return self._source_bump(kinds[0], token, common)
        pinned = sorted({pin.repository for pin in entry.pins})
        if len(pinned) != 1:
            raise Blocked(ReasonCode.AMBIGUOUS, f"{entry.name} may be {' or '.join(pinned)}; write the whole name")
        return self._bump_pinned(pinned[0], common)

    def _bump_images(self, token: Token, common: Mapping[str, Any]) -> list[Request]:
        """All images of a release that are at one and the same old version, or that this task builds."""
        releases = token.entry.releases if token.entry is not None else []
        pins = [pin for pin in self.names.pins if len(releases) == 1 and pin.path == releases[0].path and pin.tag]
        built = self.at.facts().versions
        ours = [pin for pin in pins if common["version"] in built.get(_bare(pin.repository), frozenset())]
        same = len({pin.tag for pin in pins}) == 1
        if same or ours:
            repositories = dict.fromkeys(pin.repository for pin in (pins if same else ours))
            assert token.entry is not None
            return [
                self._request("helmrelease.bump", **{**common, "name": token.entry.name, "image": each})
                for each in repositories
            ]
        if len(pins) > 1:
            listed = ", ".join(f"{pin.repository}:{pin.tag} ({pin.path}:{pin.line})" for pin in pins)
            raise Blocked(ReasonCode.AMBIGUOUS, f"its images are at several versions: {listed}; name each")
        return [self._bump_named(Target("HelmRelease", (token,)), token, common)]

    def _source_bump(self, kind: str, token: Token, common: Mapping[str, Any]) -> Request:
        entry = token.entry
        there = [each for each in entry.sources if each.kind == kind] if entry is not None else []
        if not there:
            here = sorted({each.name for each in self.names.of_kind(kind)})
            near = self.names.near(token.text, here)
            raise Blocked(
                ReasonCode.NOT_FOUND,
                f"no {kind} {token.text} here" + (f"; nearest: {', '.join(near)}" if near else ""),
            )
        version = common["version"]
        given = {"digest": version} if version.startswith("sha256:") else {"version": version}
        kept = {
            key: common[key]
            for key in ("namespace", "file", "from_version", "where", "everywhere", "rollback")
            if key in common
        }
        return self._request("source.bump", kind=kind, name=there[0].name, **{**kept, **given})

    def _bump_pinned(self, repository: str, common: Mapping[str, Any]) -> Request:
        """An image wherever it is pinned, if that is one place: a kustomization's `images`, or a release's values."""
        pins = [pin for pin in self.names.pins if pin.repository == repository or _bare(pin.repository) == repository]
        if common.get("file"):
            pins = [pin for pin in pins if pin.path == common["file"]]
        if common.get("where"):
            pins = [pin for pin in pins if _below(pin.path, common["where"])]
        places = sorted({pin.path for pin in pins})
        if len(places) != 1:
            listed = ", ".join(f"{pin.path}:{pin.line}" for pin in pins)
            raise Blocked(
                ReasonCode.AMBIGUOUS if places else ReasonCode.NOT_FOUND,
                f"{repository} is pinned at {listed}; name the file"
                if places
                else f"{repository} is pinned nowhere here",
            )
        path, version = places[0], common["version"]
        if path.rpartition("/")[2] in _KUSTOMIZATION_FILES:
            tag, _, digest = version.partition("@") if not version.startswith("sha256:") else ("", "", version)
            return self._request(
                "kustomize.image", file=path, image=pins[0].repository, tag=tag or None, digest=digest or None
            )
        releases = [each for each in self.names.of_kind("HelmRelease") if each.path == path]
        if len(releases) != 1:
            raise Blocked(
                ReasonCode.NOT_SUPPORTED,
                f"{repository} is pinned at {path}:{pins[0].line}, which is no HelmRelease or kustomization; change it "
                "with manifest.set",
            )
        kept = {key: value for key, value in common.items() if key in ("version", "from_version", "rollback")}
        return self._request(
            "helmrelease.bump", name=releases[0].name, namespace=releases[0].namespace, field="image",
            image=pins[0].repository, file=path, **kept,
        )  # fmt: skip

    def _unnamed_releases(self, target: Target, common: Mapping[str, Any]) -> list[tuple[str, str | None]]:
        """ "The HelmRelease": the only one that the task's other criteria name, the only one at the old version, the
        only one here."""
        named = self.at.facts().releases
        if self.at.explicit:
            raise Blocked(ReasonCode.AMBIGUOUS, "which HelmRelease is not said")
        here = self.names.of_kind("HelmRelease")
        if common.get("where"):
            here = [each for each in here if _below(each.path, common["where"])]
        if common.get("file"):
            here = [each for each in here if each.path == common["file"]]
        pairs = _unique_pairs(here)
        if common.get("from_version") and (len(pairs) != 1):
            pairs = _unique_pairs(each for each in here if self._mentions(each, common["from_version"]))
            if target.every or target.plural:
                return pairs or self._no_release(common)
        if not target.plural and len(set(named)) == 1 and not common.get("from_version"):
            return [named[0]]
        if len(pairs) == 1 and (target.kind is not None or common.get("from_version") or common.get("file")):
            return pairs
        if not pairs:
            return self._no_release(common)
        listed = ", ".join(f"{each.name} ({each.path}:{each.line})" for each in here[:10])
        more = f" and {len(here) - 10} more" if len(here) > 10 else ""
        raise Blocked(ReasonCode.AMBIGUOUS, f"which HelmRelease is not said; here are {listed}{more}; name it")

    def _no_release(self, common: Mapping[str, Any]) -> list[tuple[str, str | None]]:
        at = f" at {common['from_version']}" if common.get("from_version") else ""
        raise Blocked(ReasonCode.NOT_FOUND, f"there is no HelmRelease{at} here; name it with its file")

    def _mentions(self, manifest: AManifest, version: str) -> bool:
        text = self.at.read(manifest.path) or ""
        return re.search(rf"(?<![\w.+-])v?{re.escape(version.removeprefix('v'))}(?![\w.+-])", text) is not None

    # --- values and entries -----------------------------------------------------------------------------------------

    def _manifest_set(self, ask: Ask) -> list[Request]:
        kind, value = ask.get("scalar")
        self.partial = [self._request("manifest.set", path=ask.get("key"))]
        if kind == "placeholder":
            raise Blocked(ReasonCode.PLACEHOLDER, f'"{value}" stands for a value; write the value')
        if kind == "vague":
            raise Blocked(ReasonCode.NOT_DETERMINATE, f'"{value}" is no value; write it')
        file = self._file(ask.get("file")) if ask.get("file") is not None else None
        self.partial = [self._request("manifest.set", file=file, path=ask.get("key"))]
        if file is None:
            raise Blocked(ReasonCode.AMBIGUOUS, f"in which file {ask.get('key')} is to be set is not said; name it")
        text = value if kind == "setting" else value.text
        before = ask.get("before")
        old = None if before is None else str(before if isinstance(before, str) else before.text)
        return [self._request_set(file, ask.get("key"), scalar(text, ask.get("key")), old)]

    def _request_set(self, file: str, path: str, value: Any, old: str | None) -> Request:
        arguments = {"file": file, "path": path, "value": value}
        if old is not None:
            arguments["from_version"] = old
        return Request("manifest.set", arguments, self.at.source, self.at.line, self.at.repository)

    def _manifest_add(self, ask: Ask) -> list[Request]:
        file, path = self._list_of(ask)
        return [self._request("manifest.add", file=file, path=path, entry=self._entry(ask))]

    def _manifest_remove(self, ask: Ask) -> list[Request]:
        file, path = self._list_of(ask)
        entry = self._entry(ask)
        self.partial = [self._request("manifest.remove", file=file, path=path, entry=entry)]
        text = self.at.read(file) or ""
        entries = re.findall(r"^\s*-\s+[\"']?([^\s\"'#:]+)[\"']?\s*(?:#.*)?$", text, re.MULTILINE)
        same = [each for each in dict.fromkeys(entries) if entry in (each, _stem(each))]
        if len(same) > 1:
            raise Blocked(
                ReasonCode.AMBIGUOUS, f"{entry} may be {' or '.join(same)} in {file}; write the entry as it stands"
            )
        return [self._request("manifest.remove", file=file, path=path, entry=same[0] if same else entry)]

    def _list_of(self, ask: Ask) -> tuple[str, str]:
        file = self._file(ask.get("file"))
        if ask.get("list") is not None:
            return file, ask.get("list")
        if file.rpartition("/")[2] in _KUSTOMIZATION_FILES:
            return file, "resources"
        self.partial = [self._request(ask.what, file=file)]
        raise Blocked(ReasonCode.AMBIGUOUS, f"of which list in {file} is not said; write `path.of.the.list`")

    def _entry(self, ask: Ask) -> str:
        token: Token = ask.get("entry")
        if isinstance(token.value, tuple):
            raise Blocked(ReasonCode.NOT_SUPPORTED, f"`{token.text}` is no plain entry")
        if "<" in token.text or "..." in token.text or "$" in token.text:
            raise Blocked(ReasonCode.PLACEHOLDER, f'"{token.text}" stands for an entry; write it')
        return token.text

    def _file(self, said: str | Target) -> str:
        if isinstance(said, str):
            return self._path(said)
        token = said.names[0]
        releases = token.entry.releases if token.entry is not None else []
        if len(releases) != 1:
            listed = ", ".join(f"{each.path}:{each.line}" for each in releases)
            raise Blocked(
                ReasonCode.AMBIGUOUS if releases else ReasonCode.NOT_FOUND,
                f"HelmRelease {token.text}: {listed or 'none here'}; name the file",
            )
        return releases[0].path

    def _path(self, written: str) -> str:
        """The repository path; a path that does not exist is blocked."""
        path = written.strip().removeprefix("./").rstrip("/") or "."
        if self.at.repository is not None and path.startswith(self.at.repository + "/") and not self.at.exists(path):
            path = path.partition("/")[2]
        elif not self.at.exists(path) and "/" in path and self.at.exists(path.partition("/")[2]):
            first = path.partition("/")[0]
            if first.casefold() == self.names.root.name.casefold():
                path = path.partition("/")[2]
        if not self.at.exists(path):
            raise Blocked(ReasonCode.NOT_FOUND, f"{written} does not exist here; check the path")
        return path

    # --- checks -----------------------------------------------------------------------------------------------------

    def _kustomize_build(self, ask: Ask) -> list[Request]:
        overlays = ask.get("overlays")
        self.partial = [self._request("kustomize.build")]
        paths: tuple[str, ...] = ()
        if overlays == "all":
            paths = self._all_overlays()
        elif isinstance(overlays, tuple):
            paths = tuple(dict.fromkeys(path for each in overlays for path in self._built_at(each)))
        elif overlays is not None:
            paths = self._built_at(overlays)
        return [self._request("kustomize.build", paths=list(paths) or None, no_unresolved=ask.get("no_unresolved"))]

    def _all_overlays(self) -> tuple[str, ...]:
        folders = self.names.folders
        overlays = tuple(each for each in folders if "overlays" in each.split("/")[:-1])
        if not overlays:
            raise Blocked(
                ReasonCode.NOT_FOUND, "there is no kustomization below a folder named overlays; name the paths"
            )
        return overlays

    def _built_at(self, place: Place) -> tuple[str, ...]:
        if place.path is not None:
            return (self._path(place.path).removesuffix("/kustomization.yaml"),)
        assert place.stage is not None
        part = self._stage(place.stage)
        folders = self.names.folders
        found = tuple(each for each in folders if each.split("/")[-1] == part)
        if not found:
            raise Blocked(ReasonCode.NOT_FOUND, f"no kustomization in a folder named {part}; name the path")
        return found

    def _manifest_validate(self, ask: Ask) -> list[Request]:
        return [self._request("manifest.validate", paths=self._paths(ask.get("where")))]

    def _security_check(self, ask: Ask) -> list[Request]:
        rules = list(ask.get("rules")) or None
        self.partial = [self._request("security.check", rules=rules)]
        return [self._request("security.check", paths=self._paths(ask.get("where")), rules=rules)]

    def _paths(self, place: Place | None) -> list[str] | None:
        if place is None:
            return None
        if place.path is not None:
            return [self._path(place.path)]
        assert place.stage is not None
        part = self._stage(place.stage)
        found: dict[str, None] = {}
        folders = {each.path.rpartition("/")[0] for each in self.names.manifests} | set(self.names.folders)
        for folder in sorted(folders):
            parts = folder.split("/")
            if part in parts:
                found["/".join(parts[: parts.index(part) + 1])] = None
        return list(found)

    # --- clusters and commits ---------------------------------------------------------------------------------------

    def _cluster_observe(self, ask: Ask) -> list[Request]:
        target: Target = ask.get("target")
        place: Place | None = ask.get("where")
        if place is not None and place.stage is not None:
            self._stage(place.stage)
        namespace = ask.get("namespace") or target.namespace
        names = [token.entry.name if token.entry else token.text for token in target.names] or ["*"]
        kind, condition = target.kind, ask.get("condition")
        return [
            self._request("cluster.observe", kind=kind, name=name, namespace=namespace, condition=condition)
            for name in names
        ]

    def _flux_reconcile(self, ask: Ask) -> list[Request]:
        target: Target = ask.get("target")
        self.partial = [self._request("flux.reconcile", kind=target.kind)]
        if target.names:
            names = [token.entry.name if token.entry else token.text for token in target.names]
            return [
                self._request("flux.reconcile", kind=target.kind, name=name, namespace=target.namespace)
                for name in names
            ]
        kinds = [each for each in self.names.of_kind("Kustomization") if "toolkit.fluxcd.io" in each.api_version]
        if target.kind is not None or len(kinds) != 1:
            listed = ", ".join(f"{each.name} ({each.path}:{each.line})" for each in kinds[:10])
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"which object is to be reconciled is not said ({listed or 'no Flux Kustomization here'}); flux "
                "reconciles by itself after the push",
            )
        only = kinds[0]
        return [self._request("flux.reconcile", kind="Kustomization", name=only.name, namespace=only.namespace)]

    def _git_commit(self, ask: Ask) -> list[Request]:
        return [self._request("git.commit")]


def has_stage(names: Names, word: str) -> str | None:
    """The folder name that `word` means: itself, or the other spelling where only that one exists."""
    for spelling in (word, *_SYNONYMS.get(word.casefold(), ())):
        entry = names.entry(spelling)
        if entry is not None and entry.part:
            return entry.name
    return None


def scalar(text: str, key: str = "") -> Any:
    """A YAML scalar as people mean it: numbers and truth values typed, everything else its text as written.

    What stands under a key such as `tag` or `version` is text: 1.20 is no number there.
    """
    quoted = re.fullmatch(r"\"([^\"]*)\"|'([^']*)'", text)
    if quoted:
        return quoted[1] if quoted[1] is not None else quoted[2]
    if re.search(r"(?i)tag|version|digest|revision", key.rpartition(".")[2]):
        return text
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,17})", text):
        return int(text)
    if re.fullmatch(r"-?(?:0|[1-9]\d*)\.\d+", text) and repr(float(text)) == text:
        return float(text)
    return {"true": True, "false": False}.get(text, text)


def _written(version: Version) -> str:
    if version.digest and version.text:
        return f"{version.text}@{version.digest}"
    return version.digest or version.text


def _distinct(images: Iterable[AnImage]) -> list[AnImage]:
    return list({each.name: each for each in images}.values())


def _unique_pairs(manifests: Iterable[AManifest]) -> list[tuple[str, str | None]]:
    return list(dict.fromkeys((each.name, each.namespace) for each in manifests))


def _bare(repository: str) -> str:
    host = _host_of(repository)
    return repository[len(host) + 1 :] if host else repository


def _host_of(repository: str) -> str:
    host, slash, _ = repository.partition("/")
    return host if slash and ("." in host or ":" in host or host == "localhost") else ""


def _below(path: str, part: str) -> bool:
    return f"/{part.strip('/')}/" in f"/{path}/"


def _stem(entry: str) -> str:
    return entry.rstrip("/").rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")


separable = _separable
__all__ = ["TWO", "Facts", "Incomplete", "Setting", "resolve", "scalar"]
