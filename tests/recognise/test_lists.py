"""Entries of lists by the name of the list: which list of which file, and whether the entry is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recognise.world import World, kustomization, make, told

RELEASE = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: names\nspec:\n  interval: 5m\n"
    "  chart: {spec: {chart: names, version: 1.0.0, sourceRef: {kind: HelmRepository, name: charts}}}\n  values:\n"
)
PATCH = RELEASE.partition("  interval")[0] + "  values:\n"
ZONES = "    zones:\n      - one.test\n      - ${base} # ours\n"
BASE = {
    "base/names.yaml": RELEASE + ZONES,
    "base/kustomization.yaml": kustomization("names.yaml"),
    "staging/kustomization.yaml": kustomization("../base") + "patches:\n  - path: names.yaml\n",
    "staging/names.yaml": PATCH + "    zones: [two.test, 'one.test']\n",
}
PRODUCTION = {"production/kustomization.yaml": kustomization("../base")}
IN_BASE = "file=base/names.yaml path=spec.values.zones"
IN_STAGING = "file=staging/names.yaml path=spec.values.zones"


def world(tmp_path: Path, *, production: bool = True, **files: str) -> World:
    more = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
    return make(tmp_path, {**BASE, **(PRODUCTION if production else {}), **more})


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Add three.test to the zones of names everywhere",
         f"manifest.add {IN_BASE} entry=three.test everywhere=True + manifest.add {IN_STAGING} entry=three.test everywhere=True"),
        ("Remove one.test from the zones of names everywhere",
         f"manifest.remove {IN_BASE} entry=one.test everywhere=True + manifest.remove {IN_STAGING} entry=one.test everywhere=True"),
        ("Remove two.test from the zones of names everywhere",
         f"manifest.remove {IN_STAGING} entry=two.test everywhere=True"),
        ("Remove two.test from the zones of names in staging", f"manifest.remove {IN_STAGING} entry=two.test"),
        ('Append "three.test" to zones in base/names.yaml', f"manifest.add {IN_BASE} entry=three.test"),
        ("Append `three` to the list zones of the names HelmRelease in staging/names.yaml",
         f"manifest.add {IN_STAGING} entry=three"),
        ("`two.test` is removed from the zones list of names in staging", f"manifest.remove {IN_STAGING} entry=two.test"),
        ("Add three.test to the zones of names", "b ambiguous"),
        ("Add three.test to the zones of names in production", "b not-found"),
        ("Remove tow.test from the zones of names in staging", "b not-found"),
        ("Remove two.test from the zones of names in production", "b not-found"),
        ("Add three.test to the zonen of names everywhere", "u unknown-name"),
        ("Add three.test to the `zonen` of names everywhere", "b not-found"),
        ("Add three to the zones of names everywhere", "u"),
        ("Add three.test and four.test to the zones of names everywhere", "u"),
        ("Add three.test to the zones of names after the move", "u"),
        ("Add three.test to the zones of the team", "u"),
    ],
)  # fmt: skip
def test_which_list(tmp_path: Path, sentence: str, found: str) -> None:
    outcome = told(world(tmp_path).recognise(sentence))
    assert outcome == found or (len(found) < 20 and outcome.startswith(found)), outcome


def test_a_list_that_every_deployment_replaces_stays_and_is_named(tmp_path: Path) -> None:
    found = world(tmp_path, production=False).recognise("Add three.test to the zones of names everywhere")
    assert told(found) == f"manifest.add {IN_STAGING} entry=three.test everywhere=True"
    assert any("base/names.yaml" in each and "stays" in each for each in found.remarks)
    removed = world(tmp_path / "b", production=False).recognise("Remove one.test from the zones of names everywhere")
    assert told(removed) == f"manifest.remove {IN_STAGING} entry=one.test everywhere=True"


def test_two_lists_of_one_file_are_a_question(tmp_path: Path) -> None:
    twice = RELEASE + ZONES + "    other:\n      zones: [x.test]\n"
    found = world(tmp_path, base__names=twice)
    assert told(found.recognise("Add three.test to the zones of names everywhere")) == "b ambiguous"
    assert told(found.recognise("Add three.test to `other.zones` of names everywhere")) == (
        "manifest.add file=base/names.yaml path=spec.values.other.zones entry=three.test everywhere=True"
    )


def test_what_is_shared_says_what_would_do(tmp_path: Path) -> None:
    alone = {name: text for name, text in {**BASE, **PRODUCTION}.items() if name != "staging/names.yaml"}
    found = make(tmp_path, {**alone, "staging/kustomization.yaml": kustomization("../base")})
    shared = found.recognise("Add three.test to the zones of names")
    assert shared.cannot is not None and shared.cannot.code == "shared" and "say everywhere" in shared.cannot.reason
    assert told(found.recognise("Add three.test to the zones of names everywhere")) == (
        f"manifest.add {IN_BASE} entry=three.test everywhere=True"
    )
