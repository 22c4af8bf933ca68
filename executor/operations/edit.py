"""What the edits of manifests have in common: all but where the value lives and what it becomes."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from executor.errors import Blocked, Failed
from executor.models import Artefact, Forecast, Performed, Risk, TaskType
from executor.reasons import ReasonCode
from executor.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from executor.flux.change import Ground, Plan
    from executor.operations.interface import Site, Toolbox


class _Arguments(Protocol):
    @property
    def check(self) -> bool:
        """Only look whether it is so; nothing is changed."""

    @property
    def everywhere(self) -> bool:
        """All that an edit would move is meant."""


ArgumentsT = TypeVar("ArgumentsT", bound=_Arguments)


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

        if arguments.check:
            _, words = self._looked(arguments, ground_of(site))
            return Forecast("check, and change nothing: " + (f"now {words}" if words else "it is so already"))
        return self.plan(arguments, ground_of(site)).forecast(site.repository)

    def preflight(self, arguments: ArgumentsT, toolbox: Toolbox) -> None:
        toolbox.kustomize()

    def perform(self, arguments: ArgumentsT, toolbox: Toolbox) -> Performed:
        from executor.flux.change import carry_out, ground_at

        ground = ground_at(toolbox)
        plan, words = self._looked(arguments, ground) if arguments.check else (self.plan(arguments, ground), None)
        if plan is None or words is not None:
            remedy = "to have it changed, write what is to be done (Bump …, Set …)"
            raise Failed(ReasonCode.NOT_THAT_VERSION, f"{words}; it was only to be checked; {remedy}")
        return carry_out(plan, ground, write=toolbox.write, kustomize=toolbox.kustomize)

    def _looked(self, arguments: ArgumentsT, ground: Ground) -> tuple[Plan | None, str | None]:
        """What an edit would do, and what is not as it is to be (None: all is). Raises a `Stop` where that cannot be
        told."""
        try:
            plan = self.plan(arguments, ground)
        except Blocked as stop:
            if stop.code is ReasonCode.SHARED and not arguments.everywhere:
                every: Any = arguments
                return self._looked(replace(every, everywhere=True), ground)  # looking moves nobody
            if stop.code not in _OTHERWISE:
                raise
            return None, stop.reason
        words = "; ".join(_not_so(each) for each in plan.values if each["from"] != each["to"])
        return plan, (words or plan.words) if plan.edits else None


_OTHERWISE = frozenset({ReasonCode.DOWNGRADE, ReasonCode.NOT_THAT_VERSION, ReasonCode.RANGE})
"""Why an edit is not made, though it is known that the value is another one."""


def _not_so(value: Mapping[str, Any]) -> str:
    now, wanted, what = value["from"], value["to"], value["what"]
    if wanted is None:
        return f"{what} stands in {value['file']}"
    return f"{what} is {now or 'not set'}, not {wanted}, in {value['file']}"
