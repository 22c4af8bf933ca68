"""What a run knew about digests when it wrote a pin.

A digest that no registry told the run was dropped, and that is what stands in the file. Verification makes the edit
again with the knowledge of the run, not with that of today; but a registry that says another digest than the run
reports, or says nothing any more, is the reason by itself, and not an edit of somebody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from executor.errors import Failed, Stop
from executor.flux.inventory import split_host
from executor.reasons import ReasonCode
from executor.toolbox import LiveToolbox
from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.tools.registry import Manifest, Registry

_Asked = tuple[str, str, str]
"""Host, image, tag."""


@dataclass
class AsItWasKnown(LiveToolbox):
    """`reported` are the digests that the run's evidence names, None for those that were dropped; `warnings` what
    registries say about the latter by now."""

    reported: Mapping[_Asked, str | None] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def registry(self, host: str) -> Registry:
        return _Recalling(LiveToolbox.registry(self, host), self)  # type: ignore[return-value]


class Unanswered(Exception):
    """Goes through what takes a silent registry for one that does not know: nothing may be written then."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.reason)
        self.stop = stop


class _Recalling:
    """A registry that answers a question about a digest as it did in the run."""

    def __init__(self, real: Registry, toolbox: AsItWasKnown) -> None:
        self.real = real
        self.toolbox = toolbox

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def find(self, image: str, reference: str) -> Manifest | None:
        asked = (self.real.host, image, reference)
        if asked not in self.toolbox.reported:
            return self.real.find(image, reference)
        reported = self.toolbox.reported[asked]
        if reported is None:
            self._look_again(image, reference)
            return None
        try:
            found = self.real.find(image, reference)
        except Stop as stop:
            raise Unanswered(stop) from None
        if found is None or found.digest != reported:
            said = f"is {found.digest}" if found else "is not there"
            raise Unanswered(
                Failed(ReasonCode.DIGEST_DIFFERS, f"{image}:{reference} {said} in {self.real.host}, and the run "
                       f"reports {reported}")
            )  # fmt: skip
        return found

    def _look_again(self, image: str, reference: str) -> None:
        try:
            found = self.real.find(image, reference)
        except Stop:
            return
        if found is not None:
            self.toolbox.warnings.append(
                f"{image}:{reference} is {found.digest} in {self.real.host} by now; the run did not know that, and "
                "dropped the old digest"
            )


def known_to(evidence: Any) -> dict[_Asked, str | None]:
    return {
        (*_host_and_image(each["image"]), str(each["tag"])): each["digest"]
        for each in _abouts(evidence)
        if each["digest"] is None or each["digest_from"] == "registry"
    }


def _host_and_image(repository: str) -> tuple[str, str]:
    host, image = split_host(repository)
    return host or "docker.io", image


def _abouts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Evidence about a digest (flux/image_pins.py), wherever an operation keeps it."""
    if isinstance(value, Mapping):
        if {"image", "tag", "digest", "digest_from"} <= value.keys() and isinstance(value["image"], str):
            yield value
        for each in value.values():
            yield from _abouts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _abouts(each)
