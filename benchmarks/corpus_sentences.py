"""How many real criteria become operations, which, and how long one takes.

    python benchmarks/corpus_sentences.py TASKS [--repository ROOT] [--show resolved|open|all] [--sample N]

TASKS is a folder of task files. Names are looked up in the repository ROOT, by default an empty one. Every criterion
that resolves is to be read by a person: `--show resolved` prints them; a wrong one is a defect of the highest grade,
and its counter-example belongs beside its rule.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from executor.cli import NEW_OBJECTS
from executor.config import Config, load
from executor.errors import ExecutorError
from executor.models import Recognised
from executor.recognise import Recogniser
from executor.repository import Repository, Workspace
from executor.taskfile.model import Criterion, TaskFile
from executor.taskfile.parse import parse


def main() -> int:
    gc.set_threshold(NEW_OBJECTS)  # as the program does
    arguments = _arguments()
    workspace = _workspace(arguments.repository)
    workspace.home.inventory  # noqa: B018 - read before the clock starts
    outcomes: Counter[str] = Counter()
    lines: list[str] = []
    seconds = count = 0.0
    for task in _tasks(arguments.tasks):
        started = time.process_time()
        recogniser = Recogniser(task, workspace)
        found = [(criterion, recogniser.criterion(criterion)) for criterion in task.criteria]
        seconds += time.process_time() - started
        count += len(found)
        for criterion, recognised in found:
            outcomes[_kind(recognised)] += 1
            if _shown(recognised, arguments.show):
                lines.append(_line(criterion, recognised))
    if arguments.sample and len(lines) > arguments.sample:
        lines = random.Random(7).sample(lines, arguments.sample)
    print("\n".join(lines))
    print(f"\n{count:.0f} criteria, {1e6 * seconds / max(count, 1):.0f} µs each")
    for kind, number in outcomes.most_common():
        print(f"{number:6} {kind}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", type=Path)
    parser.add_argument("--repository", type=Path)
    parser.add_argument("--show", choices=["resolved", "open", "all", "none"], default="none")
    parser.add_argument("--sample", type=int, default=0)
    return parser.parse_args()


def _workspace(root: Path | None) -> Workspace:
    if root is not None:
        return Workspace(Repository(root.resolve().name, root.resolve(), load(root)))
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    empty = Path(folder)
    (empty / ".git").mkdir()
    return Workspace(Repository("empty", empty.resolve(), Config()))


def _tasks(folder: Path) -> Iterator[TaskFile]:
    for path in sorted(each for each in folder.rglob("*.md") if each.is_file()):
        try:
            yield parse(path.read_bytes(), path)
        except ExecutorError as error:
            print(f"{path.name}: {error.message}", file=sys.stderr)


def _kind(recognised: Recognised) -> str:
    if recognised.cannot is not None:
        return f"{recognised.cannot.status} {recognised.cannot.code}"
    return " + ".join(dict.fromkeys(each.operation for each in recognised.requests))


def _shown(recognised: Recognised, which: str) -> bool:
    resolved = recognised.cannot is None or recognised.cannot.status not in ("unresolved",)
    return which == "all" or (which == "resolved" and resolved) or (which == "open" and not resolved)


def _line(criterion: Criterion, recognised: Recognised) -> str:
    why = f"  [{recognised.cannot.reason[:110]}]" if recognised.cannot else ""
    asked = " ".join(f"{each.operation}({dict(each.arguments)})" for each in recognised.requests)
    return f"{criterion.text[:150]}\n    → {_kind(recognised)} {asked}{why}"


if __name__ == "__main__":
    sys.exit(main())
