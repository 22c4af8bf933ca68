"""How fast the inventory is, and what a proof by rendering costs beyond the builds themselves.

    python benchmarks/rendering.py REPOSITORY... [--sample N] [--seed N]

Each repository is a git work tree of Flux manifests; nothing in it is changed. For each:
    inventory   seconds to read it cold and from its cache, number of YAML files
    scratch     N kustomizations built in place and on their scratch copies: outputs must be the same
    proof       N releases and sources with another version: seconds of the whole proof against the builds alone, one
                after the other, that show as much by hand: what takes the file in before and after, and what a parent
                adds to a Flux Kustomization (the target is these builds + 0.05 s)
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from executor.config import Config
from executor.errors import Stop
from executor.flux import effective, scratch
from executor.flux.inventory import Inventory, read
from executor.flux.render import Proof, prove
from executor.flux.scratch import Side, Target
from executor.models import FileEdit
from executor.tools.kustomize import Build, Job, Kustomize
from executor.tools.tree import Tree
from executor.values import dataclass, field

_VERSION = re.compile(rb"(?m)^\s*(?:- )?(?:tag|version): [\"']?(v?\d[\w.]*)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path, metavar="REPOSITORY")
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    kustomize = Kustomize.find()
    if kustomize is None:
        sys.exit("neither kustomize nor kubectl is on the PATH")
    wrong = 0
    for each in arguments.repositories:
        root = each.resolve()
        print(root.name)
        inventory = _inventory(root)
        wrong += _scratch(inventory, kustomize, _some(inventory.kustomizations, arguments))
        _proofs(inventory, kustomize, arguments)
    return 1 if wrong else 0


def _some(values: tuple[str, ...], arguments: argparse.Namespace) -> list[str]:
    chosen = sorted(set(values))
    random.Random(arguments.seed).shuffle(chosen)
    return chosen[: arguments.sample]


def _inventory(root: Path) -> Inventory:
    cold: list[float] = []
    warm: list[float] = []
    for _ in range(3):
        for cache in (root / ".git" / "executor").glob("inventory-*.json"):
            cache.unlink()
        for seconds in (cold, warm):
            started = time.perf_counter()
            inventory = read(root, Config())
            seconds.append(time.perf_counter() - started)
    print(f"  inventory  {len(inventory.facts)} files: cold {min(cold):.3f} s, cached {min(warm):.3f} s")
    return inventory


def _scratch(inventory: Inventory, kustomize: Kustomize, folders: list[str]) -> int:
    root, tree = inventory.root, Tree(inventory.root)
    with tempfile.TemporaryDirectory(prefix="executor-benchmark-") as folder:
        jobs = []
        for number, each in enumerate(folders):
            place = Path(folder) / str(number)
            scratch.write(Side(tree, inventory.graph, {}), Target(each), place)
            jobs += [Job(root / each, root), Job(place / each, place)]
        builds = kustomize.build_all(jobs, timeout=120)
    pairs = list(zip(folders, builds[::2], builds[1::2], strict=True))
    different = [each for each, here, there in pairs if (here.ok, here.stdout) != (there.ok, there.stdout)]
    good = sum(here.ok for _, here, _ in pairs)
    print(f"  scratch    {len(pairs)} kustomizations, {good} build: {len(different)} differ {different or ''}")
    return len(different)


@dataclass(frozen=True)
class Keeping(Kustomize):
    """Keeps a copy of every folder that it builds."""

    folder: Path = Path()
    jobs: list[Job] = field(default_factory=list, compare=False)

    def build_all(self, jobs: Sequence[Job], *, timeout: float) -> list[Build]:
        for each in jobs:
            root = each.root or each.folder
            kept = self.folder / str(len(self.jobs))
            shutil.copytree(root, kept, symlinks=True)
            self.jobs.append(Job(kept / each.folder.relative_to(root), kept, each.flags))
        return super().build_all(jobs, timeout=timeout)


def _proofs(inventory: Inventory, kustomize: Kustomize, arguments: argparse.Namespace) -> None:
    objects = [*inventory.find("HelmRelease"), *inventory.find("OCIRepository")]
    outcomes: Counter[str] = Counter()
    beyond: list[float] = []
    for path in _some(tuple(each.path for each in objects), arguments):
        data = Tree(inventory.root).read(path)
        found = list(_VERSION.finditer(data))
        if not found:
            continue
        edit = FileEdit(path, data, data[: found[-1].start(1)] + b"0.0.1-other" + data[found[-1].end(1) :])
        try:
            by_hand = _by_hand(inventory, kustomize, edit)
            started = time.perf_counter()
            proof = _prove(inventory, kustomize, edit)
        except Stop as stop:
            outcomes[str(stop.code)] += 1
            continue
        seconds = time.perf_counter() - started
        outcomes[f"{'covered' if proof.covered else 'not covered'}, {len(proof.changes)} changes"] += 1
        if proof.covered:
            beyond.append(seconds - by_hand)
    print(f"  proof      {dict(outcomes)}")
    if beyond:
        ordered = sorted(beyond)
        print(f"             beyond the builds: median {statistics.median(ordered):+.3f} s, most {ordered[-1]:+.3f} s")


def _prove(inventory: Inventory, kustomize: Kustomize, edit: FileEdit) -> Proof:
    effective.forget()
    return prove(Tree(inventory.root), [edit], kustomize, intended=lambda _: True, timeout=120, inventory=inventory)


def _by_hand(inventory: Inventory, kustomize: Kustomize, edit: FileEdit) -> float:
    """Seconds of all builds that the proof asks for, one after the other, in folders that are there already."""
    with tempfile.TemporaryDirectory(prefix="executor-benchmark-") as folder:
        keeping = Keeping(kustomize.command, folder=Path(folder))
        _prove(inventory, keeping, edit)
        return sum(kustomize.build(each.folder, timeout=120, flags=each.flags).seconds for each in keeping.jobs)


if __name__ == "__main__":
    sys.exit(main())
