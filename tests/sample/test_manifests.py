"""The sample's Flux layout renders, and its parts name each other rightly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from executor.config import load
from executor.flux.inventory import read
from executor.tools.kustomize import Kustomize

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ("staging", "production")


def rendered(environment: str) -> dict[str, dict[str, Any]]:
    """The objects of an overlay by kind; no kind is there twice."""
    kustomize = Kustomize.find()
    assert kustomize is not None, "no kustomize and no kubectl on the PATH: run `make setup`"
    build = kustomize.build(ROOT / "kustomize" / "overlays" / environment, timeout=60)
    assert build.ok, build.stderr
    objects = {each["kind"]: each for each in build.objects()}
    assert len(objects) == len(build.objects())
    return objects


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_overlays_render(environment: str) -> None:
    objects = rendered(environment)
    assert {"Namespace", "ConfigMap", "OCIRepository", "HelmRelease"} <= set(objects)
    release = objects["HelmRelease"]
    assert release["metadata"]["labels"]["environment"] == environment
    assert release["spec"]["chartRef"] == {
        "kind": "OCIRepository",
        "name": objects["OCIRepository"]["metadata"]["name"],
    }
    container = release["spec"]["values"]["controllers"]["render-worker"]["containers"]["app"]
    assert container["envFrom"] == [{"configMapRef": {"name": objects["ConfigMap"]["metadata"]["name"]}}]
    assert container["image"]["repository"] == f"{load(ROOT).registry.url}/render-worker"


def test_overlays_differ_where_they_should() -> None:
    staging, production = (rendered(each) for each in ENVIRONMENTS)

    def replicas(objects: dict[str, dict[str, Any]]) -> int:
        count: int = objects["HelmRelease"]["spec"]["values"]["controllers"]["render-worker"]["replicas"]
        return count

    assert (replicas(staging), replicas(production)) == (1, 3)
    assert staging["ConfigMap"]["data"]["FRAME_SIZE"] == "160x90"
    assert production["ConfigMap"]["data"]["FRAME_SIZE"] == "320x180"
    assert set(production) - set(staging) == {"PodDisruptionBudget"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_clusters_point_at_their_overlay(environment: str) -> None:
    cluster = yaml.safe_load((ROOT / "kustomize" / "clusters" / environment / "apps.yaml").read_text())
    assert cluster["spec"]["path"] == f"./kustomize/overlays/{environment}"
    assert (ROOT / cluster["spec"]["path"] / "kustomization.yaml").is_file()


def test_the_inventory_finds_what_the_tasks_name() -> None:
    inventory = read(ROOT, load(ROOT))
    assert [(each.name, each.context) for each in inventory.image("render-worker")] == [
        ("render-worker", "infra/render-worker")
    ]
    assert [each.context for each in inventory.image("frame-stitcher")] == ["infra/frame-stitcher"]
    releases = {each.path for each in inventory.find("HelmRelease", "render-worker")}
    assert {f"kustomize/overlays/{each}/render-worker.yaml" for each in ENVIRONMENTS} < releases
