"""The values of a HelmRelease as Helm will see them, every leaf with the place that wins, and the images in them.

Order of helm-controller (chartutil.ChartValuesFromReferences and its callers): `valuesFrom` without targetPath in
order, then `spec.values` over them, then each `valuesFrom` with targetPath. Maps merge, lists are replaced whole, null
deletes.
"""

from __future__ import annotations

from collections.abc import Iterator

from executor.errors import Blocked
from executor.flux.places import Source, Spot
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.yaml_span import Alias, Mapping, Node, Path, Scalar, Sequence, show_path
from executor.values import dataclass

Values = Spot | dict[str, "Values"] | list["Values"]

_MOST_NODES = 50_000
_REFERENCE = pattern(
    r"(?P<repository>(?:[A-Za-z0-9.-]+(?::\d+)?/|\$\{[^}]*\}/)?[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*)"
    r"(?::(?P<tag>[A-Za-z0-9_$][\w.${}:=-]{0,127}))?(?:@(?P<digest>[a-z0-9]+:[0-9a-f]+))?"
)
_REPOSITORY_KEYS = (
    ("repository", "tag"),
    ("repo", "tag"),
    ("image", "tag"),
    ("name", "tag"),
    ("imageRepository", "imageTag"),
)
_REGISTRY_KEYS = ("registry", "imageRegistry")
_DIGEST_KEYS = ("digest", "imageDigest", "sha")
_IMAGE_KEY = pattern(r"(?:image|.*(?:Image|_image|-image))")
_NESTED = pattern(r"(?i)image")


@dataclass(frozen=True, eq=False)
class ImagePin:
    """An image that values pin. `repository` with its registry, as written; None where only the chart knows it.

    `tag` holds `tag`, `tag@digest`, (`whole`) a reference `repository:tag@digest`, or (`digest_only`) the digest where
    there is no tag; `digest` is a key of its own beside a tag.
    """

    path: Path
    repository: str | None
    tag: Spot
    digest: Spot | None = None
    whole: bool = False
    digest_only: bool = False

    @property
    def version(self) -> str:
        """Tag, and digest behind `@`, as they are now."""
        if not self.whole:
            return self.tag.text
        found = reference(self.tag.text)
        assert found is not None
        return "@".join(filter(None, found[1:]))

    def __str__(self) -> str:
        name = self.repository or "an image that the chart names"
        return f"{name} {self.version} ({self.tag.place}, {show_path(self.path)})"


def reference(text: str) -> tuple[str, str, str] | None:
    """repository, tag, digest of an image reference; '' for what it lacks. None where it is none."""
    found = _REFERENCE.fullmatch(text)
    return (found["repository"], found["tag"] or "", found["digest"] or "") if found else None


def layer(source: Source, document: int, root: Node, steps: Path, through: tuple[Alias, ...] = ()) -> Values:
    """A written tree as values, aliases and merge keys followed. Raises Blocked where it is monstrous."""
    return _Layer(source, document).tree(root, steps, through)


class _Layer:
    def __init__(self, source: Source, document: int) -> None:
        self.source = source
        self.document = document
        self.count = 0

    def tree(self, node: Node, steps: Path, through: tuple[Alias, ...]) -> Values:
        self.count += 1
        if self.count > _MOST_NODES or len(steps) > 100:
            raise Blocked(
                ReasonCode.NOT_PLAIN, f"{self.source.path}: the values are too large to be read through aliases"
            )
        if isinstance(node, Alias):
            return self.tree(self.source.yaml.resolve(node), steps, (*through, node))
        if isinstance(node, Scalar):
            return Spot(self.source, self.document, steps, node, through)
        if isinstance(node, Sequence):
            return [self.tree(item, (*steps, i), through) for i, item in enumerate(node.items)]
        return self._mapping(node, steps, through)

    def _mapping(self, node: Mapping, steps: Path, through: tuple[Alias, ...]) -> dict[str, Values]:
        merged: dict[str, Values] = {}
        own: dict[str, Values] = {}
        for key, value in node.entries:
            name = self.source.yaml.resolve(key)
            if not isinstance(name, Scalar):
                continue
            if name.value == "<<" and name.style == "":
                for each in self._merges(self.tree(value, steps, through)):
                    merged = {**each, **merged}
                continue
            if name.value in own:
                place = f"{self.source.path}:{self.source.line(name.start)}"
                raise Blocked(ReasonCode.NOT_PLAIN, f"{place}: the key {name.value} is there twice; mend it first")
            own[name.value] = self.tree(value, (*steps, name.value), through)
        return {**merged, **own}

    def _merges(self, found: Values) -> list[dict[str, Values]]:
        several = found if isinstance(found, list) else [found]
        return [each for each in several if isinstance(each, dict)]


def merge(below: Values | None, above: Values) -> Values:
    """Helm's merge: maps key by key, everything else replaced, null deletes."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    result = dict(below)
    for key, value in above.items():
        if isinstance(value, Spot) and value.is_null:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def images(values: Values, path: Path = (), key: str = "") -> Iterator[ImagePin]:
    """Every image that is pinned in values, in order."""
    if isinstance(values, Spot):
        found = reference(values.text) if _IMAGE_KEY.fullmatch(key) else None
        if found and (found[1] or found[2]):
            yield ImagePin(path, found[0], values, whole=True)
        return
    if isinstance(values, list):
        for i, each in enumerate(values):
            yield from images(each, (*path, i), "image" if key == "images" else "")
        return
    here = _map_pin(values, path, key)
    if here:
        yield here
    for name, each in values.items():
        if not (here and isinstance(each, Spot)):
            yield from images(each, (*path, name), name)


def _map_pin(values: dict[str, Values], path: Path, key: str) -> ImagePin | None:
    """`{registry, repository, tag, digest}` in its many spellings; a tag alone below a key that says image."""
    for repository_key, tag_key in _REPOSITORY_KEYS:
        repository, tag = values.get(repository_key), values.get(tag_key)
        if isinstance(repository, Spot) and isinstance(tag, Spot) and not tag.is_null and tag.text:
            found = reference(repository.text)
            if found is None or found[1] or found[2] or (repository_key == "name" and not _NESTED.search(key)):
                continue
            return ImagePin(path, _registry(values) + repository.text, tag, _digest(values))
    tag, digest = values.get("tag"), _digest(values)
    repository = values.get("repository")
    untagged = tag is None or (isinstance(tag, Spot) and (tag.is_null or not tag.text))
    if untagged and digest is not None and isinstance(repository, Spot) and reference(repository.text):
        return ImagePin(path, _registry(values) + repository.text, digest, digest_only=True)
    if _NESTED.search(key) and isinstance(tag, Spot) and tag.text and not tag.is_null:
        named = [name for name in ("repository", "repo", "image", "name") if name in values]
        return None if named else ImagePin(path, None, tag, _digest(values))
    return None


def _registry(values: dict[str, Values]) -> str:
    for name in _REGISTRY_KEYS:
        found = values.get(name)
        if isinstance(found, Spot) and found.text and not found.is_null:
            return found.text.rstrip("/") + "/"
    return ""


def _digest(values: dict[str, Values]) -> Spot | None:
    for name in _DIGEST_KEYS:
        found = values.get(name)
        if isinstance(found, Spot) and found.text and not found.is_null:
            return found
    return None
