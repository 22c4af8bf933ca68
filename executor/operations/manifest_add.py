"""`manifest.add`: a last entry of a list that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from executor.operations.edit import Edit
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.change import Ground, Plan


@dataclass(frozen=True, slots=True)
class Arguments:
    """`entry` is a text, or a mapping of texts. `path` None: `resources` of a kustomization. `where` as `Kind/name`
    picks one of several documents; `everywhere`: all that the edit moves is meant.
    `check`: only look whether it is so already.
    """

    file: str
    entry: str | dict[str, str]
    path: str | None = None
    everywhere: bool = False
    where: str | None = None
    check: bool = False


class ManifestAdd(Edit[Arguments]):
    """See docs/operations.md."""

    kind: ClassVar[str] = "manifest.add"
    arguments: ClassVar[type] = Arguments

    def plan(self, arguments: Arguments, ground: Ground) -> Plan:
        from executor.flux.change import Limits
        from executor.flux.manifest_edits import add_plan

        limits = Limits(everywhere=arguments.everywhere, where=arguments.where, named=arguments.file)
        return add_plan(ground, arguments.file, arguments.path, arguments.entry, limits)


OPERATION = ManifestAdd()
