"""Where the image of a HelmRelease is pinned, and what has to change there for another version to run."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from executor.errors import Blocked
from executor.flux.cells import Cell, cells
from executor.flux.change import Allowed, Ground, Limits, Turn, ask, bare, rendered_name
from executor.flux.facts import FLUX_KUSTOMIZE
from executor.flux.inventory import split_host
from executor.flux.places import Files, Source, Spot, Thing, node_at, refuse_foreign_owner
from executor.flux.values import ImagePin, Values, images, layer, merge, reference
from executor.flux.versions import Version, split
from executor.flux.where import named
from executor.models import Artefact
from executor.reasons import ReasonCode
from executor.tools.yaml_span import Edit, InsertKey, NotYaml, Path, RemoveKey, Scalar, compose, parse_path, show_path
from executor.tools.yaml_span import Mapping as MappingNode
from executor.tools.yaml_span import Sequence as SequenceNode
from executor.values import dataclass, replace

if TYPE_CHECKING:
    from executor.flux.inventory import Manifest


@dataclass(frozen=True, eq=False)
class Entry:
    """An entry of an `images` list of kustomize: in a kustomization file, or in a release's postRenderers."""

    source: Source
    document: int
    steps: Path
    node: MappingNode

    def spot(self, key: str) -> Spot | None:
        found = node_at(self.source, self.node, (key,))
        if found is None or not isinstance(found[0], Scalar):
            return None
        spot = Spot(self.source, self.document, (*self.steps, key), found[0], found[1])
        return None if spot.is_null or not spot.text else spot

    def text(self, key: str) -> str:
        spot = self.spot(key)
        return spot.text if spot else ""

    @property
    def place(self) -> str:
        return f"{self.source.path}:{self.source.line(self.node.start)}"

    @property
    def repository(self) -> str:
        return self.text("newName") or self.text("name")

    @property
    def version(self) -> str:
        return "@".join(filter(None, (self.text("newTag"), self.text("digest"))))

    def matches(self, image: str) -> bool:
        """As kustomize does (api/image.IsImageMatched): the name is an anchored regular expression."""
        pattern = rf"^{self.text('name')}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$"
        try:
            return re.match(pattern, image) is not None
        except re.error:
            return self.text("name") == image

    def __str__(self) -> str:
        return f"{self.repository} {self.version} ({self.place})"


@dataclass(frozen=True, eq=False)
class Image:
    """An image that a release runs: pinned by values, or by an entry that wins over them. `obstacle`: why it cannot be
    changed there; `doubt`: what may win over it and cannot be read here."""

    repository: str | None
    version: str
    pin: ImagePin | None
    entry: Entry | None
    release: Thing
    obstacle: Blocked | None = None
    doubt: str | None = None

    def __str__(self) -> str:
        return str(self.entry or (replace(self.pin, repository=self.repository) if self.pin is not None else ""))


@dataclass(frozen=True)
class Move:
    """What has to be done for an image to be at a version: values that turn, keys that go or come, what to say."""

    turns: tuple[Turn, ...]
    more: tuple[tuple[Source, Edit, Mapping[str, Any]], ...] = ()
    digest: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    allowed: tuple[Allowed, ...] = ()


# -- finding ----------------------------------------------------------------------------------------------------------


def images_of(ground: Ground, files: Files, release: Thing, where: str | None) -> list[Image]:
    """Every image pinned for a release, each with the place that wins; `where` narrows several files of values."""
    values, over, hidden = _values(ground, files, release, where)
    entries = list(_post_renderers(release))
    found: list[Image] = []
    for pin in images(values):
        try:
            entry = _rewriting(ground, files, release, pin) or _winner(entries, pin.repository)
            _block_overridden(release, pin, over)
            _block_patched(release, pin)
            _block_other_readers(ground, files, release, pin)
        except Blocked as stop:
            found.append(Image(pin.repository, pin.version, pin, None, release, stop))
            continue
        if entry is None:
            above = [said for said, below in hidden if pin.tag.source in below]
            found.append(Image(pin.repository, pin.version, pin, None, release, doubt=_doubt(pin, above)))
        elif not any(each.entry is entry for each in found):
            found.append(Image(entry.repository, entry.version, None, entry, release))
    taken = {id(each.entry) for each in found}
    found += [
        Image(each.repository, each.version, None, each, release)
        for each in entries
        if each.version and id(each) not in taken
    ]
    return found


def _doubt(pin: ImagePin, above: list[str]) -> str | None:
    if not above:
        return None
    return f"{pin.tag.place}: {' and '.join(above)} may set the image, too, and would win; look there"


Over = list[tuple[Path, str]]
Hidden = list[tuple[str, frozenset[Source]]]


def _values(ground: Ground, files: Files, release: Thing, where: str | None) -> tuple[Values, Over, Hidden]:
    """The merged values; what `targetPath` puts over them: path and the place that says so; and what is laid over some
    of them and cannot be read here, with these."""
    values: Values = {}
    over: Over = []
    hidden: Hidden = []
    below: list[Source] = []
    for i in range(_count(release, "spec", "valuesFrom")):
        target = release.spot("spec", "valuesFrom", i, "targetPath")
        if target is not None and not target.is_null:
            over.append((_target_path(target), f"{target.place}: {_named_source(release, i)}"))
            continue
        inner = _values_file(ground, files, release, i, where)
        if inner is None:
            hidden.append((_named_source(release, i), frozenset(below)))
        elif inner.yaml.documents:
            below.append(inner)
            values = merge(values, layer(inner, 0, inner.yaml.documents[0], ()))
    own = release.node("spec", "values")
    if own is not None:
        values = merge(values, layer(release.source, release.document, own[0], ("spec", "values"), own[1]))
    return values, over, hidden


def hidden_values(ground: Ground, files: Files, release: Thing, where: str | None) -> list[str]:
    """The ConfigMaps and Secrets of a release's valuesFrom that cannot be read here."""
    return [said for said, _ in _values(ground, files, release, where)[2]]


def _named_source(release: Thing, i: int) -> str:
    """`the Secret ffl-values`."""
    kind, name, _ = _asked(release, i)
    return f"the {kind} {name}"


def _count(release: Thing, *steps: str | int) -> int:
    """How many entries a list has; none where it is no list."""
    found = release.node(*steps)
    return len(found[0].items) if found and isinstance(found[0], SequenceNode) else 0


def _block_other_readers(ground: Ground, files: Files, release: Thing, pin: ImagePin) -> None:
    """Raises Blocked where the values come from a ConfigMap that other releases read, too."""
    if pin.tag.source is release.source:
        return
    names = {release.text("spec", "valuesFrom", i, "name") for i in range(_count(release, "spec", "valuesFrom"))}
    others = []
    for manifest in ground.inventory.find("HelmRelease"):
        if manifest == release.manifest or not _near(ground, manifest, release.manifest):
            continue
        if not any(name and name.encode() in files.read(manifest.path) for name in names):
            continue
        other = files.thing(manifest)
        for i in range(_count(other, "spec", "valuesFrom")):
            if other.text("spec", "valuesFrom", i, "name") in names and _same_values(
                ground, files, other, i, pin.tag.source
            ):
                others.append(manifest.place)
    if others:
        raise Blocked(
            ReasonCode.SHARED,
            f"{pin.tag.place}: the values are read by {', '.join(others)} too; say that all of them are meant",
        )


def _same_values(ground: Ground, files: Files, other: Thing, i: int, source: Source) -> bool:
    """Whether an entry of another release's valuesFrom is that text. Where that cannot be told, it counts."""
    try:
        found = _values_file(ground, files, other, i, None)
    except Blocked:
        return True
    if found is None:
        return False
    outer, mine = found.outer, source.outer
    return found.path == source.path and (outer.node.start if outer else 0) == (mine.node.start if mine else 0)


def _target_path(spot: Spot) -> Path:
    try:
        return parse_path(spot.text)
    except ValueError:
        raise Blocked(ReasonCode.NOT_PLAIN, f"{spot.place}: the targetPath {spot.text} is not understood") from None


def _values_file(ground: Ground, files: Files, release: Thing, i: int, where: str | None) -> Source | None:
    """The values behind an entry of valuesFrom: a generator's file, or the text in a ConfigMap's manifest. None where
    there is none, or only a cluster or a key opens it."""
    kind, name, key = _asked(release, i)
    found = list(_generated(ground, files, release, i))
    found += [
        inner
        for each in (ground.inventory.find(kind, name) if kind == "ConfigMap" else ())
        if _near(ground, each, release.manifest)
        and (spot := files.thing(each).spot("data", key)) is not None
        and (inner := files.inside(spot)) is not None
    ]
    if len(found) > 1:
        found = named({each: each.path for each in found}, where) or found
    if len(found) > 1:
        places = ", ".join(each.path for each in found)
        raise Blocked(
            ReasonCode.AMBIGUOUS,
            f"{release.place}: the {kind} {name} comes from several places: {places}; name the one that is meant (such "
            "as an environment)",
        )
    return found[0] if found else None


def _near(ground: Ground, one: Manifest, two: Manifest) -> bool:
    a, b = ground.inventory.namespaces(one), ground.inventory.namespaces(two)
    return not (a and b and not a & b)


def _asked(release: Thing, i: int) -> tuple[str, str, str]:
    """kind, name, key of an entry of valuesFrom."""
    kind, name, key = (release.text("spec", "valuesFrom", i, each) or "" for each in ("kind", "name", "valuesKey"))
    return kind, name, key or "values.yaml"


def _generated(ground: Ground, files: Files, release: Thing, i: int) -> Iterator[Source]:
    """Files that generators of the kustomizations around a release take in for an entry of its valuesFrom."""
    kind, name, key = _asked(release, i)
    field = f"{kind[:1].lower()}{kind[1:]}Generator"
    graph = ground.inventory.graph
    for folder in sorted(graph.reach(release.manifest.path)):
        if folder not in graph.files:
            continue
        source = files.source(graph.files[folder][0])
        for root in source.yaml.documents:
            generators = node_at(source, root, (field,))
            for n in range(len(generators[0].items) if generators and isinstance(generators[0], SequenceNode) else 0):
                if _text(source, root, (field, n, "name")) == name:
                    for path in _generator_files(source, root, (field, n, "files"), key):
                        yield files.source(posixpath.normpath(posixpath.join(folder, path)))


def _generator_files(source: Source, root: Any, steps: Path, key: str) -> Iterator[str]:
    """The files of a generator that become the data key `key`: `key=path`, or a path that ends so."""
    listed = node_at(source, root, steps)
    for number in range(len(listed[0].items) if listed and isinstance(listed[0], SequenceNode) else 0):
        said = _text(source, root, (*steps, number)) or ""
        name, equals, path = said.partition("=")
        if (name if equals else posixpath.basename(said)) == key:
            yield path if equals else said


def _text(source: Source, root: Any, steps: Path) -> str | None:
    found = node_at(source, root, steps)
    return getattr(found[0], "value", None) if found else None


def _block_overridden(release: Thing, pin: ImagePin, over: Sequence[tuple[Path, str]]) -> None:
    spots = [pin.path] if pin.whole else [(*pin.path, "tag"), (*pin.path, "digest"), (*pin.path, "repository")]
    for path, said in over:
        if any(_same_start(path, each) for each in spots):
            raise Blocked(
                ReasonCode.NO_EFFECT,
                f"{said} is put over the value at {show_path(path)} and wins; change it there ({release.place})",
            )


def _same_start(target: Path, path: Path) -> bool:
    return [str(each) for each in target] == [str(each) for each in path[: len(target)]]


def _block_patched(release: Thing, pin: ImagePin) -> None:
    """Raises Blocked where a postRenderers patch sets the image: it is laid over all that values say."""
    found = release.node("spec", "postRenderers") if pin.repository is not None else None
    if found is None:
        return
    wanted = bare(pin.repository or "")
    patches = layer(release.source, release.document, found[0], ("spec", "postRenderers"), found[1])
    for spot in _patched_images(patches):
        said = reference(spot.text)
        if said is not None and bare(said[0]) == wanted:
            raise Blocked(
                ReasonCode.NO_EFFECT, f"{spot.place}: a postRenderers patch sets the image and wins; change it there"
            )


def _patched_images(values: Values) -> Iterator[Spot]:
    """What patches set an `image` to: as objects, as JSON patches (`path: …/image`), or as a text of either."""
    if isinstance(values, Spot):
        try:
            inner = compose(values.text.encode()) if "image" in values.text and "\n" in values.text else None
        except NotYaml:
            return
        outer = values if values.node.style == "|" else None
        source = Source(values.path, inner, outer) if inner is not None else None
        for number, root in enumerate(source.yaml.documents if source else ()):
            if source and not isinstance(root, Scalar):
                yield from _patched_images(layer(source, number, root, ()))
        return
    if isinstance(values, dict):
        path = values.get("path")
        for key in ("image", *(("value",) if isinstance(path, Spot) and path.text.endswith("/image") else ())):
            if isinstance(found := values.get(key), Spot):
                yield found
    for each in values.values() if isinstance(values, dict) else values:
        yield from _patched_images(each)


def _post_renderers(release: Thing) -> Iterator[Entry]:
    for i in range(_count(release, "spec", "postRenderers")):
        yield from entries_at(
            release.source, release.document, release.root, ("spec", "postRenderers", i, "kustomize", "images")
        )


def entries_at(source: Source, document: int, root: Any, steps: Path) -> Iterator[Entry]:
    listed = node_at(source, root, steps)
    for n in range(len(listed[0].items) if listed and isinstance(listed[0], SequenceNode) else 0):
        found = node_at(source, root, (*steps, n))
        if found is not None and isinstance(found[0], MappingNode):
            yield Entry(source, document, (*steps, n), found[0])


def _winner(entries: Sequence[Entry], repository: str | None) -> Entry | None:
    """The last entry that sets a tag or digest of an image, renamings on the way followed."""
    name, won = repository, None
    for each in entries:
        if name is not None and each.matches(name):
            won = each if each.version else won
            name = each.text("newName") or name
    return won


def _rewriting(ground: Ground, files: Files, release: Thing, pin: ImagePin) -> Entry | None:
    """kustomize's own `images` also rewrite `containers: [{image: …}]` lists inside of a release's values."""
    in_list = any(
        step in ("containers", "initContainers") and isinstance(after, int)
        for step, after in itertools.pairwise(pin.path)
    )
    if not (pin.whole and in_list and pin.repository):
        return None
    graph = ground.inventory.graph
    found = [
        entry
        for folder in sorted(graph.reach(release.manifest.path))
        if folder in graph.files
        for entry in kustomize_entries(files.source(graph.files[folder][0]))
        if entry.version and entry.matches(pin.tag.text)
    ]
    if len(found) > 1:
        listed = ", ".join(each.place for each in found)
        raise Blocked(ReasonCode.AMBIGUOUS, f"{pin.tag.place}: the image is set by several kustomizations: {listed}")
    return found[0] if found else None


def kustomize_entries(source: Source) -> Iterator[Entry]:
    """The images of a kustomization, and those that a Flux Kustomization adds."""
    for number, root in enumerate(source.yaml.documents):
        flux = (_text(source, root, ("apiVersion",)) or "").startswith(FLUX_KUSTOMIZE)
        yield from entries_at(source, number, root, ("spec", "images") if flux else ("images",))


# -- choosing ---------------------------------------------------------------------------------------------------------


def is_named(wanted: str, repository: str | None) -> int:
    """How well a name fits a repository: 3 the same, 2 the same without the registry, 1 its last parts, 0 not."""
    if repository is None:
        return 0
    if wanted == repository:
        return 3
    host, theirs = split_host(wanted)[0], split_host(repository)[0] or "docker.io"
    if host not in (None, theirs):
        return 0
    name, whole = bare(wanted).removeprefix("library/"), bare(repository).removeprefix("library/")
    if name == whole:
        return 2
    return 1 if host is None and whole.endswith("/" + name) else 0


def pick(found: Sequence[Image], wanted: str | None, version: Version, limits: Limits, ground: Ground) -> list[Image]:
    """The images that are meant, by name or by the path in the values. Raises Blocked with the candidates where that is
    not sure."""
    if wanted is not None:
        best = max((is_named(wanted, each.repository) for each in found), default=0)
        at = [each for each in found if each.pin is not None and show_path(each.pin.path) == wanted]
        found = (
            [each for each in found if best and is_named(wanted, each.repository) == best]
            or at
            or _below(found, wanted)
        )
    if not found:
        return []
    if limits.from_version is not None:
        before = [each for each in found if limits.from_version in (_tag(each), each.version)]
        found = before or [each for each in found if _tag(each) == version.tag] or found
    built = [each for each in found if is_pushed(ground, each.repository, version.tag)]
    found = built or found
    names = {each.repository for each in found}
    versions = {_tag(each) for each in found} - {version.tag}
    if len(names) == 1 and (len(versions) <= 1 or limits.everywhere):
        return list(found)
    if len(versions) <= 1 and built:
        return list(found)
    hint = "name the image" if len(names) > 1 else "say that all of them are meant"
    several = limits.where is None and len({each.release.place for each in found}) > 1
    where = ", or in which environment" if several else ""
    listed = ", ".join(map(str, found))
    raise Blocked(ReasonCode.AMBIGUOUS, f"several images fit: {listed}; {hint}, or its old version{where}")


def _below(found: Sequence[Image], key: str) -> list[Image]:
    """The images at one place of the values, below a key of that name: `web` of `web.image`."""
    there = [each for each in found if each.pin is not None and key in [str(step) for step in each.pin.path[:-1]]]
    return there if len({show_path(each.pin.path) for each in there if each.pin is not None}) == 1 else []


def _tag(image: Image) -> str | None:
    return split(image.version).tag or image.version


def is_pushed(ground: Ground, repository: str | None, tag: str | None) -> bool:
    """Whether this task builds or pushes that image at that tag."""
    if repository is None or tag is None:
        return False
    name = f"{bare(repository)}:{tag}"
    return any(Artefact(kind, name) in ground.made | ground.planned for kind in ("pushed", "built"))


# -- moving -----------------------------------------------------------------------------------------------------------


def move(ground: Ground, files: Files, image: Image, version: Version, limits: Limits) -> Move:
    """What brings an image to a version. Raises Blocked."""
    if image.obstacle is not None and not (limits.everywhere and image.obstacle.code is ReasonCode.SHARED):
        raise image.obstacle
    allowed = _allowed(ground, image, version)
    if image.entry is not None:
        return move_entry(ground, files, image.entry, version, limits, allowed=allowed)
    assert image.pin is not None
    found = move_pin(ground, files, image.pin, version, limits, allowed=allowed)
    return replace(found, warnings=(*found.warnings, image.doubt)) if image.doubt else found


def move_pin(
    ground: Ground, files: Files, pin: ImagePin, version: Version, limits: Limits, *, allowed: tuple[Allowed, ...]
) -> Move:
    """What brings an image that stands in values, or in a manifest itself, to a version. Raises Blocked."""
    if pin.digest_only:
        return _move_digest(ground, files, pin, version, limits, allowed=allowed)
    turns: list[Turn] = []
    about: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    start = len(_split_reference(pin.tag.text)[0]) if pin.whole else 0
    for cell in cells(files, ground.inventory, pin.tag, limits.scope, start):
        old = _split_reference(cell.text) if pin.whole else ("", split(cell.text))
        was = Version(old[1].tag, old[1].digest or (pin.digest.text if pin.digest else None))
        new, about, warnings = decide(
            ground, pin.repository, was, version, apart=pin.digest is not None, place=cell.place
        )
        if pin.digest is not None:
            turns += _digest_turn(files, ground, pin.digest, new, limits)
            new = Version(new.tag, None)
        text = _with_reference(old[0], new) if pin.whole else str(new)
        turns.append(Turn(cell, text, "image" if pin.whole else "image tag", was=str(old[1]), becomes=str(new)))
    return Move(tuple(turns), (), about, warnings, allowed)


def _move_digest(
    ground: Ground, files: Files, pin: ImagePin, version: Version, limits: Limits, *, allowed: tuple[Allowed, ...]
) -> Move:
    """An image that only a digest pins: it needs a digest."""
    if version.digest is None or version.tag is not None:
        raise Blocked(
            ReasonCode.DIGEST_UNKNOWN,
            f"{pin.tag.place}: the image is pinned by its digest alone, so a tag has no place; give sha256:… alone",
        )
    turns = _digest_turn(files, ground, pin.tag, version, limits)
    return Move(
        tuple(turns),
        (),
        _about(pin.repository, None, version.digest, "given", Version(None, pin.tag.text)),
        (),
        allowed,
    )


def _allowed(ground: Ground, image: Image, version: Version) -> tuple[Allowed, ...]:
    """Values of the release, whichever way they come; a ConfigMap that holds them."""
    name = rendered_name(ground, image.release.manifest)
    holds = version.tag or version.digest
    fields = [("spec", "values"), ("spec", "postRenderers")]
    found = [Allowed("HelmRelease", name, field, each) for field in fields for each in {holds, version.digest}]
    found += [Allowed("HelmRelease", name, field, "sha256:") for field in fields]
    if image.pin is not None and image.pin.tag.source is not image.release.source:
        found.append(Allowed("Secret", None, ("data",)))  # base64 of the whole file, of which the edit is proved
    return (*found, Allowed("ConfigMap", None, ("data",), holds))


def _split_reference(text: str) -> tuple[str, Version]:
    found = reference(text)
    if found is None:
        raise Blocked(ReasonCode.NOT_PLAIN, f"{text} is no image reference; change it by hand")
    return found[0], Version(found[1] or None, found[2] or None)


def _with_reference(repository: str, version: Version) -> str:
    tag = f":{version.tag}" if version.tag else ""
    return repository + tag + (f"@{version.digest}" if version.digest else "")


def _digest_turn(files: Files, ground: Ground, spot: Spot, new: Version, limits: Limits) -> list[Turn]:
    """The `digest` key beside a tag; `sha: abc` is written without the algorithm's name."""
    if new.digest is None:
        return []
    value = new.digest if ":" in spot.text else new.digest.removeprefix("sha256:")
    found = cells(files, ground.inventory, spot, limits.scope)
    return [Turn(cell, value, "image digest", version=False) for cell in found]


def decide(
    ground: Ground, repository: str | None, old: Version, asked: Version, *, apart: bool, place: str
) -> tuple[Version, Mapping[str, Any] | None, tuple[str, ...]]:
    """Tag and digest that a pin gets, evidence about the digest, warnings. `apart`: the digest has a key of its own.

    Raises Blocked where the old digest would win over the new tag and no new one is known.
    """
    if asked.tag is None:
        return Version(old.tag, asked.digest), _about(repository, old.tag, asked.digest, "given", old), ()
    if asked.digest is not None:
        return asked, _about(repository, asked.tag, asked.digest, "given", old), ()
    if old.digest is None:
        return Version(asked.tag, None), None, ()
    if old.tag == asked.tag:
        return old, None, ()  # 1.4.0@sha256:… asked to be 1.4.0 is already there
    needed = apart or ground.config.digests == "require"
    answer = ask(ground, repository, asked.tag, needed=needed)
    if answer.value is not None:
        return Version(asked.tag, answer.value), _about(repository, asked.tag, answer.value, answer.source, old), ()
    if needed:
        raise Blocked(
            ReasonCode.DIGEST_UNKNOWN,
            f"{place}: the image is pinned by its digest too, and that of {asked.tag} is not known ({answer.source}); "
            f"push the image in this task, or give {asked.tag}@sha256:…",
        )
    said = f"{place}: the digest {old.digest} goes; that of {asked.tag} is not known ({answer.source})"
    return (
        Version(asked.tag, None),
        _about(repository, asked.tag, None, f"dropped: {answer.source}", old),
        (said,),
    )


def _about(repository: str | None, tag: str | None, digest: str | None, source: str, old: Version) -> dict[str, Any]:
    return {"image": repository, "tag": tag, "digest": digest, "digest_from": source, "digest_before": old.digest}


# -- kustomize images -------------------------------------------------------------------------------------------------


def move_entry(
    ground: Ground, files: Files, entry: Entry, version: Version, limits: Limits, *, allowed: tuple[Allowed, ...]
) -> Move:
    """`newTag` and `digest` are a pair: setting one refreshes or clears the other; every other key stays."""
    tag, digest = entry.spot("newTag"), entry.spot("digest")
    old = Version(tag.text if tag else None, digest.text if digest else None)
    if tag is not None and "@" in tag.text:
        raise Blocked(ReasonCode.NOT_PLAIN, f"{tag.place}: newTag holds a digest; write it as `digest:` first")
    wanted = Version(version.tag, version.digest)
    about: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    if version.tag is not None and version.digest is None and old.digest is None:
        new = wanted
    elif version.tag is None:
        new = Version(old.tag, version.digest)
    else:
        new, about, warnings = decide(ground, entry.repository, old, wanted, apart=False, place=entry.place)
    turns: list[Turn] = []
    more: list[tuple[Source, Edit, Mapping[str, Any]]] = []
    for key, spot, value in (("newTag", tag, new.tag), ("digest", digest, new.digest)):
        turns += _entry_turns(files, ground, spot, value, what=f"{key} of {entry.repository}", limits=limits)
        more += _entry_keys(entry, key, spot, value)
    own = Allowed("Kustomization", None, ("spec", "images"))  # where it is one of Flux that holds the entry
    return Move(tuple(turns), tuple(more), about, warnings, (*allowed, own))


def _entry_turns(
    files: Files, ground: Ground, spot: Spot | None, value: str | None, *, what: str, limits: Limits
) -> list[Turn]:
    if spot is None or value is None:
        return []
    found: list[Cell] = cells(files, ground.inventory, spot, limits.scope)
    return [Turn(cell, value, what, version=not what.startswith("digest")) for cell in found]


def _entry_keys(
    entry: Entry, key: str, spot: Spot | None, value: str | None
) -> list[tuple[Source, Edit, Mapping[str, Any]]]:
    where = show_path((*entry.steps, key))
    if (spot is None) != (value is None) and entry.source.yaml.users(entry.node):
        raise Blocked(ReasonCode.SHARED, f"{entry.place}: the entry shows through an alias too; change it by hand")
    if spot is not None and value is None:
        refuse_foreign_owner(spot)
        about = {"file": spot.place, "field": where, "what": key, "from": spot.text, "to": None}
        return [(entry.source, RemoveKey(entry.node, key), about)]
    if spot is None and value is not None:
        if entry.node.flow:
            raise Blocked(ReasonCode.NOT_PLAIN, f"{entry.place}: {key} would have to be added to a flow mapping")
        about = {"file": entry.place, "field": where, "what": key, "from": None, "to": value}
        return [(entry.source, InsertKey(entry.node, key, value), about)]
    return []
