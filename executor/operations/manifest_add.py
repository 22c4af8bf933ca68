"""`manifest.add`: a last entry of a list that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from executor.models import Artefact, Forecast, Performed, Risk, TaskType
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.change import Ground, Plan
    from executor.operations.interface import Site, Toolbox


@dataclass(frozen=True, slots=True)
class Arguments:
    """`entry` is a text, or a mapping of texts. `path` None: `resources` of a kustomization. `where` as `Kind/name`
    picks one of several documents; `everywhere`: all that the edit moves is meant.
    """

    file: str
    entry: str | dict[str, str]
    path: str | None = None
    everywhere: bool = False
    where: str | None = None


class ManifestAdd:
    """See docs/operations.md."""

    kind: ClassVar[str] = "manifest.add"
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
    from executor.flux.manifest_edits import add_plan

    limits = Limits(everywhere=arguments.everywhere, where=arguments.where)
    return add_plan(ground, arguments.file, arguments.path, arguments.entry, limits)


OPERATION = ManifestAdd()
