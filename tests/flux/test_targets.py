"""What validations work on: paths, planned edits, what they depend on."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import make_repository, snapshot

from executor.all_operations import operation
from executor.convert import convert
from executor.errors import Failed
from executor.models import Artefact, Performed
from executor.operations.interface import Site
from executor.repository import open_workspace
from executor.toolbox import LiveToolbox
from executor.tools.tree import Tree

FILES = {
    "base/kustomization.yaml": "resources: [one.yaml]\n",
    "base/one.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n",
    "overlays/a/kustomization.yaml": "namespace: a\nresources: [../../base]\n",
    "other/kustomization.yaml": "resources: [../base]\n",
}


def site(root: Path, overlay: dict[str, bytes] | None = None, planned: frozenset[Artefact] = frozenset()) -> Site:
    home = open_workspace(make_repository(root / "sample", FILES)).home
    return Site(home.name, Tree(home.root, dict(overlay or {})), home.inventory, home.config, planned)


def perform(where: Site, kind: str = "kustomize.build", **arguments: object) -> Performed:
    found = operation(kind)
    assert found is not None
    converted = convert(found.arguments, arguments)
    toolbox = LiveToolbox(where)
    found.foresee(converted, where)
    found.preflight(converted, toolbox)
    done = found.perform(converted, toolbox)
    ran = toolbox.taken()
    assert ran, "what ran has to be recorded"
    assert all(" kustomize " in each.command or "kustomize build" in each.command for each in ran)
    return done


def test_edits_in_any_file_that_is_read_have_to_pass_first(tmp_path: Path) -> None:
    planned = frozenset(
        Artefact("file", f"sample:{path}") for path in ("base/one.yaml", "elsewhere.yaml", "other/kustomization.yaml")
    ) | {Artefact("file", "another:base/one.yaml")}
    where = site(tmp_path, planned=planned)
    found = operation("kustomize.build")
    assert found is not None
    forecast = found.foresee(convert(found.arguments, {"paths": ["overlays/a"]}), where)
    assert forecast.needs & planned == {Artefact("file", "sample:base/one.yaml")}
    assert Artefact("file", "sample:overlays/a") in forecast.needs
    assert Artefact("file", "sample:overlays/a/new.yaml").satisfies(Artefact("file", "sample:overlays/a"))


def test_a_dry_run_builds_the_planned_edits(tmp_path: Path) -> None:
    where = site(tmp_path, {"base/one.yaml": FILES["base/one.yaml"].replace("one", "two").encode()})
    before = snapshot(where.tree.root)
    planned = perform(where, paths=["overlays/a"]).evidence["builds"][0]["sha256"]
    here = perform(Site(where.repository, Tree(where.tree.root), where.inventory, where.config), paths=["overlays/a"])
    assert planned != here.evidence["builds"][0]["sha256"]
    assert snapshot(where.tree.root) == before


@pytest.mark.parametrize("kind", ["kustomize.build", "manifest.validate", "security.check"])
def test_a_planned_edit_that_breaks_it_is_seen(tmp_path: Path, kind: str) -> None:
    where = site(tmp_path, {"base/kustomization.yaml": b"resources: [one.yaml, gone.yaml]\n"})
    with pytest.raises(Failed) as caught:
        perform(where, kind, paths=["overlays/a"])
    assert "base/kustomization.yaml:1" in caught.value.reason
    assert "gone.yaml" in caught.value.reason


def test_a_file_that_is_only_planned_is_built(tmp_path: Path) -> None:
    where = site(
        tmp_path,
        {
            "base/kustomization.yaml": b"resources: [one.yaml, new.yaml]\n",
            "base/new.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: new\n",
        },
    )
    assert perform(where, paths=["overlays/a"]).evidence["builds"][0]["objects"] == 2
