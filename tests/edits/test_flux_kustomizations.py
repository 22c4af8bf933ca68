"""Flux Kustomizations in the folder that Flux was bootstrapped with, which has no kustomization.yaml of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support import executor, git, make_repository

APPS = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 1h
  timeout: 5m
  sourceRef:
    kind: GitRepository
    name: flux-system
  path: ./apps/one
  prune: true
  postBuild:
    substitute:
      level: info
      unused: none
"""
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: api\ndata:\n  level: ${level}\n  where: one\n"
SYNC = APPS.replace("name: apps", "name: flux-system").replace("./apps/one", "./clusters/a").partition("  postBuild")[0]
FILES = {
    "clusters/a/apps.yaml": APPS,
    "apps/one/config.yaml": CONFIG,
    "apps/one/kustomization.yaml": "resources: [config.yaml]\n",
    "apps/two/config.yaml": CONFIG.replace("where: one", "where: two") + "  more: x\n",
}
WITH_SYNC = {
    "clusters/a/flux-system/gotk-sync.yaml": SYNC,
    "clusters/a/flux-system/kustomization.yaml": "resources: [gotk-sync.yaml]\n",
}
Made = Callable[[str], Path]


@pytest.fixture(params=[True, False], ids=["with its sync", "without"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Made:
    def make(criterion: str) -> Path:
        files = {**FILES, **(WITH_SYNC if request.param else {})}
        text = f"---\nid: T-1\nlabels: [flux]\n---\n\n## Acceptance Criteria\n\n- [ ] {criterion}\n"
        return make_repository(tmp_path / "ops", {**files, "tasks/T-1.md": text})

    return make


@pytest.mark.parametrize(
    ("criterion", "line", "rendered"),
    [
        ("Set the interval of Kustomization apps to 30m", "+  interval: 30m", set()),
        ("Set the timeout of Kustomization apps to 10m", "+  timeout: 10m", set()),
        ("Suspend Kustomization apps", "+  suspend: true", set()),
        ("Set `spec.prune` to `false` in `clusters/a/apps.yaml`", "+  prune: false", set()),
        ("Set `spec.postBuild.substitute.level` to `debug` in `clusters/a/apps.yaml`", "+      level: debug",
         {"data.level"}),
        ("Set `spec.postBuild.substitute.unused` to `some` in `clusters/a/apps.yaml`", "+      unused: some", set()),
        ("Set `spec.path` to `./apps/two` in `clusters/a/apps.yaml`", "+  path: ./apps/two",
         {"data.where", "data.more"}),
    ],
)  # fmt: skip
def test_what_it_says_is_edited_and_what_it_deploys_is_shown(
    made: Made, criterion: str, line: str, rendered: set[str]
) -> None:
    root = made(criterion)
    ran = executor(root, "run", "tasks/T-1.md", "--json")
    assert ran.exit_code == 0, ran.stdout
    diff = git(root, "diff", "--cached", "-U0", "--", "clusters").splitlines()
    assert [each for each in diff if each.startswith("+ ")] == [line]
    evidence = json.loads(ran.stdout)["outcomes"][0]["operations"][0]["evidence"]
    objects: dict[str, set[str]] = {}
    for each in evidence["changes"]:
        objects.setdefault(each["object"], set()).add(each["field"])
    assert objects.pop("Kustomization flux-system/apps") and objects == (
        {"ConfigMap api": rendered} if rendered else {}
    )
    with_sync = (root / "clusters/a/flux-system").is_dir()
    said = "not covered by a build: nothing here says that Flux builds clusters/a"
    assert evidence["covered"] is with_sync and any(said in each for each in evidence["warnings"]) is not with_sync
    verified = executor(root, "verify", "tasks/T-1.md", "--json")
    assert json.loads(verified.stdout)["overall_status"] == "passed", verified.stdout


def test_a_folder_that_is_not_there_is_foreseen(made: Made) -> None:
    root = made("Set `spec.path` to `./apps/three` in `clusters/a/apps.yaml`")
    explained = executor(root, "explain", "tasks/T-1.md")
    assert "clusters/a/apps.yaml:12: there is no folder apps/three with anything to build here" in explained.stdout


def test_a_resource_that_is_not_there_is_foreseen_unless_it_is_what_is_edited(tmp_path: Path) -> None:
    edit = "Set `data.where` to `here` in `apps/one/config.yaml`"
    mend = "Remove `gone.yaml` from the resources of `apps/one/kustomization.yaml`"
    text = f"---\nid: T-1\nlabels: [flux]\n---\n\n## Acceptance Criteria\n\n- [ ] {edit}\n- [ ] {mend}\n- [ ] {edit}\n"
    broken = "resources:\n  - config.yaml\n  - gone.yaml\n"
    root = make_repository(tmp_path / "ops", {**FILES, "apps/one/kustomization.yaml": broken, "tasks/T-1.md": text})
    explained = json.loads(executor(root, "explain", "tasks/T-1.md", "--json").stdout)["criteria"]
    assert [each["state"] for each in explained] == ["blocked", "runnable", "runnable"], explained
    reason = explained[0]["reason"]
    assert reason.startswith("apps/one/kustomization.yaml:3: the build of apps/one is broken before the edit"), reason
    assert reason.endswith("mend that first: apps/one/gone.yaml is not there"), reason
    assert executor(root, "run", "tasks/T-1.md").exit_code == 1
    text = (root / "tasks/T-1.md").read_text()
    assert text.count("- [x]") == 2 and f"- [ ] {edit}" in text
