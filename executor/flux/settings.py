"""Where what a sentence names stands in an object: replicas, a resource, a variable, a key, a label.

Read from the files alone. What is found is a path that `manifest.set` takes; what cannot be edited by it (a patch
inside of a kustomization, a value that comes from elsewhere) is found too, with the reason, so that nobody edits the
one place while another one wins.
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from executor.tools.yaml_read import Items, Map, NotYaml, Scalar, read
from executor.tools.yaml_span.path import Path, Select, Step, parse_path, show_path
from executor.values import dataclass

_POD = {
    "Deployment": ("spec", "template"), "StatefulSet": ("spec", "template"), "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"), "CronJob": ("spec", "jobTemplate", "spec", "template"), "Pod": (),
}  # fmt: skip
_COUNTED = ("Deployment", "StatefulSet")
_COUNTS = ("replicas", "replicaCount")
_SPEC_FIELDS = {
    "interval": ("HelmRelease", "Kustomization", "GitRepository", "OCIRepository", "HelmRepository", "HelmChart"),
    "timeout": ("HelmRelease", "Kustomization", "GitRepository", "OCIRepository", "HelmRepository"),
    "suspend": ("HelmRelease", "Kustomization", "GitRepository", "OCIRepository", "HelmRepository", "HelmChart",
                "CronJob"),
    "schedule": ("CronJob",),
}  # fmt: skip
"""Field of `spec` → the kinds whose API has it."""
_OF_FLUX = frozenset(_SPEC_FIELDS["suspend"])
_OF_SOMETHING = ("enabled", "enable", "disabled")
"""Keys that stand below what they are about: the only one of a release need not be the release's own."""
_ENV_LISTS = ("env", "extraEnv", "extraEnvs", "envVars", "extraEnvVars", "environment")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is named. `what`: replicas, resource (`name` such as `limits.memory`), env, field (of `spec`), key, label,
    annotation, spoken (a key in words), listed (what of a list of that name is `value`), text (whatever is `value`).
    `container`: the one that was named; `part`: words that the path has to say besides."""

    what: str
    name: str = ""
    container: str | None = None
    loose: bool = False
    """The kind of the object was not said, so that "interval" may be one of its chart's values, too."""
    part: tuple[str, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place for what is named. `text` None: it is not there, and could be added as a last key. `fixed` says why it
    is not edited there; `among` the containers that could be meant, where none was named."""

    path: Path
    line: int
    text: str | None
    fixed: str = ""
    among: tuple[str, ...] = ()
    plain: bool = False


def shown(path: Path) -> str:
    """The path as `manifest.set` takes it."""
    return show_path(path)


def whole(path: str) -> Path:
    """The steps of a path that is written; itself where it cannot be read as one."""
    try:
        return parse_path(path)
    except ValueError:
        return (path,)


def standing(text: str | None, path: str) -> list[str] | None:
    """None where a path leads to something in a file, or to nothing that could be added; else the keys beside which its
    last one is missing."""
    steps = whole(path)
    missing: list[str] | None = None
    for each in documents(text):
        parent = _through(each, steps[:-1])
        if isinstance(parent, Map) and steps[-1] in parent:
            return None
        if isinstance(parent, Map):
            missing = [*(missing or ()), *parent]
        elif isinstance(parent, Items):
            return None
    return missing


def text_at(text: str | None, path: str) -> str | None:
    """The scalar that a path leads to, if it does so in one document of a file only."""
    found = [each for each in (_through(root, whole(path)) for root in documents(text)) if each is not None]
    return str(found[0]) if len(found) == 1 and isinstance(found[0], Scalar) else None


def _through(node: Any, steps: Path) -> Any:
    for step in steps:
        if isinstance(node, Items):
            fitting = [each for i, each in enumerate(node) if _is_entry(each, i, step)]
            node = fitting[0] if len(fitting) == 1 else None
        else:
            node = node.get(str(step)) if isinstance(node, Map) and not isinstance(step, Select) else None
    return node


def _is_entry(each: Any, number: int, step: Step) -> bool:
    if isinstance(step, Select):
        return isinstance(each, Map) and each.get(step.key) == step.value
    return str(step) == str(number)


def seats(kind: str, root: Map, wish: Wish) -> list[Seat]:
    """Every place for it in one object; places where it is not there only if there is none where it is."""
    found = list({each.path: each for each in _SEATS[wish.what](kind, root, wish)}.values())
    if wish.part:
        found = [each for each in found if each.text is not None and _says(_called(root, each.path), wish.part)]
    there = [each for each in found if each.text is not None]
    return there or found


def lists(kind: str, root: Map, keys: tuple[str, ...], part: Sequence[str] = ()) -> list[Seat]:
    """Every list whose path ends so, and says the words of `part` before."""
    return [
        Seat(path, each.line, "")
        for path, each in _walk(_body(kind, root), ())
        if isinstance(each, Items) and path[-len(keys) :] == keys and _says(_called(root, path), part)
    ]


def texts(root: Map, path: Path) -> tuple[str, ...]:
    """The single values in a list."""
    node = _through(root, path)
    return tuple(str(each) for each in node if isinstance(each, Scalar)) if isinstance(node, Items) else ()


def names(kind: str, root: Map) -> list[str]:
    """What there could be set: keys of a ConfigMap, else the names of all scalars and variables."""
    held = root.get("data")
    if kind == "ConfigMap":
        return list(held) if isinstance(held, Map) else []
    found: dict[str, None] = {}
    for path, each in _walk(_body(kind, root), ()):
        if isinstance(each, Scalar) and path and isinstance(path[-1], str):
            found[str(each) if path[-1] == "name" else path[-1]] = None
    return list(found)


@dataclass(frozen=True, slots=True)
class Held:
    """One value of an object, by a path that `manifest.set` takes."""

    kind: str
    name: str
    path: str
    text: str


def held_by(root: Map, kind: str, name: str) -> Iterator[Held]:
    """Every single value of the object, if `root` is that."""
    if root.get("kind") == kind and _at(root, "metadata", "name") == name:
        yield from all_held(root)


def all_held(root: Map) -> Iterator[Held]:
    """Every single value of whatever stands in a document."""
    kind, name = str(root.get("kind", "")), str(_at(root, "metadata", "name") or "")
    for path, each in _walk(_body(kind, root), ()):
        if isinstance(each, Scalar) and path and str(each):
            yield Held(kind, name, show_path(_by_name(root, path)), str(each))


def held(kind: str, root: Map, name: str) -> list[tuple[Seat, str]]:
    """Where the name stands for more than one value, or for one that is not the object's own: maps and lists of that
    key, an entry of a list that is called so, and in Helm values the keys of its parts. `fixed` says what it is; with
    each, the path of one value that could be meant ("": none)."""
    keys = tuple(name.split("."))
    found: list[tuple[Seat, str]] = []
    for path, each in _walk(_body(kind, root), ()):
        what = one = ""
        if isinstance(each, Map) and path[-len(keys) :] == keys:
            what, one = f"a map of {', '.join(map(str, each))}", next((f"{name}.{key}" for key in _single(each)), "")
        elif isinstance(each, Items) and path[-len(keys) :] in (keys, (*keys[:-1], f"{keys[-1]}s")):
            what = f"a list of {len(each)}"
        elif isinstance(each, Map) and len(path) > 1 and isinstance(path[-1], int) and each.get("name") == name:
            what = f"the name of an entry of {path[-2]}"
        elif isinstance(each, Scalar) and name in _OF_SOMETHING and path[-1:] == keys and kind == "HelmRelease":
            what, one = "the key of a part", show_path(path[2:])
        if what:
            found.append(
                (Seat(_by_name(root, path), each.line, str(each) if isinstance(each, Scalar) else "", what), one)
            )
    return found


def _single(node: Map) -> list[str]:
    return [str(key) for key, each in node.items() if isinstance(each, Scalar)]


def _by_name(root: Map, path: Path) -> Path:
    """The path with the names of entries for their numbers, where they have one of their own."""
    node: Any = root
    steps: list[Step] = []
    for step in path:
        above, node = node, node[step] if isinstance(step, int) else node.get(str(step))
        name = node.get("name") if isinstance(above, Items) and isinstance(node, Map) else None
        alone = isinstance(name, Scalar) and sum(isinstance(e, Map) and e.get("name") == name for e in above) == 1
        steps.append(Select("name", str(name)) if alone else step)
    return tuple(steps)


def _spoken(kind: str, root: Map, wish: Wish) -> Iterator[Seat]:
    """The values whose path says the words in their order, the last of them its key: "redis tag" for `redis.tag`, "log
    level" for `logs.general.level`, "http listener port" for the port of the entry http of `listeners`."""
    words = tuple(wish.name.split())
    seats: list[tuple[int, Seat]] = []
    for path, each in (*_walk(_body(kind, root), ()), *_annotations(root)):
        if isinstance(each, Scalar) and path and isinstance(path[-1], str):
            *above, last = _called(root, path)
            key = last[-1].rpartition("/")[2] if path[-2:-1] == ("annotations",) else last[-1]
            for at in range(len(words)):
                ends = _ends(words[at:], key)
                if ends is not None and _says(above, words[:at]):
                    loose = ends + (not _says(above, words[:at], exact=True))
                    seats.append((loose, Seat(_by_name(root, path), each.line, str(each), plain=each.plain)))
                    break
    closest = min((loose for loose, _ in seats), default=0)
    yield from (seat for loose, seat in seats if loose == closest)


def _ends(words: Sequence[str], key: str) -> int | None:
    """0 for the words of a key, 2 for those of one that has a unit of time or "name" behind them."""
    said = _letters("".join(words))
    return 0 if said == _letters(key) else 2 if said == _letters(without_unit(key)) else None


def without_unit(key: str) -> str:
    """`initialDelaySeconds` without the unit, `ingressClassName` without the "name": what people leave out."""
    return re.sub(r"(?<=[a-z])(?:Seconds|Name)$|(?<=[A-Z])_(?:SECONDS|NAME)$", "", key)


def _annotations(root: Map) -> Iterator[tuple[Path, Any]]:
    """The annotations by the name that a controller gives them: "proxy body size" of the Ingress."""
    held = _at(root, "metadata", "annotations")
    for key, each in held.items() if isinstance(held, Map) else ():
        yield ("metadata", "annotations", str(key)), each


def _called(root: Map, path: Path) -> list[tuple[str, ...]]:
    """What the steps of a path are called: a key, or (list, entry) where an entry of a list has a name. The value of a
    variable is called as the variable is."""
    found: list[tuple[str, ...]] = []
    for step in path if any(isinstance(step, Select) for step in path) else _by_name(root, path):
        if isinstance(step, Select) and found:
            found.append((*found.pop(), str(step.value)))
        elif isinstance(step, str) and not (step == "value" and found and len(found[-1]) > 1):
            found.append((step,))
    return found


def _says(steps: Sequence[tuple[str, ...]], words: Sequence[str], *, exact: bool = False) -> bool:
    """Whether the words stand in these steps, in their order; the name of an entry before its list, or behind it."""
    return not words or any(
        (_is_step(step, words[:count], exact=exact) and _says(steps[at + 1 :], words[count:], exact=exact))
        or (_is_kept(steps[at : at + 2], words[:count]) and _says(steps[at + 2 :], words[count:], exact=exact))
        for at, step in enumerate(steps)
        for count in range(1, len(words) + 1)
    )


def _is_kept(steps: Sequence[tuple[str, ...]], words: Sequence[str]) -> bool:
    """ "liveness probe" for `probes.liveness`, "main route" for `route.main`: what a map has under that name."""
    if len(steps) < 2 or len(steps[0]) > 1:
        return False
    kept, name = steps[0][0], steps[1][0]
    return any(_is_said(words[:at], name, exact=True) and _is_said(words[at:], kept) for at in range(1, len(words)))


def _is_step(step: tuple[str, ...], words: Sequence[str], *, exact: bool) -> bool:
    listed, *named = step
    if _is_said(words, listed, exact=exact) or any(_is_said(words, name, exact=True) for name in named):
        return True
    pairs = [(words[:at], words[at:]) for at in range(1, len(words))] if named else []
    both = [*pairs, *((b, a) for a, b in pairs)]
    return any(_is_said(a, named[-1], exact=True) and _is_said(b, listed) for a, b in both)


def _is_said(words: Sequence[str], key: str, *, exact: bool = False) -> bool:
    """Whether words are a key: in its letters, its singular, or as its initials in capitals."""
    said, letters = _letters("".join(words)), _letters(key)
    initials = "".join(each[0] for each in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", key)).upper()
    alike = f"{said}s" == letters and not exact
    return said == letters or alike or (len(words) == 1 < len(initials) and words[0] == initials)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


_HOST = ("host", "hostname")


def _listed(kind: str, root: Map, wish: Wish) -> Iterator[Seat]:
    """What is the old value, as an entry of a list that is called so, in the singular or plural; a host may be called
    a hostname, and stand alone."""
    words = tuple(wish.name.rpartition(".")[2].split())
    for path, each in _walk(_body(kind, root), ()):
        if isinstance(each, Scalar) and each == wish.value and any(isinstance(step, str) for step in path):
            *above, last = _called(root, path)
            entry = isinstance(path[-1], int)
            if any(_lists(words[at:], last[-1], entry=entry) and _says(above, words[:at]) for at in range(len(words))):
                yield Seat(path, each.line, str(each), plain=each.plain)


def _lists(words: Sequence[str], key: str, *, entry: bool) -> bool:
    said, name = (_letters(each).removesuffix("s") for each in ("".join(words), key))
    return said in _HOST and name in _HOST if said in _HOST or not entry else said == name


def _text(kind: str, root: Map, wish: Wish) -> Iterator[Seat]:
    for path, each in _walk(_body(kind, root), ()):
        if isinstance(each, Scalar) and each == wish.value:
            yield Seat(path, each.line, str(each), plain=each.plain)


def referenced(kind: str, root: Map) -> list[str]:
    """The ConfigMaps that the containers of a workload take variables from."""
    found: dict[str, None] = {}
    for _, each in _containers(kind, root, Wish("env")):
        for source in _items(each, "envFrom"):
            found[str(_at(source, "configMapRef", "name"))] = None
        for variable in _items(each, "env"):
            found[str(_at(variable, "valueFrom", "configMapKeyRef", "name"))] = None
    return [each for each in found if each != "None"]


def scales(root: Map, name: str) -> bool:
    """Whether an autoscaler has that workload for its target."""
    return str(_at(root, "spec", "scaleTargetRef", "name")).casefold() == name.casefold()


def variables(kind: str, root: Map, container: str | None) -> list[tuple[Seat, bool]]:
    """Where a variable could be added: lists of variables, and (True) mappings of them in Helm values."""
    if kind != "HelmRelease":
        held = _containers(kind, root, Wish("env", container=container))
        return [(Seat((*steps, "env"), each.line, ""), False) for steps, each in held if "env" in each]
    values = _at(root, "spec", "values")
    return [
        (Seat(path, each.line, ""), isinstance(each, Map))
        for path, each in _walk(values, ("spec", "values"))
        if path[-1] in _ENV_LISTS and isinstance(each, Map | Items)
    ]


def _body(kind: str, root: Map) -> Map:
    """What people set of an object: all but what says which object it is."""
    if "apiVersion" not in root or "kind" not in root:
        return root
    body = Map({key: value for key, value in root.items() if key not in ("apiVersion", "kind", "metadata", "status")})
    body.line, body.keys_at, body.twice = root.line, root.keys_at, []
    return body


@functools.lru_cache(maxsize=64)
def documents(text: str | None) -> list[Map]:
    """The mappings of a file; none where it cannot be read. Kept: one sentence looks at a file several times."""
    try:
        found = read(text.encode()) if text is not None else []
    except NotYaml:
        return []
    return [each for each in found if isinstance(each, Map)]


def document(text: str | None, kind: str, name: str) -> Map | None:
    """The object of that kind and name in a file, if it is there once. An item of a List is not looked into."""
    found = [each for each in documents(text) if each.get("kind") == kind and _at(each, "metadata", "name") == name]
    return found[0] if len(found) == 1 else None


# -- in objects -------------------------------------------------------------------------------------------------------


def _at(node: Any, *keys: str) -> Any:
    for key in keys:
        node = node.get(key) if isinstance(node, Map) else None
    return node


def _items(node: Any, key: str) -> list[Any]:
    found = node.get(key) if isinstance(node, Map) else None
    return found if isinstance(found, Items) else []


def entries(root: Map, key: str) -> list[Any]:
    """The entries of a list at the top."""
    return list(_items(root, key))


def _of_spec(root: Map, field: str) -> Iterator[Seat]:
    spec = root.get("spec")
    if isinstance(spec, Map):
        yield from _entry(spec, ("spec",), field)


def _entry(mapping: Map, steps: Path, key: str, *, add: bool = True) -> Iterator[Seat]:
    """The value of a key, or the mapping that it could be added to."""
    value = mapping.get(key)
    if isinstance(value, Scalar):
        yield Seat((*steps, key), value.line, str(value), plain=value.plain)
    elif key in mapping:
        line = mapping.keys_at.get(key, mapping.line)
        yield Seat((*steps, key), line, "", "it holds more than one value")
    elif add:
        yield Seat((*steps, key), mapping.line, None)


def _replicas(kind: str, root: Map, wish: Wish) -> Iterator[Seat]:
    if kind in _COUNTED:
        yield from _of_spec(root, "replicas")
    elif kind == "HelmRelease":
        for key in _COUNTS:
            yield from _tails(_at(root, "spec", "values"), ("spec", "values"), (key,))


def _field(kind: str, root: Map, wish: Wish) -> Iterator[Seat]:
    known = kind in _SPEC_FIELDS[wish.name]
    if known or kind not in _OF_FLUX:
        yield from (each for each in _of_spec(root, wish.name) if known or each.text is not None)
    if kind == "HelmRelease" and (wish.loose or wish.part or not known):
        yield from _tails(_at(root, "spec", "values"), ("spec", "values"), (wish.name,))


def _label(kind: str, root: Map, wish: Wish) -> Iterator[Seat]:
    kept = "labels" if wish.what == "label" else "annotations"
    held = _at(root, "metadata", kept)
    if isinstance(held, Map):
        yield from _entry(held, ("metadata", kept), wish.name)
    else:
        yield Seat(("metadata", kept, wish.name), root.line, None, f"it has no {kept} yet")


def _resource(kind: str, root: Map, wish: Wish) -> Iterator[Seat]:
    bound, _, resource = wish.name.partition(".")
    if kind == "HelmRelease":
        found = list(_tails(_at(root, "spec", "values"), ("spec", "values"), ("resources", bound, resource)))
        named = [each for each in found if wish.container in each.path]
        yield from named if wish.container is not None else found
        return
    if kind not in _POD:
        yield from _tails(_body(kind, root), (), ("resources", bound, resource))
        return
    containers = list(_containers(kind, root, wish))
    names = tuple(str(each.get("name", "?")) for _, each in containers)
    for steps, each in containers:
        held = _at(each, "resources", bound)
        if isinstance(held, Map):
            for seat in _entry(held, (*steps, "resources", bound), resource):
                yield Seat(seat.path, seat.line, seat.text, seat.fixed, names)
        else:
            yield Seat((*steps, "resources", bound, resource), each.line, None, "there is no such mapping yet", names)


def _env(kind: str, root: Map, wish: Wish) -> Iterator[Seat]:
    if kind == "HelmRelease":
        yield from _env_of_values(_at(root, "spec", "values"), ("spec", "values"), wish.name)
        return
    if kind not in _POD:
        yield from _env_of_values(_body(kind, root), (), wish.name)
    for steps, each in _containers(kind, root, wish):
        env = each.get("env")
        if isinstance(env, Items):
            yield from _env_list(env, (*steps, "env"), wish.name)


def _env_list(env: Items, steps: Path, name: str) -> Iterator[Seat]:
    for i, each in enumerate(env):
        if isinstance(each, Map) and each.get("name") == name:
            same = sum(isinstance(other, Map) and other.get("name") == name for other in env)
            step: Step = Select("name", name) if same == 1 else i
            value = each.get("value")
            if isinstance(value, Scalar):
                yield Seat((*steps, step, "value"), value.line, str(value))
            else:
                yield Seat((*steps, step), each.line, "", "its value comes from elsewhere (valueFrom)")


def _env_of_values(node: Any, steps: Path, name: str) -> Iterator[Seat]:
    """Lists of `{name, value}` anywhere in Helm values, and mappings below a key such as `env`."""
    for path, each in _walk(node, steps):
        if isinstance(each, Items):
            yield from _env_list(each, path, name)
        elif isinstance(each, Map) and any(step in _ENV_LISTS for step in path[-1:]) and name in each:
            inner = each[name]
            if isinstance(inner, Map) and isinstance(inner.get("value"), Scalar):
                yield Seat((*path, name, "value"), inner["value"].line, str(inner["value"]))
            else:
                yield from _entry(each, path, name)


def _key(kind: str, root: Map, wish: Wish) -> Iterator[Seat]:
    if kind == "ConfigMap":
        held = root.get("data")
        name = wish.name.removeprefix("data.") if isinstance(held, Map) and wish.name not in held else wish.name
        if isinstance(held, Map):
            yield from _entry(held, ("data",), name)
    elif kind == "HelmRelease":
        yield from _key_of_release(root, wish.name)
    else:
        yield from _env(kind, root, wish)
        keys = tuple(wish.name.split("."))
        exact = _at(root, *keys)
        if isinstance(exact, Scalar):
            yield Seat(keys, exact.line, str(exact), plain=exact.plain)
        else:
            yield from _tails(_body(kind, root), (), keys)


def _key_of_release(root: Map, name: str) -> Iterator[Seat]:
    """A dotted path as it is written, from the top of the values or of the object; else a key of that name anywhere."""
    keys = tuple(name.split("."))
    values = _at(root, "spec", "values")
    tops: tuple[Path, ...] = (("spec", "values"), ("spec",), ())
    whole = [(_at(root, *map(str, top), *keys), (*top, *keys)) for top in tops]
    exact = [
        Seat(steps, node.line, str(node), plain=node.plain)
        for node, steps in whole
        if len(keys) > 1 and isinstance(node, Scalar)
    ]
    if exact:
        yield from exact
        return
    found = list(_tails(values, ("spec", "values"), keys))
    if name in _OF_SOMETHING:
        found = [each for each in found if len(each.path) == len(("spec", "values", name))]
    if len(keys) == 1:
        found += _env_of_values(values, ("spec", "values"), name)
        found += [each for each in _of_spec(root, name) if each.text is not None]
    yield from {each.path: each for each in found}.values()


def _containers(kind: str, root: Map, wish: Wish) -> list[tuple[Path, Map]]:
    above = (*_POD[kind], "spec") if kind in _POD else ()
    spec = _at(root, *above) if above else None
    found: list[tuple[Path, Map]] = []
    for field in ("containers", "initContainers") if wish.container or wish.what != "resource" else ("containers",):
        for each in _items(spec, field):
            name = each.get("name") if isinstance(each, Map) else None
            if isinstance(name, Scalar) and wish.container in (None, name):
                found.append(((*above, field, Select("name", str(name))), each))
    return found


def _walk(node: Any, steps: Path) -> Iterator[tuple[Path, Any]]:
    seen: set[int] = set()
    todo: list[tuple[Path, Any]] = [(steps, node)]
    while todo:
        path, each = todo.pop(0)
        if id(each) in seen and isinstance(each, Map | Items):
            continue
        seen.add(id(each))
        yield path, each
        if isinstance(each, Map):
            todo += [((*path, str(key)), value) for key, value in each.items()]
        elif isinstance(each, Items):
            todo += [((*path, i), value) for i, value in enumerate(each)]


def _tails(node: Any, steps: Path, keys: tuple[str, ...]) -> Iterator[Seat]:
    """Every scalar whose path ends so."""
    for path, each in _walk(node, steps):
        if isinstance(each, Scalar) and path[-len(keys) :] == keys:
            yield Seat(path, each.line, str(each), plain=each.plain)


_SEATS: dict[str, Callable[[str, Map, Wish], Iterator[Seat]]] = {
    "replicas": _replicas, "resource": _resource, "env": _env, "field": _field, "key": _key, "label": _label,
    "annotation": _label, "spoken": _spoken, "listed": _listed, "text": _text,
}  # fmt: skip


# -- in kustomizations ------------------------------------------------------------------------------------------------


def generated(root: Map, name: str, key: str, read_file: Callable[[str], str | None]) -> Iterator[Seat]:
    """The literal of a configMapGenerator that gives the key its value (its text is the whole `key=value`), the file
    that does, or the literals that it could be added to."""
    generators = _items(root, "configMapGenerator")
    for i, each in enumerate(generators):
        if not isinstance(each, Map) or each.get("name") != name:
            continue
        same = sum(isinstance(other, Map) and other.get("name") == name for other in generators)
        step: Step = Select("name", name) if same == 1 else i
        above: Path = ("configMapGenerator", step)
        found = [*_literals(each, above, key), *_fed(each, above, key, read_file)]
        if not found and isinstance(each.get("literals"), Items):
            found.append(Seat((*above, "literals"), each["literals"].line, None))
        yield from found


def _literals(generator: Map, above: Path, key: str) -> Iterator[Seat]:
    for j, literal in enumerate(_items(generator, "literals")):
        if isinstance(literal, Scalar) and literal.partition("=")[0] == key:
            quoted = literal.partition("=")[2][:1] in ("'", '"')
            fixed = "kustomize takes the quotes inside of the literal off" if quoted else ""
            yield Seat((*above, "literals", j), literal.line, str(literal), fixed)


def _fed(generator: Map, above: Path, key: str, read_file: Callable[[str], str | None]) -> Iterator[Seat]:
    envs = [*_items(generator, "envs"), *([generator["env"]] if isinstance(generator.get("env"), Scalar) else [])]
    for each in envs:
        lines = (read_file(str(each)) or "").splitlines()
        if any(line.partition("=")[0].strip() == key for line in lines):
            yield Seat((*above, "envs"), each.line, "", f"its value stands in the file {each}")
    for each in _items(generator, "files"):
        named, _, path = str(each).rpartition("=")
        if (named or posixpath.basename(path)) == key:
            yield Seat((*above, "files"), each.line, "", f"its value is the file {path}")


def generated_keys(text: str | None, name: str) -> list[str]:
    """The keys that the literals of a configMapGenerator give."""
    return [
        str(literal).partition("=")[0]
        for root in documents(text)[:1]
        for each in _items(root, "configMapGenerator")
        if isinstance(each, Map) and each.get("name") == name
        for literal in _items(each, "literals")
    ]


def counted(root: Map, name: str) -> Iterator[Seat]:
    """The entry of a kustomization's `replicas` list."""
    listed = _items(root, "replicas")
    for i, each in enumerate(listed):
        if isinstance(each, Map) and each.get("name") == name and isinstance(each.get("count"), Scalar):
            same = sum(isinstance(other, Map) and other.get("name") == name for other in listed)
            step: Step = Select("name", name) if same == 1 else i
            yield Seat(("replicas", step, "count"), each["count"].line, str(each["count"]))


def patched(
    file: tuple[str, Map], kind: str, name: str, wish: Wish, read_file: Callable[[str], str | None]
) -> Iterator[Seat]:
    """Patches that a kustomization holds itself, or that are lists of JSON patch operations: not edited, but they
    win."""
    folder, root = posixpath.dirname(file[0]), file[1]
    for field in ("patches", "patchesJson6902", "patchesStrategicMerge"):
        for i, each in enumerate(_items(root, field)):
            text, target, line = _patch(each, folder, name, read_file)
            if text is not None and _touches(text, target, kind, name, wish):
                yield Seat((field, i), line, "", "a patch that is not edited here")


def takes_away(file: tuple[str, Map], kind: str, name: str, read_file: Callable[[str], str | None]) -> bool:
    """Whether a kustomization holds a patch of the object that may take away more than it names: operations on what is
    above a value, `$patch`."""
    folder, root = posixpath.dirname(file[0]), file[1]
    for field in ("patches", "patchesJson6902", "patchesStrategicMerge"):
        for each in _items(root, field):
            text, target, _ = _patch(each, folder, name, read_file)
            fits = not isinstance(target, Map) or (_fits(target, "kind", kind) and _fits(target, "name", name))
            if text is not None and fits and (empties(text) or _OPERATES.search(text)):
                return True
    return False


def empties(text: str) -> bool:
    """Whether a patch takes away what it does not name: `$patch`, nothing in the place of a mapping or list, or what a
    release takes from elsewhere and puts over its values."""
    return "$patch" in text or "targetPath" in text or any(map(_has_nothing, documents(text)))


def _has_nothing(node: Any) -> bool:
    if isinstance(node, Scalar):
        return node.plain and node.lower() in ("", "~", "null")
    return any(map(_has_nothing, node.values() if isinstance(node, Map) else node if isinstance(node, Items) else ()))


def _patch(each: Any, folder: str, name: str, read_file: Callable[[str], str | None]) -> tuple[str | None, Any, int]:
    """text, target and line of one patch; no text where its file is an object of that name, which counts by itself."""
    if isinstance(each, Scalar):
        return (str(each) if "\n" in each else None), None, each.line
    if not isinstance(each, Map):
        return None, None, 0
    if isinstance(each.get("patch"), Scalar):
        return str(each["patch"]), each.get("target"), each.line
    path = each.get("path")
    text = read_file(posixpath.normpath(posixpath.join(folder, path))) if isinstance(path, Scalar) else None
    target = each.get("target")
    if text is None or (not _OPERATES.search(text) and not (target and _is_of_another(text, name))):
        return None, target, each.line
    return text, target, each.line


_OPERATES = re.compile(r"(?<!\w)[\"']?op[\"']?\s*:")
"""What a list of JSON patch operations has."""


def _is_of_another(text: str, name: str) -> bool:
    """Whether no object in a text is called so: the target of the patch says what it is for."""
    return all(_at(each, "metadata", "name") != name for each in documents(text))


def _touches(text: str, target: Any, kind: str, name: str, wish: Wish) -> bool:
    try:
        parsed = read(text.encode())
    except NotYaml:
        return True
    if isinstance(target, Map) and not (_fits(target, "kind", kind) and _fits(target, "name", name)):
        return False
    for each in parsed:
        if isinstance(each, Items):
            if _operates(each, wish):
                return True
        elif isinstance(each, Map):
            own = (each.get("kind"), _at(each, "metadata", "name"))
            if (own == (kind, name) or isinstance(target, Map)) and any(
                seat.text is not None for seat in seats(kind, each, wish)
            ):
                return True
    return False


def _fits(target: Map, key: str, said: str) -> bool:
    """Whether a field of a patch's target fits: a regular expression, for kustomize."""
    wanted = _at(target, key)
    if not isinstance(wanted, Scalar) or str(wanted) in ("", said):
        return True
    try:
        return re.fullmatch(str(wanted), said) is not None
    except re.error:
        return True


def _operates(operations: Items, wish: Wish) -> bool:
    """Whether a JSON patch writes something that may be what is named."""
    last = {"replicas": "replicas", "resource": wish.name.rpartition(".")[2]}.get(wish.what, wish.name)
    paths = [str(each.get("path", "")) for each in operations if isinstance(each, Map)]
    values = [str(each.get("value", "")) for each in operations if isinstance(each, Map)]
    parts = {part for path in paths for part in path.replace("~1", "/").split("/")}
    return last in parts or last.rpartition(".")[2] in parts or any(last in value for value in values)
