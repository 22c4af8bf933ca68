"""Images that a manifest names itself: the container of a Deployment or CronJob, a service of a compose file, a custom
resource. `kustomize.image` of a file that is no kustomization."""

from __future__ import annotations

from collections.abc import Sequence

from executor.errors import Blocked
from executor.flux.change import Allowed, Ground, Limits, Plan, bare, make, rendered_name
from executor.flux.image_pins import is_named, move_pin
from executor.flux.owed import Owed
from executor.flux.places import Files, Source, node_at
from executor.flux.values import ImagePin, images, layer
from executor.flux.versions import Version, image_problem, split
from executor.models import Artefact
from executor.reasons import ReasonCode
from executor.tools.yaml_span import Node, Scalar
from executor.values import replace


def written_plan(ground: Ground, file: str, image: str, version: Version, limits: Limits) -> Plan:
    """Raises Blocked or Refused where the image is not there, not at one version, or cannot be changed as asked."""
    said = image_problem(version)
    if said:
        raise Blocked(ReasonCode.NOT_DETERMINATE, said)
    files = ground.files
    pins = _meant(files, file, image, version, limits)
    repository = pins[0].repository or image
    limits = replace(limits, meant=frozenset(pin.tag.place for pin in pins))
    moves = [move_pin(ground, files, each, version, limits, allowed=_allowed(ground, each)) for each in pins]
    digests = [dict(each.digest) for each in moves if each.digest]
    pushed = Artefact("pushed", f"{bare(repository)}:{version.tag}")
    return make(
        ground, [turn for each in moves for turn in each.turns], limits, files=files, subject=f"image {repository}",
        allowed=[each for one in moves for each in one.allowed], about={"digests": digests} if digests else {},
        warnings=tuple(dict.fromkeys(said for each in moves for said in each.warnings)),
        needs=frozenset({pushed} & ground.planned),
        owed=[
            Owed(at.kind, at.name, version.tag or version.digest or "", repository)
            for one in moves for at in one.allowed if at.kind and at.name
        ],
    )  # fmt: skip


def _meant(files: Files, file: str, image: str, version: Version, limits: Limits) -> Sequence[ImagePin]:
    """All places of the image in the file, where they are at one version."""
    source = files.source(file)
    every = [
        pin
        for number, root in enumerate(source.yaml.documents)
        for pin in images(layer(source, number, root, ()))
        if pin.repository is not None
    ]
    best = max((is_named(image, each.repository) for each in every), default=0)
    found = [each for each in every if best and is_named(image, each.repository) == best]
    if not found:
        listed = ", ".join(map(str, every))
        raise Blocked(ReasonCode.NOT_FOUND, f"{file}: no image in it is {image}; there are {listed or 'none'}")
    if limits.from_version is not None:
        found = [each for each in found if limits.from_version in (split(each.version).tag, each.version)] or found
    versions = {split(each.version).tag for each in found} - {version.tag}
    if len({each.repository for each in found}) > 1 or len(versions) > 1:
        listed = ", ".join(map(str, found))
        raise Blocked(ReasonCode.AMBIGUOUS, f"{file}: several fit {image}: {listed}; say from which version")
    return found


def _allowed(ground: Ground, pin: ImagePin) -> tuple[Allowed, ...]:
    """The field of the object, as far as no list stands on the way."""
    spot = pin.tag
    root = spot.source.yaml.documents[spot.document]
    kind, name = (_text(spot.source, root, steps) for steps in (("kind",), ("metadata", "name")))
    field: tuple[str | int, ...] = ()
    for step in spot.steps:
        if not isinstance(step, str):
            break
        field = (*field, step)
    named = next((m for m in ground.inventory.manifests if (m.path, m.kind, m.name) == (spot.path, kind, name)), None)
    return (Allowed(kind or "", rendered_name(ground, named) if named else name, field),)


def _text(source: Source, root: Node, steps: tuple[str, ...]) -> str | None:
    found = node_at(source, root, steps)
    return found[0].value if found and isinstance(found[0], Scalar) else None
