"""Bump every chart version and every image pin of real repositories, one at a time, and check each with other eyes.

    python benchmarks/corpus_bumps.py FLUX_FOLDER [--render] [--sample N] [--json FILE]

FLUX_FOLDER holds repositories side by side. What exists to be bumped, and what an edit really did, is found here by
PyYAML's loader (values) and by comparing lines (text): nothing of the editing core takes part in the judgement. A bump
is
    exact     the wanted values changed in the wanted file, nothing else did in any value, and only their lines differ
    shared    blocked because others would move; asked again with "everywhere", and then exact
    blocked   with a reason, each kind of reason with an example
    WRONG     anything else; must be 0
`--render` also proves by rendering, with the real kustomize, on copies.
"""

from __future__ import annotations

import argparse
import collections
import copy
import difflib
import json
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from executor.config import Config
from executor.errors import Stop
from executor.flux.change import Digest, Ground, Limits, Plan, carry_out
from executor.flux.inventory import Inventory, read
from executor.flux.pins import Asked, parse_version
from executor.flux.releases import Bump, release_plan
from executor.models import FileEdit
from executor.tools.kustomize import Kustomize
from executor.tools.tree import Tree

NEW = "99999999.1.20"
"""Higher than every version and date there is, and not to be mistaken for a number."""


class Loader(yaml.CSafeLoader):  # type: ignore[misc]
    """PyYAML's loader, made to accept what kustomize and Flux accept: duplicate anchors, unknown tags, every scalar as
    the text and tag that it resolves to."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if not isinstance(event, yaml.AliasEvent) and getattr(event, "anchor", None) in self.anchors:
            del self.anchors[event.anchor]
        return super().compose_node(parent, index)


def plain(node: Any, seen: tuple[int, ...] = ()) -> Any:
    """A PyYAML node as plain data: scalars as (tag, text), so that 1.20 and "1.20" differ."""
    if node is None or id(node) in seen:
        return None
    if isinstance(node, yaml.ScalarNode):
        return (node.tag, node.value)
    inside = (*seen, id(node))
    if isinstance(node, yaml.SequenceNode):
        return [plain(each, inside) for each in node.value]
    return {str(plain(key, inside)): plain(value, inside) for key, value in node.value}


def load(data: bytes) -> list[Any]:
    try:
        return [plain(each) for each in yaml.compose_all(data, Loader=Loader)]
    except yaml.composer.ComposerError:  # the C composer checks anchors by itself
        text = re.sub(rb"(?m)^", b"", data)
        return [plain(each) for each in yaml.compose_all(_renamed(text), Loader=yaml.CSafeLoader)]


def _renamed(data: bytes) -> bytes:
    """Give anchors that are defined twice names of their own, so that PyYAML's composer takes them: an alias means the
    nearest definition above it."""
    count: dict[bytes, int] = collections.Counter()

    def one(match: re.Match[bytes]) -> bytes:
        if match[1] == b"&":
            count[match[2]] += 1
        return match[1] + match[2] + b"-n%d" % count[match[2]]

    return re.sub(rb"(?<=[ \t\[{,])([&*])([A-Za-z0-9_-]+)(?=[\s,\]}])", one, data)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from leaves(each, (*path, i))
    else:
        yield path, value


def get(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(f"('tag:yaml.org,2002:str', '{key}')") if isinstance(value, dict) else None
    return value


def text(value: Any, *path: str) -> str | None:
    found = get(value, *path)
    return found[1] if isinstance(found, tuple) else None


@dataclass(frozen=True)
class Task:
    """One bump to try: a release in a file, its chart or one image, and what must change there (`spots`: values that
    are to be replaced, as document, path and old text; empty where the place is another file)."""

    path: str
    name: str
    namespace: str | None
    field: str
    image: str | None = None
    spots: tuple[tuple[int, tuple[Any, ...], str], ...] = ()


def tasks(root: Path) -> Iterator[Task]:
    """Every chart and every distinct image of every HelmRelease, found by PyYAML alone."""
    for file in sorted([*root.rglob("*.yaml"), *root.rglob("*.yml")]):
        path = file.relative_to(root).as_posix()
        if "HelmRelease" not in file.read_text(errors="replace"):
            continue
        try:
            documents = load(file.read_bytes())
        except yaml.YAMLError:
            continue
        for number, document in enumerate(documents):
            name = text(document, "metadata", "name")
            if text(document, "kind") != "HelmRelease" or not name:
                continue
            namespace = text(document, "metadata", "namespace")
            if get(document, "spec", "chart") or get(document, "spec", "chartRef"):
                yield Task(path, name, namespace, "chart")
            for image, spots in images(document, number).items():
                yield Task(path, name, namespace, "image", image, tuple(spots))


def images(document: Any, number: int) -> dict[str, list[tuple[int, tuple[Any, ...], str]]]:
    """By name of the image (with its registry): where the text of its tag stands."""
    found: dict[str, list[tuple[int, tuple[Any, ...], str]]] = collections.defaultdict(list)
    spec = get(document, "spec")
    start = ("('tag:yaml.org,2002:str', 'spec')", "('tag:yaml.org,2002:str', 'values')")
    for path, each in nodes(get(spec, "values"), start):
        if isinstance(each, dict):
            repository, tag = text(each, "repository"), text(each, "tag")
            if repository and tag:
                registry = text(each, "registry")
                name = f"{registry}/{repository}" if registry else repository
                found[name].append((number, (*path, "('tag:yaml.org,2002:str', 'tag')"), tag))
        elif isinstance(each, tuple) and path[-1] == "('tag:yaml.org,2002:str', 'image')":
            match = re.fullmatch(r"([\w./-]+(?::\d+/[\w./-]+)?):([\w.-]+)(@sha256:[0-9a-f]+)?", each[1])
            if match:
                found[match[1]].append((number, path, each[1]))
    return found


def nodes(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, each in value.items():
            yield from nodes(each, (*path, key))
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from nodes(each, (*path, i))


# -- judging ----------------------------------------------------------------------------------------------------------


def faults(task: Task, plan: Plan, everything: bool) -> list[str]:
    """What is wrong with a plan, as seen by PyYAML and by comparing lines; empty: nothing."""
    found: list[str] = []
    if not plan.edits:
        return ["no edit although the version is new"]
    changed = [(edit, *difference(edit)) for edit in plan.edits]
    for edit, values, others in changed:
        found += [f"{edit.path}: {each}" for each in others]
        found += [f"{edit.path}: {path} became {new}" for path, _, new in values if not is_new(new)]
        found += lines(edit, len({path for path, _, _ in values}))
    if task.field == "image" and not everything:
        wanted = {(number, path) for number, path, _ in task.spots}
        got = {(path[0], path[1:]) for edit, values, _ in changed if edit.path == task.path for path, _, _ in values}
        elsewhere = [path for _, values, _ in changed for path, _, _ in values if not is_elsewhere(path, task)]
        if (wanted != got or len(plan.edits) != 1) and elsewhere:
            found.append(f"changed {got}, wanted {wanted}")
    if task.field == "chart":
        found += [
            f"{e.path}: {p} is no chart version" for e, values, _ in changed for p, _, _ in values if not chart(e, p)
        ]
        if len(plan.edits) != 1 and not everything:
            found.append("more than one file")
    return found


def is_elsewhere(path: tuple[Any, ...], task: Task) -> bool:
    """A place that wins over values: a variable of Flux's (where the value is one), an image of postRenderers."""
    keys = [str(each).removeprefix("('tag:yaml.org,2002:str', '").removesuffix("')") for each in path[1:]]
    variable = keys[:1] == ["data"] or keys[:3] == ["spec", "postBuild", "substitute"]
    return keys[:2] == ["spec", "postRenderers"] or (variable and any("${" in text for _, _, text in task.spots))


def difference(edit: FileEdit) -> tuple[list[tuple[tuple[Any, ...], Any, Any]], list[str]]:
    """Leaves that differ (path, old, new), and what differs otherwise."""
    assert edit.before is not None
    old, new = (list(leaves(load(each))) for each in (edit.before, edit.after))
    if [path for path, _ in old] != [path for path, _ in new]:
        return [], ["the structure changed"]
    return [(path, a, b) for (path, a), (_, b) in zip(old, new, strict=True) if a != b], []


def is_new(value: Any) -> bool:
    tag, said = value
    return tag == "tag:yaml.org,2002:str" and (said == NEW or said.endswith(f":{NEW}"))


def lines(edit: FileEdit, count: int) -> list[str]:
    """Only lines that hold a changed value may differ, one each, in the version alone; line ends and all."""
    assert edit.before is not None
    old, new = edit.before.splitlines(keepends=True), edit.after.splitlines(keepends=True)
    if len(old) != len(new):
        return ["the number of lines changed"]
    differing = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    found = [] if 1 <= len(differing) <= count else [f"{len(differing)} lines differ for {count} values"]
    for a, b in differing:
        parts = [x for x in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes() if x[0] != "equal"]
        outside = a[: parts[0][1]] + b"|" + a[parts[-1][2] :]
        if b"#" in a and a[a.index(b"#") :] != b[b.index(b"#") :]:
            found.append(f"a comment changed: {a!r}")
        if not re.match(rb"""\s*(?:- )?(?:\S*\s*\{.*)?["']?[\w.$/-]+["']?\s*:|\s*- """, outside):
            found.append(f"not a line of a value: {a!r}")
    return found


def chart(edit: FileEdit, path: tuple[Any, ...]) -> bool:
    """Whether a changed leaf is a chart's version, by its path and the kind of its document."""
    assert edit.before is not None
    document = load(edit.before)[path[0]]
    tail = [re.sub(r"^\('tag:yaml.org,2002:str', '(.*)'\)$", r"\1", str(each)) for each in path[1:]]
    kind = text(document, "kind")
    return (
        (kind == "HelmRelease" and tail == ["spec", "chart", "spec", "version"])
        or (kind == "OCIRepository" and tail in (["spec", "ref", "tag"], ["spec", "ref", "semver"]))
        or (kind == "HelmChart" and tail == ["spec", "version"])
        or (kind == "Kustomization" and tail[:3] == ["spec", "postBuild", "substitute"])
    )


# -- running ----------------------------------------------------------------------------------------------------------


@dataclass
class Table:
    counts: dict[str, collections.Counter[str]] = field(
        default_factory=lambda: collections.defaultdict(collections.Counter)
    )
    examples: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    rendered: list[tuple[float, float]] = field(default_factory=list)
    not_covered: int = 0

    def add(self, task: Task, outcome: str, example: str) -> None:
        self.counts[task.field][outcome] += 1
        self.examples.setdefault(f"{task.field}: {outcome}", example)


@dataclass
class Place:
    root: Path
    inventory: Inventory
    kustomize: Kustomize | None = None

    def ground(self) -> Ground:
        nobody = lambda repository, tag: Digest(None, "nobody is asked")  # noqa: E731
        return Ground(self.root.name, Tree(self.root), self.inventory, Config(), digest_of=nobody)


def attempt(place: Place, task: Task, *, everything: bool) -> Plan:
    limits = Limits(everywhere=everything)
    asked = Asked("HelmRelease", task.name, task.namespace, task.path, limits)
    return release_plan(place.ground(), Bump(asked, parse_version(NEW), task.field, task.image))


def judge(place: Place, task: Task, table: Table) -> None:
    label = f"{place.root.name}: {task.path} {task.name} {task.field} {task.image or ''}"
    began = time.perf_counter()
    outcome = "exact"
    try:
        try:
            plan = attempt(place, task, everything=False)
        except Stop as stop:
            if stop.code != "shared":
                raise
            example, outcome = stop.reason, "shared, exact with everywhere"
            plan = attempt(place, task, everything=True)
        else:
            example = plan.words
        table.seconds.append(time.perf_counter() - began)
        found = faults(task, plan, outcome != "exact")
        if found:
            outcome = "WRONG"
            table.wrong.append(f"{label}: {'; '.join(found)}")
        elif place.kustomize:
            render(place, plan, table)
    except Stop as stop:
        outcome, example = f"{stop.status} {stop.code}", stop.reason
    except Exception as error:
        outcome, example = "WRONG", repr(error)
        table.wrong.append(f"{label}: {error!r}")
    table.add(task, outcome, example)


def render(place: Place, plan: Plan, table: Table) -> None:
    """Prove, write on the copy, look at it, and put it back."""
    ground = place.ground()
    before = {edit.path: (place.root / edit.path).read_bytes() for edit in plan.edits}
    assert place.kustomize is not None
    builds: list[float] = []
    watched = Kustomize(place.kustomize.command, lambda done: builds.append(done.seconds))
    began = time.perf_counter()
    try:
        done = carry_out(
            plan, ground, kustomize=lambda: watched,
            write=lambda edits: [(place.root / e.path).write_bytes(e.after) for e in edits] and None,
        )  # fmt: skip
        took = time.perf_counter() - began
        table.rendered.append((took, max(builds, default=0.0)))
        table.not_covered += not done.evidence["covered"]
    finally:
        for path, data in before.items():
            (place.root / path).write_bytes(data)


def report(table: Table, out: Any) -> None:
    kinds = sorted(table.counts)
    outcomes = sorted({each for counts in table.counts.values() for each in counts}, key=lambda o: (o != "exact", o))
    print(f"{'':45}" + "".join(f"{kind:>8}" for kind in kinds), file=out)
    for outcome in outcomes:
        print(f"{outcome:45}" + "".join(f"{table.counts[kind][outcome]:8}" for kind in kinds), file=out)
    total = sum(sum(each.values()) for each in table.counts.values())
    print(f"{'all':45}" + "".join(f"{sum(table.counts[kind].values()):8}" for kind in kinds), file=out)
    print(f"\nWRONG: {len(table.wrong)} of {total}", file=out)
    for each in table.wrong:
        print(f"  {each}", file=out)
    if table.seconds:
        ordered = sorted(table.seconds)
        print(f"planning a bump: median {statistics.median(ordered) * 1000:.1f} ms, "
              f"p90 {ordered[int(len(ordered) * 0.9)] * 1000:.1f} ms", file=out)  # fmt: skip
    if table.rendered:
        over = [took - 2 * build for took, build in table.rendered]
        print(f"proofs by rendering: {len(table.rendered)}, not covered by a build: {table.not_covered}; median "
              f"{statistics.median(t for t, _ in table.rendered):.2f} s, minus two of its slowest build: "
              f"{statistics.median(over) * 1000:.0f} ms", file=out)  # fmt: skip
    print("\nan example of each:", file=out)
    for key in sorted(table.examples):
        print(f"  {key}\n      {table.examples[key][:600]}", file=out)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds repositories side by side")
    parser.add_argument("--render", action="store_true", help="prove by rendering, too")
    parser.add_argument("--sample", type=int, help="only so many bumps of each repository, at random (seed 1)")
    parser.add_argument("--json", type=Path, help="write the counts there")
    options = parser.parse_args()
    table = Table()
    kustomize = Kustomize.find() if options.render else None
    for repository in sorted(each for each in options.folder.iterdir() if each.is_dir()):
        with tempfile.TemporaryDirectory(prefix="executor-bench-") as scratch:
            root = repository.resolve()
            if options.render:
                root = Path(shutil.copytree(root, Path(scratch, repository.name))).resolve()
                for each in root.rglob("*"):
                    each.chmod(0o755 if each.is_dir() else 0o644)
            began = time.perf_counter()
            place = Place(root, read(root, Config()), kustomize)
            found = list(tasks(root))
            print(
                f"{repository.name}: {len(found)} pins; inventory {time.perf_counter() - began:.2f} s", file=sys.stderr
            )
            if options.sample and len(found) > options.sample:
                found = random.Random(1).sample(found, options.sample)
            for task in found:
                judge(place, copy.deepcopy(task), table)
    report(table, sys.stdout)
    if options.json:
        options.json.write_text(json.dumps({kind: dict(each) for kind, each in table.counts.items()}, indent=1))
    return 1 if table.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
