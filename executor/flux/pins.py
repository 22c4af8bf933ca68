"""Where a version lives: charts, sources and images of HelmReleases, found by the rules of Flux, Helm and kustomize.

Everything here reads files and plans; `change.py` guards, proves and writes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from executor.errors import Blocked, Refused
from executor.flux.cells import EVERYWHERE, Cell, cells
from executor.flux.change import Allowed, Ground, Limits, Plan, Turn, ask, deployments, make, rendered_name
from executor.flux.layers import counting, patches, taken
from executor.flux.owed import Owed
from executor.flux.places import Files, Spot, Thing, block_templates
from executor.flux.versions import Version, chart_problem, is_exact, split, tag_problem
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.values import dataclass, replace

if TYPE_CHECKING:
    from executor.flux.inventory import Manifest

Found = TypeVar("Found")

_UNVERSIONED = ("GitRepository", "Bucket")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which object is meant: a name, a namespace, a file or folder that narrows, and the sentence's limits."""

    kind: str
    name: str
    namespace: str | None
    file: str | None
    limits: Limits


@dataclass(frozen=True, eq=False)
class Pinned:
    """A place that holds a version, what it is to hold, and where the rendered output follows it."""

    spot: Spot
    what: str
    value: str
    allowed: Allowed


# -- which object -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Meant:
    """The object that is meant, in one place that is named or (`where` None) wherever it is: its manifests, and the
    patches that are laid over them."""

    manifests: tuple[Manifest, ...]
    where: str | None


def choose(ground: Ground, asked: Asked) -> list[Meant]:
    """The object that is meant, once or in each place that is named. Raises Blocked where it is not one there, unless
    the sentence says everywhere."""
    found = _in_namespace(ground, asked)
    if asked.file:
        wanted = ground.inventory.graph.real(posixpath.normpath(asked.file))
        inside = [each for each in found if each.path == wanted or each.path.startswith(wanted + "/")]
        beside = [each for each in found if posixpath.dirname(each.path) == posixpath.dirname(wanted)]
        found = inside or beside or found  # else it may hold the version itself; `finished` sees to that
    places = [each.strip() or None for each in (asked.limits.where or "").split(",")]
    meant = [Meant(tuple(_narrowed(ground, found, asked, each) if each else found), each) for each in places]
    laid = patches(ground.inventory.graph)
    for each in meant:
        whole = [manifest for manifest in each.manifests if manifest.path not in laid]
        if len(whole) > 1 and not asked.limits.everywhere:
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"{asked.kind} {asked.name} is there {len(whole)} times: {', '.join(one.place for one in whole)}; name "
                "the path, namespace or cluster",
            )
    return meant


def _in_namespace(ground: Ground, asked: Asked) -> list[Manifest]:
    named = ground.inventory.find(asked.kind, asked.name)
    every = [each for each in named if is_flux(each)]
    if named and not every:
        listed = ", ".join(f"{each.place} ({each.api_version})" for each in named)
        raise Blocked(ReasonCode.NOT_FOUND, f"{asked.kind} {asked.name} is none of Flux's: {listed}; change it by hand")
    if not every:
        near = [each for each in ground.inventory.near(asked.name) if each in ground.inventory.names(asked.kind)]
        hint = f"; the nearest names are {', '.join(near)}" if near else ""
        aside = f"; {'; '.join(said)}" if (said := unread(ground, asked)) else ""
        raise Blocked(
            ReasonCode.NOT_FOUND, f"there is no {asked.kind} {asked.name} in {ground.repository}{hint}{aside}"
        )
    if asked.namespace is None:
        return every
    sure = [each for each in every if asked.namespace in ground.inventory.namespaces(each)]
    unsure = [each for each in every if not ground.inventory.namespaces(each)]
    if not sure and not unsure:
        places = ", ".join(f"{each.place} ({_namespaces(ground, each)})" for each in every)
        raise Blocked(
            ReasonCode.NOT_FOUND,
            f"there is no {asked.kind} {asked.name} in namespace {asked.namespace}; found: {places}",
        )
    return sure or unsure


def is_flux(manifest: Manifest) -> bool:
    """helm.cattle.io has a HelmChart too, and Flux 1 had a HelmRelease of another shape."""
    return ".toolkit.fluxcd.io/" in manifest.api_version


def _namespaces(ground: Ground, manifest: Manifest) -> str:
    return ", ".join(sorted(ground.inventory.namespaces(manifest))) or "namespace not known"


def _narrowed(ground: Ground, found: list[Manifest], asked: Asked, where: str) -> list[Manifest]:
    """What is part of something that lies there: what else it would move is asked about where the edit is made."""
    within = taken(ground.inventory.graph, {each.path for each in found}, where)
    inside = [each for each in found if within[each.path]]
    if inside:
        return inside
    places = ", ".join(each.place for each in found)
    raise Blocked(ReasonCode.NOT_FOUND, f"no {asked.kind} {asked.name} lies in {where}; found: {places}")


def on_top(
    ground: Ground, found: Sequence[Found], of: Callable[[Found], tuple[object, str]], meant: Meant
) -> list[Found]:
    """Of values, each with a key and a file, those that some deployment takes: over the others of their key every
    deployment lays one of these."""
    kept: dict[object, list[str] | None] = {}
    for key in dict.fromkeys(of(each)[0] for each in found):
        files = sorted({file for each in found for one, file in [of(each)] if one == key})
        kept[key] = counting(ground.inventory.graph, files, where=meant.where)

    def counts(each: Found) -> bool:
        key, file = of(each)
        files = kept[key]
        return files is None or file in files

    return [each for each in found if counts(each)]


def unread(ground: Ground, asked: Asked) -> list[str]:
    """Files that seem to hold the object in a way that is not read: no YAML, or made by a ResourceSet."""
    kind = re.compile(rb"(?m)^[-\s]*kind:\s*[\"']?" + re.escape(asked.kind.encode()) + rb"\b")
    name = re.compile(rb"(?m)^[-\s]*name:\s*[\"']?" + re.escape(asked.name.encode()) + rb"[\"']?\s*(?:#.*)?$")
    inventory = ground.inventory
    made = {each.path: "makes it by a ResourceSet" for each in inventory.manifests if each.kind == "ResourceSet"}
    broken = {path: f"cannot be read as YAML ({problem})" for path, problem in inventory.unreadable.items()}
    found = []
    for path, why in {**made, **broken}.items():
        try:
            data = ground.tree.read(path)
        except (OSError, Refused):
            continue
        if kind.search(data) and name.search(data):
            found.append(f"{path} seems to hold a {asked.kind} of that name, and {why}: look there")
    return found


def finished(ground: Ground, asked: Asked, plan: Plan) -> Plan:
    """With what could not be looked into. Raises Blocked where a named file is not the one that the version lives in,
    nor holds the object itself."""
    wanted = ground.inventory.graph.real(posixpath.normpath(asked.file)) if asked.file and plan.values else None
    if wanted and not any(
        path == wanted or path.startswith(wanted + "/") for path in (*plan.paths, *plan.about.get("objects", ()))
    ):
        raise Blocked(
            ReasonCode.NOT_FOUND,
            f"{asked.kind} {asked.name} has its version in {', '.join(plan.paths)}, not in {wanted}",
        )
    return replace(plan, warnings=(*plan.warnings, *unread(ground, asked)))


# -- charts -----------------------------------------------------------------------------------------------------------


def chart_of(ground: Ground, files: Files, meant: Meant, version: Version, limits: Limits) -> list[Pinned]:
    """Where the chart's version of what is meant lives. Raises Blocked where it has none, or several that count."""
    releases = [files.thing(each) for each in meant.manifests]
    for keys in (("chart", "spec", "version"), ("chartRef",)), (("chart",),):
        releases = [each for each in releases if any(each.node("spec", *key) is not None for key in keys)] or releases
    found: list[Pinned] = []
    stopped: list[Blocked] = []
    for release in only(ground, releases, meant, limits):
        try:
            found += chart_pins(ground, files, release, version, limits, meant=meant)
        except Blocked as stop:  # parts that hold nothing are passed over where another one holds it
            if stop.code is not ReasonCode.NOT_FOUND or len(releases) == 1:
                raise
            stopped.append(stop)
    if not found:
        raise stopped[0]
    return list({pin.spot.key: pin for pin in found}.values())


def only(ground: Ground, things: Sequence[Thing], meant: Meant, limits: Limits) -> list[Thing]:
    """Of the parts of one object that each hold its version, the one that counts; "everywhere", all that do."""
    found = on_top(ground, things, lambda each: (None, each.manifest.path), meant)
    if len(found) > 1 and not limits.everywhere:
        listed = ", ".join(each.place for each in found)
        manifest = found[0].manifest
        raise Blocked(
            ReasonCode.AMBIGUOUS,
            f"{manifest.kind} {manifest.name} has its version in {len(found)} places: {listed}; {WHICH_PLACE}",
        )
    return found


WHICH_PLACE = "say in which environment, name the file, or say everywhere"


def chart_pins(
    ground: Ground, files: Files, release: Thing, version: Version, limits: Limits, *, meant: Meant
) -> list[Pinned]:
    """Where the chart's version of a HelmRelease lives. Raises Blocked where it has none that counts."""
    if release.node("spec", "chartRef") is not None:
        return _referred(ground, files, release, version, limits, meant=meant)
    if release.node("spec", "chart") is None:
        raise Blocked(
            ReasonCode.NOT_FOUND,
            f"{release.place}: HelmRelease {release.manifest.name} names no chart there; it is a part that is laid "
            "over another one: name the file that holds the version",
        )
    kind = release.text("spec", "chart", "spec", "sourceRef", "kind")
    if kind in _UNVERSIONED:
        raise _no_version(release, kind)
    spot = release.spot("spec", "chart", "spec", "version")
    if spot is None or spot.is_null:
        patches = ", ".join(inline_patches(ground, release.manifest.path, _VERSION))
        raise Blocked(
            ReasonCode.RANGE,
            f"{release.place}: the chart has no version there; an inline patch seems to set it: {patches}; change it "
            "there by hand"
            if patches
            else f"{release.place}: the chart has no version, so Flux takes the newest; write `version:` there first",
        )
    _block_range(ground, files, spot, limits)
    _block_inexact(version, chart_problem)
    allowed = Allowed(
        "HelmRelease", rendered_name(ground, release.manifest), ("spec", "chart", "spec", "version"), version.tag
    )
    return [Pinned(spot, "chart version", version.tag or "", allowed)]


_VERSION = pattern(r"(?m)/spec/chart/spec/version\b|^(?:[^#\n]*[\s{,])?version[\"']?:\s*[\"']?v?\d")


def inline_patches(ground: Ground, path: str, sets: re.Pattern[str]) -> list[str]:
    """file:line of every patch that is written out in a kustomization around a file, or in a Flux Kustomization that
    builds it, and that `sets` finds something in."""
    graph = ground.inventory.graph
    reached = graph.reach(path)
    around = {graph.files[folder][0] for folder in reached if folder in graph.files}
    return [
        f"{file}:{line}"
        for file in sorted(around | {each.file for each in graph.builds(reached)})
        for line, text in _patch_texts(ground, file)
        if sets.search(text)
    ]


def _patch_texts(ground: Ground, file: str) -> list[tuple[int, str]]:
    """Line and text of what stands below `patch:` and `patchesStrategicMerge:`."""
    from executor.tools.yaml_read import NotYaml, Scalar
    from executor.tools.yaml_read import read as read_yaml

    try:
        todo: list[Any] = [(each, False) for each in read_yaml(ground.tree.read(file))]
    except (OSError, Refused, NotYaml):
        return []
    found = []
    while todo:
        node, patch = todo.pop()
        if isinstance(node, dict):
            todo += [(value, key in ("patch", "patchesStrategicMerge")) for key, value in node.items()]
        elif isinstance(node, list):
            todo += [(each, patch) for each in node]
        elif patch and isinstance(node, Scalar) and "\n" in node:
            found.append((node.line, str(node)))
    return sorted(found)


def _no_version(thing: Thing, kind: str | None) -> Blocked:
    return Blocked(
        ReasonCode.NO_EFFECT,
        f"{thing.place}: the chart comes from a {kind}, where Flux ignores the version; change that one's ref instead",
    )


def _block_range(ground: Ground, files: Files, spot: Spot, limits: Limits) -> None:
    for cell in cells(files, ground.inventory, spot, limits.scope):
        block_templates(cell.spot)
        if not is_exact(cell.text) and cell.text != limits.from_version:
            raise Blocked(
                ReasonCode.RANGE,
                f"{cell.place}: {spot.where} is the range {cell.text}, which Flux resolves by itself; if it is to be "
                f"one version from now on, write from `{cell.text}` to VERSION",
            )


def _block_inexact(version: Version, problem: object) -> None:
    assert callable(problem)
    if version.tag is None or version.digest is not None:
        raise Blocked(ReasonCode.NOT_DETERMINATE, f"{version}: a chart is named by one exact version, without a digest")
    said = problem(version.tag)
    if said:
        raise Blocked(ReasonCode.NOT_DETERMINATE, said)


def _referred(
    ground: Ground, files: Files, release: Thing, version: Version, limits: Limits, *, meant: Meant
) -> list[Pinned]:
    """Through `spec.chartRef` to its OCIRepository or HelmChart."""
    if release.node("spec", "chart") is not None:
        raise Blocked(ReasonCode.NOT_PLAIN, f"{release.place}: it has both chart and chartRef; take one of them away")
    source = files.thing(source_of(ground, files, release))
    users = source_users(ground, files, source)
    others = [each for each in users if each != release.place]
    if others and not limits.everywhere:
        raise Blocked(
            ReasonCode.SHARED,
            f"{source.place}: {source.manifest.kind} {source.manifest.name} also serves {len(others)} others, which "
            f"would move too: {', '.join(others)}; say that all of them are meant, or give the release one of its own",
        )
    return [
        pin
        for each in source_parts(ground, files, (source.manifest, *_laid_over(ground, source.manifest)), meant, limits)
        for pin in source_pins(ground, files, each, version, limits)
    ]


def _laid_over(ground: Ground, source: Manifest) -> list[Manifest]:
    """The patches of a source."""
    laid = patches(ground.inventory.graph)
    own = set(deployments(ground, source.path))
    return [
        each
        for each in _of_kind(ground, source.kind)
        if each.name == source.name and each.path in laid and own & set(deployments(ground, each.path))
    ]


def source_parts(
    ground: Ground, files: Files, manifests: Sequence[Manifest], meant: Meant, limits: Limits
) -> list[Thing]:
    """Of a source and its patches those that hold the version that counts; what is not part of the place is left out.
    Raises Blocked."""
    parts = [files.thing(each) for each in manifests]
    keys = (("spec", "ref"), ("spec", "version"))
    parts = [each for each in parts if any(each.node(*key) is not None for key in keys)] or parts[:1]
    return only(ground, parts, meant, limits) or parts[:1]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a HelmRelease's chartRef or a Flux Kustomization's sourceRef names, and where that one stands."""

    manifest: Manifest
    kind: str
    name: str
    namespace: str | None


def source_of(ground: Ground, files: Files, release: Thing) -> Manifest:
    """The source that a release's chartRef names: in its own file, else in its folder, else the only one that fits."""
    kind, name = (release.text("spec", "chartRef", key) or "" for key in ("kind", "name"))
    if kind not in ("OCIRepository", "HelmChart"):
        raise Blocked(ReasonCode.NOT_SUPPORTED, f"{release.place}: a chartRef to {kind or 'nothing'} holds no version")
    namespace = release.text("spec", "chartRef", "namespace")
    return _target(ground, files, Reference(release.manifest, kind, name, namespace))


def _target(ground: Ground, files: Files, reference: Reference) -> Manifest:
    user = reference.manifest
    fitting = _sources(ground, files, reference)
    for near in (
        [each for each in fitting if each.path == user.path],
        [each for each in fitting if _together(each, user)],
        _same_deployment(ground, user, fitting),
        fitting,
    ):
        if len(near) == 1:
            return near[0]
        if near:
            break
    said = f"{user.place}: its {reference.kind} {reference.name}"
    if not fitting:
        raise Blocked(ReasonCode.NOT_FOUND, f"{said} is not in {ground.repository}")
    places = ", ".join(each.place for each in fitting)
    raise Blocked(ReasonCode.AMBIGUOUS, f"{said} may be any of {places}; name the file that is meant")


def _sources(ground: Ground, files: Files, reference: Reference) -> list[Manifest]:
    """Those of the kind and name whose namespace does not speak against it."""
    namespaces = ground.inventory.namespaces(reference.manifest)
    if reference.namespace:
        namespaces = frozenset() if "${" in reference.namespace else frozenset({reference.namespace})
    laid = patches(ground.inventory.graph)
    named = [each for each in _of_kind(ground, reference.kind) if each.name == reference.name]
    named = [each for each in named if each.path not in laid] or named
    if "${" in reference.name:
        named = [each for each in named if _together(each, reference.manifest)]
        named = named or _by_substitution(ground, files, reference)
    return [each for each in named if not _speaks_against(ground, each, namespaces)]


def _of_kind(ground: Ground, kind: str) -> list[Manifest]:
    return [each for each in ground.inventory.manifests if each.kind == kind and is_flux(each)]


def _together(one: Manifest, two: Manifest) -> bool:
    """One folder: a variable means the same in both."""
    return one.path.rpartition("/")[0] == two.path.rpartition("/")[0]


def _by_substitution(ground: Ground, files: Files, reference: Reference) -> list[Manifest]:
    spot = files.thing(reference.manifest).spot("spec", "chartRef", "name")
    assert spot is not None
    names = {each.text for each in cells(files, ground.inventory, spot, EVERYWHERE)}
    return [each for each in _of_kind(ground, reference.kind) if each.name in names]


def _speaks_against(ground: Ground, source: Manifest, namespaces: frozenset[str]) -> bool:
    known = ground.inventory.namespaces(source)
    return bool(known and namespaces and not known & namespaces)


def _same_deployment(ground: Ground, release: Manifest, found: Sequence[Manifest]) -> list[Manifest]:
    """Those that at least one deployment of the release holds, too."""
    if len(found) < 2:
        return list(found)
    mine = set(deployments(ground, release.path))
    return [each for each in found if mine & set(deployments(ground, each.path))]


_USERS = {
    "OCIRepository": (("HelmRelease", "chartRef"), ("Kustomization", "sourceRef")),
    "HelmChart": (("HelmRelease", "chartRef"),),
    "GitRepository": (("Kustomization", "sourceRef"),),
    "Bucket": (("Kustomization", "sourceRef"),),
}


def source_users(ground: Ground, files: Files, source: Thing) -> list[str]:
    """file:line of every HelmRelease and Flux Kustomization that takes its chart or manifests from a source."""
    wanted = dict(_USERS.get(source.manifest.kind, ()))
    cache: dict[str, list[Any]] = {}
    found = []
    for manifest in ground.inventory.manifests:
        if manifest.kind in wanted and is_flux(manifest):
            reference = _reference(files, manifest, wanted[manifest.kind], source, cache)
            if reference is not None and _means(ground, files, reference, source.manifest):
                found.append(manifest.place)
    return found


def _reference(
    files: Files, manifest: Manifest, key: str, source: Thing, cache: dict[str, list[Any]]
) -> Reference | None:
    """What a manifest refers to, where it can be the source; read without being composed, which is quicker."""
    if manifest.path not in cache:
        cache[manifest.path] = _quickly(files, manifest.path, source.manifest.name)
    documents = cache[manifest.path]
    for each in _objects(documents[manifest.document]) if manifest.document < len(documents) else []:
        if _at(each, "metadata", "name") != manifest.name or _at(each, "kind") != manifest.kind:
            continue
        kind, name, namespace = (_at(each, "spec", key, part) for part in ("kind", "name", "namespace"))
        if kind == source.manifest.kind and name and (name == source.manifest.name or "${" in name):
            return Reference(manifest, str(kind), str(name), None if not namespace else str(namespace))
    return None


def _quickly(files: Files, path: str, name: str) -> list[Any]:
    """The documents of a file that can name the source; none where it cannot, or is no YAML."""
    from executor.tools.yaml_read import NotYaml
    from executor.tools.yaml_read import read as read_yaml

    try:
        data = files.tree.read(path)
        return list(read_yaml(data)) if name.encode() in data or b"${" in data else []
    except (OSError, NotYaml):
        return []


def _objects(document: Any) -> list[Any]:
    items = document.get("items") if isinstance(document, dict) else None
    return [*items, document] if isinstance(items, list) else [document]


def _at(value: Any, *keys: str) -> str | None:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _means(ground: Ground, files: Files, reference: Reference, source: Manifest) -> bool:
    """Whether the reference leads to this very source. Where that cannot be told and the name is the same, it counts,
    so that nothing is moved unseen."""
    if reference.manifest.kind == "Kustomization" and reference.namespace is None:
        return not _speaks_against(ground, source, ground.inventory.namespaces(reference.manifest))
    try:
        return _target(ground, files, reference) == source
    except Blocked:
        return reference.name == source.name


# -- sources ----------------------------------------------------------------------------------------------------------


def source_pins(ground: Ground, files: Files, source: Thing, version: Version, limits: Limits) -> list[Pinned]:
    """The value of a source that Flux goes by. Raises Blocked."""
    kind = source.manifest.kind
    if kind == "OCIRepository":
        return _oci_pins(ground, files, source, version, limits)
    if kind == "HelmChart":
        return _helm_chart_pins(ground, files, source, version, limits)
    if kind == "GitRepository":
        return _git_pins(ground, files, source, version, limits)
    raise Blocked(ReasonCode.NOT_SUPPORTED, f"{source.place}: a {kind} holds no version")


def _pin(source: Thing, spot: Spot, what: str, value: str | None) -> Pinned:
    steps = tuple(step for step in spot.steps if isinstance(step, str | int))
    return Pinned(spot, what, value or "", Allowed(source.manifest.kind, source.manifest.name, steps, value))


def _oci_pins(ground: Ground, files: Files, source: Thing, version: Version, limits: Limits) -> list[Pinned]:
    """`digest` wins over `semver` over `tag` (source-controller, OCIRepositoryRef)."""
    spots = {key: source.spot("spec", "ref", key) for key in ("digest", "semver", "tag")}
    digest, semver, tag = (each if each and not each.is_null and each.text else None for each in spots.values())
    if version.tag is not None and (said := tag_problem(version.tag)):
        raise Blocked(ReasonCode.NOT_DETERMINATE, said)
    if digest is not None:
        return _by_digest(ground, source, digest, None if semver else tag, version)
    if version.digest is not None and version.tag is None:
        raise Blocked(
            ReasonCode.NOT_PLAIN, f"{source.place}: it has no digest to be set; write `digest:` below spec.ref by hand"
        )
    if version.digest is not None:
        raise Blocked(ReasonCode.NOT_PLAIN, f"{source.place}: it has no digest beside the tag; give the version alone")
    if semver is not None:
        _block_range(ground, files, semver, limits)
        return [_pin(source, semver, "chart version", version.tag)]
    if tag is None:
        raise Blocked(
            ReasonCode.RANGE,
            f"{source.place}: spec.ref has no version, so Flux takes the newest; write `tag:` there first",
        )
    return [_pin(source, tag, "chart version", version.tag)]


def _by_digest(ground: Ground, source: Thing, digest: Spot, tag: Spot | None, version: Version) -> list[Pinned]:
    """The digest wins over whatever else is there, so a new tag needs the new digest."""
    if version.tag is None:
        return [_pin(source, digest, "chart digest", version.digest)]
    if tag is not None and tag.text == version.tag and version.digest is None:
        return [_pin(source, tag, "chart version", version.tag)]
    url = (source.text("spec", "url") or "").removeprefix("oci://")
    known = version.digest or ask(ground, url, version.tag, needed=True).value
    if known is None:
        raise Blocked(
            ReasonCode.DIGEST_UNKNOWN,
            f"{digest.place}: the digest there wins over the {'tag' if tag else 'version'}, and that of {version.tag} "
            f"is not known; give the version as {version.tag}@sha256:…",
        )
    pins = [_pin(source, digest, "chart digest", known)]
    return [*pins, _pin(source, tag, "chart version", version.tag)] if tag else pins


def _helm_chart_pins(ground: Ground, files: Files, source: Thing, version: Version, limits: Limits) -> list[Pinned]:
    kind = source.text("spec", "sourceRef", "kind")
    if kind in _UNVERSIONED:
        raise _no_version(source, kind)
    spot = source.spot("spec", "version")
    if spot is None or spot.is_null:
        raise Blocked(
            ReasonCode.RANGE, f"{source.place}: spec.version is not set, so Flux takes the newest; write it first"
        )
    _block_range(ground, files, spot, limits)
    _block_inexact(version, chart_problem)
    return [_pin(source, spot, "chart version", version.tag)]


def _git_pins(ground: Ground, files: Files, source: Thing, version: Version, limits: Limits) -> list[Pinned]:
    """`commit` wins over `name` over `semver` over `tag` over `branch` (source-controller, GitRepositoryRef)."""
    for key in ("commit", "name", "semver", "tag", "branch"):
        spot = source.spot("spec", "ref", key)
        if spot is None or spot.is_null or not spot.text:
            continue
        if key == "semver":
            _block_range(ground, files, spot, limits)
        elif key != "tag":
            raise Blocked(
                ReasonCode.NO_EFFECT, f"{spot.place}: the source follows its {key} ({spot.text}), a tag would not count"
            )
        if version.tag is None or version.digest is not None:
            raise Blocked(ReasonCode.NOT_DETERMINATE, f"{version}: a GitRepository is pinned by a tag, not by a digest")
        return [_pin(source, spot, "tag", version.tag)]
    raise Blocked(ReasonCode.RANGE, f"{source.place}: spec.ref names no tag; the source follows its default branch")


def source_plan(ground: Ground, asked: Asked, version: Version) -> Plan:
    """`source.bump`: the version or digest of an OCIRepository, HelmChart or GitRepository."""
    files = ground.files
    turns: list[Turn] = []
    every: list[Pinned] = []
    allowed: list[Allowed] = []
    chosen = [
        part for meant in choose(ground, asked)
        for part in source_parts(ground, files, meant.manifests, meant, asked.limits)
    ]  # fmt: skip
    for source in chosen:
        users = source_users(ground, files, source)
        if len(users) > 1 and not asked.limits.everywhere:
            raise Blocked(
                ReasonCode.SHARED,
                f"{source.place}: {asked.kind} {asked.name} serves {len(users)}, which would all move: "
                f"{', '.join(users)}; say that all of them are meant",
            )
        pins = source_pins(ground, files, source, version, asked.limits)
        every += pins
        turns += pin_turns(ground, files, pins, asked.limits)
        allowed += [each.allowed for each in pins]
    return finished(ground, asked, make(
        ground, turns, asked.limits, subject=f"{asked.kind} {asked.name}", allowed=allowed, files=files,
        about={"objects": [each.manifest.path for each in chosen]}, owed=owed_of(every),
    ))  # fmt: skip


def owed_of(pins: Sequence[Pinned]) -> list[Owed]:
    """That what is rendered of the object holds the value at its field."""
    found = [(each.allowed, each.value) for each in pins]
    return [Owed(at.kind, at.name, value, field=at.field) for at, value in found if at.name is not None]


def pin_turns(ground: Ground, files: Files, pins: Sequence[Pinned], limits: Limits) -> list[Turn]:
    """Each pin's cells to what they are to hold."""
    turns = []
    for pin in pins:
        found: list[Cell] = cells(files, ground.inventory, pin.spot, limits.scope)
        turns += [Turn(cell, pin.value, pin.what, version=not pin.what.endswith("digest")) for cell in found]
    return turns


def parse_version(version: str | None, digest: str | None = None) -> Version:
    """The arguments `version` and `digest` together. Raises Blocked where they contradict each other."""
    given = split(version) if version else Version(None, None)
    if digest and given.digest and digest != given.digest:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"two digests are given: {given.digest} and {digest}")
    found = Version(given.tag, digest or given.digest)
    if found.tag is None and found.digest is None:
        raise Blocked(ReasonCode.BAD_ARGUMENT, "neither a version nor a digest is given")
    return found
