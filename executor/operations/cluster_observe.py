"""cluster.observe: objects of a cluster are in a condition. Left to verification, after the commit is pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from executor.errors import LeftToVerification
from executor.models import EVERY_TYPE, Artefact, Forecast, Performed, Risk
from executor.reasons import ReasonCode
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.operations.interface import Site, Toolbox


@dataclass(frozen=True, slots=True)
class ClusterObserve:
    """`name` may be `*` (all of that kind). `condition`: a condition type that has to be True (Ready, Available), a
    phase (Running, Bound), `no REASON` for what must not be seen, Complete (of a CronJob: its last job), `endpoints`,
    `address`, `present`, or Current by kstatus. `of`: the release, Kustomization or workload whose pods they are.
    `count`: there have to be exactly so many, where the sentence says how many; `replicas`: so many have to be ready.
    `cluster`: the folder that the sentence calls the cluster by."""

    kind: str
    name: str = "*"
    namespace: str | None = None
    condition: str = "Current"
    count: int | None = None
    cluster: str | None = None
    of: str | None = None
    replicas: int | None = None

    @property
    def words(self) -> str:
        every = f"all {self.kind} objects" if self.count is None else f"{self.count} {self.kind} objects"
        what = every if self.name == "*" else f"{self.kind} {self.name}"
        where = f" in namespace {self.namespace}" if self.namespace and self.namespace != "*" else ""
        cluster = f" on the cluster {self.cluster}" if self.cluster else ""
        of = f" of {self.of}" if self.of else ""
        replicas = f" with {self.replicas} ready replicas" if self.replicas is not None else ""
        return f"{what}{of}{where}{cluster}: {self.condition}{replicas}"


class Observe:
    """See docs/operations.md."""

    kind = "cluster.observe"
    arguments = ClusterObserve
    allowed = EVERY_TYPE
    risk = Risk.MEDIUM
    rehearsable = False

    def makes(self, arguments: ClusterObserve) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: ClusterObserve, site: Site) -> Forecast:
        raise _left(arguments)

    def preflight(self, arguments: ClusterObserve, toolbox: Toolbox) -> None:
        raise _left(arguments)

    def perform(self, arguments: ClusterObserve, toolbox: Toolbox) -> Performed:
        raise _left(arguments)


OPERATION = Observe()


def _left(arguments: ClusterObserve) -> LeftToVerification:
    return LeftToVerification(
        ReasonCode.WAITING,
        f"Waiting for verification: {arguments.words} is seen after the push, and executor does not look at clusters "
        "yet; look yourself, then `executor tick`",
    )
