"""YAML bytes → nodes that know their bytes.

Composed from libyaml's event stream, not by PyYAML's composer: that one refuses duplicate anchors, which are legal and
in use, and PyYAML's own scanner refuses a tab before a comment. Go's yaml packages (kubectl, kustomize, Flux) are ports
of libyaml and read both. Where PyYAML was built without libyaml its pure parser serves: it refuses such files and
damages none.

Marks of libyaml count characters and leave a leading byte order mark out. Offsets here are bytes of the data as given.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from executor.patterns import pattern
from executor.values import dataclass

BOM = b"\xef\xbb\xbf"


class NotYaml(ValueError):
    """The data cannot be read. `line` is 1-based."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Event:
    """One parser event in comparable form. `start` and `end` are byte offsets and take no part in `same`.

    `kind` is one of `stream+ stream- doc+ doc- map+ map- seq+ seq- scalar alias`; `style` is `''` (plain), `'`, `"`,
    `|` or `>` for a scalar, `flow` or `block` for a collection, `explicit` or `''` for a document's markers.
    """

    kind: str
    start: int
    end: int
    value: str = ""
    style: str = ""
    anchor: str | None = None
    tag: str | None = None
    implicit: Any = None

    def same(self, other: Event) -> bool:
        """Whether both say the same, wherever they stand."""
        return self.said() == other.said()

    def said(self) -> tuple[Any, ...]:
        return (self.kind, self.value, self.style, self.anchor, self.tag, self.implicit)


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """`start`..`end` is the scalar itself, quotes included and anchor and tag left out; a null that is not written has
    no bytes. `event` is its number in the stream. `flow` says whether it stands inside a flow collection."""

    event: int
    start: int
    end: int
    value: str
    style: str
    flow: bool
    anchor: str | None = None
    tag: str | None = None

    @property
    def last(self) -> int:
        return self.event


@dataclass(frozen=True, slots=True, eq=False)
class Alias:
    """`*name`. `target` is the event number of the node that the name stood for at this place."""

    event: int
    start: int
    end: int
    name: str
    target: int

    @property
    def last(self) -> int:
        return self.event


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """`start` is the first dash or the bracket; `last` the number of its closing event."""

    event: int
    last: int
    start: int
    end: int
    flow: bool
    items: tuple[Node, ...]
    anchor: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """`start` is the first key or the brace. `entries` in file order, duplicates included."""

    event: int
    last: int
    start: int
    end: int
    flow: bool
    entries: tuple[tuple[Node, Node], ...]
    anchor: str | None = None
    tag: str | None = None


Node: TypeAlias = Scalar | Alias | Sequence | Mapping


@dataclass(frozen=True, eq=False)
class Yaml:
    """A composed file: its bytes, its events, the root node of each document (None: an empty stream has none)."""

    data: bytes
    events: tuple[Event, ...]
    documents: tuple[Node, ...]
    nodes: dict[int, Node]
    """Every node by its event number."""

    @functools.cached_property
    def _breaks(self) -> list[int]:
        return [each.end() for each in re.finditer(rb"\r\n|\n|\r", self.data)]

    def line(self, offset: int) -> int:
        """The 1-based line of a byte offset, as editors count."""
        return bisect.bisect_right(self._breaks, offset) + 1

    def line_span(self, offset: int) -> tuple[int, int]:
        """Start and end of the line that holds `offset`, its line break included."""
        index = bisect.bisect_right(self._breaks, offset)
        start = self._breaks[index - 1] if index else 0
        return start, self._breaks[index] if index < len(self._breaks) else len(self.data)

    @functools.cached_property
    def aliases(self) -> tuple[Alias, ...]:
        return tuple(node for node in self.nodes.values() if isinstance(node, Alias))

    def resolve(self, node: Node) -> Node:
        """The node itself; what it stands for where it is an alias."""
        return self.nodes[node.target] if isinstance(node, Alias) else node

    def users(self, node: Node) -> tuple[Alias, ...]:
        """The aliases through which `node` shows elsewhere: those of its own anchor and of anything around it."""
        return tuple(
            each for each in self.aliases if each.target <= node.event and node.last <= self.nodes[each.target].last
        )


def compose(data: bytes) -> Yaml:
    """Read a YAML stream. Raises NotYaml with the line where it cannot be read (not UTF-8, a syntax error)."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotYaml("not UTF-8", data.count(b"\n", 0, error.start) + 1) from None
    events = tuple(_events(data))
    return _Composer(data, events).compose()


def _events(data: bytes) -> Iterator[Event]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    offset = _Offsets(data)
    try:
        for event in yaml.parse(data.removeprefix(BOM), Loader=loader):
            yield _event(event, offset)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYaml(str(error.problem or error.context), mark.line + 1 if mark else 1) from None
    except yaml.YAMLError as error:
        raise NotYaml(" ".join(str(error).split()), 1) from None


class _Offsets:
    """Character index (BOM left out) → byte offset: a byte a character, and what the wider ones before it have more."""

    def __init__(self, data: bytes) -> None:
        self.shift = len(BOM) if data.startswith(BOM) else 0
        wide = [] if data.isascii() else list(_WIDE.finditer(data[self.shift :].decode("utf-8")))
        self.indexes = [each.start() for each in wide]
        more = (len(each[0].encode()) - 1 for each in wide)
        self.extra = list(itertools.accumulate(more, initial=self.shift))

    def __call__(self, index: int) -> int:
        if not self.indexes:
            return self.shift + index
        return index + self.extra[bisect.bisect_left(self.indexes, index)]


_WIDE = pattern(r"[^\x00-\x7f]")
_KINDS = {
    "StreamStartEvent": "stream+",
    "StreamEndEvent": "stream-",
    "DocumentStartEvent": "doc+",
    "DocumentEndEvent": "doc-",
    "MappingStartEvent": "map+",
    "MappingEndEvent": "map-",
    "SequenceStartEvent": "seq+",
    "SequenceEndEvent": "seq-",
    "ScalarEvent": "scalar",
    "AliasEvent": "alias",
}


def _event(event: Any, offset: _Offsets) -> Event:
    kind = _KINDS[type(event).__name__]
    start, end = offset(event.start_mark.index), offset(event.end_mark.index)
    if kind == "scalar":
        style = event.style or ""
        return Event(kind, start, end, event.value, style, event.anchor, event.tag, tuple(event.implicit))
    if kind == "alias":
        return Event(kind, start, end, event.anchor)
    if kind in ("map+", "seq+"):
        style = "flow" if event.flow_style else "block"
        return Event(kind, start, end, "", style, event.anchor, event.tag, event.implicit)
    if kind in ("doc+", "doc-"):
        said = (getattr(event, "version", None), getattr(event, "tags", None) or None)
        return Event(kind, start, end, "", "explicit" if event.explicit else "", implicit=repr(said))
    return Event(kind, start, end)


_SPACE = pattern(rb"(?:[ \t\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9]|(?:(?<=[ \t\r\n])|\A)#[^\r\n]*)*")
_ANCHOR = pattern(rb"&[0-9A-Za-z_-]+")
_TAG = pattern(rb"!(?:<[^>]*>|[^\s,\[\]{}]*)")


def content_start(data: bytes, event: Event) -> int:
    """Where a node's own bytes begin: behind its anchor and tag and what stands between them and it."""
    at = event.start
    for _ in range((event.anchor is not None) + (event.tag is not None)):
        found = (_ANCHOR if data[at : at + 1] == b"&" else _TAG).match(data, at)
        if not found:
            return event.end
        space = _SPACE.match(data, found.end())
        at = space.end() if space else found.end()
    return at if event.kind != "scalar" else min(at, event.end)


class _Composer:
    def __init__(self, data: bytes, events: tuple[Event, ...]) -> None:
        self.data = data
        self.events = events
        self.anchors: dict[str, int] = {}
        self.nodes: dict[int, Node] = {}
        self.at = 0

    def compose(self) -> Yaml:
        documents = []
        for number, event in enumerate(self.events):
            if event.kind == "doc+":
                self.anchors = {}
                self.at = number + 1
                documents.append(self._node(flow=False, depth=0))
        return Yaml(self.data, self.events, tuple(documents), self.nodes)

    def _node(self, *, flow: bool, depth: int) -> Node:
        number, event = self.at, self.events[self.at]
        self.at += 1
        if depth > 200:
            raise NotYaml("nested more than 200 deep", self.data.count(b"\n", 0, event.start) + 1)
        if event.kind == "alias":
            return self._keep(number, self._alias(number, event))
        if event.anchor is not None:
            self.anchors[event.anchor] = number
        start = content_start(self.data, event)
        if event.kind == "scalar":
            scalar = Scalar(number, start, event.end, event.value, event.style, flow, event.anchor, event.tag)
            return self._keep(number, scalar)
        children = []
        while self.events[self.at].kind not in ("map-", "seq-"):
            children.append(self._node(flow=event.style == "flow", depth=depth + 1))
        last, end = self.at, self.events[self.at].end
        self.at += 1
        inside = event.style == "flow"
        if event.kind == "seq+":
            sequence = Sequence(number, last, start, end, inside, tuple(children), event.anchor, event.tag)
            return self._keep(number, sequence)
        entries = tuple(zip(children[::2], children[1::2], strict=True))
        return self._keep(number, Mapping(number, last, start, end, inside, entries, event.anchor, event.tag))

    def _alias(self, number: int, event: Event) -> Alias:
        if event.value not in self.anchors:
            raise NotYaml(f"undefined alias *{event.value}", self.data.count(b"\n", 0, event.start) + 1)
        return Alias(number, event.start, event.end, event.value, self.anchors[event.value])

    def _keep(self, number: int, node: Node) -> Node:
        self.nodes[number] = node
        return node
