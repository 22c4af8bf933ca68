"""git.commit: belongs to verification, which commits exactly the verified tree (contracts.md, decision 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from executor.errors import LeftToVerification
from executor.models import EVERY_TYPE, Artefact, Forecast, Performed, Risk
from executor.reasons import ReasonCode
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.operations.interface import Site, Toolbox


@dataclass(frozen=True, slots=True)
class GitCommit:
    """`paths`: nothing but the task's declared paths is ever committed; they are for a block that wants to say so."""

    paths: tuple[str, ...] = ()


class Commit:
    """See docs/operations.md."""

    kind = "git.commit"
    arguments = GitCommit
    allowed = EVERY_TYPE
    risk = Risk.LOW
    rehearsable = False

    def makes(self, arguments: GitCommit) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: GitCommit, site: Site) -> Forecast:
        raise _left(site)

    def preflight(self, arguments: GitCommit, toolbox: Toolbox) -> None:
        raise _left(toolbox.site)

    def perform(self, arguments: GitCommit, toolbox: Toolbox) -> Performed:
        raise _left(toolbox.site)


OPERATION = Commit()


def _left(site: Site) -> LeftToVerification:
    return LeftToVerification(
        ReasonCode.WAITING,
        f"Waiting for verification: {site.repository} is committed only after an independent verification "
        "(`executor verify --commit TASK.md`, with the message of [commit] in executor.toml), and pushed by a person "
        "or pipeline",
    )
