"""A build, as far as files tell it."""

from __future__ import annotations

import posixpath
from pathlib import Path

from executor.errors import Blocked
from executor.images import dockerfile as reading
from executor.images.source import Source
from executor.reasons import ReasonCode
from executor.tools.tree import Tree
from executor.values import dataclass


@dataclass(frozen=True)
class Recipe:
    """`dockerfile_path` is absolute; `root` is the context's folder."""

    image: str
    tag: str
    source: Source
    root: Path
    dockerfile_path: Path
    dockerfile: reading.Dockerfile
    target: str | None = None
    platform: str | None = None

    @property
    def name(self) -> str:
        return f"{self.image}:{self.tag}"

    @property
    def inside(self) -> str | None:
        """The Dockerfile's path in the context, None where it lies outside."""
        if self.dockerfile_path.is_relative_to(self.root):
            return self.dockerfile_path.relative_to(self.root).as_posix()
        return None

    def outside(self, *, every_stage: bool) -> reading.Outside:
        return reading.outside(self.dockerfile, self.source.build_args, self.target, every_stage=every_stage)

    def needs_buildkit(self) -> str | None:
        """`file:line: what` that only BuildKit can do."""
        found = reading.needs_buildkit(self.dockerfile, self.source.build_args)
        return None if found is None else f"{self.dockerfile.place(found[0])}: {found[1]}"

    def unused_arguments(self) -> list[str]:
        automatic = {"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"}
        known = self.dockerfile.declared | reading.AUTOMATIC
        return sorted(
            name for name in self.source.build_args if name not in known and name.upper() not in automatic
        )  # fmt: skip


def read_recipe(
    image: str, tag: str, source: Source, tree: Tree, *, target: str | None, platform: str | None
) -> Recipe:
    """Raises Blocked for a Dockerfile that cannot be read or that has no such stage."""
    path = posixpath.normpath(source.dockerfile)
    try:
        text = tree.read(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"{path}: not UTF-8 (byte {error.start})") from None
    except PermissionError:
        raise Blocked(ReasonCode.PERMISSION, f"{path} cannot be read; give this user the right") from None
    parsed = reading.parse(text, path)
    reading.target_stage(parsed, target)
    return Recipe(image, tag, source, tree.locate(source.context), tree.locate(path), parsed, target, platform)
