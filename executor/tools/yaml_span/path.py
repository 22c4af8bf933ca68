"""Paths into a YAML document, and what stands there: through aliases and merge keys, and saying so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from executor.patterns import pattern
from executor.tools.yaml_span.compose import Alias, Mapping, Node, Scalar, Sequence, Yaml
from executor.values import dataclass


@dataclass(frozen=True, slots=True)
class Select:
    """The one entry of a sequence of mappings whose `key` has `value`: `[name=app]`."""

    key: str
    value: str


Step: TypeAlias = str | int | Select
Path: TypeAlias = tuple[Step, ...]


class PathError(ValueError):
    """There is no such place. `depth` steps were found; `parent` is the node that lacks the next one.

    `missing` is true where the parent simply lacks it, false where the path cannot be followed (a duplicate key, a
    key of a scalar, several entries that fit).
    """

    def __init__(self, message: str, *, line: int, depth: int, parent: Node | None, missing: bool) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.depth = depth
        self.parent = parent
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Found:
    """A node, never an alias, and the aliases (`*a`, `<<: *a`) that led to it, outermost first."""

    node: Node
    through: tuple[Alias, ...] = ()


_STEP = pattern(
    r"""\.?(?:
        (?P<name>(?:\\.|[^.\[\]\\])+)
      | \[(?P<index>\d+)\]
      | \[(?P<quote>["'])(?P<quoted>.*?)(?P=quote)\]
      | \[(?P<key>[\w./-]+)=(?P<value>[^\]]*)\]
    )""",
    re.VERBOSE,
)


def parse_path(text: str) -> Path:
    """`spec.values.image.tag`, `containers[0].image`, `containers[name=app].image`, `annotations["a.b/c"]`, or a JSON
    pointer (`/spec/replicas`). A number selects from a sequence, or is a key of a mapping. Raises ValueError."""
    if text.startswith("/"):
        return tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/"))
    text = text.removeprefix("$").removeprefix(".")
    steps: list[Step] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if not found or (at and text[at] not in ".["):
            raise ValueError(f"{text!r} is no path (such as spec.values.image.tag) at character {at + 1}")
        steps.append(_step(found))
        at = found.end()
    if not steps:
        raise ValueError("the path is empty")
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found["name"] is not None:
        return re.sub(r"\\(.)", r"\1", found["name"])
    if found["index"] is not None:
        return int(found["index"])
    return found["quoted"] if found["quoted"] is not None else Select(found["key"], found["value"])


def show_path(path: Path) -> str:
    """The text that `parse_path` reads."""
    text = ""
    for step in path:
        if isinstance(step, Select):
            text += f"[{step.key}={step.value}]"
        elif isinstance(step, int):
            text += f"[{step}]"
        elif re.search(r"[.\[\]\\]", step) or not step:
            text += f'["{step}"]'
        else:
            text += f".{step}" if text else step
    return text


def find(yaml: Yaml, root: Node, path: Path) -> Found:
    """What stands at `path` below `root`. Raises PathError."""
    found = _through(yaml, Found(root))
    for depth, step in enumerate(path):
        found = _down(yaml, found, step, depth)
    return found


def lookup(yaml: Yaml, mapping: Mapping, key: str) -> Found | None:
    """The value of a key: its own, else one merged in by `<<`. Raises PathError on a duplicate key."""
    own = [value for name, value in mapping.entries if _is_key(yaml, name, key)]
    if len(own) > 1:
        line = yaml.line(own[1].start)
        raise PathError(f"the key {key} is there twice", line=line, depth=0, parent=mapping, missing=False)
    if own:
        return _through(yaml, Found(own[0]))
    for name, value in mapping.entries:
        if isinstance(name, Scalar) and name.value == "<<" and name.style == "":
            for found in _merged(yaml, value):
                inner = lookup(yaml, found.node, key) if isinstance(found.node, Mapping) else None
                if inner:
                    return Found(inner.node, found.through + inner.through)
    return None


def path_of(yaml: Yaml, root: Node, node: Node) -> Path:
    """The path of a node below `root`, not through aliases; () for the root itself. Raises KeyError."""
    for path, each in walk(yaml, root):
        if each is node:
            return path
    raise KeyError(node)


def walk(yaml: Yaml, root: Node) -> Iterator[tuple[Path, Node]]:
    """Every node below `root` where it is written (aliases are yielded, not followed), with its path."""
    todo: list[tuple[Path, Node]] = [((), root)]
    while todo:
        path, node = todo.pop()
        yield path, node
        if isinstance(node, Sequence):
            todo += [((*path, i), item) for i, item in reversed(list(enumerate(node.items)))]
        elif isinstance(node, Mapping):
            todo += [((*path, _key_text(yaml, key)), value) for key, value in reversed(node.entries)]


def _key_text(yaml: Yaml, key: Node) -> str:
    target = yaml.resolve(key)
    return target.value if isinstance(target, Scalar) else "?"


def _is_key(yaml: Yaml, node: Node, key: str) -> bool:
    target = yaml.resolve(node)
    return isinstance(target, Scalar) and target.value == key


def _merged(yaml: Yaml, value: Node) -> list[Found]:
    found = _through(yaml, Found(value))
    if isinstance(found.node, Sequence):
        return [_through(yaml, Found(item, found.through)) for item in found.node.items]
    return [found]


def _through(yaml: Yaml, found: Found) -> Found:
    if isinstance(found.node, Alias):
        return Found(yaml.resolve(found.node), (*found.through, found.node))
    return found


def _down(yaml: Yaml, found: Found, step: Step, depth: int) -> Found:
    node = found.node
    if isinstance(node, Mapping) and not isinstance(step, Select):
        try:
            inner = lookup(yaml, node, str(step))
        except PathError as error:
            error.depth = depth
            raise
        if inner:
            return Found(inner.node, found.through + inner.through)
        raise _missing(yaml, node, f"there is no key {step}", depth)
    if isinstance(node, Sequence):
        return _entry(yaml, found, node, step, depth)
    raise _missing(yaml, node, f"there is nothing below it to look for {step}", depth, missing=False)


def _entry(yaml: Yaml, found: Found, node: Sequence, step: Step, depth: int) -> Found:
    if isinstance(step, Select):
        fitting = [item for item in node.items if _fits(yaml, item, step)]
        if len(fitting) > 1:
            raise _missing(yaml, node, f"{len(fitting)} entries have {step.key}={step.value}", depth, missing=False)
        if fitting:
            return _through(yaml, Found(fitting[0], found.through))
    elif str(step).isdecimal() and int(step) < len(node.items):
        return _through(yaml, Found(node.items[int(step)], found.through))
    raise _missing(yaml, node, f"there is no entry {show_path((step,))}", depth)


def _fits(yaml: Yaml, item: Node, step: Select) -> bool:
    target = yaml.resolve(item)
    value = lookup(yaml, target, step.key) if isinstance(target, Mapping) else None
    return value is not None and isinstance(value.node, Scalar) and value.node.value == step.value


def _missing(yaml: Yaml, node: Node, message: str, depth: int, *, missing: bool = True) -> PathError:
    return PathError(message, line=yaml.line(node.start), depth=depth, parent=node, missing=missing)
