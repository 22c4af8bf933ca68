"""`kustomize.image`: an entry of the `images` list of a kustomization; of other files see `written_images`."""

from __future__ import annotations

import posixpath
import re

from executor.errors import Blocked
from executor.flux.change import Allowed, Ground, Limits, Plan, bare, make
from executor.flux.image_pins import Entry, is_named, kustomize_entries, move_entry
from executor.flux.owed import Owed
from executor.flux.versions import Version, image_problem
from executor.models import Artefact
from executor.reasons import ReasonCode
from executor.tools.kustomize import FILE_NAMES


def image_plan(ground: Ground, file: str, image: str, version: Version, limits: Limits) -> Plan:
    """Raises Blocked or Refused where the entry is not there, not the only one, or cannot be changed as asked."""
    said = image_problem(version)
    if said:
        raise Blocked(ReasonCode.NOT_DETERMINATE, said)
    files = ground.files
    file = files.named(file)
    entries = list(kustomize_entries(files.source(file)))
    if not entries and posixpath.basename(file) not in FILE_NAMES:
        from executor.flux.written_images import written_plan

        return written_plan(ground, file, image, version, limits)
    entry = _entry(entries, file, image)
    whole = bare(entry.repository)
    named = whole if re.fullmatch(r"[\w./-]+", whole) else ""  # the name of an entry may be a regular expression
    holds = f"{named}:{version.tag}" if version.tag else version.digest
    done = move_entry(ground, files, entry, version, limits, allowed=(Allowed(None, None, (), holds),))
    pushed = Artefact("pushed", f"{whole}:{version.tag}")
    return make(
        ground, done.turns, limits, files=files,
        subject=f"image {entry.repository}", allowed=done.allowed, more=done.more,
        about={"digests": [dict(done.digest)]} if done.digest else {},
        warnings=done.warnings, needs=frozenset({pushed} & ground.planned),
        owed=[Owed(None, None, version.tag or version.digest or "", entry.repository)],
    )  # fmt: skip


def _entry(entries: list[Entry], file: str, image: str) -> Entry:
    """The entry that is meant: by its name, by its newName, or by the last parts of one of them."""
    if not entries:
        raise Blocked(ReasonCode.NOT_FOUND, f"{file}: it has no images list; the image is pinned somewhere else")
    fits = {
        id(each): max(is_named(image, each.text("name")), is_named(image, each.text("newName"))) for each in entries
    }
    best = max(fits.values())
    found = [each for each in entries if best and fits[id(each)] == best]
    if not found:
        found = [each for each in entries if each.matches(image)]
    if not found:
        listed = ", ".join(map(str, entries))
        raise Blocked(ReasonCode.NOT_FOUND, f"{file}: no entry of its images is {image}; there are {listed}")
    if len(found) > 1:
        listed = ", ".join(map(str, found))
        raise Blocked(ReasonCode.AMBIGUOUS, f"{file}: several entries fit {image}: {listed}; name one of them")
    return found[0]
