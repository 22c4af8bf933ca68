"""Which images, at which version, in which registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from executor.errors import Blocked, Refused, Unresolved
from executor.models import Request, Source
from executor.reasons import ReasonCode
from executor.recognise.meaning import Ask, Images, Item, Made, Registry, Wanted
from executor.recognise.names import AnImage, Entry
from executor.recognise.resolve.base import (
    Base,
    bare,
    host_of,
)
from executor.recognise.versions import EXACT, ImageReference, Version
from executor.recognise.words import WELL_KNOWN_REGISTRIES
from executor.tools.hosts import never_asked
from executor.values import replace


class ImageAsks(Base):
    """image.build, image.push, image.verify, registry.ping."""

    def _image_build(self, ask: Ask) -> list[Request]:
        found = self._meant(ask, build=True)
        made: Made = ask.get("made") or Made()
        how = {"build_args": dict(made.arguments) or None, "target": made.target, "platform": made.platform}
        return [
            self._request("image.build", image=name, tag=self._tag(ask, name, own), **self._source(name, made), **how)
            for name, own in found
        ]

    def _source(self, name: str, made: Made) -> dict[str, str]:
        """Context and Dockerfile, where they are not those that the image's name means by itself.

        A name that only manifests know (`team/api`) is built from the one folder whose image is called so without what
        stands before it (`api`), unless the manifests pull that one too.
        """
        own = [each for each in self.names.images if each.name == name]
        if made.path is not None:
            own = [self._at_path(name, own, made.path)]
        elif not own:
            pulled = {bare(pin.repository) for pin in self.names.pins}
            alike = [each for each in self.names.images if each.name not in pulled and _last(each.name) == _last(name)]
            own = alike if "/" in name else []
        self._one_source(own)
        known = [each for each in self.names.images if each.name == name]
        return {} if known == own else {"context": own[0].context, "dockerfile": own[0].dockerfile}

    def _at_path(self, name: str, own: Sequence[AnImage], written: str) -> AnImage:
        """What is built at a path: a Dockerfile, or a folder with one."""
        path = self._path(written)
        there = [each for each in self.names.images if path in (each.dockerfile, each.dockerfile.rpartition("/")[0])]
        there = there or [each for each in self.names.images if path == each.context]
        wanted = [each for each in there if each in own]
        if own and not wanted:
            built = (
                f"{written} builds {' and '.join(each.name for each in there)}" if there else f"{written} builds none"
            )
            where = " and ".join(each.dockerfile for each in own)
            raise Blocked(
                ReasonCode.AMBIGUOUS, f"{built}, and {name} is built from {where}; write the one that is meant"
            )
        if len(wanted or there) != 1:
            listed = ", ".join(each.dockerfile for each in there)
            raise Blocked(
                ReasonCode.AMBIGUOUS if there else ReasonCode.NOT_FOUND,
                f"{written} has several Dockerfiles: {listed}; write which" if there else f"no Dockerfile at {written}",
            )
        return (wanted or there)[0]

    def _image_push(self, ask: Ask) -> list[Request]:
        requests = []
        for name, own in self._meant(ask):
            host = self._host(ask, name)
            self._pulled_so(name, host, own)
            requests.append(self._request("image.push", image=name, tag=self._tag(ask, name, own), registry=host))
        return requests

    def _image_verify(self, ask: Ask) -> list[Request]:
        catalog = any(each.get("registry") and each.get("registry").catalog for each in self.asks)
        requests = []
        for name, own in self._meant(ask):
            digest = self._digest(ask, own)
            tag = None if digest else self._tag(ask, name, own)
            host = self._host(ask, name, verify=True)
            self._pulled_so(name, host, own)
            requests.append(
                self._request("image.verify", image=name, tag=tag, digest=digest, registry=host, catalog=catalog)
            )
        return requests

    def _meant(self, ask: Ask, *, build: bool = False) -> list[tuple[str, Item | None]]:
        """The images of an ask by name, each with the item that named it."""
        images: Images = ask.get("images")
        self._here(ask.get("where").repository if ask.get("where") else None)
        if self.images is not None and not images.items and (images.it or images.count is not None):
            images = replace(self.images, count=images.count or self.images.count)
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

    def _pulled_so(self, name: str, host: str, item: Item | None) -> None:
        """Raises where the manifests pull `team/api` from that registry, and `api` would be pushed to it: nobody would
        run what was pushed. A reference with its host says which one is meant."""
        if item is not None and item.reference is not None and item.reference.host:
            return
        there = {bare(pin.repository) for pin in self.names.pins if host_of(pin.repository) == host}
        alike = sorted(each for each in there if each.rpartition("/")[2] == name.rpartition("/")[2])
        if alike and name not in there:
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"{name} is built here, but the manifests pull {' and '.join(alike)} from {host}; give the image that "
                f'name ([images."{alike[0]}"] with its context in executor.toml), or write {host}/{name} if meant',
            )

    def _of_item(self, item: Item, images: Images, *, build: bool) -> list[tuple[str, Item | None]]:
        if item.reference is not None:
            return [(self._called_here(item.reference), item)]
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
            if not build:
                self._one_source(entry.images)
            return [(own[0].name, item)]
        if group:
            one = images.noun and not images.plural
            return [(name, item) for name in self._of_group(entry, [each.name for each in group], one=one)]
        return [(self._pinned(entry), item)]

    def _called_here(self, reference: ImageReference) -> str:
        """`tracking:2.4.0` is the image `team/tracking` that is built here, where nothing else is called so."""
        name = reference.repository
        entry = self.names.entry(name) if not reference.host else None
        own = {each.name for each in entry.images} if entry is not None else set()
        taken = any(name == bare(pin.repository) for pin in self.names.pins)
        return own.pop() if len(own) == 1 and not taken else name

    def _of_group(self, entry: Entry, names: list[str], *, one: bool) -> list[str]:
        """All images of a group; `one`: the sentence speaks of one."""
        if one and len(names) > 1:
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"{entry.name} holds {len(names)} images: {', '.join(names)}; name one, or write "
                f'"all {entry.name} images"',
            )
        for name in names:
            self._one_source([image for image in entry.group if image.name == name])
        return names

    def _pinned(self, entry: Entry) -> str:
        """An image that is used here and built elsewhere."""
        pinned = sorted({bare(pin.repository) for pin in entry.pins})
        if len(pinned) != 1:
            raise Blocked(ReasonCode.AMBIGUOUS, f"{entry.name} may be {' or '.join(pinned)}; write the whole name")
        return pinned[0]

    def _one_source(self, sources: Sequence[AnImage]) -> None:
        if len(sources) > 1:
            where = ", ".join(each.dockerfile for each in sources)
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"{sources[0].name} can be built from several places: {where}; write from which, or say it under "
                "[images] in executor.toml",
            )
        if not sources:
            raise Blocked(ReasonCode.NOT_FOUND, "no folder with a Dockerfile here builds that image")

    def _unnamed(self, images: Images, *, build: bool) -> list[str]:
        """The images of "the image", "images", "all 4 images"."""
        named = list(self.at.facts().images)
        if self.at.explicit:
            raise Blocked(ReasonCode.AMBIGUOUS, "which image is not said")
        here = list(dict.fromkeys(each.name for each in self.names.images))
        if images.below is not None:
            return self._below(images.below)
        build = build or any(each.what == "image.build" and each.get("images") == images for each in self.asks)
        if images.plural or images.it:
            made = list(self.at.facts().versions)
            found = here if build or not named else (made or here) if images.every else named
            if images.every and found is made and len(made) < len(here):
                self.at.remark(
                    f"all images: the {len(made)} that this task makes, not the {len(here)} of the repository"
                )
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

    def _below(self, written: str) -> list[str]:
        """All images that are built below a folder."""
        path = self._path(written)
        found = list(dict.fromkeys(each.name for each in self.names.images if each.dockerfile.startswith(f"{path}/")))
        if not found:
            raise Blocked(ReasonCode.NOT_FOUND, f"no folder below {written} holds a Dockerfile")
        return found

    def _tag(self, ask: Ask, name: str, item: Item | None) -> str:
        """The tag: of the item, the sentence, the nearest heading, the front matter, the task's other criteria."""
        found = self._said(ask, item)
        if found is None:
            found = self.at.version if self._is_its_version(name) else None
            others = self.at.facts().versions.get(name, frozenset()) if self._of_this_task(ask) else frozenset()
            if found is None and len(others) == 1:
                self.at.remark(f"{name} at {next(iter(others))}, as another criterion of this task builds or pushes it")
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
        tag = self._exact(found, "image").text
        if not tag:
            said = "the sentence" if found is not self.at.version else self.at.version_said
            what = f"{said} has a digest for the version of {name}, and an image gets that when it is pushed"
            raise Blocked(ReasonCode.NOT_DETERMINATE, f"{what}; write its tag")
        return tag

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

    def _host(self, ask: Ask, name: str, *, verify: bool = False) -> str:
        said = [ask.get("registry"), *(each.get("registry") for each in self.asks if each is not ask)]
        registries = [each for each in said if each is not None]
        hosts = list(dict.fromkeys(each.host for each in registries if each.host))
        hosts += [host for host in self._referenced(ask, name) if host not in hosts]
        if len(hosts) > 1:
            raise Blocked(ReasonCode.AMBIGUOUS, f"two registries: {' and '.join(hosts)}; write one")
        if hosts:
            return _asked(str(hosts[0]))
        others = self.at.facts().hosts.get(name, frozenset())
        if verify and len(others) == 1:
            return next(iter(others))
        return _asked(self._default_host(name, private=any(each.private for each in registries)))

    def _referenced(self, ask: Ask, name: str) -> list[str]:
        images: Images = ask.get("images") if ask.get("images").items else self.images or ask.get("images")
        return [
            item.reference.host
            for item in images.items
            if item.reference is not None and item.reference.host and item.reference.repository == name
        ]

    def _default_host(self, name: str, *, private: bool) -> str:
        own = sorted({host_of(pin.repository) for pin in self.names.pins if bare(pin.repository) == name} - {""})
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
        return [self._request("registry.ping", registry=_asked(host))]


def _asked(host: str) -> str:
    never = never_asked(host)
    if never is not None:
        raise Refused(ReasonCode.FORBIDDEN, never)
    return host


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _distinct(images: Iterable[AnImage]) -> list[AnImage]:
    return list({each.name: each for each in images}.values())
