"""`tests/cases/<kind>/*.yaml`: each operation on small repositories through the real door, to the byte.

A case is: `what` (a sentence), `files` (path: text), `arguments`, optional `planned` ("pushed image:tag") and `config`
(executor.toml as text); `expect` (status, code, changed, reason and words as substrings), `after` (path: text; every
file that is not named must be byte for byte what it was), `evidence` (a subset).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from support import git, make_repository, snapshot

from executor.all_operations import MODULES, operation
from executor.convert import ConversionError, convert
from executor.errors import Stop
from executor.models import Artefact
from executor.operations.interface import Operation, Site
from executor.repository import open_workspace
from executor.toolbox import LiveToolbox
from executor.tools.tree import Tree

CASES = Path(__file__).parent / "cases"
DOCS = Path(__file__).parent.parent / "docs" / "operations.md"

NEEDS_ENGINE = ("image.build", "image.push", "image.verify", "registry.ping")
"""Their cases need a registry whose address is only known at run time: tests/images runs them."""


def cases() -> list[Any]:
    return [
        pytest.param(kind, path, id=f"{kind}/{path.stem}")
        for kind in MODULES
        if kind not in NEEDS_ENGINE
        for path in sorted((CASES / kind).glob("*.yaml"))
    ]


@pytest.mark.parametrize(("kind", "path"), cases())
def test_case(kind: str, path: Path, tmp_path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    unknown = set(case) - {"what", "files", "arguments", "planned", "config", "expect", "after", "evidence"}
    assert not unknown, f"{path.name}: unknown keys {unknown}"
    files = dict(case.get("files", {}))
    if "config" in case:
        files["executor.toml"] = case["config"]
    root = make_repository(tmp_path / "repository", files)
    before = snapshot(root)
    seen = perform(kind, case, root)
    check(case["expect"], seen)
    assert_subset(case.get("evidence", {}), seen["evidence"])
    expected = dict(before)
    expected.update({name: text.encode() for name, text in case.get("after", {}).items()})
    assert snapshot(root) == expected


def test_what_an_earlier_commit_removed_is_gone_already(tmp_path: Path) -> None:
    listed = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - a.yaml\n"
    root = make_repository(tmp_path / "repository", {"k/kustomization.yaml": listed + "  - old.yaml\n", "k/a.yaml": ""})
    (root / "k/kustomization.yaml").write_text(listed)
    git(root, "commit", "--quiet", "--all", "--message", "Remove it")
    seen = perform("manifest.remove", {"arguments": {"file": "k/kustomization.yaml", "entry": "old.yaml"}}, root)
    check({"status": "passed", "changed": False}, seen)


def perform(kind: str, case: dict[str, Any], root: Path) -> dict[str, Any]:
    """What the operation did, through foresee, preflight and perform, as the runner calls them."""
    found = operation(kind)
    assert found is not None
    workspace = open_workspace(root)
    planned = frozenset(Artefact(*each.split(" ", 1)) for each in case.get("planned", []))
    tree = Tree(workspace.home.root)
    site = Site(workspace.home.name, tree, workspace.home.inventory, workspace.home.config, planned)
    try:
        return performed(found, convert(found.arguments, case.get("arguments", {})), site)
    except ConversionError as error:
        return {"status": "blocked", "code": "bad-argument", "reason": error.message, "evidence": {}}
    except Stop as stop:
        return {"status": stop.status, "code": stop.code, "reason": stop.reason, "evidence": {}}


def performed(found: Operation, arguments: Any, site: Site) -> dict[str, Any]:
    forecast = found.foresee(arguments, site)
    toolbox = LiveToolbox(site, declared=frozenset(edit.path for edit in forecast.edits))
    found.preflight(arguments, toolbox)
    done = found.perform(arguments, toolbox)
    return {"status": "passed", "changed": done.changed, "words": done.words, "evidence": done.evidence}


def check(expect: dict[str, Any], seen: dict[str, Any]) -> None:
    assert set(expect) <= {"status", "code", "changed", "reason", "words"}, f"unknown keys in expect: {set(expect)}"
    assert seen["status"] == expect["status"], seen
    for key in ("code", "changed"):
        if key in expect:
            assert seen.get(key) == expect[key], seen
    for key in ("reason", "words"):
        for part in [expect[key]] if isinstance(expect.get(key), str) else expect.get(key, []):
            assert part in seen.get(key, ""), seen


def assert_subset(expected: Any, found: Any) -> None:
    if isinstance(expected, dict):
        for key, value in expected.items():
            assert key in found, (key, found)
            assert_subset(value, found[key])
    else:
        assert found == expected


@pytest.mark.parametrize("kind", MODULES)
def test_kind_is_whole(kind: str) -> None:
    """One file in operations/, one line in the table, cases, a docs section: none may be missing."""
    found = operation(kind)
    assert found is not None and found.kind == kind
    assert list((CASES / kind).glob("*.yaml")), f"tests/cases/{kind}/ has no case"
    assert f"\n## {kind}\n" in DOCS.read_text(encoding="utf-8"), f"docs/operations.md has no section ## {kind}"
