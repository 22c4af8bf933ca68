"""`manifest.set`, `manifest.add`, `manifest.remove`: one value or one list entry of a named file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from executor.errors import Blocked, Refused
from executor.flux.api_values import Field, amount, opposites, why_not
from executor.flux.cells import Cell
from executor.flux.change import Allowed, Ground, Limits, Plan, Turn, deployments, make
from executor.flux.facts import FLUX_KUSTOMIZE, normal
from executor.flux.layers import lies_over
from executor.flux.owed import Owed
from executor.flux.places import Files, Source, Spot, node_at
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.kustomize import FILE_NAMES
from executor.tools.yaml_span import (
    AddEntry,
    Alias,
    Edit,
    InsertKey,
    Node,
    Path,
    PathError,
    RemoveEntry,
    RemoveKey,
    Scalar,
    Select,
    Step,
    find,
    parse_path,
    path_of,
    plain_is_string,
    plain_kind,
    show_path,
)
from executor.tools.yaml_span import Mapping as MappingNode
from executor.tools.yaml_span import Sequence as SequenceNode
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.inventory import Manifest
    from executor.tools.yaml_span.edit import Entry

Value = str | int | float | bool | None

_VERSION_KEY = pattern(r"(?i)(?:.*(?:tag|version|digest)|semver|sha)")
_OTHER_TRUTHS = ("yes", "no", "on", "off", "enabled", "disabled")
_TYPED = ("integer", "decimal", "truth", "null")


@dataclass(frozen=True, eq=False)
class Document:
    """One document of a file, with what it says of itself."""

    source: Source
    number: int
    root: Node

    def text(self, *steps: str) -> str | None:
        found = node_at(self.source, self.root, steps)
        return found[0].value if found and isinstance(found[0], Scalar) else None

    @property
    def label(self) -> str:
        line = self.source.line(self.root.start)
        name = self.text("metadata", "name")
        return f"{self.source.path}:{line}" + (f" ({self.text('kind')}/{name})" if name else "")

    @property
    def is_kustomization(self) -> bool:
        return posixpath.basename(self.source.path) in FILE_NAMES

    def is_meant(self, where: str | None) -> bool:
        """`where` as `Kind/name` or `name` picks one document of several."""
        if where is None:
            return True
        kind, _, name = where.rpartition("/")
        return (self.text("metadata", "name") or "").casefold() == name.casefold() and (
            not kind or (self.text("kind") or "").casefold() == kind.casefold()
        )


def set_plan(ground: Ground, file: str, path: str, value: Value, limits: Limits) -> Plan:
    """Raises Blocked or Refused where the place is not there, not the only one, or not a plain value."""
    files = ground.files
    file = files.named(file)
    steps = _steps(path)
    documents = _documents(files, file, limits)
    found = [(each, here) for each in documents if (here := _at(each, steps)) is not None]
    subject = f"{show_path(steps)} of {_of(ground, file)}"
    _block_collection(file, steps, value, found[0][1][0] if found else None)
    if len(found) > 1:
        listed = ", ".join(document.label for document, _ in found)
        raise Blocked(ReasonCode.AMBIGUOUS, f"{file}: {path} is there in several documents: {listed}; name one")
    if not found:
        if limits.from_version is not None:
            reason = f"{file}: {path} is not there, and so not {limits.from_version}"
            raise Blocked(ReasonCode.NOT_THAT_VERSION, reason)
        return _insert(ground, files, documents, steps, value, limits=limits, subject=subject)
    document, (node, through) = found[0]
    if not isinstance(node, Scalar):
        place = f"{file}:{document.source.line(node.start)}"
        raise Blocked(
            ReasonCode.NOT_PLAIN, f"{place}: {path} holds more than one value; name a path down to one of them"
        )
    spot = Spot(document.source, document.number, steps, node, through)
    _block_secret(document, steps, spot.place)
    if "${" in spot.text:
        raise Blocked(
            ReasonCode.NOT_PLAIN,
            f"{spot.place}: {path} is {spot.text}, which Flux substitutes; set the variable where it is defined",
        )
    text, literal = (_as_text(value), False) if _holds_texts(document, steps) else _written(spot, value)
    whole = steps if through else path_of(document.source.yaml, document.root, node)
    _block_not_taken(ground, document, whole, text, literal=literal, now=spot.text, place=spot.place)
    if _is_flux_path(document, steps):
        _block_no_folder(ground, document, spot, text)
    is_version = bool(_VERSION_KEY.fullmatch(str(steps[-1])))
    if not is_version:  # versions are compared as such, later
        _block_other(spot, limits, text)
    turn = Turn(Cell(spot, spot, spot.text), text, show_path(steps), literal, is_version)
    return make(
        ground, [] if _is_so(spot, text, literal) else [turn], limits, files=files, verb=("set", "set"),
        subject=subject, allowed=_allowed(document, _concrete(document, node, through, steps), text),
        about={**_about(ground, file), "value": text, "place": spot.place}, file=file,
        owed=_owed(document, steps, text) if limits.everywhere else (),
    )  # fmt: skip


def _owed(document: Document, steps: Path, text: str) -> tuple[Owed, ...]:
    """What the object holds wherever it is rendered; what a kustomization sets has another form there."""
    kind, name = document.text("kind"), document.text("metadata", "name")
    known = kind is not None and name is not None and not document.is_kustomization
    return (Owed(kind, name, text, field=steps),) if known else ()


def _of(ground: Ground, file: str) -> str:
    """The file, and what is built from it where that is more than one thing."""
    found = sorted(deployments(ground, file))
    return file if len(found) < 2 else f"{file}, which is part of {len(found)} deployments ({', '.join(found)})"


def _about(ground: Ground, file: str) -> dict[str, Any]:
    """Evidence: the file, and every deployment that changes with it."""
    return {"objects": [file], "deployments": sorted(deployments(ground, file))}


def _block_other(spot: Spot, limits: Limits, text: str) -> None:
    """Raises Blocked where "from A to B" is said and neither of them stands there."""
    before = limits.from_version
    if before is not None and spot.text not in (before, text):
        found = spot.text or "empty"
        raise Blocked(
            ReasonCode.NOT_THAT_VERSION, f"{spot.place}: {spot.where} is {found}, neither {before} nor {text}"
        )


_TEXTS = (("metadata", "labels"), ("metadata", "annotations"))


def _holds_texts(document: Document, steps: Path) -> bool:
    """Whether the Kubernetes API takes nothing but texts there: data of a ConfigMap, labels, annotations, variables."""
    if document.text("kind") == "ConfigMap" and steps[0] == "data":
        return True
    return steps[:2] in _TEXTS or (
        steps[-1] == "value" and len(steps) > 2 and steps[-3] == "env" and document.text("kind") in _WITH_CONTAINERS
    )


_WITH_CONTAINERS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod")


def _as_text(value: Value) -> str:
    return value if isinstance(value, str) else _text_of(value)


def _block_collection(file: str, steps: Path, value: Value, node: Node | None) -> None:
    """Raises Blocked for a text that reads as a map or list, where no such text stands now (JSON in an annotation)."""
    before = node.value.lstrip()[:1] if isinstance(node, Scalar) else ""
    if isinstance(value, str) and value[:1] in ("{", "[") and value[:1] != before:
        raise Blocked(
            ReasonCode.NOT_DETERMINATE,
            f"{file}: {value} reads as a collection, and {show_path(steps)} is set to one value only; do it by hand",
        )


def add_plan(ground: Ground, file: str, path: str | None, entry: Entry, limits: Limits) -> Plan:
    """A last entry of an existing list. There already: nothing to do."""
    files = ground.files
    file = files.named(file)
    document, node, steps = _list(files, file, path, limits)
    _block_secret(document, steps, document.label)
    subject = f"{_named(entry)} in {show_path(steps)} of {_of(ground, file)}"
    _block_namesake(document, node, entry)
    more: list[tuple[Source, Edit, Mapping[str, Any]]] = []
    if isinstance(entry, str):
        place = f"{file}:{document.source.line(node.start)}"
        if node.items and all(isinstance(item, MappingNode) for item in node.items):
            what = f"the entries of {show_path(steps)} are maps, and {entry} is a text; write an operation block"
            raise Blocked(ReasonCode.BAD_ARGUMENT, f"{place}: {what}")
        _block_not_taken(ground, document, (*steps, len(node.items)), entry, literal=False, now=None, place=place)
    if not any(_equal(document, item, entry) for item in node.items):
        if document.is_kustomization and isinstance(entry, str):
            _block_missing(ground, file, entry, steps)
        place = f"{file}:{document.source.line(node.start)}"
        about = {"file": place, "field": show_path(steps), "what": "entry", "from": None, "to": _named(entry)}
        more.append((document.source, AddEntry(node, entry), about))
    return make(
        ground, [], limits, files=files, subject=subject, more=more, verb=("add", "added"),
        allowed=_allowed_list(document, steps, "came"), about=_about(ground, file), file=file,
    )  # fmt: skip


def _block_namesake(document: Document, node: SequenceNode, entry: Entry) -> None:
    """Raises Blocked where a mapping of that name is there with other values: it would be there twice."""
    name = None if isinstance(entry, str) else entry.get("name")
    for item in node.items if name is not None else ():
        if _has(document, item, {"name": str(name)}) and not _equal(document, item, entry):
            place = f"{document.source.path}:{document.source.line(item.start)}"
            raise Blocked(ReasonCode.AMBIGUOUS, f"{place}: an entry named {name} is there already; set its value")


def remove_plan(ground: Ground, file: str, path: str | None, entry: Entry | None, limits: Limits) -> Plan:
    """The entry of a list that is meant. Not there: nothing to do, unless something much like it is."""
    if entry is None:
        return _remove_key(ground, file, path, limits)
    files = ground.files
    file = files.named(file)
    document, node, steps = _list(files, file, path, limits)
    _block_secret(document, steps, document.label)
    index = _index(document, node, entry)
    more: list[tuple[Source, Edit, Mapping[str, Any]]] = []
    if index is not None:
        item = node.items[index]
        said = item.value if isinstance(item, Scalar) else _named(entry)
        place = f"{file}:{document.source.line(item.start)}"
        about = {"file": place, "field": show_path((*steps, index)), "what": f"entry {said}", "from": said, "to": None}
        more.append((document.source, RemoveEntry(node, index), about))
    else:
        _block_elsewhere(document, entry, steps)
    return make(
        ground, [], limits, files=files, subject=f"{_named(entry)} in {show_path(steps)} of {_of(ground, file)}",
        more=more, verb=("remove", "removed"), allowed=_allowed_list(document, steps, "went"),
        about=_about(ground, file), file=file,
    )  # fmt: skip


def _remove_key(ground: Ground, file: str, path: str | None, limits: Limits) -> Plan:
    """A key of a mapping, with its value. Not there: nothing to do, unless something much like it is."""
    files = ground.files
    file = files.named(file)
    steps = _steps(path) if path else ()
    if not steps or not isinstance(steps[-1], str):
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"{file}: entry says which entry of a list goes, path which key")
    documents = _documents(files, file, limits)
    found = [(each, here) for each in documents if (here := _at(each, steps[:-1])) is not None]
    if len(found) != 1 or not isinstance(found[0][1][0], MappingNode):
        code = ReasonCode.AMBIGUOUS if len(found) > 1 else ReasonCode.NOT_FOUND
        listed = ", ".join(each.label for each, _ in found) or file
        raise Blocked(code, f"{listed}: {show_path(steps[:-1])} is not one mapping there; name the place")
    document, (node, through) = found[0]
    assert isinstance(node, MappingNode)
    place = f"{file}:{document.source.line(node.start)}"
    _block_secret(document, steps, place)
    if through or document.source.yaml.users(node):
        raise Blocked(ReasonCode.SHARED, f"{place}: the mapping shows through an alias too; change it by hand")
    keys = {text: value for key, value in node.entries if (text := _value_of(document, key)) is not None}
    more: list[tuple[Source, Edit, Mapping[str, Any]]] = []
    if steps[-1] in keys:
        said = _value_of(document, keys[steps[-1]]) or ""
        at = f"{file}:{document.source.line(keys[steps[-1]].start)}"
        about = {"file": at, "field": show_path(steps), "what": f"key {steps[-1]}", "from": said, "to": None}
        more.append((document.source, RemoveKey(node, steps[-1]), about))
    elif like := get_close_matches(steps[-1], keys, n=3, cutoff=0.85):
        raise Blocked(
            ReasonCode.AMBIGUOUS, f"{place}: {steps[-1]} is not there, but {', '.join(like)} is; name the key"
        )
    return make(
        ground, [], limits, files=files, subject=f"{show_path(steps)} of {_of(ground, file)}", more=more,
        verb=("remove", "removed"),
        allowed=_allowed(document, (*_concrete(document, node, through, steps), steps[-1]), ""),
        about=_about(ground, file), file=file,
    )  # fmt: skip


def _block_elsewhere(document: Document, entry: Entry, steps: Path) -> None:
    """An entry that is not in this list but stands elsewhere in the file may be what is meant: not so already."""
    text = _named(entry)
    lines = document.source.yaml.data.decode(errors="replace").splitlines()
    whole = re.compile(rf"(?<![\w./-]){re.escape(text)}(?![\w./-])")
    found = next((number for number, line in enumerate(lines, 1) if whole.search(line.partition(" #")[0])), None)
    if found is not None:
        raise Blocked(
            ReasonCode.AMBIGUOUS,
            f"{document.source.path}:{found}: {text} stands here, not in {show_path(steps)}; name the list it is in",
        )


# -- documents and places ---------------------------------------------------------------------------------------------


def _steps(path: str) -> Path:
    try:
        return parse_path(path)
    except ValueError as error:
        raise Blocked(ReasonCode.BAD_ARGUMENT, str(error)) from None


def _documents(files: Files, file: str, limits: Limits) -> list[Document]:
    source = files.source(file)
    every = [Document(source, number, root) for number, root in enumerate(source.yaml.documents)]
    found = [each for each in every if each.is_meant(limits.where)]
    if not found:
        listed = ", ".join(each.label for each in every) or "no document"
        raise Blocked(ReasonCode.NOT_FOUND, f"{file}: there is no {limits.where}; it holds {listed}")
    return found


def _at(document: Document, steps: Path) -> tuple[Node, tuple[Alias, ...]] | None:
    return node_at(document.source, document.root, steps)


def _concrete(document: Document, node: Node, through: Sequence[Alias], steps: Path) -> Path:
    """The path with indexes for what was selected; as it was written where it leads through an alias."""
    if through:
        return tuple(step for step in steps if isinstance(step, str))[:1]
    return path_of(document.source.yaml, document.root, node)


def _is_flux_path(document: Document, steps: Path) -> bool:
    return steps == ("spec", "path") and (document.text("apiVersion") or "").startswith(FLUX_KUSTOMIZE)


def _block_no_folder(ground: Ground, document: Document, spot: Spot, text: str) -> None:
    """Raises Blocked where a Flux Kustomization that builds a folder of this repository is to build one that is not
    there: Flux stops at that."""
    graph = ground.inventory.graph
    source = [document.text("spec", "sourceRef", key) or "" for key in ("kind", "name")]
    old, new = (graph.folder_of(source[0], source[1], normal(each)) for each in (spot.text, text))
    if old is not None and graph.is_built(old) and not (new is not None and graph.is_built(new)) and "${" not in text:
        words = f"{spot.place}: there is no folder {new or text} with anything to build here; correct the path"
        raise Blocked(ReasonCode.NOT_FOUND, words)


def _block_secret(document: Document, steps: Path, place: str) -> None:
    if document.text("kind") == "Secret" and steps[0] in ("data", "stringData"):
        raise Refused(
            ReasonCode.SECRET, f"{place}: values of a Secret are not written in the clear; seal or encrypt it"
        )


def _insert(
    ground: Ground, files: Files, documents: list[Document], steps: Path, value: Value, *, limits: Limits, subject: str
) -> Plan:
    """A missing last key of a block mapping that is there."""
    document, parent = _parent(documents, steps)
    place = f"{document.source.path}:{document.source.line(parent.start)}"
    _block_secret(document, steps, place)
    if parent.flow or not isinstance(steps[-1], str) or not parent.entries:
        raise Blocked(ReasonCode.NOT_PLAIN, f"{place}: {show_path(steps)} would have to be added there; do it by hand")
    if len(steps) == 1 and document.text("apiVersion") and document.text("kind"):
        kind = document.text("kind")
        raise Blocked(ReasonCode.NOT_FOUND, f"{place}: a {kind} has no {steps[-1]} at its top; give the whole path")
    if document.source.yaml.users(parent):
        raise Blocked(ReasonCode.SHARED, f"{place}: the mapping shows through an alias too; change it by hand")
    if isinstance(value, str) and plain_kind(value) in _TYPED and not _holds_texts(document, steps):
        raise Blocked(
            ReasonCode.NOT_DETERMINATE,
            f"{place}: {show_path(steps)} is not there, so it cannot be told whether {value} is a text; give it in an "
            "operation block, typed",
        )
    texts = isinstance(value, str) or _holds_texts(document, steps)
    text, literal = (_as_text(value), False) if texts else (_text_of(value), True)
    whole = (*path_of(document.source.yaml, document.root, parent), steps[-1])
    _block_not_taken(ground, document, whole, text, literal=literal, now=None, place=place)
    edit = InsertKey(parent, steps[-1], text, literal)
    about = {"file": place, "field": show_path(steps), "what": steps[-1], "from": None, "to": text}
    return make(
        ground, [], limits, files=files, subject=subject, more=[(document.source, edit, about)], verb=("set", "set"),
        allowed=_allowed(document, whole, text),
        about={**_about(ground, document.source.path), "value": text},
    )  # fmt: skip


def _parent(documents: list[Document], steps: Path) -> tuple[Document, MappingNode]:
    """The block mapping that lacks only the last key. Raises Blocked with how far the path goes."""
    missing: list[tuple[int, str]] = []
    found: list[tuple[Document, MappingNode]] = []
    for document in documents:
        try:
            find(document.source.yaml, document.root, steps)
        except PathError as error:
            missing.append((error.depth, f"{document.source.path}:{error.line}: {error.message}"))
            if error.depth == len(steps) - 1 and error.missing and isinstance(error.parent, MappingNode):
                found.append((document, error.parent))
    if len(found) == 1 and not _through_alias(found[0], steps):
        return found[0]
    if found:
        listed = ", ".join(document.label for document, _ in found)
        raise Blocked(ReasonCode.AMBIGUOUS, f"{show_path(steps)} may be added to several documents: {listed}; name one")
    _, said = max(missing, default=(0, "the file is empty"))
    raise Blocked(ReasonCode.NOT_FOUND, f"{said} (looking for {show_path(steps)}); only a last key is ever added")


def _through_alias(found: tuple[Document, MappingNode], steps: Path) -> bool:
    here = _at(found[0], steps[:-1])
    return bool(here and here[1])


# -- values -----------------------------------------------------------------------------------------------------------


def _written(spot: Spot, value: Value) -> tuple[str, bool]:
    """The new text, and whether it is written as a number, truth value or null. The file's own kind counts: what is
    quoted there stays quoted; a text is a number only where one of that kind stood, and never for a version."""
    quoted = spot.node.style != ""
    if not isinstance(value, str):
        return _text_of(value), not quoted
    before = plain_kind(spot.text)
    if before == "truth" and not quoted and value.lower() in _OTHER_TRUTHS:
        raise Blocked(
            ReasonCode.NOT_DETERMINATE,
            f"{spot.place}: it is {spot.text}, and {value} would be a text, which is always true; write true or false",
        )
    if quoted or _VERSION_KEY.fullmatch(str(spot.steps[-1])):
        return value, False
    if before == "null" and plain_kind(value) in _TYPED:
        raise Blocked(
            ReasonCode.NOT_DETERMINATE,
            f"{spot.place}: the value is empty, so it cannot be told whether {value} is a text; give it in an "
            "operation block, typed",
        )
    numbers = ("integer", "decimal")
    same = before == plain_kind(value) or (before in numbers and plain_kind(value) in numbers)
    return value, same and before in ("integer", "decimal", "truth")


def _text_of(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if plain_kind(text) not in _TYPED and not isinstance(value, str):
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"{text} is read differently by different programs; write it as a text")
    return text


def _is_so(spot: Spot, text: str, literal: bool) -> bool:
    if spot.text != text:
        return False
    return (spot.node.style == "") if literal else (spot.node.style != "" or plain_is_string(text, flow=False))


def _allowed(document: Document, steps: Path, text: str) -> tuple[Allowed, ...]:
    """The object's field where the file holds an object; what holds the value where it configures a build."""
    kind, name = document.text("kind"), document.text("metadata", "name")
    if document.is_kustomization:
        return (Allowed(None),)
    field: tuple[str | int, ...] = ()
    for step in steps:
        if not isinstance(step, str):
            break
        field = (*field, step)
    if kind is None or name is None:  # a values file, say: by itself where nothing builds it, else what is made of it
        return (
            Allowed(kind or "", None, field),
            Allowed("ConfigMap", None, ("data",)),
            Allowed("Secret", None, ("data",)),
        )
    own = Allowed(kind, name, field)
    if _is_flux_path(document, steps):
        return (own, Allowed(None, flux=name))
    return (own, Allowed(None, None, (), text)) if kind in ("Kustomization", "ConfigMap") else (own,)


# -- what the API takes -----------------------------------------------------------------------------------------------


def _block_not_taken(
    ground: Ground, document: Document, steps: Path, text: str, *, literal: bool, now: str | None, place: str
) -> None:
    """Raises Blocked for a value that the API does not take at that field, or not beside the others of the object."""
    field = Field(document.text("apiVersion"), document.text("kind"), steps, document.is_kustomization)
    why = why_not(field, text, literal, now)
    if why is not None:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"{place}: {why}; correct the value")
    for other, higher in opposites(field):
        for at, said in _beside(ground, document, steps, other):
            mine, theirs = amount(text), amount(said)
            if mine is not None and theirs is not None and (theirs < mine if higher else theirs > mine):
                one, two = (show_path(_by_name(document, each)) for each in (steps, other))
                passed = f"{'above' if higher else 'below'} {two}, which is {said} ({at})"
                raise Blocked(
                    ReasonCode.BAD_ARGUMENT,
                    f"{place}: {one} would be {text}, {passed}; change that one first, or correct the value",
                )


def _beside(ground: Ground, document: Document, steps: Path, other: Path) -> Iterator[tuple[str, str]]:
    """place and text of the field that counts beside this one: in the document, else in what it is a patch of; and in
    the patches of it that leave this one alone."""
    own = _at(document, other)
    if own is not None and isinstance(own[0], Scalar):
        yield f"{document.source.path}:{document.source.line(own[0].start)}", own[0].value
    kind, name = document.text("kind"), document.text("metadata", "name")
    if kind is None or name is None:
        return
    here, field, beside = document.source.path, _by_name(document, steps), _by_name(document, other)
    graph = ground.inventory.graph
    found: list[tuple[int, Spot]] = []
    for manifest in (each for each in ground.inventory.find(kind, name) if each.path != here):
        spot = _spot(ground, manifest, beside)
        if spot is None:
            continue
        if lies_over(graph, manifest.path, here):
            if _spot(ground, manifest, field) is None:
                yield spot.place, spot.text
        elif own is None and lies_over(graph, here, manifest.path):
            found.append((len(graph.reach(manifest.path)), spot))
    nearest = min((size for size, _ in found), default=0)
    yield from ((spot.place, spot.text) for size, spot in found if size == nearest)


def _spot(ground: Ground, manifest: Manifest, steps: Path) -> Spot | None:
    try:
        thing = ground.files.thing(manifest)
        found = thing.node(*steps)
    except Blocked:  # it is judged where it is edited
        return None
    if found is None or not isinstance(found[0], Scalar):
        return None
    return Spot(thing.source, thing.document, steps, found[0], found[1])


def _by_name(document: Document, steps: Path) -> Path:
    """The path with the names of entries for their numbers: what a patch merges by."""
    named: list[Step] = []
    for at, step in enumerate(steps):
        found = _at(document, (*steps[: at + 1], "name")) if isinstance(step, int) else None
        name = found[0].value if found is not None and isinstance(found[0], Scalar) else None
        named.append(step if name is None else Select("name", name))
    return tuple(named)


# -- lists ------------------------------------------------------------------------------------------------------------


def _list(files: Files, file: str, path: str | None, limits: Limits) -> tuple[Document, SequenceNode, Path]:
    """The list that is meant; `resources` of a kustomization where no path is given."""
    documents = _documents(files, file, limits)
    steps = _steps(path) if path else ("resources",)
    if not path and not documents[0].is_kustomization:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"{file} is no kustomization; give the path of the list")
    found = [(each, here) for each in documents if (here := _at(each, steps)) is not None]
    if len(found) != 1:
        listed = ", ".join(each.label for each, _ in found)
        code = ReasonCode.AMBIGUOUS if found else ReasonCode.NOT_FOUND
        said = f"is there in several documents: {listed}" if found else "is not there; a list is never created"
        raise Blocked(code, f"{file}: {show_path(steps)} {said}")
    document, (node, through) = found[0]
    place = f"{file}:{document.source.line(node.start)}"
    if not isinstance(node, SequenceNode):
        raise Blocked(ReasonCode.NOT_PLAIN, f"{place}: {show_path(steps)} is no list")
    users = document.source.yaml.users(node)
    if (through or users) and not limits.everywhere:
        lines = ", ".join(f"{file}:{document.source.line(each.start)}" for each in {*through, *users})
        raise Blocked(
            ReasonCode.SHARED, f"{place}: the list shows through an alias too: {lines}; say that all are meant"
        )
    return document, node, steps


def _equal(document: Document, item: Node, entry: Entry) -> bool:
    node = document.source.yaml.resolve(item)
    if isinstance(entry, str):
        return isinstance(node, Scalar) and (node.value == entry or _normal(node.value) == _normal(entry))
    if not isinstance(node, MappingNode) or len(node.entries) != len(entry):
        return False
    texts = {_value_of(document, key): _value_of(document, value) for key, value in node.entries}
    return texts == dict(entry)


def _has(document: Document, item: Node, some: Mapping[str, str]) -> bool:
    """Whether an entry is a mapping with these texts among others."""
    node = document.source.yaml.resolve(item)
    if not isinstance(node, MappingNode):
        return False
    texts = {_value_of(document, key): _value_of(document, value) for key, value in node.entries}
    return all(texts.get(key) == value for key, value in some.items())


def _value_of(document: Document, node: Node) -> str | None:
    target = document.source.yaml.resolve(node)
    return target.value if isinstance(target, Scalar) else None


def _normal(text: str) -> str:
    """`./a/` and `a` are one path. What is no path stays as it is."""
    return text if "://" in text or not text else posixpath.normpath(text)


def _index(document: Document, node: SequenceNode, entry: Entry) -> int | None:
    found = [i for i, item in enumerate(node.items) if _equal(document, item, entry)]
    if not found and not isinstance(entry, str):
        found = [i for i, item in enumerate(node.items) if _has(document, item, entry)]
    label = f"{document.source.path}:{document.source.line(node.start)}"
    if len(found) > 1:
        raise Blocked(ReasonCode.AMBIGUOUS, f"{label}: {_named(entry)} is there {len(found)} times; remove it by hand")
    if found or not isinstance(entry, str):
        return found[0] if found else None
    texts = [text for item in node.items if (text := _value_of(document, item)) is not None]
    like = [each for each in texts if _is_like(each, entry)] or get_close_matches(entry, texts, n=3, cutoff=0.85)
    if like:
        raise Blocked(
            ReasonCode.AMBIGUOUS,
            f"{label}: {entry} is not there, but {', '.join(like)} is; name the entry as it is written",
        )
    return None


def _is_like(text: str, entry: str) -> bool:
    """Whether an entry's path has that name as a folder or as its file without the extension."""
    parts = _normal(text).split("/")
    return entry.strip("./") in {*parts, parts[-1].rpartition(".")[0]}


def _block_missing(ground: Ground, file: str, entry: str, steps: Path) -> None:
    """A kustomization must not name what is not there."""
    if steps[0] not in ("resources", "components", "bases") or "://" in entry or entry.startswith("github.com/"):
        return
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), entry))
    if path.startswith("../") or not ground.tree.exists(path):
        raise Blocked(ReasonCode.NOT_FOUND, f"{file}: there is no {path}, which the entry {entry} would name")


def _allowed_list(document: Document, steps: Path, whole: Any) -> tuple[Allowed, ...]:
    if document.is_kustomization and steps[0] in ("resources", "bases"):
        return (Allowed(None, whole=whole),)
    return _allowed(document, steps, "")


def _named(entry: Entry) -> str:
    if isinstance(entry, str):
        return entry
    return "{" + ", ".join(f"{key}: {value}" for key, value in entry.items()) + "}"
