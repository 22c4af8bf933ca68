"""Operations through the real door, on a repository of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servers import Services, client
from support import make_repository

from executor.all_operations import operation
from executor.models import Artefact, Performed, Ran
from executor.operations.interface import Site
from executor.repository import open_workspace
from executor.toolbox import LiveToolbox
from executor.tools.engine import Engine
from executor.tools.registry import Registry
from executor.tools.tree import Tree


@dataclass
class Bench:
    """`ledger` is what the run made so far; `ran` what really ran in the last call."""

    root: Path
    services: Services
    ledger: dict[Artefact, Mapping[str, Any]] = field(default_factory=dict)
    ran: tuple[Ran, ...] = ()

    @classmethod
    def make(cls, root: Path, files: Mapping[str, str | bytes], services: Services) -> Bench:
        config = files.get("executor.toml", f'[registry]\nurl = "{services.registry}"\n')
        return cls(make_repository(root, {**files, "executor.toml": config}), services)

    @property
    def site(self) -> Site:
        home = open_workspace(self.root).home
        return Site(home.name, Tree(home.root), home.inventory, home.config)

    def run(self, kind: str, **arguments: Any) -> Performed:
        """foresee, preflight, perform, as the runner calls them; raises what they raise."""
        found = operation(kind)
        assert found is not None
        made, site = found.arguments(**arguments), self.site
        toolbox = LiveToolbox(site, ledger=self.ledger)
        forecast = found.foresee(made, site)
        try:
            found.preflight(made, toolbox)
            done = found.perform(made, toolbox)
        finally:
            self.ran = toolbox.taken()
        self.ledger |= dict.fromkeys(forecast.provides, done.evidence)
        return done

    @property
    def engine(self) -> Engine:
        return Engine.connect({"DOCKER_HOST": self.services.docker_host})

    @property
    def registry(self) -> Registry:
        return Registry(self.services.registry)

    @property
    def docker(self) -> Any:
        return client(self.services.docker_host)

    def commands(self, start: str) -> list[str]:
        return [each.command for each in self.ran if each.command.startswith(start)]
