"""Sentences that once were read wrongly: each would have edited or ticked what was not meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import executor, make_repository

from run.sample import BUILD, FILES, RELEASE, repository, task

KUSTOMIZATION = (
    "resources: [deploy.yaml]\nimages:\n  - name: nginx\n    newTag: 1.25.0\n  - name: redis\n    newTag: 7.0.0\n"
)
DEPLOY = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: a, image: nginx}, {name: b, image: redis}]}}}
"""
SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: jetstack}
spec: {ref: {tag: 1.0.0}, url: oci://charts.example.com/jetstack}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    more = {"web/kustomization.yaml": KUSTOMIZATION, "web/deploy.yaml": DEPLOY, "sources/jetstack.yaml": SOURCE}
    return make_repository(tmp_path_factory.mktemp("wrong") / "ops", {**FILES, **more})


@pytest.mark.parametrize(
    ("sentence", "states"),
    [
        ("Bump nginx from 1.24.0 to 1.26.0", {"blocked"}),
        ("Bump nginx from 1.25.0 to 1.26.0", {"runnable"}),
        ("Bump redis:6.0.0 to redis:7.1.0", {"blocked"}),
        ("Bump redis:7.0.0 to redis:7.1.0", {"runnable"}),
        ("Set redis image tag from 6.9.9 to 7.2.0 in web/kustomization.yaml", {"blocked"}),
        ("Bump nginx to redis:7.2.0", {"blocked", "unresolved"}),
        ("Update jetstack image to 99.2.0", {"blocked", "unresolved"}),
        ("`grep -c nginx web/deploy.yaml` returns 0", {"blocked", "unresolved"}),
        ("`kustomize build web | grep nginx` returns 0", {"blocked", "unresolved"}),
        ("`kustomize build /`", {"refused"}),
        ("Remove nginx from web/kustomization.yaml", {"blocked"}),
        ("Bump nginx to 1.26.0 (wontfix)", {"unresolved"}),
        ("Bump nginx to 1.26.0 (reverted)", {"unresolved"}),
        ("Bump nginx to 1.26.0 (waiting for security)", {"unresolved"}),
        ("Bump nginx to 1.26.0 - reverted, broke login", {"unresolved"}),
        ("Bump nginx to 1.26.0 — moved to TASK-009", {"unresolved"}),
    ],
)
def test_it_is_not_done(root: Path, sentence: str, states: set[str]) -> None:
    path = root / "tasks" / "TASK-009.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(task(f"- [ ] {sentence}\n").replace("TASK-001", "TASK-009"))
    document = json.loads(executor(root, "explain", "--json", str(path)).stdout)
    (criterion,) = document["criteria"]
    assert criterion["state"] in states, criterion


def test_two_values_of_one_place_are_both_blocked(tmp_path: Path) -> None:
    """One box would be a lie at the end."""
    bump = "- [ ] Bump the ffl chart to {}\n"
    root = repository(tmp_path / "ops", task(bump.format("0.1.18") + bump.format("0.1.19") + BUILD))
    outcomes = json.loads(executor(root, "run", "--json", "TASK-001").stdout)["outcomes"]
    assert [each["status"] for each in outcomes] == ["blocked", "blocked", "skipped"], outcomes
    assert outcomes[0]["reason"].startswith("criteria 1 and 2 ask for different things of apps/ffl/release.yaml")
    assert (root / "apps/ffl/release.yaml").read_text() == RELEASE


def test_the_same_value_twice_is_no_contradiction(tmp_path: Path) -> None:
    bump = "- [ ] Bump the ffl chart to 0.1.18\n"
    root = repository(tmp_path / "ops", task(bump + bump))
    assert executor(root, "run", "TASK-001").exit_code == 0
