"""What differs between two renderings, object by object and field by field."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from executor.patterns import pattern
from executor.tools.kustomize import load
from executor.values import dataclass, replace

Field = tuple[str | int, ...]
_HASHED = pattern(r"(.+)-[bcdfghkmt2456789]{10}")
"""The suffix of kustomize's generators (kyaml hasher: hexadecimal without vowels, 0, 1 and 3)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs. `field` are keys and list indexes in the object; an empty one is the whole object, which
    came (`before` is None) or went (`after` is None). Where a value is itself YAML or JSON text (a `values.yaml` in a
    ConfigMap), `within` goes on inside of it. The name has no generator's hash. `build` says which rendering."""

    api_version: str
    kind: str
    namespace: str | None
    name: str
    field: Field
    before: Any
    after: Any
    within: Field = ()
    build: str = ""

    @property
    def object(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    @property
    def path(self) -> str:
        """`spec.values.image.tag`; inside of a text: `data["values.yaml"] → image.tag`."""
        outer = dotted(self.field)
        return f"{outer} → {dotted(self.within)}" if self.within else outer

    def __str__(self) -> str:
        if not self.field:
            return f"{self.object} {'added' if self.before is None else 'removed'}"
        return f"{self.object} {self.path}: {self._shown(self.before)} → {self._shown(self.after)}"

    def _shown(self, value: Any) -> str:
        """Short, and never the content of a Secret."""
        hidden = self.kind == "Secret" and self.field[:1] not in (("metadata",), ("type",)) and value is not None
        return "(hidden)" if hidden else _short(value)

    def as_json(self) -> dict[str, Any]:
        return {
            "object": self.object,
            "field": self.path,
            "before": self._shown(self.before),
            "after": self._shown(self.after),
            "build": self.build,
        }


def dotted(field: Field) -> str:
    text = ""
    for part in field:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.fullmatch(r"[\w-]+", part):
            text += f".{part}"
        else:
            text += f"[{json.dumps(part)}]"
    return text.removeprefix(".")


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 200 else text[:197] + "..."


@dataclass(frozen=True, slots=True)
class Difference:
    """`changes` in the order of the rendering; `renamed` are the follow-ups of a generated object whose hash changed
    with its content: its own name and the references to it, which are no changes of their own."""

    changes: tuple[Change, ...]
    renamed: tuple[Change, ...]


_Key = tuple[str, str, str | None, str]


def difference(before: Sequence[bytes], after: Sequence[bytes], build: str) -> Difference:
    """Between the documents of two renderings. Objects are matched by apiVersion, kind, namespace and name. Texts that
    are in both are not even parsed."""
    old, new = Counter(before), Counter(after)
    objects_before, objects_after = _parsed(old - new), _parsed(new - old)
    names = _match_generated(objects_before, objects_after)
    changes = [
        replace(change, build=build)
        for key in _in_order(objects_before, objects_after)
        for change in _object_changes(key, objects_before.get(key), objects_after.get(key))
    ]
    renamed = [each for each in changes if _is_renaming(each, names)]
    return Difference(tuple(each for each in changes if not _is_renaming(each, names)), tuple(renamed))


def _is_renaming(change: Change, names: set[tuple[str, str]]) -> bool:
    texts = isinstance(change.before, str) and isinstance(change.after, str)
    return texts and (change.before, change.after) in names


def _parsed(documents: Counter[bytes]) -> dict[_Key, list[Any]]:
    found: dict[_Key, list[Any]] = defaultdict(list)
    for text in documents.elements():
        for each in load(text):
            if isinstance(each, dict):
                found[_key(each)].append(each)
    return found


def _key(document: dict[str, Any]) -> _Key:
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return (
        str(document.get("apiVersion", "")),
        str(document.get("kind", "")),
        metadata.get("namespace"),
        str(metadata.get("name", "")),
    )


def _in_order(before: dict[_Key, list[Any]], after: dict[_Key, list[Any]]) -> list[_Key]:
    return list(dict.fromkeys([*before, *after]))


def _match_generated(before: dict[_Key, list[Any]], after: dict[_Key, list[Any]]) -> set[tuple[str, str]]:
    """ConfigMaps and Secrets that came and went with another hash behind one name are one object: give both the name
    without the hash. Returns the pairs of old and new full names."""
    gone, came = _generated(before, after), _generated(after, before)
    pairs = set()
    for base in gone.keys() & came.keys():
        if len(gone[base]) == len(came[base]) == 1:
            (old,), (new,) = gone[base], came[base]
            before[base], after[base] = before.pop(old), after.pop(new)
            pairs.add((old[3], new[3]))
    return pairs


def _generated(mine: dict[_Key, list[Any]], others: dict[_Key, list[Any]]) -> dict[_Key, list[_Key]]:
    found: dict[_Key, list[_Key]] = defaultdict(list)
    for key in mine:
        match = _HASHED.fullmatch(key[3])
        if match and key[1] in ("ConfigMap", "Secret") and key not in others:
            found[(*key[:3], match[1])].append(key)
    return found


def _object_changes(key: _Key, before: list[Any] | None, after: list[Any] | None) -> Iterator[Change]:
    version, kind, namespace, name = key
    olds, news = before or [], after or []
    for number in range(max(len(olds), len(news))):
        old = olds[number] if number < len(olds) else None
        new = news[number] if number < len(news) else None
        if old is None or new is None:
            yield Change(version, kind, namespace, name, (), old, new)
            continue
        for field, within, was, now in _values(old, new, ()):
            yield Change(version, kind, namespace, name, field, was, now, within)


def _values(before: Any, after: Any, field: Field) -> Iterator[tuple[Field, Field, Any, Any]]:
    """Field, field inside of a text, old and new value of everything that differs."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            if key in before and key in after:
                yield from _values(before[key], after[key], (*field, str(key)))
            else:
                yield (*field, str(key)), (), before.get(key), after.get(key)
    elif isinstance(before, list) and isinstance(after, list):
        for number, old, new in _aligned(before, after):
            yield from _values(old, new, (*field, number))
    elif isinstance(before, str) and isinstance(after, str) and before != after:
        yield from _texts(before, after, field)
    elif type(before) is not type(after) or before != after:
        yield field, (), before, after


def _aligned(before: list[Any], after: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Lists of one length entry by entry; else by what stayed, so that one entry more is one change."""
    if len(before) == len(after):
        yield from ((number, old, new) for number, (old, new) in enumerate(zip(before, after, strict=True)))
        return
    from difflib import SequenceMatcher

    texts = [[json.dumps(each, sort_keys=True, default=str) for each in side] for side in (before, after)]
    for tag, i, i_end, j, j_end in SequenceMatcher(None, texts[0], texts[1], autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for step in range(max(i_end - i, j_end - j)):
            old = before[i + step] if i + step < i_end else None
            new = after[j + step] if j + step < j_end else None
            yield (j + step if j + step < j_end else i + step), old, new


def _texts(before: str, after: str, field: Field) -> Iterator[tuple[Field, Field, Any, Any]]:
    """Inside of a text that is YAML or JSON on both sides; else the text as a whole."""
    inner = []
    if "\n" in before.strip() or "\n" in after.strip() or before[:1] in "{[":
        old, new = _structured(before), _structured(after)
        if old is not None and type(old) is type(new):
            inner = list(_values(old, new, ()))
    if inner:
        yield from ((field, (*path, *deeper), was, now) for path, deeper, was, now in inner)
    else:
        yield field, (), before, after


def _structured(text: str) -> Any:
    import yaml

    try:
        documents = load(text.encode())
    except yaml.YAMLError:
        return None
    return documents[0] if len(documents) == 1 and isinstance(documents[0], dict | list) else None
