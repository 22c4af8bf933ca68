"""`helmrelease.bump`: the chart or an image of a HelmRelease, wherever its version lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from executor.operations.edit import Edit
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.change import Ground, Plan


@dataclass(frozen=True, slots=True)
class Arguments:
    """`version` may be `tag`, `tag@sha256:…` or `sha256:…`. `field` None: whichever is the only one pinned. `file`: the
    file or folder of the release, or the file that will be edited.

    `from_version`: what has to be there now ("from A to B"). `everywhere`: all that the edit moves is meant.
    `rollback`: a lower version is meant. `where`: a part of a path (an environment, a cluster) that narrows.
    `check`: only look whether it is so already.
    """

    name: str
    version: str
    namespace: str | None = None
    field: Literal["chart", "image"] | None = None
    image: str | None = None
    file: str | None = None
    from_version: str | None = None
    everywhere: bool = False
    rollback: bool = False
    where: str | None = None
    check: bool = False


class HelmReleaseBump(Edit[Arguments]):
    """See docs/operations.md."""

    kind: ClassVar[str] = "helmrelease.bump"
    arguments: ClassVar[type] = Arguments

    def plan(self, arguments: Arguments, ground: Ground) -> Plan:
        from executor.flux.change import Limits
        from executor.flux.pins import Asked, parse_version
        from executor.flux.releases import Bump, release_plan

        named = arguments.file if arguments.where is None else None
        limits = Limits(arguments.from_version, arguments.rollback, arguments.everywhere, arguments.where, named=named)
        asked = Asked("HelmRelease", arguments.name, arguments.namespace, arguments.file, limits)
        return release_plan(ground, Bump(asked, parse_version(arguments.version), arguments.field, arguments.image))


OPERATION = HelmReleaseBump()
