"""`helmrelease.bump`: the chart or the image of a HelmRelease, wherever its version lives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from executor.errors import Blocked, Stop
from executor.flux.change import Ground, Limits, Plan, Turn, bare, make
from executor.flux.image_pins import Image, hidden_values, images_of, is_pushed, move, pick
from executor.flux.owed import Owed
from executor.flux.parts import beside
from executor.flux.pins import (
    WHICH_PLACE,
    Asked,
    Meant,
    Pinned,
    chart_of,
    choose,
    finished,
    is_flux,
    on_top,
    owed_of,
    pin_turns,
)
from executor.flux.places import Files, Thing
from executor.flux.versions import Version, image_problem, is_lower, split
from executor.models import Artefact
from executor.reasons import ReasonCode
from executor.values import dataclass, replace


@dataclass(frozen=True, slots=True)
class Bump:
    """What is asked: `field` chart, image or None (whichever is the only one pinned)."""

    asked: Asked
    version: Version
    field: str | None = None
    image: str | None = None


def release_plan(ground: Ground, bump: Bump) -> Plan:
    """Raises Blocked or Refused where the version cannot be changed as asked."""
    files = ground.files
    meant = choose(ground, bump.asked)
    field = bump.field or ("image" if bump.image else _only_field(ground, files, meant, bump))
    planned = _charts(ground, files, meant, bump) if field == "chart" else _images(ground, files, meant, bump)
    return replace(finished(ground, bump.asked, planned), settled={"field": field, **planned.settled})


def _parts(files: Files, meant: Sequence[Meant]) -> list[Thing]:
    return [files.thing(each) for each in dict.fromkeys(each for place in meant for each in place.manifests)]


def _chosen(ground: Ground, found: list[Image], bump: Bump) -> list[Image]:
    try:
        chosen = pick(found, bump.image, bump.version, bump.asked.limits, ground)
    except Blocked:
        chosen = _called(found, bump)
        if not chosen:
            raise
    by_key: dict[object, list[Image]] = {}
    for each in chosen:
        by_key.setdefault(_key(each), []).append(each)
    apart = next((same for same in by_key.values() if len({each.release.place for each in same}) > 1), None)
    if apart is not None and not bump.asked.limits.everywhere:
        listed = ", ".join(map(str, apart))
        raise Blocked(ReasonCode.AMBIGUOUS, f"it is pinned in {len(apart)} places: {listed}; {WHICH_PLACE}")
    return chosen


# -- charts -----------------------------------------------------------------------------------------------------------


def _charts(ground: Ground, files: Files, meant: Sequence[Meant], bump: Bump) -> Plan:
    limits = bump.asked.limits
    pins = _pins_of_charts(ground, files, meant, bump.version, limits)
    turns = pin_turns(ground, files, pins, limits)
    return make(
        ground, turns, limits, subject=f"HelmRelease {bump.asked.name}", allowed=[each.allowed for each in pins],
        files=files, about=_objects(_parts(files, meant)), owed=owed_of(pins),
    )  # fmt: skip


def _pins_of_charts(
    ground: Ground, files: Files, meant: Sequence[Meant], version: Version, limits: Limits
) -> list[Pinned]:
    found = [pin for place in meant for pin in chart_of(ground, files, place, version, limits)]
    return list({pin.spot.key: pin for pin in found}.values())


def _objects(releases: list[Thing]) -> dict[str, list[str]]:
    return {"objects": [each.manifest.path for each in releases], "places": [each.place for each in releases]}


# -- images -----------------------------------------------------------------------------------------------------------


def _images(ground: Ground, files: Files, meant: Sequence[Meant], bump: Bump) -> Plan:
    said = image_problem(bump.version)
    if said:
        raise Blocked(ReasonCode.NOT_DETERMINATE, said)
    limits = bump.asked.limits
    releases = _parts(files, meant)
    places = [_images_in(ground, files, each, bump) for each in meant]
    found = [image for place in places for image in place]
    chosen = list({_seat(image): image for place in places for image in _chosen(ground, place, bump)}.values())
    if bump.image is None:
        _block_part(chosen)
    if not chosen:
        hidden = [said for release in releases for said in hidden_values(ground, files, release, limits.where)]
        raise _no_image(releases, found, bump, hidden)
    limits = replace(limits, meant=frozenset(each.pin.tag.place for each in chosen if each.pin))
    moves = [move(ground, files, image, bump.version, limits) for image in chosen]
    name = (
        f"image {chosen[0].repository} of " if chosen[0].repository and len({i.repository for i in chosen}) == 1 else ""
    )
    digests = [dict(each.digest) for each in moves if each.digest]
    plan = make(
        ground, [turn for each in moves for turn in each.turns], limits,
        subject=f"{name}HelmRelease {bump.asked.name}", allowed=[each for one in moves for each in one.allowed],
        more=[each for one in moves for each in one.more], files=files,
        about=_objects(releases) | _digest_evidence(digests),
        warnings=tuple(dict.fromkeys(said for each in moves for said in each.warnings)),
        needs=needs(ground, chosen, bump.version), owed=_owed(chosen, bump),
    )  # fmt: skip
    repositories = {each.repository for each in chosen if each.repository}
    return replace(plan, settled={"image": repositories.pop()}) if len(repositories) == 1 and not bump.image else plan


def _owed(chosen: Sequence[Image], bump: Bump) -> list[Owed]:
    repositories = {each.repository for each in chosen if each.repository}
    version = bump.version.tag or bump.version.digest or ""
    return [Owed("HelmRelease", bump.asked.name, version, each) for each in sorted(repositories)]


def _images_in(ground: Ground, files: Files, meant: Meant, bump: Bump) -> list[Image]:
    """Every image that is pinned for the release there, without those that another one is laid over. A patch that gives
    only a tag is one of the image that the release which it is laid over has at the same place of its values."""
    found = [image for each in meant.manifests for image in images_of(ground, files, files.thing(each), meant.where)]
    if any(each.repository is None and each.pin is not None for each in found):
        others = [each for each in ground.inventory.find("HelmRelease", bump.asked.name) if is_flux(each)]
        known: dict[object, set[str]] = {}
        for other in others:
            for image in images_of(ground, files, files.thing(other), meant.where):
                if image.pin is not None and image.repository is not None:
                    known.setdefault(image.pin.path, set()).add(image.repository)
        found = [_completed(each, known) for each in found]
    return on_top(ground, found, lambda each: (_key(each), each.release.manifest.path), meant)


def _key(image: Image) -> object:
    """What another place of the same value has, too."""
    return image.pin.path if image.pin is not None else image.entry


def _seat(image: Image) -> object:
    return (image.pin.path, image.pin.tag.key) if image.pin is not None else image.entry


def _completed(image: Image, known: Mapping[object, set[str]]) -> Image:
    there = known.get(image.pin.path, set()) if image.pin is not None and image.repository is None else set()
    return replace(image, repository=next(iter(there))) if len(there) == 1 else image


def _called(found: list[Image], bump: Bump) -> list[Image]:
    """Of several images the one with the release's own name, beside sidecars and the like; none where it is not one at
    one place of the values (or one that others take over by an alias), or another one is named."""
    named = [each for each in found if bump.image is None and _last(each.repository) == bump.asked.name]
    values = {each.entry if each.pin is None else each.pin.tag.key for each in named}
    return named if 1 in (len(values), len({_key(each) for each in named})) else []


def _last(repository: str | None) -> str:
    return (repository or "").rpartition("/")[2]


def _block_part(chosen: list[Image]) -> None:
    """Raises Blocked where what the release's name alone would pick is the image of another thing in it: Helm gives a
    dependency its values below a key with the dependency's name (`redis.tag` of a release `podinfo`). What a part takes
    over by an alias is the release's own; whether all users of the anchor are meant is asked where it is edited."""
    own = {each.pin.tag.key for each in chosen if each.pin is not None and _part(each) is None}
    for each in chosen:
        part = _part(each)
        if part is not None and (each.pin is None or each.pin.tag.key not in own):
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"{each} is the image of {part}, not of {each.release.manifest.name}; name it, if it is meant: "
                f"the {part} image in the {each.release.manifest.name} HelmRelease",
            )


def _part(image: Image) -> str | None:
    if image.pin is None or image.repository is None or not image.pin.path:
        return None
    side = beside(("spec", "values", *image.pin.path))
    if side is not None:
        return side
    top, name = str(image.pin.path[0]), _last(image.repository)
    release = image.release
    whole = {
        release.manifest.name,
        release.text("spec", "chart", "spec", "chart"),
        release.text("spec", "chartRef", "name"),
    }
    return top if top.casefold() == name.casefold() and top not in whole else None


def _digest_evidence(digests: list[dict[str, object]]) -> dict[str, object]:
    return {"digests": digests} if digests else {}


def needs(ground: Ground, images: list[Image], version: Version) -> frozenset[Artefact]:
    """The pushes of this task that the new version stands on."""
    names = {bare(each.repository) for each in images if each.repository}
    wanted = {Artefact("pushed", f"{name}:{version.tag}") for name in names}
    return frozenset(wanted & ground.planned)


def _no_image(releases: list[Thing], found: list[Image], bump: Bump, hidden: list[str]) -> Blocked:
    places = ", ".join(each.place for each in releases)
    listed = ", ".join(dict.fromkeys(hidden))
    aside = f"; not looked into, as it cannot be read here: {listed}" if listed else ""
    if bump.image and found:
        pinned = ", ".join(map(str, found))
        return Blocked(
            ReasonCode.NOT_FOUND, f"{places}: the image {bump.image} is not pinned there; pinned are {pinned}{aside}"
        )
    return Blocked(
        ReasonCode.NOT_FOUND,
        f"{places}: no image is pinned in the values; the chart chooses it, or another file does{aside}",
    )


# -- chart or image ---------------------------------------------------------------------------------------------------


def _only_field(ground: Ground, files: Files, meant: Sequence[Meant], bump: Bump) -> str:
    """Which of the two is meant where the sentence does not say. Raises Blocked with both candidates."""
    releases = _parts(files, meant)
    images = [image for each in meant for image in _images_in(ground, files, each, bump)]
    if any(is_pushed(ground, each.repository, bump.version.tag) for each in images):
        return "image"
    charts, stopped = _pinned_charts(ground, files, meant, bump)
    if not images:
        if not charts and stopped:
            raise stopped
        return "chart"
    if not charts:
        if stopped is not None and stopped.code is ReasonCode.RANGE and not _called_so(releases, images):
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"chart or image is not said: {stopped.reason}; pinned are {', '.join(map(str, images))}; say which",
            )
        return "image"
    if bump.version.digest and not any(each.what.endswith("digest") for each in charts):
        return "image"  # a chart is named by its version alone
    before = bump.asked.limits.from_version
    if before is not None:
        at_chart = [each for each in charts if each.cell.text == before]
        at_image = [each for each in images if each.version.split("@")[0] == before]
        if bool(at_chart) != bool(at_image):
            return "chart" if at_chart else "image"
    if _only_image_fits(ground.inventory.charts.get(bump.asked.name, frozenset()), charts, images, bump):
        return "image"
    pinned = [f"chart {each.cell.text} ({each.cell.place})" for each in charts] + [f"image {each}" for each in images]
    raise Blocked(
        ReasonCode.AMBIGUOUS,
        f"HelmRelease {bump.asked.name} has a chart and images pinned: {', '.join(pinned)}; say chart or image",
    )


def _only_image_fits(names: frozenset[str], charts: list[Turn], images: list[Image], bump: Bump) -> bool:
    """Whether the version can only be meant for the image: the image has the release's name and the chart another one
    (`app-template`), and the version is written as the image's is, and not as the chart's, or is lower than that."""
    named, wanted = _called(images, bump), bump.version.tag
    if not named or wanted is None or not names or bump.asked.name in names:
        return False
    if _shape(wanted) != _shape(split(named[0].version).tag or ""):
        return False
    return all(_shape(at) != _shape(wanted) or is_lower(wanted, at) for at in (each.cell.text for each in charts))


def _shape(version: str) -> str:
    """`v1.2.3-alpine` → `v#.#.#-alpine`: how a version is written."""
    return re.sub(r"\d+", "#", version)


def _called_so(releases: list[Thing], images: list[Image]) -> bool:
    """Whether every image has the release's name, as the one thing that the release is about."""
    names = {each.manifest.name for each in releases}
    return all(each.repository is not None and each.repository.rpartition("/")[2] in names for each in images)


_NOT_PINNED = (ReasonCode.RANGE, ReasonCode.NOT_FOUND, ReasonCode.NO_EFFECT, ReasonCode.NOT_SUPPORTED)


def _pinned_charts(ground: Ground, files: Files, meant: Sequence[Meant], bump: Bump) -> tuple[list[Turn], Stop | None]:
    """The chart's present version, whoever else uses it; nothing where it is a range, not set or not here."""
    limits = Limits(everywhere=True)
    unasked = replace(ground, digest_of=None)
    try:
        pins = _pins_of_charts(unasked, files, meant, Version("0.0.0", None), limits)
    except Blocked as stop:
        if stop.code not in _NOT_PINNED:
            raise
        return [], stop
    return pin_turns(ground, files, pins, limits), None
