"""`kustomize.image`: an image by an entry of a kustomization's `images` list, or where a manifest names it itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from executor.models import TaskType
from executor.operations.edit import Edit
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.change import Ground, Plan


@dataclass(frozen=True, slots=True)
class Arguments:
    """`file` is the kustomization file, `image` the name or newName of the entry (the registry may be left out); or any
    other manifest, and an image that it names. `tag` or `digest`, or both. `more`: other files with the same image,
    changed and proved together with the first one.

    `from_version`: what has to be there now ("from A to B"). `everywhere`: all that the edit moves is meant.
    `rollback`: a lower version is meant. `where`: a part of a path (an environment, a cluster) that narrows.
    `check`: only look whether it is so already.
    """

    file: str
    image: str
    tag: str | None = None
    digest: str | None = None
    from_version: str | None = None
    everywhere: bool = False
    rollback: bool = False
    where: str | None = None
    more: tuple[str, ...] = ()
    check: bool = False


class KustomizeImage(Edit[Arguments]):
    """See docs/operations.md."""

    kind: ClassVar[str] = "kustomize.image"
    arguments: ClassVar[type] = Arguments
    allowed: ClassVar[frozenset[TaskType]] = frozenset({TaskType.DEPLOYMENT})

    def plan(self, arguments: Arguments, ground: Ground) -> Plan:
        from executor.flux.change import Limits, together
        from executor.flux.kustomize_images import image_plan
        from executor.flux.pins import parse_version

        named = arguments.file if arguments.where is None else None
        limits = Limits(arguments.from_version, arguments.rollback, arguments.everywhere, arguments.where, named=named)
        version = parse_version(arguments.tag, arguments.digest)
        files = dict.fromkeys((arguments.file, *arguments.more))
        return together([image_plan(ground, each, arguments.image, version, limits) for each in files])


OPERATION = KustomizeImage()
