"""Operation blocks: a fence with the info string `operation` inside the item, holding `uses:` and arguments as YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from executor.errors import Blocked
from executor.models import Request, Source
from executor.reasons import ReasonCode

if TYPE_CHECKING:
    from executor.taskfile.model import CodeBlock

_OURS = frozenset({"uses", "repository"})
Lines = Mapping[str, int]


def is_operation(block: CodeBlock) -> bool:
    return block.info.split()[:1] == ["operation"]


def requests(block: CodeBlock, place: str, is_repository: Callable[[str], bool]) -> tuple[Request, ...]:
    """The requests of one block: a mapping, or a list of them. Raises Blocked (bad-block) with file:line.

    Which arguments an operation takes is its own dataclass's business; the planner converts and says so in the same
    form. Checked here: that it is YAML without duplicate keys, that `uses` is there, that `repository` exists.
    """
    entries = _read(block, place)
    if not entries:
        raise _bad(place, block.line, "the block is empty; write `uses:` and the operation's arguments")
    return tuple(_request(each, lines, place, is_repository) for each, lines in entries)


def _read(block: CodeBlock, place: str) -> list[tuple[Any, Lines]]:
    """The entries of a block, each with the lines of its keys ("" is its first one)."""
    import yaml

    loader: Any = yaml.SafeLoader(block.text)
    first = block.line + 1
    try:
        node = loader.get_single_node()
        for each, problem in _problems(node, loader, set()):
            raise _bad(place, first + each.start_mark.line, problem)
        data = loader.construct_document(node) if node is not None else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first + (mark.line if mark is not None else 0)
        raise _bad(place, line, f"the block is no YAML: {getattr(error, 'problem', None) or error}") from None
    except (RecursionError, ValueError):  # of 2026-13-45, of a number of 5,000 digits
        what = "a value is no date or number that exists, or stands too deep; write texts in quotes"
        raise _bad(place, block.line, what) from None
    entries, nodes = (data, node.value) if isinstance(data, list) else ([data], [node])
    return [(entry, _lines(its, first)) for entry, its in zip(entries, nodes, strict=True)]


def _problems(node: Any, loader: Any, seen: set[int]) -> Iterator[tuple[Any, str]]:
    """What stands for something else, keys that stand twice, and values that the readers of YAML differ about."""
    if node is None:
        return
    if id(node) in seen:
        yield node, "an alias (`*`) is not followed; write what it stands for"
        return
    seen.add(id(node))
    if isinstance(node.value, str):
        yield from ((node, problem) for problem in [_misread(node, loader)] if problem)
        return
    keys: set[str] = set()
    for each in node.value:
        for inner in each if isinstance(each, tuple) else (each,):
            yield from _problems(inner, loader, seen)
        if isinstance(each, tuple):
            yield from ((each[0], problem) for problem in [_misnamed(each[0], keys)] if problem)


def _misnamed(key: Any, keys: set[str]) -> str | None:
    if not isinstance(key.value, str):
        return "a key is one word; see docs/operations.md"
    twice = key.value in keys
    keys.add(key.value)
    return f'the key "{key.value}" stands twice' if twice else None


def _misread(node: Any, loader: Any) -> str | None:
    """A number or truth value that is written otherwise than it is read: 1.10 is 1.1, 0777 is 511, no is false."""
    kind = node.tag.rpartition(":")[2]
    if kind not in ("int", "float", "bool"):
        return None
    text, shown = node.value, str(loader.construct_object(node))
    if kind == "bool":
        text, shown = text.lower(), shown.lower()
    if text == shown:
        return None
    return f'{node.value} is read as {shown} by YAML; write "{node.value}" in quotes if that is meant, else {shown}'


def _lines(node: Any, first: int) -> Lines:
    if node is None:
        return {"": first}
    keys = [each[0] for each in node.value if isinstance(each, tuple)]
    return {"": first + node.start_mark.line, **{key.value: first + key.start_mark.line for key in keys}}


def _request(entry: Any, lines: Lines, place: str, is_repository: Callable[[str], bool]) -> Request:
    if not isinstance(entry, dict):
        raise _bad(place, lines[""], "a block holds `uses: OPERATION` and its arguments, one a line")
    uses = entry.get("uses")
    if not isinstance(uses, str):
        raise _bad(place, lines[""], "`uses:` is missing; it names the operation, such as helmrelease.bump")
    unknown = [key for key in entry if not isinstance(key, str)]
    if unknown:
        raise _bad(place, lines.get(str(unknown[0]), lines[""]), f"the key {unknown[0]!r} is no name of an argument")
    repository = entry.get("repository")
    if repository is not None and not (isinstance(repository, str) and is_repository(repository.casefold())):
        raise _bad(place, lines["repository"], f"there is no repository {repository!r} here")
    arguments = {key: value for key, value in entry.items() if key not in _OURS}
    return Request(uses, arguments, Source.BLOCK, lines.get("uses", lines[""]), repository, lines)


def _bad(place: str, line: int, words: str) -> Blocked:
    return Blocked(ReasonCode.BAD_BLOCK, f"{place}:{line}: {words}")
