"""`manifest.set`: one value of a manifest; a missing last key of a block mapping is added."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from executor.operations.edit import Edit
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.change import Ground, Plan


@dataclass(frozen=True, slots=True)
class Arguments:
    """`path` such as `spec.values.image.tag`, `containers[name=app].image` or `/spec/replicas`. `value` is typed: a
    text stays a text unless a number or truth value stood there. `where` as `Kind/name` picks one of several documents.

    `from_version`: what has to be there now ("from A to B"). `everywhere`: all that the edit moves is meant.
    `rollback`: a lower version is meant. `where`: a part of a path (an environment, a cluster) that narrows.
    `check`: only look whether it is so already.
    """

    file: str
    path: str
    value: str | int | float | bool | None
    from_version: str | None = None
    everywhere: bool = False
    rollback: bool = False
    where: str | None = None
    check: bool = False


class ManifestSet(Edit[Arguments]):
    """See docs/operations.md."""

    kind: ClassVar[str] = "manifest.set"
    arguments: ClassVar[type] = Arguments

    def plan(self, arguments: Arguments, ground: Ground) -> Plan:
        from executor.flux.change import Limits
        from executor.flux.manifest_edits import set_plan

        limits = Limits(
            arguments.from_version, arguments.rollback, arguments.everywhere, arguments.where, named=arguments.file
        )
        return set_plan(ground, arguments.file, arguments.path, arguments.value, limits)


OPERATION = ManifestSet()
