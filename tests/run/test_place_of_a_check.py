"""A check of a stage or cluster is one of all that runs there: what Flux builds from its folders belongs to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import executor, make_repository

from run.sample import task

LEADS = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  path: ./{path}
  sourceRef: {{kind: {kind}, name: {source}}}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: apps}}
spec:
  containers: [{{name: {name}, image: "example.com/{name}:{tag}"}}]
"""


def leads(name: str, path: str, kind: str = "GitRepository", source: str = "flux-system") -> str:
    return LEADS.format(name=name, path=path, kind=kind, source=source)


FILES = {
    "apps/production/api.yaml": POD.format(name="api", tag="1.0.0"),
    "apps/staging/api.yaml": POD.format(name="api", tag="latest"),
    "infrastructure/controllers/grafana.yaml": POD.format(name="grafana", tag="1.0.0"),
    "clusters/prod/all.yaml": leads("apps", "apps/production") + "---\n" + leads("infra", "infrastructure/controllers"),
    "clusters/staging/all.yaml": leads("apps", "apps/staging"),
}
LATEST = {"infrastructure/controllers/grafana.yaml": POD.format(name="grafana", tag="latest")}
TENANT = {
    "clusters/prod/team.yaml": leads("team", "deploy", "GitRepository", "team"),
    "clusters/prod/sources.yaml": "".join(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
        f"metadata: {{name: {name}, namespace: flux-system}}\nspec: {{url: 'https://example.com/{name}'}}\n---\n"
        for name in ("flux-system", "team")
    ),
}


def outcome(root: Path, sentence: str, command: str, files: dict[str, str]) -> dict[str, Any]:
    make_repository(root, {**FILES, "tasks/TASK-001.md": task(f"- [ ] {sentence}\n"), **files})
    document = json.loads(executor(root, command, "--json", "TASK-001").stdout)
    found: dict[str, Any] = document["criteria" if command == "explain" else "outcomes"][0]
    return found


@pytest.mark.parametrize("place", ["in production", "on the production cluster", "in prod"])
def test_it_follows_flux(tmp_path: Path, place: str) -> None:
    found = outcome(tmp_path / "ops", f"No `:latest` tags {place}", "run", LATEST)
    assert found["status"] == "failed" and "infrastructure/controllers/grafana.yaml:3" in found["reason"], found


def test_a_file_may_be_called_so(tmp_path: Path) -> None:
    files = {**LATEST, "clusters/prod/all.yaml": "", "flux/prod.yaml": leads("infra", "infrastructure/controllers")}
    found = outcome(tmp_path / "ops", "No `:latest` tags in production", "run", files)
    assert found["status"] == "failed" and "infrastructure/controllers/grafana.yaml:3" in found["reason"], found


def test_it_looks_at_nothing_else(tmp_path: Path) -> None:
    found = outcome(tmp_path / "ops", "No `:latest` tags in production", "run", {})
    assert found["status"] == "passed", found
    evidence = found["operations"][0]["evidence"]
    assert evidence["images"] == {"apps/production/api.yaml": 1, "infrastructure/controllers/grafana.yaml": 1}


@pytest.mark.parametrize("sentence", ["No `:latest` tags in production", "All manifests in production are valid"])
@pytest.mark.parametrize(
    ("files", "where"),
    [
        (TENANT, "Flux Kustomization team in clusters/prod/team.yaml builds deploy of GitRepository team"),
        ({"clusters/prod/region.yaml": leads("region", "regions/${REGION}")}, "builds regions/${REGION} of"),
    ],
)
def test_it_is_blocked_where_nobody_can_follow(
    tmp_path: Path, sentence: str, files: dict[str, str], where: str
) -> None:
    found = outcome(tmp_path / "ops", sentence, "explain", files)
    assert found["state"] == "blocked" and found["reason_code"] == "not-supported", found
    assert where in found["reason"]
    assert "name the folders that are meant (apps/production, clusters/prod)" in found["reason"]


def test_a_manifest_that_flux_leads_to_is_validated(tmp_path: Path) -> None:
    broken = {"infrastructure/controllers/grafana.yaml": "kind: [\n"}
    found = outcome(tmp_path / "ops", "All manifests in production are valid", "run", broken)
    assert found["status"] == "failed" and "infrastructure/controllers/grafana.yaml" in found["reason"], found
