"""Places in files: a scalar with everything that an edit of it has to know."""

from __future__ import annotations

import contextlib
import functools
import posixpath
from collections.abc import Sequence as SequenceOf
from typing import TYPE_CHECKING

from executor.errors import Blocked, Refused
from executor.models import FileEdit
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.kustomize import FILE_NAMES
from executor.tools.yaml_span import (
    Alias,
    CannotEdit,
    Edit,
    Mapping,
    Node,
    NotYaml,
    Path,
    PathError,
    Replace,
    ReplaceBlock,
    Scalar,
    Sequence,
    Step,
    Yaml,
    apply,
    compose,
    find,
    show_path,
)
from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.flux.inventory import Manifest
    from executor.tools.tree import Tree


@functools.lru_cache(maxsize=128)
def _composed(path: str, data: bytes) -> Yaml:
    """The tree of a file, which many criteria of a task look at: read once while its bytes are the same. By its path,
    too, as nodes of other files are other nodes."""
    return compose(data)


@dataclass(frozen=True, eq=False)
class Source:
    """A composed YAML text: a file, or the literal block scalar of one (`outer`) that holds YAML of its own."""

    path: str
    yaml: Yaml
    outer: Spot | None = None

    def line(self, offset: int) -> int:
        """1-based, in the file."""
        line = self.yaml.line(offset)
        return line if self.outer is None else line + self.outer.line


@dataclass(frozen=True, eq=False)
class Spot:
    """A scalar at a place. `steps` lead to it from the document's root (or the object's, in a `kind: List`); `through`
    are the aliases that led to it."""

    source: Source
    document: int
    steps: Path
    node: Scalar
    through: tuple[Alias, ...] = ()

    @property
    def text(self) -> str:
        return self.node.value

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def line(self) -> int:
        return self.source.line(self.node.start)

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def where(self) -> str:
        inner = show_path(self.steps)
        return inner if self.source.outer is None else f"{self.source.outer.where} > {inner}"

    @property
    def is_null(self) -> bool:
        return self.node.style == "" and self.text in ("", "~", "null", "Null", "NULL")

    @property
    def key(self) -> tuple[object, ...]:
        """The same for two spots that are the same bytes."""
        outer = self.source.outer
        return (self.path, outer.node.start if outer else None, self.node.start)


@dataclass(frozen=True, eq=False)
class Thing:
    """A Kubernetes object in a file: its root node, and the steps to it where it is an item of a `kind: List`."""

    manifest: Manifest
    source: Source
    document: int
    root: Mapping

    def spot(self, *steps: str | int) -> Spot | None:
        """The scalar there, through aliases; None where there is none. Raises Blocked on duplicate keys."""
        found = self.node(*steps)
        if found is None or not isinstance(found[0], Scalar):
            return None
        return Spot(self.source, self.document, steps, found[0], found[1])

    def node(self, *steps: Step) -> tuple[Node, tuple[Alias, ...]] | None:
        return node_at(self.source, self.root, steps)

    def text(self, *steps: str | int) -> str | None:
        spot = self.spot(*steps)
        return None if spot is None or spot.is_null else spot.text

    @property
    def place(self) -> str:
        return self.manifest.place


def node_at(source: Source, root: Node, steps: Path) -> tuple[Node, tuple[Alias, ...]] | None:
    """The node at `steps`, with the aliases on the way; None where there is none. Raises Blocked on duplicate keys."""
    try:
        found = find(source.yaml, root, steps)
    except PathError as error:
        if error.missing or error.parent is None or isinstance(error.parent, Scalar):
            return None
        raise Blocked(ReasonCode.NOT_PLAIN, f"{source.path}:{error.line}: {error.message}; mend it first") from None
    return found.node, found.through


@dataclass
class Files:
    """The YAML files of a tree, each composed once."""

    tree: Tree
    sources: dict[str, Source] = field(default_factory=dict)

    def source(self, path: str) -> Source:
        """Raises Blocked for a file that is not there, may not be read, or is no YAML."""
        if path not in self.sources:
            try:
                self.sources[path] = Source(path, _composed(path, self.read(path)))
            except NotYaml as error:
                raise Blocked(
                    ReasonCode.INVALID_MANIFEST, f"{path}:{error.line}: cannot be read as YAML: {error.message}"
                ) from None
        return self.sources[path]

    def named(self, path: str) -> str:
        """A file as a sentence names it: normalised, symlinks followed; the kustomization file of a folder."""
        path = posixpath.normpath(path)
        with contextlib.suppress(OSError):
            path = self.tree.relative(self.tree.locate(path))
        if self.tree.is_dir(path):
            inside = [posixpath.normpath(posixpath.join(path, name)) for name in FILE_NAMES]
            return next((each for each in inside if self.tree.is_file(each)), path)
        return path

    def read(self, path: str) -> bytes:
        try:
            return self.tree.read(path)
        except (FileNotFoundError, NotADirectoryError):
            raise Blocked(ReasonCode.NOT_FOUND, f"there is no file {path}; check the path") from None
        except IsADirectoryError:
            raise Blocked(ReasonCode.NOT_FOUND, f"{path} is a folder; name the file") from None
        except PermissionError:
            raise Blocked(ReasonCode.PERMISSION, f"{path} may not be read by this user") from None
        except OSError as error:
            raise Blocked(ReasonCode.NOT_FOUND, f"{path} cannot be read: {error.strerror}; mend it first") from None

    def thing(self, manifest: Manifest) -> Thing:
        """The object of an inventory entry, in the file as it is now."""
        source = self.source(manifest.path)
        documents = source.yaml.documents
        root = documents[manifest.document] if manifest.document < len(documents) else None
        for each in self.objects(source, root):
            thing = Thing(manifest, source, manifest.document, each)
            if thing.text("kind") == manifest.kind and thing.text("metadata", "name") == manifest.name:
                return thing
        raise Blocked(ReasonCode.NOT_FOUND, f"{manifest.place}: {manifest.kind} {manifest.name} is not there any more")

    def objects(self, source: Source, root: Node | None) -> list[Mapping]:
        """The object of a document; the items of a List."""
        if not isinstance(root, Mapping):
            return []
        items = node_at(source, root, ("items",))
        kind = node_at(source, root, ("kind",))
        if kind and isinstance(kind[0], Scalar) and kind[0].value.endswith("List") and items:
            found = items[0].items if isinstance(items[0], Sequence) else ()
            return [each for item in found if isinstance(each := source.yaml.resolve(item), Mapping)]
        return [root]

    def inside(self, spot: Spot) -> Source | None:
        """The YAML that a literal block scalar holds; None for another style or what cannot be read."""
        if spot.node.style != "|" or spot.source.outer is not None:
            return None
        try:
            return Source(spot.path, compose(spot.text.encode()), spot)
        except NotYaml:
            return None

    def edited(self, edits: SequenceOf[tuple[Source, Edit]]) -> tuple[FileEdit, ...]:
        """Splice and prove; several edits of a file together. Raises Blocked for a shape that is not edited, Refused
        where the proof cannot be given."""
        by_source: dict[Source, list[Edit]] = {}
        for source, edit in edits:
            by_source.setdefault(source, []).append(edit)
        for source in [each for each in by_source if each.outer is not None]:
            inner = self._apply(source, by_source.pop(source))
            assert source.outer is not None
            block = ReplaceBlock(source.outer.node, inner.decode())
            by_source.setdefault(source.outer.source, []).append(block)
        done = []
        for source, several in sorted(by_source.items(), key=lambda each: each[0].path):
            _block_sealed(source)
            done.append(FileEdit(source.path, source.yaml.data, self._apply(source, several)))
        return tuple(done)

    def _apply(self, source: Source, edits: SequenceOf[Edit]) -> bytes:
        try:
            return apply(source.yaml, edits)
        except CannotEdit as error:
            line = error.line if source.outer is None else error.line + source.outer.line
            if error.proof:
                raise Refused(
                    ReasonCode.UNPROVEN, f"{source.path}:{line}: {error.message}; change it by hand"
                ) from None
            raise Blocked(ReasonCode.NOT_PLAIN, f"{source.path}:{line}: {error.message}; change it by hand") from None


def _block_sealed(source: Source) -> None:
    """Raises Blocked where SOPS keeps a checksum of all values, plain ones too: it would refuse to decrypt the file."""
    for document in source.yaml.documents:
        mac, plain_ones_free = (
            node_at(source, document, ("sops", key)) if isinstance(document, Mapping) else None
            for key in ("mac", "mac_only_encrypted")
        )
        free = plain_ones_free and isinstance(plain_ones_free[0], Scalar) and plain_ones_free[0].value == "true"
        if mac and not free:
            raise Blocked(
                ReasonCode.NOT_PLAIN,
                f"{source.path}:{source.line(mac[0].start)}: SOPS keeps a checksum of all values in this file, which "
                "an edit would break; change it with `sops edit`",
            )


_POLICY = pattern(r"\{\s*\\?[\"']?\$imagepolicy\b")


def refuse_foreign_owner(spot: Spot) -> None:
    """Raises Refused where a `{"$imagepolicy": …}` marker, on the line or in the comment right above, hands the value
    to Flux's image automation."""
    yaml = spot.source.yaml
    start, end = yaml.line_span(spot.node.start)
    own = yaml.data[max(spot.node.end, start) : yaml.line_span(spot.node.end)[1]]
    above = b""
    while start > 0:
        start, end = yaml.line_span(start - 1)
        line = yaml.data[start:end].strip()
        if not line.startswith(b"#"):
            break
        above += line + b"\n"
    if _POLICY.search((own + b"\n" + above).decode()):
        raise Refused(
            ReasonCode.OWNED_BY_FLUX,
            f"{spot.place}: {spot.where} carries an $imagepolicy marker, so Flux image automation owns it; change the "
            "ImagePolicy, or take the marker away first",
        )


def block_templates(spot: Spot) -> None:
    """Raises Blocked for a value that is made by a template or is encrypted."""
    if "{{" in spot.text or spot.text.startswith("ENC["):
        what = "an encrypted value" if spot.text.startswith("ENC[") else "made by a template"
        raise Blocked(ReasonCode.NOT_PLAIN, f"{spot.place}: {spot.where} is {what} ({spot.text}); change it by hand")


def block_shared_anchor(spots: SequenceOf[Spot], *, everywhere: bool) -> None:
    """Raises Blocked where an edited scalar also shows through an alias at a place that is not meant.

    Meant are the places through which the given spots were found; `everywhere` means all.
    """
    if everywhere:
        return
    by_node: dict[tuple[object, ...], list[Spot]] = {}
    for spot in spots:
        by_node.setdefault(spot.key, []).append(spot)
    for same in by_node.values():
        source, node = same[0].source, same[0].node
        meant = {each for spot in same for each in spot.through}
        others = [each for each in source.yaml.users(node) if each not in meant]
        own_place = any(not spot.through for spot in same)
        if others or not own_place:
            lines = sorted({source.line(each.start) for each in others} | (set() if own_place else {same[0].line}))
            listed = ", ".join(f"{source.path}:{line}" for line in lines)
            raise Blocked(
                ReasonCode.SHARED,
                f"{same[0].place}: the value is shared by an anchor and would change at {listed} too; say that all of "
                "them are meant, or take the alias apart",
            )


def replace(spot: Spot, value: str, *, literal: bool = False) -> tuple[Source, Edit]:
    return spot.source, Replace(spot.node, value, literal)
