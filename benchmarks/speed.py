"""How fast executor is against what a user would do instead: whole processes, in one run. Figures: docs/performance.md.

    python benchmarks/speed.py [--runs N] [--images] [--flux REPOSITORY]... [--only WORD]

The two sides in turn, the least of N runs of each: what else the machine does only ever adds. `cpu` is user and system
time of the process and its children. `--images` builds and pushes for real, in the engine and the registry that
`eval $(python scripts/services.py env)` names, else in ones that are started for it and stopped again. `--flux` adds
inventory and proofs on repositories of yours (benchmarks/rendering.py); `--only` is a part of the names of the rows.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUIET = {"GIT_AUTHOR_NAME": "b", "GIT_AUTHOR_EMAIL": "b@example.com", "GIT_COMMITTER_NAME": "b",
         "GIT_COMMITTER_EMAIL": "b@example.com"}  # fmt: skip
HEAD = "---\nid: {}\nlabels: [{}]\n---\n\n## Acceptance Criteria\n\n"
SAMPLE_REGISTRY = "registry.render.example"
CONTEXT = "infra/render-worker"


@dataclass(frozen=True)
class Cost:
    """Seconds."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Project:
    """A scratch clone of this project, its own sample being what is worked on, its code compiled as `make setup` does.
    The clone's code runs, by the interpreter of this environment."""

    root: Path
    environment: Mapping[str, str]

    def timed(self, *argv: str, expect: Sequence[int] = (0,)) -> Cost:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(argv, cwd=self.root, capture_output=True, env={**self.environment, **QUIET}, check=False)
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in expect:
            sys.exit(f"{argv}: exit code {done.returncode}\n{done.stdout[-2000:]!r}\n{done.stderr[-2000:]!r}")
        return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def executor(self, *arguments: str) -> Cost:
        code = "import sys; from executor.cli import main; sys.exit(main())"
        return self.timed(sys.executable, "-c", code, *arguments)

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.root, check=True, env={**self.environment, **QUIET})

    def task(self, name: str, labels: str, criteria: Sequence[str]) -> str:
        """Write a task file with open boxes; the same path each time."""
        path = f"tasks/{name}.md"
        text = HEAD.format(name, labels) + "".join(f"- [ ] {each}\n" for each in criteria)
        (self.root / path).write_text(text, encoding="utf-8")
        return path


def clone(folder: Path) -> Project:
    root = folder / "sample"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(root)], check=True)
    subprocess.run(["git", "checkout", "--quiet", "-B", "main"], cwd=root, check=True)
    subprocess.run([sys.executable, "-m", "compileall", "-q", "executor"], cwd=root, check=True)
    return Project(root, {**os.environ, "PYTHONPATH": str(root)})


class Table:
    """Prints one row a comparison. `only`: a part of the names of the rows that are wanted."""

    def __init__(self, runs: int, only: str) -> None:
        self.runs, self.only = runs, only
        print(f"{'what | instead':<58} {'ours':>7} {'cpu':>7}   {'instead':>7}   {'ratio':>5}  {'more':>7}   target")

    def row(self, name: str, ours: Callable[[], Cost], other: Callable[[], Cost], target: str, runs: int = 0) -> None:
        """The least of all runs on each side, taken in turn."""
        if self.only not in name:
            return
        pairs = [(ours(), other()) for _ in range(runs or self.runs)]
        wall, cpu = min(a.wall for a, _ in pairs), min(a.cpu for a, _ in pairs)
        instead = min(b.wall for _, b in pairs)
        print(
            f"{name:<58} {wall:7.3f} {cpu:7.3f}   {instead:7.3f}   {wall / instead:5.2f}  {wall - instead:+7.3f}   "
            f"{target}", flush=True,
        )  # fmt: skip


def explaining(table: Table, project: Project) -> None:
    def alone() -> Cost:
        return project.timed(sys.executable, "-c", "pass")

    kinds = ["Build the render-worker image 0.1.18", "`kustomize build kustomize/overlays/staging` succeeds",
             "Document the new release process", "Update render-worker HelmRelease to version 0.1.18",
             "Check image sizes are reasonable"]  # fmt: skip
    many = project.task("BENCH-2", "builds", [kinds[i % len(kinds)] for i in range(2000)])
    first = "tasks/TASK-001.md"
    project.executor("explain", first)
    table.row("explain TASK-001 | python alone", lambda: project.executor("explain", first), alone, "0.15 s, goal 0.10")
    table.row("explain of 2,000 criteria | python alone", lambda: project.executor("explain", many), alone, "2 s",
              runs=5)  # fmt: skip


def running(table: Table, project: Project) -> None:
    build = ["kustomize", "build"] if shutil.which("kustomize") else ["kubectl", "kustomize"]

    def ours() -> Cost:
        path = project.task("BENCH-1", "deployment", ["`kustomize build kustomize/overlays/staging` succeeds"])
        return project.executor("run", path)

    def by_hand() -> Cost:
        return project.timed(*build, "kustomize/overlays/staging")

    def bump() -> Cost:
        done = project.executor("bump", "render-worker", "--version", "0.1.18", "--where", "staging", "--everywhere")
        project.git("checkout", "--quiet", "--", "kustomize")
        return done

    def two_builds() -> Cost:
        one, other = by_hand(), by_hand()
        return Cost(one.wall + other.wall, one.cpu + other.cpu)

    table.row("run of one kustomize build | the build", ours, by_hand, "+0.25 s")
    table.row("bump with proof, whole process | two builds", bump, two_builds, "(proof alone: see below)")


# Images


@contextlib.contextmanager
def services(folder: Path) -> Iterator[dict[str, str]]:
    """Engine, registry and base image, as environment variables: those that are named there already, else started."""
    if "EXECUTOR_REGISTRY" in os.environ:
        yield {}
        return
    script = [sys.executable, str(ROOT / "scripts" / "services.py")]
    state = ["--state", str(folder / "services")]
    try:
        subprocess.run([*script, "start", *state], check=True, stderr=subprocess.DEVNULL)
        named = subprocess.run([*script, "env", *state], check=True, capture_output=True, text=True).stdout
        yield dict(line.split("=", 1) for line in named.splitlines())
    finally:
        subprocess.run([*script, "stop", *state], check=False, stderr=subprocess.DEVNULL)


class Images:
    """Builds and pushes of the sample's worker, through executor and by hand with the docker client."""

    def __init__(self, project: Project, registry: str, base: str) -> None:
        self.project, self.registry, self.base, self.version = project, registry, base, ""

    def change(self) -> None:
        """Another byte in the context and another version: no layer of the worker can be used again."""
        self.version = f"0.2.0-{uuid.uuid4().hex[:8]}"
        (self.project.root / CONTEXT / "render_worker" / "stamp.txt").write_text(self.version, encoding="utf-8")

    def ours(self) -> Cost:
        """The whole of `executor run`."""
        criteria = [
            f"Build the render-worker image {self.version}",
            f"Push render-worker {self.version} to the registry",
        ]
        return self.project.executor("run", self.project.task("BENCH-3", "builds, registry", criteria))

    def operations(self) -> Cost:
        """The same, without what a run does around its operations (start, journal, task file, report, index)."""
        done = self.ours()
        report = json.loads((self.project.root / "reports" / "BENCH-3.json").read_bytes())
        attempts = [a for o in report["outcomes"] for each in o["operations"] for a in each["attempts"]]
        return Cost(sum(each["seconds"] for each in attempts), done.cpu)

    def by_hand(self) -> Cost:
        """With one label, as the specification of OCI images wants: the classic builder makes a step of it."""
        name = f"{self.registry}/render-worker-by-hand:{self.version}"
        label = f"org.opencontainers.image.version={self.version}"
        build = self.project.timed(
            "docker", "build", "--quiet", "--tag", name, "--label", label, "--build-arg", f"BASE={self.base}", CONTEXT
        )
        push = self.project.timed("docker", "push", "--quiet", name)
        return Cost(build.wall + push.wall, build.cpu + push.cpu)

    def anew(self, step: Callable[[], Cost]) -> Callable[[], Cost]:
        def changed() -> Cost:
            self.change()
            return step()

        return changed


def imaging(table: Table, project: Project, environment: Mapping[str, str]) -> None:
    project = Project(project.root, {**project.environment, **environment})
    registry, base = project.environment["EXECUTOR_REGISTRY"], project.environment["EXECUTOR_BASE_IMAGE"]
    if not shutil.which("docker"):
        sys.exit("the docker client is what a user would type; apt-get install docker.io")
    settings = project.root / "executor.toml"
    text = settings.read_text().replace(SAMPLE_REGISTRY, registry)
    settings.write_text(f'{text}\n[images.render-worker]\ncontext = "{CONTEXT}"\nbuild_args = {{ BASE = "{base}" }}\n')
    project.git("commit", "--quiet", "--all", "-m", "Name the registry and the base image of this machine")
    images = Images(project, registry, base)
    images.anew(images.ours)()  # the base image's layers are in the registry from here on
    for what, step in (("run", images.ours), ("operations", images.operations)):
        table.row(f"build and push, {what} | docker", images.anew(step), images.anew(images.by_hand), "1.05 x")
    images.anew(images.ours)()
    images.by_hand()
    for what, step in (("run", images.ours), ("operations", images.operations)):
        table.row(f"build and push, nothing changed, {what} | docker", step, images.by_hand, "under 0.5 x")
    dockerfile = project.root / CONTEXT / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text() + "RUN python3 -m unittest discover\n", encoding="utf-8")
    for what, step in (("run", images.ours), ("operations", images.operations)):
        name = f"build with its tests and push, {what} | docker"
        table.row(name, images.anew(step), images.anew(images.by_hand), "1.05 x", runs=5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--images", action="store_true")
    parser.add_argument("--flux", action="append", default=[], metavar="REPOSITORY")
    parser.add_argument("--only", default="", metavar="WORD")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="executor-speed-") as name:
        folder = Path(name)
        project, table = clone(folder), Table(options.runs, options.only)
        explaining(table, project)
        running(table, project)
        if options.images:
            with services(folder) as environment:
                imaging(table, project, environment)
        if not options.only:
            print("\ninventory and proofs (benchmarks/rendering.py)", flush=True)
            rendering = [sys.executable, str(ROOT / "benchmarks" / "rendering.py"), str(project.root), *options.flux]
            subprocess.run(rendering, check=True, env=dict(project.environment))
    return 0


if __name__ == "__main__":
    sys.exit(main())
