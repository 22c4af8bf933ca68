"""Tick the first open criterion of every task file of a corpus, and prove what changed.

    python benchmarks/corpus_ticks.py FOLDER [--verbose]

For each file: the criteria are compared with cmark-gfm's; the first open one is ticked with a log entry and `updated`;
both files are then walked line by line, by code that knows nothing of how the edit was made. Refused files are listed
with their reasons. Nothing is written. Exit code 1 if anything but a refusal went wrong.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from taskfile.cmark_oracle import task_items  # noqa: E402
from taskfile.line_walk import assert_only_allowed  # noqa: E402

from executor.errors import TaskFileError  # noqa: E402
from executor.taskfile.edit import apply  # noqa: E402
from executor.taskfile.parse import parse, read  # noqa: E402

WHEN = datetime(2026, 11, 21, 9, 5)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--verbose", action="store_true", help="also list the warnings")
    options = arguments.parse_args()
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    times: list[float] = []
    files = sorted(path for path in options.folder.rglob("*.md") if path.is_file())
    for path in files:
        name = path.relative_to(options.folder)
        outcome = one(path, name, counts, times, wrong)
        counts[outcome.partition(":")[0]] += 1
        if outcome.startswith("refused"):
            print(f"{outcome}")
        if options.verbose:
            warnings(path, name)
    report(counts, times, wrong, len(files))
    return 1 if wrong or not files else 0


def one(path: Path, name: Path, counts: Counter[str], times: list[float], wrong: list[str]) -> str:
    data = path.read_bytes()
    started = time.perf_counter()
    try:
        task = parse(data, name)
    except TaskFileError as error:
        return f"refused: {error}"
    times.append(time.perf_counter() - started)
    counts["criteria"] += len(task.criteria)
    compare(data, name, wrong)
    first = next((each for each in task.criteria if each.open), None)
    if first is None:
        return "nothing open"
    try:
        new = apply(task, ticks=frozenset({first.index}), updated=WHEN, log="Built *it* `now` <!-- x")
        assert_only_allowed(data, new, {first.line - 1})
        again = parse(new, name)
        assert [each.mark for each in again.criteria] == ["x" if each is first else each.mark for each in task.criteria]
        alone = apply(task, ticks=frozenset({first.index}), updated=None, log=None)
        assert alone == data[: first.box] + b"x" + data[first.box + 1 :]
    except TaskFileError as error:
        return f"refused to write: {error}"
    except AssertionError as error:
        wrong.append(f"{name}: {error or 'other bytes changed'}")
        return "wrong"
    return "ticked exactly"


def compare(data: bytes, name: Path, wrong: list[str]) -> None:
    found = read(data, name)
    behind = found.lines[found.front.body :]
    theirs = task_items("".join(line.text + line.eol.decode() for line in behind))
    ours = [each.line - found.front.body for each in found.task.criteria if each.mark in " xX"]
    if ours != theirs:
        wrong.append(f"{name}: cmark sees criteria in other lines: {sorted(set(ours) ^ set(theirs))[:5]}")


def warnings(path: Path, name: Path) -> None:
    try:
        for warning in parse(path.read_bytes(), name).warnings:
            print(f"warning: {warning}")
    except TaskFileError:
        pass


def report(counts: Counter[str], times: list[float], wrong: list[str], files: int) -> None:
    print(f"\n{files} files")
    for what, count in sorted(counts.items()):
        print(f"{count:6} {what}")
    if times:
        print(f"parse: median {statistics.median(times) * 1000:.1f} ms, slowest {max(times) * 1000:.1f} ms")
    print("\n".join(["wrong:", *wrong] if wrong else ["nothing wrong"]))


if __name__ == "__main__":
    sys.exit(main())
