"""`manifest.remove`: one entry of a list, or one key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from executor.errors import Blocked
from executor.operations.edit import Edit
from executor.reasons import ReasonCode
from executor.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from executor.flux.change import Ground, Plan
    from executor.operations.interface import Toolbox


@dataclass(frozen=True, slots=True)
class Arguments:
    """`entry` is a text, or a mapping of texts that only one entry has. `path` None: `resources` of a kustomization.
    `entry` None: `path` leads to a key, which goes with its value. `where` as `Kind/name` picks one of several
    documents; `everywhere`: all that the edit moves is meant.
    `check`: only look whether it is so already.
    """

    file: str
    entry: str | dict[str, str] | None = None
    path: str | None = None
    everywhere: bool = False
    where: str | None = None
    check: bool = False


class ManifestRemove(Edit[Arguments]):
    """See docs/operations.md."""

    kind: ClassVar[str] = "manifest.remove"
    arguments: ClassVar[type] = Arguments

    def plan(self, arguments: Arguments, ground: Ground) -> Plan:
        from executor.flux.change import Limits
        from executor.flux.manifest_edits import remove_plan

        limits = Limits(everywhere=arguments.everywhere, where=arguments.where, named=arguments.file)
        return remove_plan(ground, arguments.file, arguments.path, arguments.entry, limits)

    def preflight(self, arguments: Arguments, toolbox: Toolbox) -> None:
        """What is not there and never was is a wrong name: nobody removed it. Raises Blocked."""
        from executor.flux.change import ground_at

        super().preflight(arguments, toolbox)
        if self.plan(arguments, ground_at(toolbox)).edits or _exists(arguments, toolbox.site.tree.root):
            return
        text = _text(arguments)
        asked = toolbox.run(("git", "log", "-1", "--format=%H", f"-S{text}", "--", arguments.file))
        if asked.exit_code != 0 or not asked.output.strip():
            words = f"{arguments.file}: {text} is not there, and no commit of this clone ever had it there"
            raise Blocked(ReasonCode.NOT_FOUND, f"{words}; correct the name, or leave the criterion out")


def _text(arguments: Arguments) -> str:
    """What stood in the file, if it ever did: a key, or a text of the entry."""
    if isinstance(arguments.entry, dict):
        return next(iter(arguments.entry.values()))
    return arguments.entry or re.split(r"[.\[\]/]", (arguments.path or "").rstrip("]"))[-1]


def _exists(arguments: Arguments, root: Path) -> bool:
    """Whether the entry is a file or folder that is there: it is known, only not listed."""
    entry = arguments.entry
    return isinstance(entry, str) and (root / arguments.file).parent.joinpath(entry).exists()


OPERATION = ManifestRemove()
