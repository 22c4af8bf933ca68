"""registry.ping: a registry answers at /v2/ as a registry does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from executor.errors import Blocked, Refused
from executor.images import names
from executor.models import EVERY_TYPE, Artefact, Forecast, Performed, Risk
from executor.reasons import ReasonCode
from executor.tools.hosts import never_asked
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.operations.interface import Site, Toolbox


@dataclass(frozen=True, slots=True)
class RegistryPing:
    """`registry`: host with port; None is the configured one."""

    registry: str | None = None


class PingRegistry:
    """See docs/operations.md."""

    kind = "registry.ping"
    arguments = RegistryPing
    allowed = EVERY_TYPE
    risk = Risk.MEDIUM
    rehearsable = True

    def makes(self, arguments: RegistryPing) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: RegistryPing, site: Site) -> Forecast:
        return Forecast(f"ask {_host(arguments, site)} whether it answers at /v2/")

    def preflight(self, arguments: RegistryPing, toolbox: Toolbox) -> None:
        """There is nothing to look at but what it is there to look at."""

    def perform(self, arguments: RegistryPing, toolbox: Toolbox) -> Performed:
        host = _host(arguments, toolbox.site)
        toolbox.registry(host).ping()
        return Performed(False, f"{host} answers", {"registry": host, "path": "/v2/"})


OPERATION = PingRegistry()


def _host(arguments: RegistryPing, site: Site) -> str:
    wanted = arguments.registry or site.config.registry.url
    if not wanted:
        raise Blocked(
            ReasonCode.NOT_DETERMINATE, "which registry? name it in the criterion, or as registry.url in executor.toml"
        )
    host = names.split_registry(wanted)[0]
    never = never_asked(host)
    if never is not None:
        raise Refused(ReasonCode.FORBIDDEN, never)
    return host
