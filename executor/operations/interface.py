"""What an operation is, and the door to the world that it is handed. Operations know each other not at all.

The life of an operation (kargo's "convert, then run"):

    Request ──convert──▶ Arguments ──foresee──▶ Forecast ──preflight──▶ ──perform──▶ Performed
             BadArgument             Stop                Stop                        Stop

- *convert* (planner): the plain arguments of a request become the operation's frozen dataclass, before anything runs.
- *foresee*: reads files only, never a process, engine, registry or cluster; called by `explain`, `plan` and again right
  before *perform*, because an earlier operation may have changed what it reads.
- *preflight*: looks at the machine and the world and changes nothing (is the tool there, does the registry answer).
- *perform*: does it and checks it. Returns evidence of what its own check saw, or raises a `Stop`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from executor.values import dataclass

if TYPE_CHECKING:
    from executor.config import Config
    from executor.flux.inventory import Inventory
    from executor.models import Artefact, FileEdit, Forecast, Performed, Risk, TaskType
    from executor.tools.engine import Engine
    from executor.tools.kustomize import Kustomize
    from executor.tools.process import Completed
    from executor.tools.registry import Registry
    from executor.tools.tree import Tree


@dataclass(frozen=True)
class Site:
    """Where an operation works, for `foresee`: one repository with the edits planned so far.

    `planned` are the artefacts that the task's other operations make in this run, `made` those of ticked criteria too.
    """

    repository: str
    tree: Tree
    inventory: Inventory
    config: Config
    planned: frozenset[Artefact] = frozenset()
    made: frozenset[Artefact] = frozenset()


class Toolbox(Protocol):
    """The one door to the world. Everything that goes through it is masked, timed, bounded and recorded as `Ran`."""

    site: Site

    @property
    def ledger(self) -> Mapping[Artefact, Mapping[str, Any]]:
        """Evidence of what this run made so far: `Artefact("pushed", "image:tag")` → the evidence of that push."""

    dry_run: bool

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
        on_line: Callable[[str], None] | None = None,
        setting: str = "command",
    ) -> Completed:
        """Run a process without a shell. Raises `Errored` on timeout (`setting` is the key below [timeouts] that
        `timeout` comes from), `Blocked` when the program is not there.
        A non-zero exit is returned, not raised. `env` is the whole environment; None is a minimal one."""

    def write(self, edits: Sequence[FileEdit]) -> None:
        """Put all edits in place or none; `before` must be what is on disk. In a dry run they go into the overlay."""

    def kustomize(self) -> Kustomize:
        """The real binary. Raises `Blocked` when there is none."""

    def engine(self) -> Engine:
        """The Docker engine. Raises `Blocked` when none answers."""

    def registry(self, host: str) -> Registry:
        """A client of that registry (host with port), by its Distribution API."""

    def record(
        self, command: str, *, seconds: float, exit_code: int | None = None, http_status: int | None = None,
        output: str = "", errors: str = "", answer: bytes | None = None,
    ) -> None:  # fmt: skip
        """Add what really ran to the attempt; `run` does so by itself. A process has an exit code, an API call (as
        `METHOD path`) the status of its answer; None: it came to none. `answer` is what
        came back, byte for byte, where that is not `output`: its digest is kept."""

    def progress(self, text: str) -> None:
        """One line about work under way, for the terminal only."""


class Operation(Protocol):
    """One kind of operation. `executor/all_operations.py` is the table of them."""

    kind: ClassVar[str]
    arguments: ClassVar[type]
    """A frozen dataclass; its field names are those of criteria.md."""

    allowed: ClassVar[frozenset[TaskType]]
    """The task types whose labels permit it (contracts.md, decision 2)."""

    risk: ClassVar[Risk]
    rehearsable: ClassVar[bool]
    """Whether a dry run performs it for real, on the overlay of planned edits (it changes nothing, or files only)."""

    def makes(self, arguments: Any) -> frozenset[Artefact]:
        """What it makes as far as the arguments alone tell. What stands on it is skipped where it did not pass, also
        where it was blocked before anything could be foreseen."""

    def foresee(self, arguments: Any, site: Site) -> Forecast: ...

    def preflight(self, arguments: Any, toolbox: Toolbox) -> None: ...

    def perform(self, arguments: Any, toolbox: Toolbox) -> Performed: ...
