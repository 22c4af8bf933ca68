"""Operation blocks: a fence with the info string `operation` inside the item, holding `uses:` and arguments as YAML."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from executor.errors import Blocked
from executor.models import Request, Source
from executor.reasons import ReasonCode

if TYPE_CHECKING:
    from executor.taskfile.model import CodeBlock

_OURS = frozenset({"uses", "repository"})


def is_operation(block: CodeBlock) -> bool:
    return block.info.split()[:1] == ["operation"]


def requests(block: CodeBlock, place: str, is_repository: Callable[[str], bool]) -> tuple[Request, ...]:
    """The requests of one block: a mapping, or a list of them. Raises Blocked (bad-block) with file:line.

    Which arguments an operation takes is its own dataclass's business; the planner converts and says so in the same
    form. Checked here: that it is YAML without duplicate keys, that `uses` is there, that `repository` exists.
    """
    data = _read(block, place)
    entries = data if isinstance(data, list) else [data]
    if not entries:
        raise _bad(place, block.line, "the block is empty; write `uses:` and the operation's arguments")
    return tuple(_request(each, block, place, is_repository) for each in entries)


def _read(block: CodeBlock, place: str) -> Any:
    import yaml

    class Strict(yaml.SafeLoader):
        """Refuses a key that stands twice."""

    def mapping(loader: Strict, node: Any) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f'the key "{key.value}" stands twice', problem_mark=key.start_mark)
            seen.add(key.value)
        return loader.construct_mapping(node, deep=True)

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    try:
        return yaml.load(block.text, Strict)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = block.line + 1 + (mark.line if mark is not None else 0)
        raise _bad(place, line, f"the block is no YAML: {getattr(error, 'problem', None) or error}") from None


def _request(entry: Any, block: CodeBlock, place: str, is_repository: Callable[[str], bool]) -> Request:
    if not isinstance(entry, dict):
        raise _bad(place, block.line + 1, "a block holds `uses: OPERATION` and its arguments, one a line")
    uses = entry.get("uses")
    if not isinstance(uses, str):
        raise _bad(place, block.line + 1, "`uses:` is missing; it names the operation, such as helmrelease.bump")
    unknown = [key for key in entry if not isinstance(key, str)]
    if unknown:
        raise _bad(place, block.line + 1, f"the key {unknown[0]!r} is no name of an argument")
    repository = entry.get("repository")
    if repository is not None and not (isinstance(repository, str) and is_repository(repository.casefold())):
        raise _bad(place, _line_of(block, "repository"), f"there is no repository {repository!r} here")
    arguments = {key: value for key, value in entry.items() if key not in _OURS}
    return Request(uses, arguments, Source.BLOCK, _line_of(block, "uses", uses), repository)


def _line_of(block: CodeBlock, key: str, value: str | None = None) -> int:
    """The 1-based line of the task file where `key:` stands in the block."""
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        bare = line.strip().removeprefix("- ")
        if bare.startswith(f"{key}:") and (value is None or value in bare):
            return number
    return block.line


def _bad(place: str, line: int, words: str) -> Blocked:
    return Blocked(ReasonCode.BAD_BLOCK, f"{place}:{line}: {words}")
