"""The YAML front matter: its values, and the place where `updated` may be written.

Read with PyYAML's safe loader (the C one where it exists), which also tells where each value stands; python-frontmatter
uses the same loader and tells no places. What is not YAML costs its own key only: the entry is blanked, the others are
read, and a warning names the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from executor.errors import TaskFileError
from executor.patterns import compiled_later, pattern
from executor.taskfile.lines import Line
from executor.values import dataclass, field

if TYPE_CHECKING:
    import yaml

KEY = "updated"


@dataclass(frozen=True, slots=True)
class Updated:
    """Where the value of `updated` stands. `start` and `end` are bytes; `value` is it without quotes, "" for none.

    `why_not` says why it is left alone, in words that follow "`updated`"; None where it may be written.
    """

    start: int
    end: int
    value: str
    line: int
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """`body` is the number of the first line behind it (0 where there is none).

    `add_at` is the byte at which the line of a new key belongs (None where none can be added), `indent` and `eol` what
    it begins and ends with. `nodes` are the values as YAML nodes, `lines` the 1-based lines of the keys.
    """

    body: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    nodes: dict[str, Any] = field(default_factory=dict)
    updated: Updated | None = None
    add_at: int | None = None
    indent: str = ""
    eol: bytes = b"\n"
    warnings: tuple[str, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """A scalar as it is written ("1.10" stays that); "" for none, for null and for what is no scalar."""
        return scalar(self.nodes.get(key)) or ""

    def items(self, key: str) -> tuple[str, ...]:
        """A list, a comma string or a single string, as strings as written."""
        node = self.nodes.get(key)
        if node is None:
            return ()
        if node.id == "sequence":
            return tuple(text for text in map(scalar, node.value) if text)
        return tuple(part for part in (each.strip() for each in (scalar(node) or "").split(",")) if part)


def scalar(node: Any) -> str | None:
    if node is None or node.id != "scalar" or node.tag.endswith(":null"):
        return None
    return str(node.value).strip()


def read(lines: Sequence[Line], path: Path) -> FrontMatter:
    """The front matter of a file. Raises TaskFileError where it is not closed, or no mapping."""
    opened = next((number for number, line in enumerate(lines) if not line.blank), None)
    if opened is None or not _is_fence(lines[opened]):
        return FrontMatter()
    closed = next((number for number in range(opened + 1, len(lines)) if _is_fence(lines[number])), None)
    try:
        if closed is None:
            raise TaskFileError(
                "the front matter is not closed", place=f"{path}:{opened + 1}", remedy="add a line `---` behind it"
            )
        return _Reader(lines[opened + 1 : closed], opened + 1, path).read(lines[closed], lines[closed - 1])
    except TaskFileError:
        if opened > 0:  # a line behind blank ones may as well be a thematic break
            return FrontMatter()
        raise


def _is_fence(line: Line) -> bool:
    return line.text.rstrip(" \t") == "---"


class _Reader:
    """`first` is the number of the first line between the fences."""

    def __init__(self, lines: Sequence[Line], first: int, path: Path) -> None:
        self.lines = lines
        self.first = first
        self.path = path
        self.warnings: list[str] = []

    def place(self, line: int) -> str:
        return f"{self.path}:{self.first + line + 1}"

    def read(self, fence: Line, above: Line) -> FrontMatter:
        self._require_flat()
        text = "".join(line.text + line.eol.decode() for line in self.lines)
        root, text = self._root(text)
        if root is None:
            return FrontMatter(self._body(), add_at=fence.start, eol=above.eol, warnings=tuple(self.warnings))
        updated = self._updated(root, text)
        block = not root.flow_style and not any(line.text.startswith("...") for line in self.lines)
        indent = " " * root.value[0][0].start_mark.column if block and root.value else ""
        values, nodes, at = self._values(root)  # merges, so it comes last
        if updated is None and not block:
            self.warnings.append(
                f"{self.place(0)}: `{KEY}` cannot be added to a mapping in braces or one ended by `...`"
            )
        return FrontMatter(
            self._body(), values, nodes, updated, fence.start if block else None, indent, above.eol,
            tuple(self.warnings), at,
        )  # fmt: skip

    def _require_flat(self) -> None:
        """The C loader calls itself for each level and takes the process down at some ten thousand of them."""
        depth = 0
        for number, line in enumerate(self.lines):
            in_line = 0
            for sign in _NESTING.findall(line.text):
                depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(sign, 0)
                in_line += sign in "-?"
                if depth + in_line > _DEEPEST:
                    raise TaskFileError(
                        "the front matter is nested too deeply", place=self.place(number), remedy="flatten it"
                    )

    def _body(self) -> int:
        return self.first + len(self.lines) + 1

    def _root(self, text: str) -> tuple[yaml.MappingNode | None, str]:
        """The root mapping (None for empty front matter), and the text that it was read from: entries that are not
        YAML are blanked in it, so that every place stays what it was."""
        with compiled_later():  # for a command that takes a task, this is where PyYAML is loaded
            import yaml

        try:
            root = compose(text)
        except yaml.YAMLError as error:
            text = self._without_faulty(error)
            root = compose(text)
        if root is not None and root.id != "mapping":
            kind = "a list" if root.id == "sequence" else "plain text"
            raise TaskFileError(
                f"the front matter is {kind}, no mapping of keys", place=self.place(root.start_mark.line),
                remedy="write `key: value` lines",
            )  # fmt: skip
        return root, text

    def _without_faulty(self, error: yaml.YAMLError) -> str:
        """The text with blanks in place of entries that cannot be read; a warning for each of them."""
        entries = list(self._entries())
        if not any(_KEY_LINE.match(self.lines[start].text) for start, _ in entries):
            raise TaskFileError(
                f"the front matter is no mapping of keys ({_problem(error)})", place=self.place(0),
                remedy="write `key: value` lines",
            )  # fmt: skip
        faulty = [entry for entry in entries if self._is_faulty(*entry)]
        blanked = self._blank(faulty)
        if not _composes(blanked):  # each is YAML, but not all together: an anchor twice, an alias of nothing
            faulty = self._not_together(entries)
            blanked = self._blank(faulty)
        self._warn(faulty)
        return blanked

    def _not_together(self, entries: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The entries that cannot be read together with those before them."""
        faulty = entries[:]
        for entry in entries[:_MOST_TRIED]:
            without = [each for each in faulty if each != entry]
            if not self._is_faulty(*entry) and _composes(self._blank(without)):
                faulty = without
        return faulty

    def _warn(self, faulty: list[tuple[int, int]]) -> None:
        import yaml

        for start, end in faulty:
            line, problem = start, "not together with the lines above"
            try:
                compose(self._text(start, end))
            except yaml.YAMLError as error:
                mark = getattr(error, "problem_mark", None)
                line, problem = start + (min(mark.line, end - start - 1) if mark else 0), _problem(error)
            found = self.lines[line].text.strip()
            self.warnings.append(
                f"{self.place(line)}: `{found[:80]}` is not YAML ({problem}) and was passed over; "
                "put the value in quotes"
            )

    def _is_faulty(self, start: int, end: int) -> bool:
        import yaml

        try:
            root = compose(self._text(start, end))
        except yaml.composer.ComposerError:
            return False  # an alias of an anchor that stands in another entry
        except yaml.YAMLError:
            return True
        return root is not None and root.id != "mapping"

    def _entries(self) -> Iterator[tuple[int, int]]:
        """(first line, line behind) of each top-level entry; what stands before the first key is one too."""
        starts = [number for number, line in enumerate(self.lines) if _ENTRY_START.match(line.text)]
        if not starts or starts[0] > 0:
            starts.insert(0, 0)
        yield from zip(starts, [*starts[1:], len(self.lines)], strict=True)

    def _text(self, start: int, end: int) -> str:
        return "".join(line.text + line.eol.decode() for line in self.lines[start:end])

    def _blank(self, entries: list[tuple[int, int]]) -> str:
        gone = {number for start, end in entries for number in range(start, end)}
        return "".join(
            (" " * len(line.text) if number in gone else line.text) + line.eol.decode()
            for number, line in enumerate(self.lines)
        )

    def _values(self, root: yaml.MappingNode) -> tuple[dict[str, Any], dict[str, Any], dict[str, int]]:
        """Key → value as the safe loader makes it, key → node, key → 1-based line; of duplicate keys the last."""
        import yaml

        loader = _loader("")
        values: dict[str, Any] = {}
        nodes: dict[str, Any] = {}
        at: dict[str, int] = {}
        try:
            loader.flatten_mapping(root)
        except yaml.YAMLError as error:
            self.warnings.append(f"{self.place(0)}: a merge key `<<` cannot be read ({_problem(error)})")
        for key, value in root.value:
            line = self.first + key.start_mark.line + 1
            try:
                name = str(loader.construct_object(key, deep=True))
                values[name] = loader.construct_object(value, deep=True)
            except (yaml.YAMLError, ValueError, OverflowError, TypeError, RecursionError) as error:
                problem = f"the value of `{scalar(key)}` cannot be read ({_problem(error)}) and was passed over"
                self.warnings.append(f"{self.path}:{line}: {problem}")
                continue
            nodes[name], at[name] = value, line
        return values, nodes, at

    def _updated(self, root: yaml.MappingNode, text: str) -> Updated | None:
        own = [(key, value) for key, value in root.value if scalar(key) == KEY]
        if not own:
            return None
        key, node = own[-1]
        found = self._locate(key, node, text)
        if found.why_not:
            self.warnings.append(f"{self.path}:{found.line}: `{KEY}` {found.why_not}; it is left as it is")
        return found

    def _locate(self, key: Any, node: Any, text: str) -> Updated:
        line = self.first + key.start_mark.line + 1
        base = self.lines[0].start if self.lines else 0
        start, end = node.start_mark.index, node.end_mark.index
        raw = text[start:end]

        def place(value: str, why_not: str | None = None) -> Updated:
            before = len(text[:start].encode())
            return Updated(base + before, base + before + len(text[start:end].encode()), value, line, why_not)

        if start < key.end_mark.index:
            return place("", "is an alias")
        if node.id != "scalar":
            return place("", "is no single value")
        if not raw:  # `updated:` with nothing behind it; the mark may stand anywhere behind the colon
            colon = _COLON.match(text, key.end_mark.index)
            start = end = colon.end() if colon else start
            return place("", None if colon else "has no value")
        if node.style in ("|", ">"):
            return place("", "is a block of text")
        quote = raw[0] if raw[0] in "'\"" else ""
        value = raw[1:-1] if quote else raw
        if raw[0] in "&!" or value != node.value:
            return place("", "has an anchor, a tag, an escape or several lines")
        if quote:
            start, end = start + 1, end - 1
        from executor.taskfile.dates import knows

        known = not value or (knows(value) and _is_value(node)) or (not quote and node.tag.endswith(":null"))
        return place(value, None if known else f"is no date that can be kept in its form (`{value}`)")


def _is_value(node: Any) -> bool:
    """Whether the loader makes something of it: of 2026-02-31 it does not."""
    try:
        _loader("").construct_object(node)
    except ValueError:
        return False
    return True


_DEEPEST = 500
_NESTING = pattern(r"[\[\]{}]|[-?](?=[ \t])")
_KEY_LINE = pattern(r"""(?:[^\s#\-\[\]{}'"][^:]*|'[^']*'|"[^"]*"|-[^\s:][^:]*):(?:[ \t]|$)""")
_COLON = pattern(r"[ \t]*:(?=\s|\Z)")
_ENTRY_START = pattern(r"[^\s#\-\]}]|-[^\s]")


def _problem(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


_MOST_TRIED = 200


def _composes(text: str) -> bool:
    import yaml

    try:
        compose(text)
    except yaml.YAMLError:
        return False
    return True


def compose(text: str) -> Any:
    """The node tree of a YAML document."""
    loader = _loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _loader(text: str) -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
