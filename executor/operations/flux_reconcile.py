"""flux.reconcile: asks a cluster to reconcile now: a write, so it waits for approval (contracts.md, decision 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from executor.errors import Blocked
from executor.models import Artefact, Forecast, Performed, Risk, TaskType
from executor.reasons import ReasonCode
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.operations.interface import Site, Toolbox


@dataclass(frozen=True, slots=True)
class FluxReconcile:
    """The object that is to be reconciled."""

    kind: Literal[
        "Kustomization", "HelmRelease", "GitRepository", "OCIRepository", "HelmRepository", "HelmChart", "Bucket"
    ]
    name: str
    namespace: str | None = None


class Reconcile:
    """See docs/operations.md."""

    kind = "flux.reconcile"
    arguments = FluxReconcile
    allowed = frozenset({TaskType.DEPLOYMENT})
    risk = Risk.HIGH
    rehearsable = False

    def makes(self, arguments: FluxReconcile) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: FluxReconcile, site: Site) -> Forecast:
        raise _waits(arguments)

    def preflight(self, arguments: FluxReconcile, toolbox: Toolbox) -> None:
        raise _waits(arguments)

    def perform(self, arguments: FluxReconcile, toolbox: Toolbox) -> Performed:
        raise _waits(arguments)


OPERATION = Reconcile()


def _waits(arguments: FluxReconcile) -> Blocked:
    return Blocked(
        ReasonCode.NEEDS_APPROVAL,
        f"reconciling {arguments.kind} {arguments.name} asks the cluster to change and waits for approval; Flux does "
        "it by itself within its interval after the push, so it can usually be left away",
    )
