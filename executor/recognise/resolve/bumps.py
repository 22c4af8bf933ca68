"""Which release, source or pinned image, to which version."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from executor.errors import Blocked, Unresolved
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Change, Field, Place, Target
from executor.recognise.names import WORKLOAD_KINDS, AManifest, APin
from executor.recognise.resolve.base import (
    KUSTOMIZATION_FILES,
    Base,
    bare,
    below,
    written,
)
from executor.values import replace


class BumpAsks(Base):
    """helmrelease.bump, source.bump, kustomize.image. `deployed`: what no kustomization takes in is not meant."""

    deployed = False

    def _bump(self, ask: Ask) -> list[Request]:
        """Once, or once in each of several places that are named."""
        target: Target = ask.get("target")
        each = ask.get("each")
        if each is None:
            return self._bump_in(ask, target, ask.get("where"))
        spots: tuple[Place, ...] = tuple(Place(stage=one) for one in self._both()) if each == "both" else each
        apart = [one for spot in spots for one in self._bump_in(ask, target, (*ask.get("where"), spot))]
        return self._together(apart) if all(spot.stage is not None for spot in spots) else apart

    def _together(self, requests: Sequence[Request]) -> list[Request]:
        """One edit of a release for all of the places: what they share moves where all that use it are named."""
        joined: dict[Any, list[Request]] = {}
        for each in requests:
            about = tuple((key, value) for key, value in each.arguments.items() if key != "where")
            joined.setdefault((each.operation, about), []).append(each)
        return [
            replace(same[0], arguments={**same[0].arguments, "where": ",".join(x.arguments["where"] for x in same)})
            if len(same) > 1 and operation != "kustomize.image" else same[0]
            for (operation, _), same in joined.items()
        ]  # fmt: skip

    def _bump_in(self, ask: Ask, target: Target, places: Sequence[Place]) -> list[Request]:
        change: Change | None = ask.get("change")
        common = self._common(ask, target, places)
        self.partial = [self._request("helmrelease.bump", **common)]
        if target.names and len(target.names) == 1 and target.names[0].entry is not None:
            common["name"] = target.names[0].entry.name
            self.partial = [self._request("helmrelease.bump", **common)]
        common |= self._new_version(change, common.get("field"), target)
        self.partial = [self._request("helmrelease.bump", **common)]
        if target.names:
            field = ask.get("field")
            self._made_from(field, target.names)
            if field is not None and field.plural and "image" not in common:
                return [each for token in target.names for each in self._bump_images(field, token, common)]
            return [each for token in target.names for each in self._bump_named(target, token, common)]
        field = ask.get("field")
        if field is not None and field.of is not None and field.name == "chart":
            names = self._made_of(field.of, every=common.get("everywhere", False))
            return [self._request("helmrelease.bump", **{**common, "name": name}) for name in names]
        if target == Target() and (only := self._only_image_in(common)) is not None:
            return self._bump_pinned(only, common)
        if change is not None and change.to.reference is not None:
            return self._bump_pinned(common["image"], common)
        return [
            self._request("helmrelease.bump", **{**common, "name": name, "namespace": namespace})
            for name, namespace in self._unnamed_releases(target, common)
        ]

    def _common(self, ask: Ask, target: Target, places: Sequence[Place]) -> dict[str, Any]:
        """Arguments that do not depend on which release is meant."""
        field: Field | None = ask.get("field")
        common: dict[str, Any] = {"namespace": target.namespace}
        if field is not None and field.name:
            common["field"] = field.name
        if field is not None and field.of is not None and field.name == "image":
            common["image"] = self._image_of(field.of, target)
        if ask.get("rollback"):
            common["rollback"] = True
        for place in places:
            common |= self._place(place, common)
        self.deployed = any(place.deployed for place in places)
        if target.file is not None:
            common["file"] = self._path(target.file)
        said = {"where", "everywhere"} & common.keys() or ("file" in common and len(self.at.above) > 1)
        if not said and (stage := self._stage_above()) is not None:
            common["where"] = stage
        return common

    def _made_from(self, field: Field | None, releases: Sequence[Token]) -> None:
        """Raises where a chart is named that is not the release's own."""
        if field is None or field.of is None or field.name != "chart":
            return
        chart = field.of.text
        for name in [token.entry.name for token in releases if token.entry is not None and token.entry.releases]:
            charts = self.names.charts.get(name, frozenset())
            if {each.casefold() for each in charts} != {chart.casefold()}:
                made = f"is made from {' and '.join(sorted(charts))}" if charts else "names no chart here"
                raise Unresolved(ReasonCode.NOT_FOUND, f"HelmRelease {name} {made}, not from the chart {chart}")

    def _made_of(self, chart: Token, *, every: bool) -> list[str]:
        """The release that is made from a chart, or (`every`) all of them."""
        assert chart.entry is not None
        releases = list(dict.fromkeys(chart.entry.charted))
        if len(releases) != 1 and not every:
            more = f" and {len(releases) - 10} more" if len(releases) > 10 else ""
            raise Blocked(
                ReasonCode.AMBIGUOUS, f"{len(releases)} HelmReleases are made from the chart {chart.text}: "
                f"{', '.join(releases[:10])}{more}; name the one that is meant, or say everywhere",
            )  # fmt: skip
        return releases

    def _image_of(self, token: Token, target: Target) -> str:
        """The repository that manifests pin for an image that is named; else the key of the release's values."""
        entry = token.entry
        ours: set[str] = {image.name for image in entry.images} if entry is not None else set()
        pins = [*(entry.pins if entry is not None else ()), *(p for p in self.names.pins if bare(p.repository) in ours)]
        found: list[str] = sorted({pin.repository for pin in pins})
        if len(found) == 1:
            return found[0]
        if found:
            raise Blocked(ReasonCode.AMBIGUOUS, f"{token.text} may be {' or '.join(found)}; write the whole name")
        if self._is_key(token, target):
            return token.text
        if entry is None or not entry.images:
            what = f'"{token.text}" is no image here, and no key of the release that is named'
            raise Unresolved(ReasonCode.UNKNOWN_NAME, what)
        raise Blocked(ReasonCode.NOT_FOUND, f"no manifest here pins an image {entry.name}")

    def _is_key(self, token: Token, target: Target) -> bool:
        """Whether a release that is named has a map of that key."""
        from executor.flux.settings import document, held

        releases = [each for name in target.names if name.entry is not None for each in name.entry.releases]
        roots = [(each.kind, document(self.at.read(each.path), each.kind, each.name)) for each in releases]
        return any(root is not None and bool(held(kind, root, token.text)) for kind, root in roots)

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
            return {"version": written(self._exact(self.at.version, field or ""))}
        before, to = change.before, change.to
        if before is not None:
            if before.reference is not None and to.reference is not None:
                if before.reference.name != to.reference.name:
                    raise Blocked(ReasonCode.NOT_SUPPORTED, "a bump changes the version, not which image it is")
                found["from_version"] = before.reference.tag
            else:
                a_range = before.kind == "range"  # that it is to be none any more is said so
                found["from_version"] = before.text if a_range else written(self._exact(before, field or ""))
        if to.reference is not None:
            reference = to.reference
            if reference.tag == "latest":
                raise Blocked(ReasonCode.NOT_DETERMINATE, '"latest" names no version; write one exact version')
            text = (reference.tag or "") + (f"@{reference.digest}" if reference.digest else "")
            return {**found, "field": "image", "image": reference.name, "version": text.removeprefix("@")}
        return {**found, "version": written(self._exact(to, field or ""))}

    def _bump_named(self, target: Target, token: Token, common: Mapping[str, Any]) -> list[Request]:
        entry = token.entry
        if target.kind in WORKLOAD_KINDS:
            return self._workload_bump(target.kind, token, common)
        if target.kind is not None and target.kind != "HelmRelease":
            return [self._source_bump(target.kind, token, common)]
        if entry is not None and entry.releases:
            inside = {pin.repository for pin in entry.pins if pin.path == common.get("file")}
            if len(inside) == 1 and all(each.path != common["file"] for each in entry.releases):
                return self._bump_pinned(inside.pop(), common)  # an image that is called as a release elsewhere
            return [self._request("helmrelease.bump", **{**common, "name": entry.name})]
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
            return [self._source_bump(kinds[0], token, common)]
        pinned = sorted({pin.repository for pin in entry.pins})
        if len(pinned) != 1:
            raise Blocked(ReasonCode.AMBIGUOUS, f"{entry.name} may be {' or '.join(pinned)}; write the whole name")
        return self._bump_pinned(pinned[0], common)

    def _workload_bump(self, kind: str, token: Token, common: Mapping[str, Any]) -> list[Request]:
        """The one image of a Deployment, CronJob …: by a kustomization's entry that sets it, else where it stands."""
        assert token.entry is not None
        paths = {each.path for each in token.entry.workloads if each.kind == kind}
        if not paths:
            kinds = " and ".join(sorted({each.kind for each in token.entry.workloads}))
            raise Blocked(ReasonCode.NOT_FOUND, f"no {kind} {token.entry.name} here; it is a {kinds}")
        found = sorted({pin.repository for pin in self.names.pins if pin.path in paths})
        named = [each for each in found if each.rpartition("/")[2] == token.entry.name]
        found = named if len(found) > 1 and named else found
        if common.get("image"):
            found = [each for each in found if _same_image(common["image"], each)]
        if len(found) != 1:
            raise Blocked(
                ReasonCode.AMBIGUOUS if found else ReasonCode.NOT_FOUND,
                f"{kind} {token.entry.name} runs {' and '.join(found) or 'no image that is pinned'}; name the image",
            )
        return self._bump_pinned(found[0], common, among=paths)

    def _bump_images(self, field: Field, token: Token, common: Mapping[str, Any]) -> list[Request]:
        """All images of a release that are at one and the same old version, or that this task builds; where "all" is
        said, it has none besides."""
        from executor.flux.layers import patches

        paths = {each.path for each in token.entry.releases} if token.entry is not None else set[str]()
        every = self._within([pin for pin in self.names.pins if pin.path in paths], common.get("where"))
        pins = [pin for pin in every if pin.tag]
        here = dict.fromkeys(pin.repository for pin in pins)
        if field.count is not None and len(here) != field.count:
            what = f"the sentence says {field.count} images, {token.text} has {len(here)}: {', '.join(here)}"
            raise Blocked(ReasonCode.COUNT_DIFFERS, f"{what}; correct the number or name them")
        if field.every and len(pins) < len(every):
            bare_ones = ", ".join(f"{pin.repository} ({pin.path}:{pin.line})" for pin in every if not pin.tag)
            what = f"some of its images have no version: {bare_ones}; name those that are meant"
            raise Blocked(ReasonCode.AMBIGUOUS, what)
        if len(paths - patches(self.at.inventory.graph)) > 1:
            return self._bump_named(Target("HelmRelease", (token,)), token, common)
        built = self.at.facts().versions
        ours = [pin for pin in pins if common["version"] in built.get(bare(pin.repository), frozenset())]
        same = len({pin.tag for pin in pins}) == 1
        if len(pins) > 1 and (same or (ours and not field.every)):
            repositories = dict.fromkeys(pin.repository for pin in (pins if same else ours))
            assert token.entry is not None
            return [
                self._request("helmrelease.bump", **{**common, "name": token.entry.name, "image": each})
                for each in repositories
            ]
        if len(pins) > 1:
            listed = ", ".join(f"{pin.repository}:{pin.tag} ({pin.path}:{pin.line})" for pin in pins)
            raise Blocked(ReasonCode.AMBIGUOUS, f"its images are at several versions: {listed}; name each")
        return self._bump_named(Target("HelmRelease", (token,)), token, common)

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
        if common.get("image") or common.get("field") == "image":
            raise Blocked(
                ReasonCode.NOT_SUPPORTED, f"{there[0].name} is a {kind}, the source of a chart and no image; say chart"
            )
        version = common["version"]
        given = {"digest": version} if version.startswith("sha256:") else {"version": version}
        kept = {
            key: common[key]
            for key in ("namespace", "file", "from_version", "where", "everywhere", "rollback")
            if key in common
        }
        return self._request("source.bump", kind=kind, name=there[0].name, **{**kept, **given})

    def _bump_pinned(
        self, repository: str, common: Mapping[str, Any], among: Collection[str] | None = None
    ) -> list[Request]:
        """An image wherever it is pinned, if that is one place: a kustomization's `images`, or a release's values;
        "everywhere", all places that some deployment takes it from. `among`: the manifests of the workload that is
        meant; what another one runs is not."""
        if common.get("image") and not _same_image(common["image"], repository):
            raise Blocked(ReasonCode.NOT_SUPPORTED, "a bump changes the version, not which image it is")
        if common.get("field") == "chart":
            raise Blocked(
                ReasonCode.NOT_FOUND, f"{repository} is an image here, and no chart; say image if it is meant"
            )
        pins = [pin for pin in self._pins_of(repository) if pin.tag]
        if common.get("file"):
            pins = [pin for pin in pins if pin.path == common["file"]] or self._laid_under(common["file"], pins)
        pins = self._within(pins, common.get("where"))
        if self.deployed:
            pins = [pin for pin in pins if self.at.inventory.graph.takers(pin.path)]
        released, plain = self._by_release(repository, pins)
        counting = self._counting(plain, among, common.get("where"))
        found = [self._of_release(repository, name, common) for name in released]
        everywhere = common.get("everywhere", False)
        if (
            not pins
            or (len(plain) > 1 and counting is None)
            or (len(counting or ()) + len(found) > 1 and not everywhere)
        ):
            raise self._not_one_place(repository, pins, common, everywhere=counting is not None)
        for pin in pins:
            if pin.path in plain and pin.path not in (counting or plain):
                self.at.remark(f"{pin.path}:{pin.line} stays: each deployment has another version laid over it")
        return found + self._of_files(repository, counting or plain, common)

    def _pins_of(self, repository: str) -> list[APin]:
        return [pin for pin in self.names.pins if repository in (pin.repository, bare(pin.repository))]

    def _laid_under(self, patch: str, pins: Sequence[APin]) -> list[APin]:
        """Those of a release that a file is a patch of, which may give only another tag."""
        releases = self.names.of_kind("HelmRelease")
        names = {each.name for each in releases if each.path == patch}
        paths = {each.path for each in releases if each.name in names}
        return [pin for pin in pins if pin.path in paths]

    def _within(self, pins: Sequence[APin], where: str | None) -> list[APin]:
        """Those in files that are part of what is deployed there, among other things or alone."""
        if where is None:
            return list(pins)
        from executor.flux.layers import taken

        there = taken(self.at.inventory.graph, {pin.path for pin in pins}, where)
        return [pin for pin in pins if there[pin.path]]

    def _by_release(self, repository: str, pins: Sequence[APin]) -> tuple[list[str], list[str]]:
        """The releases whose manifests hold the pins, and the files of the others."""
        released: dict[str, None] = {}
        plain: dict[str, None] = {}
        for pin in pins:
            names = sorted({each.name for each in self.names.of_kind("HelmRelease") if each.path == pin.path})
            if len(names) > 1:
                what = f"{repository} is pinned at {pin.path}:{pin.line}, in one of the HelmReleases {', '.join(names)}"
                raise Blocked(ReasonCode.AMBIGUOUS, f"{what}; name which")
            if names and not _is_kustomization(pin.path):
                released[names[0]] = None
            else:
                plain[pin.path] = None
        return list(released), sorted(plain)

    def _of_release(self, repository: str, name: str, common: Mapping[str, Any]) -> Request:
        releases = [each for each in self.names.of_kind("HelmRelease") if each.name == name]
        namespaces = {each.namespace for each in releases if each.namespace}
        kept = ("version", "from_version", "rollback", "everywhere", "where", "file")
        image = next(pin.repository for pin in self._pins_of(repository))
        return self._request(
            "helmrelease.bump", name=name, namespace=namespaces.pop() if len(namespaces) == 1 else None,
            field="image", image=image, **{key: common[key] for key in kept if key in common},
        )  # fmt: skip

    def _of_files(self, repository: str, paths: Sequence[str], common: Mapping[str, Any]) -> list[Request]:
        """A kustomization's `images`, or the image that a manifest names itself: all that is called the same together,
        so that they are proved together."""
        from executor.flux.layers import block_shared

        for path in paths if not common.get("file") and not common.get("everywhere") else ():
            block_shared(self.at.inventory.graph, path, common.get("where"))
        version = common["version"]
        tag, _, digest = version.partition("@") if not version.startswith("sha256:") else ("", "", version)
        limits = {key: common[key] for key in ("from_version", "where", "everywhere", "rollback") if key in common}
        by_name: dict[str, list[str]] = {}
        for path in paths:
            image = next(pin.repository for pin in self._pins_of(repository) if pin.path == path)
            by_name.setdefault(image, []).append(path)
        return [
            self._request(
                "kustomize.image", file=first, image=image, tag=tag or None, digest=digest or None, more=more or None,
                **limits,
            )
            for image, (first, *more) in by_name.items()
        ]  # fmt: skip

    def _counting(self, places: Sequence[str], among: Collection[str] | None, where: str | None) -> list[str] | None:
        """The places that count, of kustomizations' `images` and manifests' own images; a kustomization's lies over
        what it builds, a manifest over another of the same object."""
        from executor.flux.layers import counting

        if any(each not in among and not _is_kustomization(each) for each in places if among is not None):
            return None
        objects: dict[str, set[tuple[str, str]]] = {each: set() for each in places}
        for each in self.names.manifests:
            if each.path in objects:
                objects[each.path].add((each.kind, each.name))

        def lays(over: str, under: str) -> bool:
            return _is_kustomization(over) or bool(objects[over] & objects[under])

        return counting(self.at.inventory.graph, places, lays, where)

    def _not_one_place(
        self, repository: str, pins: Sequence[APin], common: Mapping[str, Any], *, everywhere: bool
    ) -> Blocked:
        if pins:
            listed = ", ".join(f"{pin.path}:{pin.line}" for pin in pins)
            more = ", or say everywhere if all of them are meant" if everywhere else ""
            return Blocked(ReasonCode.AMBIGUOUS, f"{repository} is pinned at {listed}; name the file{more}")
        where = common.get("file") or common.get("where")
        named = self._pins_of(repository)
        pinned = [pin for pin in named if pin.tag]
        listed = ", ".join(f"{pin.path}:{pin.line}" for pin in pinned or named)
        if named and not pinned:
            what = (
                f"is named without a version at {listed}; write its tag there, or into a kustomization's images, first"
            )
            return Blocked(ReasonCode.NOT_FOUND, f"{repository} {what}")
        there = (
            f"not in {where}, but at {listed}; name that file if it is meant" if where and pinned else "nowhere here"
        )
        return Blocked(ReasonCode.NOT_FOUND, f"{repository} is pinned {there}")

    def _only_image_in(self, common: Mapping[str, Any]) -> str | None:
        """The one image of a file without HelmReleases, where the sentence speaks of the image in that file."""
        file = common.get("file")
        if file is None or common.get("field") != "image":
            return None
        found = {pin.repository for pin in self.names.pins if pin.path == file}
        releases = any(each.path == file for each in self.names.of_kind("HelmRelease"))
        return next(iter(found)) if len(found) == 1 and not releases else None

    def _unnamed_releases(self, target: Target, common: Mapping[str, Any]) -> list[tuple[str, str | None]]:
        """ "The HelmRelease": the only one that the task's other criteria name, the only one at the old version, the
        only one here."""
        named = self.at.facts().releases
        if self.at.explicit:
            raise Blocked(ReasonCode.AMBIGUOUS, "which HelmRelease is not said")
        here = self.names.of_kind("HelmRelease")
        if common.get("where"):
            here = [each for each in here if below(each.path, common["where"])]
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


def _is_kustomization(path: str) -> bool:
    return path.rpartition("/")[2] in KUSTOMIZATION_FILES


def _unique_pairs(manifests: Iterable[AManifest]) -> list[tuple[str, str | None]]:
    return list(dict.fromkeys((each.name, each.namespace) for each in manifests))


def _same_image(one: str, other: str) -> bool:
    """Whether two names can be one image: equal without their hosts, or one the end of the other (`library/nginx`)."""
    a, b = bare(one), bare(other)
    return a == b or a.endswith("/" + b) or b.endswith("/" + a)
