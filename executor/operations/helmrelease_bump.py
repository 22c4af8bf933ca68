"""`helmrelease.bump`: the chart or an image of a HelmRelease, wherever its version lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from executor.models import Artefact, Forecast, Performed, Risk, TaskType
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.change import Ground, Plan
    from executor.operations.interface import Site, Toolbox


@dataclass(frozen=True, slots=True)
class Arguments:
    """`version` may be `tag`, `tag@sha256:…` or `sha256:…`. `field` None: whichever is the only one pinned. `file`: the
    file or folder of the release, or the file that will be edited.

    `from_version`: what has to be there now ("from A to B"). `everywhere`: all that the edit moves is meant.
    `rollback`: a lower version is meant. `where`: a part of a path (an environment, a cluster) that narrows.
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


class HelmReleaseBump:
    """See docs/operations.md."""

    kind: ClassVar[str] = "helmrelease.bump"
    arguments: ClassVar[type] = Arguments
    allowed: ClassVar[frozenset[TaskType]] = frozenset({TaskType.DEPLOYMENT, TaskType.CONFIGURATION})
    risk: ClassVar[Risk] = Risk.LOW
    rehearsable: ClassVar[bool] = True

    def makes(self, arguments: Arguments) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: Arguments, site: Site) -> Forecast:
        from executor.flux.change import ground_of

        return _plan(arguments, ground_of(site)).forecast(site.repository)

    def preflight(self, arguments: Arguments, toolbox: Toolbox) -> None:
        toolbox.kustomize()

    def perform(self, arguments: Arguments, toolbox: Toolbox) -> Performed:
        from executor.flux.change import carry_out, ground_at

        ground = ground_at(toolbox)
        plan = _plan(arguments, ground)
        return carry_out(plan, ground, write=toolbox.write, kustomize=toolbox.kustomize)


def _plan(arguments: Arguments, ground: Ground) -> Plan:
    from executor.flux.change import Limits
    from executor.flux.pins import Asked, parse_version
    from executor.flux.releases import Bump, release_plan

    limits = Limits(arguments.from_version, arguments.rollback, arguments.everywhere, arguments.where)
    asked = Asked("HelmRelease", arguments.name, arguments.namespace, arguments.file, limits)
    return release_plan(ground, Bump(asked, parse_version(arguments.version), arguments.field, arguments.image))


OPERATION = HelmReleaseBump()
