"""`source.bump`: the version or digest of an OCIRepository, HelmChart or GitRepository."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from executor.operations.edit import Edit
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.change import Ground, Plan


@dataclass(frozen=True, slots=True)
class Arguments:
    """`version` or `digest`, or both. `file`: the file or folder of the source.

    `from_version`: what has to be there now ("from A to B"). `everywhere`: all that the edit moves is meant.
    `rollback`: a lower version is meant. `where`: a part of a path (an environment, a cluster) that narrows.
    `check`: only look whether it is so already.
    """

    kind: Literal["OCIRepository", "HelmChart", "GitRepository", "HelmRepository", "Bucket"]
    name: str
    namespace: str | None = None
    version: str | None = None
    digest: str | None = None
    file: str | None = None
    from_version: str | None = None
    everywhere: bool = False
    rollback: bool = False
    where: str | None = None
    check: bool = False


class SourceBump(Edit[Arguments]):
    """See docs/operations.md."""

    kind: ClassVar[str] = "source.bump"
    arguments: ClassVar[type] = Arguments

    def plan(self, arguments: Arguments, ground: Ground) -> Plan:
        from executor.flux.change import Limits
        from executor.flux.pins import Asked, parse_version, source_plan

        named = arguments.file if arguments.where is None else None
        limits = Limits(arguments.from_version, arguments.rollback, arguments.everywhere, arguments.where, named=named)
        asked = Asked(arguments.kind, arguments.name, arguments.namespace, arguments.file, limits)
        return source_plan(ground, asked, parse_version(arguments.version, arguments.digest))


OPERATION = SourceBump()
