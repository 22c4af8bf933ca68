"""Checks without a path: they look at what the task names or changes, where it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import executor, git, make_repository

from run.sample import BUMP, FILES, repository, task

LATEST = """\
apiVersion: v1
kind: Pod
metadata: {name: side, namespace: apps}
spec:
  containers: [{name: side, image: "example.com/side:latest"}]
"""


def explained(root: Path) -> list[dict[str, Any]]:
    criteria: list[dict[str, Any]] = json.loads(executor(root, "explain", "TASK-001", "--json").stdout)["criteria"]
    return criteria


CHECKS = ["`kustomize build` succeeds", "Manifests are valid YAML", "Security validation passes"]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    ("other", "paths"),
    [(BUMP, ["apps/ffl/release.yaml"]), ("- [ ] `kustomize build apps/ffl` succeeds\n", ["apps/ffl"])],
)
def test_what_the_task_changes_or_names(tmp_path: Path, check: str, other: str, paths: list[str]) -> None:
    found = explained(repository(tmp_path / "ops", task(other, f"- [ ] {check}\n")))[1]
    assert found["state"] == "runnable", found
    assert found["operations"][0]["arguments"]["paths"] in (paths, ["apps/ffl"])


@pytest.mark.parametrize("check", CHECKS)
def test_without_either_nothing_is_looked_at(tmp_path: Path, check: str) -> None:
    found = explained(repository(tmp_path / "ops", task(f"- [ ] {check}\n")))[0]
    assert found["state"] == "blocked" and "name the folder" in found["reason"], found


def test_what_was_changed_by_an_earlier_run_counts(tmp_path: Path) -> None:
    ticked = BUMP.replace("[ ]", "[x]").replace("0.1.18", "0.1.17")
    found = explained(repository(tmp_path / "ops", task(ticked, "- [ ] Manifests are valid YAML\n")))[1]
    assert found["operations"][0]["arguments"]["paths"] == ["apps/ffl/release.yaml"], found


def test_a_change_in_another_repository_is_looked_at_there(tmp_path: Path) -> None:
    """The same path exists here too, and is clean; there it holds what the rule is about."""
    block = BUMP.replace("  version: 0.1.18\n", "  version: 0.1.18\n  repository: fleet\n")
    toml = '[repositories.fleet]\npath = "../fleet"\nholds = ["manifests"]\n'
    root = repository(
        tmp_path / "product", task(block, "- [ ] Security validation passes\n"), **{"executor.toml": toml}
    )
    there = {**FILES, "apps/ffl/release.yaml": f"{FILES['apps/ffl/release.yaml']}---\n{LATEST}"}
    fleet = make_repository(tmp_path / "fleet", there)
    executor(root, "run", "TASK-001")
    report = json.loads((root / "reports/TASK-001.json").read_text())
    bump, check = report["outcomes"]
    assert bump["status"] == "passed" and "version: 0.1.18" in git(fleet, "diff", "--cached")
    assert check["status"] == "failed" and check["reason"].startswith("in fleet: "), check
    assert "example.com/side:latest" in check["reason"]


IMAGE = """\
  values:
    image:
      repository: registry.example/ffl
      tag: 0.1.17
"""


@pytest.mark.parametrize("box", ["[ ]", "[x]"])
def test_what_the_task_built_is_the_image_before_and_after_the_tick(tmp_path: Path, box: str) -> None:
    """One version and two things that have one: it is that of the image, which this task builds."""
    text = task(
        f"- {box} Build ffl 0.1.18\n", "- [ ] Update ffl HelmRelease to version 0.1.18\n", labels="deployment, builds"
    )
    files = {"ffl/Dockerfile": "FROM scratch\n", "apps/ffl/release.yaml": FILES["apps/ffl/release.yaml"] + IMAGE}
    found = explained(repository(tmp_path / "ops", text, **files))[1]
    assert found["state"] == "runnable" and "image tag 0.1.17 → 0.1.18" in found["operations"][0]["words"], found


@pytest.mark.parametrize(
    ("sentence", "operation"),
    [("`kustomize build apps/ffl` succeeds in fleet", "kustomize.build"),
     ("In fleet: `kustomize build apps/ffl` succeeds", "kustomize.build"),
     ("Manifests in apps/ffl are valid YAML in the fleet repository", "manifest.validate"),
     ("Set `spec.interval` to `5m` in `apps/ffl/release.yaml` in fleet", "manifest.set"),
     ("In fleet, bump ffl to 0.1.18", "helmrelease.bump"),
     ("`kustomize build apps/ffl` succeeds in fleet within 2 s", None),
     ("`kustomize build apps/ffl` succeeds in fleets", None),
     ("Do not validate apps/ffl in fleet", None)],
)  # fmt: skip
def test_in_a_repository(tmp_path: Path, sentence: str, operation: str | None) -> None:
    toml = '[repositories.fleet]\npath = "../fleet"\nholds = ["manifests"]\n'
    root = make_repository(tmp_path / "mono", {"tasks/TASK-001.md": task(f"- [ ] {sentence}\n"), "executor.toml": toml})
    make_repository(tmp_path / "fleet", FILES)
    found = explained(root)[0]
    if operation is None:
        assert found["state"] == "unresolved", found
    else:
        assert found["state"] == "runnable" and found["criterion"] == sentence, found
        assert [(each["operation"], each["repository"]) for each in found["operations"]] == [(operation, "fleet")]


def test_an_image_of_a_compose_file_is_no_key_of_it(tmp_path: Path) -> None:
    compose = "services:\n  postgres:\n    image: postgres:16.4\n"
    text = task("- [ ] Bump postgres in docker-compose.yml to 16.5\n")
    found = explained(repository(tmp_path / "ops", text, **{"docker-compose.yml": compose}))[0]
    assert [each["operation"] for each in found["operations"]] == ["kustomize.image"] and found[
        "state"
    ] == "runnable", found


CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ffl-config}\ndata:\n  weekend: "2"\n'


@pytest.mark.parametrize("key", ["weekends", "Weekend", "readinessProbe"])
def test_what_is_not_there_is_not_removed_already(tmp_path: Path, key: str) -> None:
    """It may be misspelt, or be elsewhere: nothing shows that it was ever there."""
    files = {"apps/ffl/config.yaml": CONFIG, "apps/ffl/kustomization.yaml": "resources: [release.yaml, config.yaml]\n"}
    text = task(
        f"- [ ] Remove {key} from ffl-config\n", f"- [ ] Remove the key `{key}` from the ffl-config ConfigMap\n"
    )
    for found in explained(repository(tmp_path / "ops", text, **files)):
        assert found["state"] in ("unresolved", "blocked"), found


@pytest.mark.parametrize(
    ("parent", "ticked"),
    [("Images", True), ("Bump it to 0.1.19", False), ("Update the zorgly release to 0.1.19", False)],
)
def test_a_parent_that_asks_for_something_else_is_not_ticked_by_its_children(
    tmp_path: Path, parent: str, ticked: bool
) -> None:
    child = "- [ ] Bump the ffl chart to 0.1.18\n"
    root = repository(tmp_path / "ops", task(f"- [ ] {parent}\n  {child}"))
    executor(root, "run", "TASK-001")
    report = json.loads((root / "reports/TASK-001.json").read_text())
    assert [each["status"] == "passed" for each in report["outcomes"]] == [ticked, True], report["outcomes"]


def test_a_chart_is_no_image(tmp_path: Path) -> None:
    overlay = "resources: []\nimages:\n  - name: registry.example/zorgly\n    newTag: 1.0.0\n"
    text = task("- [ ] Update the zorgly chart to 1.1.0\n", "- [ ] Update the zorgly image to 1.1.0\n")
    chart, image = explained(repository(tmp_path / "ops", text, **{"apps/z/kustomization.yaml": overlay}))
    assert chart["state"] in ("blocked", "unresolved") and image["state"] == "runnable", (chart, image)
