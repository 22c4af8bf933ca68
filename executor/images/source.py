"""What an image is built from: configuration, the inventory, or the operation's own arguments."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from executor.errors import Blocked
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.config import Config
    from executor.flux.inventory import Inventory
    from executor.tools.tree import Tree

_FROM_ENVIRONMENT = pattern(r"\$\{(EXECUTOR_\w+)(?::-([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Source:
    """Repository paths; `build_args` are resolved. `script` is a project's own build script, if one is configured."""

    image: str
    context: str
    dockerfile: str
    build_args: Mapping[str, str]
    script: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operation's arguments say; None where they leave it to configuration and inventory."""

    image: str
    context: str | None = None
    dockerfile: str | None = None
    build_args: Mapping[str, str] | None = None


def find_source(wish: Wish, tree: Tree, inventory: Inventory, config: Config) -> Source:
    """Arguments win over configuration, configuration over what lies in the repository.

    Raises Blocked UNKNOWN_NAME, AMBIGUOUS, NOT_FOUND, BAD_ARGUMENT, NOT_DETERMINATE; Refused OUTSIDE.
    """
    known = _known(wish, inventory) if wish.context is None else _own(wish, config)
    arguments = {**expand_environment(wish.image, known.build_args), **(wish.build_args or {})}
    script = known.script if wish.context is None and wish.dockerfile is None else None
    source = Source(wish.image, known.context, wish.dockerfile or known.dockerfile, arguments, script)
    if script is None:
        _must_exist(source, tree)
    elif not tree.is_file(script):
        raise Blocked(ReasonCode.NOT_FOUND, f'executor.toml: images."{wish.image}".script: there is no {script}')
    return source


def expand_environment(image: str, build_args: Mapping[str, str]) -> dict[str, str]:
    """`${EXECUTOR_NAME}` and `${EXECUTOR_NAME:-default}` in executor.toml take the environment's value; no other
    variable is looked at. Raises Blocked NOT_DETERMINATE for one that is not set and has no default."""

    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1]) or match[2]
        if found is None:
            raise Blocked(
                ReasonCode.NOT_DETERMINATE,
                f'executor.toml: images."{image}".build_args wants {match[1]} from the environment, which is not set; '
                f"set it, or write ${{{match[1]}:-default}}",
            )
        return found

    return {name: _FROM_ENVIRONMENT.sub(value, text) for name, text in build_args.items()}


def _known(wish: Wish, inventory: Inventory) -> Source:
    found = [each for each in inventory.image(wish.image) if each.name == wish.image]
    if len(found) > 1:
        places = ", ".join(sorted(each.dockerfile for each in found))
        raise Blocked(ReasonCode.AMBIGUOUS, f"{wish.image} can be built from {places}; name context or dockerfile")
    if not found:
        near = [each.name for each in inventory.image(wish.image)] or inventory.near(wish.image)
        hint = f"did you mean {', '.join(near)}?" if near else "no folder with a Dockerfile has that name"
        raise Blocked(
            ReasonCode.UNKNOWN_NAME, f'no image {wish.image} in this repository; {hint} (or add images."{wish.image}")'
        )
    each = found[0]
    return Source(each.name, each.context, each.dockerfile, each.build_args, each.script)


def _own(wish: Wish, config: Config) -> Source:
    """A context of the operation's own: only its build arguments may still come from configuration."""
    context = posixpath.normpath(wish.context or ".")
    entry = config.images.get(wish.image)
    return Source(wish.image, context, posixpath.join(context, "Dockerfile"), entry.build_args if entry else {})


def _must_exist(source: Source, tree: Tree) -> None:
    if not tree.is_dir(source.context):
        raise Blocked(ReasonCode.NOT_FOUND, f"{source.context}: no such folder to build {source.image} from")
    if not tree.is_file(source.dockerfile):
        raise Blocked(
            ReasonCode.NOT_FOUND,
            f"{posixpath.normpath(source.dockerfile)}: no such Dockerfile for {source.image}; "
            f"add it, or name another one as `dockerfile`",
        )
