"""What is owed where a sentence means a whole place or everywhere: no object that is rendered there keeps another
version. A patch that no edit reaches (inline, a JSON patch, one of another name) would keep it, unseen in the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from executor.flux.facts import of_file
from executor.tools.yaml_read import Items, Map, NotYaml, Scalar, read
from executor.tools.yaml_span.path import Path, Select, show_path
from executor.values import dataclass


@dataclass(frozen=True, slots=True)
class Owed:
    """What an object of that kind and name has to hold: `image` at `version`, or `version` at `field`. `kind` None: any
    object, where the edit changes nothing in the build."""

    kind: str | None
    name: str | None
    version: str
    image: str | None = None
    field: Path = ()


def lacking(owed: Sequence[Owed], documents: Iterable[bytes], *, moved: bool) -> Iterator[str]:
    """What rendered objects hold instead: `HelmRelease shop has r.test/web 0.9.0`."""
    asked = [each for each in owed if each.kind is not None or not moved]
    for text in documents if asked else ():
        for each in asked:
            if (each.image or each.version).encode() in text or (each.field and (each.name or "").encode() in text):
                yield from _kept(each, text)


def _kept(owed: Owed, text: bytes) -> Iterator[str]:
    found = of_file("rendered.yaml", text)
    kind, name = next(((each[3], each[4]) for each in found.manifests), ("", ""))
    if owed.kind is not None and (kind, name) != (owed.kind, owed.name):
        return
    held = _at(text, owed.field) if owed.field else [tag for image, tag, _ in found.pins if image == owed.image and tag]
    for each in held:
        if owed.version not in (each, *each.split("@")):
            yield f"{kind} {name} keeps {owed.image or show_path(owed.field)} {each}"


def _at(text: bytes, field: Path) -> list[str]:
    try:
        node = next(iter(read(text)), None)
    except NotYaml:
        return []
    for step in field:
        if isinstance(node, Map) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, Items) and isinstance(step, Select):
            fits = (each for each in node if isinstance(each, Map) and str(each.get(step.key)) == step.value)
            node = next(fits, None)
        else:
            return []
    return [str(node)] if isinstance(node, Scalar) and node else []
