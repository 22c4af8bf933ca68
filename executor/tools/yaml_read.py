"""YAML read as it is written, fast: plain trees with line numbers, from libyaml's event stream.

The event stream reads what kustomize and Flux read and PyYAML's composer refuses: duplicate anchors, a tab before a
comment. Nothing is resolved: a scalar is its text, `plain` says whether it stood without quotes. Aliases are the node
that they name; merge keys (`<<`) are merged as YAML 1.1 says. About 0.1 ms for a file of 1 KB.
"""

from __future__ import annotations

from typing import Any

from executor.patterns import compiled_later

with compiled_later():
    from yaml import YAMLError
    from yaml.cyaml import CParser  # type: ignore[attr-defined]
    from yaml.events import (
        AliasEvent,
        DocumentStartEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
    )


class Scalar(str):
    """The text of a scalar. `line` is 1-based; `plain`: not quoted and no block scalar; `tag` as written, or None."""

    __slots__ = ("line", "plain", "tag")
    line: int
    plain: bool
    tag: str | None


class Map(dict[str, Any]):
    """A mapping by the text of its keys; of equal keys the last one. `keys_at` has the line of each key, `twice` the
    keys that stood there before with the line of the later one."""

    __slots__ = ("keys_at", "line", "twice")
    line: int
    keys_at: dict[str, int]
    twice: list[tuple[str, int]]


class Items(list[Any]):
    """A sequence."""

    __slots__ = ("line",)
    line: int


Node = Scalar | Map | Items | None


class NotYaml(Exception):
    """A text that is no YAML: the 1-based line where the parser stopped and what it said."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


def read(data: bytes) -> list[Node]:
    """The documents of a text, in order; an empty document is None. Raises NotYaml."""
    try:
        return _Reader(data).documents()
    except YAMLError as error:
        raise _not_yaml(error, data) from None
    except (UnicodeDecodeError, ValueError) as error:
        raise NotYaml(1, str(error)) from None


def _not_yaml(error: YAMLError, data: bytes) -> NotYaml:
    """Where the parser stopped, at most the last line, and where what it was in began."""
    mark, began = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML")
    if began is not None and mark is not None and began.line < mark.line:
        problem += f", {error.context} that begins in line {began.line + 1}"  # type: ignore[attr-defined]
    last = max(1, data.count(b"\n") + (not data.endswith(b"\n")))
    at = mark or began
    return NotYaml(min(at.line + 1, last) if at else 1, problem)


class _Reader:
    """Builds trees from events without recursion, so no depth of nesting can overflow it."""

    def __init__(self, data: bytes) -> None:
        self.next = CParser(data).get_event
        self.anchors: dict[str, Any] = {}
        self.merges: list[tuple[Map, Any]] = []

    def documents(self) -> list[Node]:
        found: list[Node] = []
        while (event := self.next()) is not None:
            if type(event) is DocumentStartEvent:
                self.anchors, self.merges = {}, []
                node = self._tree()
                self._merge()
                empty = isinstance(node, Scalar) and node.plain and node in ("", "~", "null")
                found.append(None if empty else node)
        return found

    def _tree(self) -> Any:  # noqa: C901, PLR0912 - one loop over six kinds of event; a call each would double its time
        stack: list[tuple[Any, Any]] = []
        into: Any = None  # the container that is being filled
        key: Any = None  # the key that waits for its value
        while True:
            event: Any = self.next()
            kind = type(event)
            if kind is ScalarEvent:
                node: Any = Scalar(event.value)
                node.line = event.start_mark.line + 1
                node.plain = not event.style
                node.tag = event.tag
            elif kind is MappingStartEvent:
                node = Map()
                node.line, node.keys_at, node.twice = event.start_mark.line + 1, {}, []
            elif kind is SequenceStartEvent:
                node = Items()
                node.line = event.start_mark.line + 1
            elif kind is AliasEvent:
                if event.anchor not in self.anchors:
                    raise NotYaml(event.start_mark.line + 1, f"found undefined alias '{event.anchor}'")
                node = self.anchors[event.anchor]
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                node, (into, key) = into, stack.pop()
                if into is None:
                    return node
                continue
            else:
                raise NotYaml(event.start_mark.line + 1, "unexpected end")
            if kind is not AliasEvent and event.anchor is not None:
                self.anchors[event.anchor] = node
            # put it where it belongs
            if into is None:
                if kind is ScalarEvent or kind is AliasEvent:
                    return node
            elif type(into) is Items:
                into.append(node)
            elif key is None:
                key = _Key(node)
            else:
                self._put(into, key, node)
                key = None
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                stack.append((into, key))  # a key that is itself a container waits there for its value
                into, key = node, None

    def _put(self, into: Map, key: _Key, value: Any) -> None:
        name = key.node if type(key.node) is Scalar else str(key.node)
        if name == "<<" and getattr(name, "plain", False):
            self.merges.append((into, value))  # its own entries may still be to come
            return
        if name in into.keys_at:
            into.twice.append((str(name), key.node.line))
        into.keys_at[name] = key.node.line
        into[name] = value

    def _merge(self) -> None:
        """In the order of the text: what an alias names was merged before."""
        for into, value in self.merges:
            for each in value if type(value) is Items else [value]:
                for merged, inner in each.items() if type(each) is Map else ():
                    into.setdefault(merged, inner)


class _Key:
    """A key that waits for its value."""

    __slots__ = ("node",)

    def __init__(self, node: Any) -> None:
        self.node = node
