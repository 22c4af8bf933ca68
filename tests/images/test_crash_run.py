"""kill -9 at 10 points of a whole run that builds, pushes, verifies and bumps; and the same call again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest
from servers import ROOT, Services, unique
from support import ENVIRONMENT, executor, git

from tests.images.bench import Bench

RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: web
spec:
  chart: {spec: {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: charts}}}
  values:
    image:
      repository: IMAGE
      tag: "0.9"
"""
TASK = """\
---
id: TASK-001
title: Ship it
labels: [builds, deployment]
---

## Acceptance Criteria

- [ ] Build it
  ```operation
  uses: image.build
  image: IMAGE
  tag: "1.0"
  context: app
  ```
- [ ] Push it
  ```operation
  uses: image.push
  image: IMAGE
  tag: "1.0"
  ```
- [ ] Verify it
  ```operation
  uses: image.verify
  image: IMAGE
  tag: "1.0"
  ```
- [ ] Bump it
  ```operation
  uses: helmrelease.bump
  name: web
  field: image
  version: "1.0"
  ```
"""


def files(image: str, registry: str) -> Mapping[str, str | bytes]:
    return {
        "app/Dockerfile": "FROM executor-test/base:1\nCOPY data /data\n",
        "app/data": os.urandom(200_000),
        "apps/web.yaml": RELEASE.replace("IMAGE", f"{registry}/{image}"),
        "apps/kustomization.yaml": "resources: [web.yaml]\n",
        "tasks/TASK-001.md": TASK.replace("IMAGE", image),
    }


def environment() -> dict[str, str]:
    named = {name: os.environ[name] for name in ("DOCKER_HOST", "DOCKER_CONFIG")}
    return {**ENVIRONMENT, "PYTHONPATH": str(ROOT), **named}


@pytest.mark.parametrize("point", range(1, 20, 2))
def test_nothing_is_pushed_twice_under_another_digest(
    bench: Callable[[Mapping[str, str | bytes]], Bench], services: Services, point: int
) -> None:
    """Killed at the n-th flush to the disk: each stands between an intent and what it is for, or behind it."""
    assert shutil.which("strace"), "strace is not installed: apt-get install strace (make setup does it)"
    image = unique()
    here = bench(files(image, services.registry))
    env = environment()
    kill = ["strace", "-qq", "-o", os.devnull, "-e", "trace=fsync", "-e", f"inject=fsync:signal=SIGKILL:when={point}"]
    run = [sys.executable, "-m", "executor", "run", "tasks/TASK-001.md"]
    killed = subprocess.run([*kill, *run], cwd=here.root, env=env, capture_output=True, check=False)
    assert killed.returncode != 0, "it was not killed"
    standing = here.registry.find(image, "1.0")
    text = (here.root / "tasks/TASK-001.md").read_text()
    assert text.count("- [x] ") in (0, 4), "ticked by one edit, or not at all"
    again = executor(here.root, "run", "tasks/TASK-001.md", env=env)
    assert again.exit_code == 0, again.stdout + again.stderr
    pushed = here.registry.manifest(image, "1.0").digest
    assert standing is None or standing.digest == pushed
    assert (here.root / "tasks/TASK-001.md").read_text().count("- [x] ") == 4
    release = (here.root / "apps/web.yaml").read_text()
    assert release == RELEASE.replace("IMAGE", f"{services.registry}/{image}").replace('"0.9"', '"1.0"')
    document = json.loads((here.root / "reports/TASK-001.json").read_text())
    assert {each["status"] for each in document["outcomes"]} <= {"passed", "skipped"}
    staged = git(here.root, "diff", "--cached", "--name-only").split()
    assert staged == ["apps/web.yaml", "tasks/TASK-001.md"]


def test_a_dry_run_rehearses_what_stands_on_a_build(
    bench: Callable[[Mapping[str, str | bytes]], Bench], services: Services
) -> None:
    """The build and the push are planned only, and the bump that stands on them is shown as a diff."""
    here = bench(files(unique(), services.registry))
    root = here.root
    ran = executor(root, "run", "--dry-run", "--json", "TASK-001", env=environment())
    outcomes = json.loads(ran.stdout)["outcomes"]
    assert [each["status"] for each in outcomes] == ["planned"] * 4, ran
    assert '+      tag: "1.0"' in outcomes[3]["operations"][0]["planned_edit"]
    assert git(root, "status", "--porcelain") == ""


def test_a_dry_run_looks_for_images_that_the_task_does_not_push(
    bench: Callable[[Mapping[str, str | bytes]], Bench], services: Services
) -> None:
    image = unique()
    asks = f"uses: image.verify\n  image: {image}\n  tag: '1.0'\n  registry: {services.registry}\n"
    text = f"## Acceptance Criteria\n\n- [ ] It is there\n\n  ```operation\n  {asks}  ```\n"
    root = bench({"tasks/TASK-001.md": text}).root
    ran = executor(root, "run", "--dry-run", "--json", "TASK-001", env=environment())
    assert ran.exit_code == 1 and json.loads(ran.stdout)["outcomes"][0]["reason_code"] == "not-in-registry", ran
    assert git(root, "status", "--porcelain") == ""
