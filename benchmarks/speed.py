"""How fast executor is, as ratios in one run against what a user would do instead. Figures: docs/performance.md.

    python benchmarks/speed.py [--runs N]

Whole processes, median of N runs, the two sides in turn.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXECUTOR = [str(Path(sys.executable).with_name("executor"))]
QUIET = {"GIT_AUTHOR_NAME": "b", "GIT_AUTHOR_EMAIL": "b@example.com", "GIT_COMMITTER_NAME": "b",
         "GIT_COMMITTER_EMAIL": "b@example.com"}  # fmt: skip


HEAD = "---\nid: {}\nlabels: [{}]\n---\n\n## Acceptance Criteria\n\n"


def timed(argv: Sequence[str], cwd: Path, expect: Sequence[int] = (0,)) -> float:
    started = time.perf_counter()
    done = subprocess.run(argv, cwd=cwd, capture_output=True, env={**os.environ, **QUIET}, check=False)
    seconds = time.perf_counter() - started
    assert done.returncode in expect, (argv, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return seconds


def compare(name: str, ours: Callable[[], float], other: Callable[[], float], runs: int, limit: str) -> None:
    """Both sides in turn, so that a machine that slows down slows both."""
    pairs = [(ours(), other()) for _ in range(runs)]
    a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{name:<44} {a:7.3f} s   {b:7.3f} s   x{a / b:5.2f}   {a - b:+6.3f} s   {limit}")


def clone(folder: Path) -> Path:
    """A scratch clone of this project: its own sample is what is measured."""
    root = folder / "sample"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(root)], check=True)
    return root


def one_build(root: Path) -> None:
    """A task with one `kustomize build` criterion."""
    criterion = "- [ ] `kustomize build kustomize/overlays/staging` succeeds\n"
    (root / "tasks/BENCH-1.md").write_text(HEAD.format("BENCH-1", "deployment") + criterion)


def many(root: Path) -> None:
    """2,000 criteria of the kinds that people write."""
    kinds = ["Build the render-worker image 0.1.18", "`kustomize build kustomize/overlays/staging` succeeds",
             "Document the new release process", "Update render-worker HelmRelease to version 0.1.18",
             "Check image sizes are reasonable"]  # fmt: skip
    items = "".join(f"- [ ] {kinds[i % len(kinds)]}\n" for i in range(2000))
    (root / "tasks/BENCH-2.md").write_text(HEAD.format("BENCH-2", "builds") + items)


def run_again(root: Path, task: str) -> float:
    """A run from the same start each time."""
    subprocess.run(["git", "checkout", "--quiet", "--", "."], cwd=root, check=True)
    one_build(root)
    return timed([*EXECUTOR, "run", task], root)


def explain(root: Path, task: str) -> float:
    return timed([*EXECUTOR, "explain", f"tasks/{task}.md"], root)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    kustomize = ["kustomize", "build"] if shutil.which("kustomize") else ["kubectl", "kustomize"]
    print(f"{'what':<44} {'executor':>9}   {'instead':>9}   {'ratio':>6}   {'more':>8}   limit")
    with tempfile.TemporaryDirectory() as folder:
        root = clone(Path(folder))
        one_build(root)
        many(root)
        alone = [sys.executable, "-c", "pass"]
        build = [*kustomize, "kustomize/overlays/staging"]
        few = max(3, options.runs // 3)
        explain(root, "TASK-001")
        compare("explain TASK-001 | python alone", lambda: explain(root, "TASK-001"), lambda: timed(alone, root),
                options.runs, "0.15 s (goal 0.10)")  # fmt: skip
        compare("run of one kustomize build | the build", lambda: run_again(root, "tasks/BENCH-1.md"),
                lambda: timed(build, root), options.runs, "+0.25 s")  # fmt: skip
        compare("explain of 2,000 criteria | python alone", lambda: explain(root, "BENCH-2"),
                lambda: timed(alone, root), few, "2 s")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
