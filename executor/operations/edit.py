"""What the edits of manifests have in common: all but where the value lives and what it becomes."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from executor.models import Artefact, Forecast, Performed, Risk, TaskType

if TYPE_CHECKING:
    from executor.flux.change import Ground, Plan
    from executor.operations.interface import Site, Toolbox

ArgumentsT = TypeVar("ArgumentsT")


class Edit(Generic[ArgumentsT]):
    """An operation that plans an edit from files alone and carries it out with proof (gitops-edits.md)."""

    allowed: ClassVar[frozenset[TaskType]] = frozenset({TaskType.DEPLOYMENT, TaskType.CONFIGURATION})
    risk: ClassVar[Risk] = Risk.LOW
    rehearsable: ClassVar[bool] = True

    @abstractmethod
    def plan(self, arguments: ArgumentsT, ground: Ground) -> Plan:
        """The edit, or a `Stop` that says why there is none. Plans the same edit again right before it is made."""

    def makes(self, arguments: ArgumentsT) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: ArgumentsT, site: Site) -> Forecast:
        from executor.flux.change import ground_of

        return self.plan(arguments, ground_of(site)).forecast(site.repository)

    def preflight(self, arguments: ArgumentsT, toolbox: Toolbox) -> None:
        toolbox.kustomize()

    def perform(self, arguments: ArgumentsT, toolbox: Toolbox) -> Performed:
        from executor.flux.change import carry_out, ground_at

        ground = ground_at(toolbox)
        return carry_out(self.plan(arguments, ground), ground, write=toolbox.write, kustomize=toolbox.kustomize)
