"""What of a repository lies in the working tree: sparse checkouts, links, submodules."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support import ENVIRONMENT, executor, git, make_repository

from run.sample import BUILD, BUMP, report, repository, statuses, task

WHOLE = "- [ ] All manifests are valid YAML\n"
PROD = {"clusters/prod/kustomization.yaml": "resources: [../../apps/ffl]\nnamePrefix: prod-\n"}


def test_sparse_checkout_hides_what_an_edit_or_all_may_concern(tmp_path: Path) -> None:
    """The release is a base of production, too, which is not there to be seen."""
    root = repository(tmp_path / "ops", task(BUMP, WHOLE, BUILD), **PROD)
    git(root, "sparse-checkout", "set", "tasks", "apps/ffl")
    assert executor(root, "run", "TASK-001").exit_code == 1
    assert statuses(report(root)) == ["blocked", "blocked", "skipped"]
    for outcome in report(root)["outcomes"][:2]:
        assert outcome["reason_code"] == "not-checked-out"
        assert "2 of the manifests" in outcome["reason"] and "sparse-checkout disable" in outcome["reason"]
    assert git(root, "diff", "HEAD") == ""


def test_sparse_checkout_that_leaves_out_no_manifest(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "ops", task(BUMP, BUILD), **{"big/data.txt": "x\n", "apps/broken/kustomization.yaml": ""}
    )
    git(root, "sparse-checkout", "set", "tasks", "apps")
    assert executor(root, "run", "TASK-001").exit_code == 0


def test_folder_behind_a_link(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task("- [ ] `kustomize build linked` succeeds\n"))
    (root / "linked").symlink_to("apps/ffl")
    git(root, "add", "linked")
    git(root, "commit", "--quiet", "--message=link")
    assert executor(root, "run", "TASK-001").exit_code == 0
    assert report(root)["outcomes"][0]["operations"][0]["arguments"] == {"paths": ["apps/ffl"]}


def test_submodule_is_called_one(tmp_path: Path) -> None:
    base = make_repository(tmp_path / "base", {"kustomization.yaml": "resources: []\n"})
    root = repository(tmp_path / "ops", task("- [ ] `kustomize build vendor/base` succeeds\n"))
    argv = ["git", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(base), "vendor/base"]
    subprocess.run(argv, cwd=root, env=ENVIRONMENT, check=True, capture_output=True)
    git(root, "commit", "--quiet", "--message=vendor")
    assert executor(root, "run", "TASK-001").exit_code == 4
    assert "submodule" in report(root)["outcomes"][0]["reason"]


def test_a_name_with_spaces(tmp_path: Path) -> None:
    path = "apps/the shop/my settings.yaml"
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: s\ndata:\n  a: b\n"
    criteria = f"- [ ] Set `data.a` to `z` in `{path}`\n- [ ] Manifests in `apps/the shop` are valid YAML\n"
    root = repository(tmp_path / "ops", task(criteria), **{path: text})
    assert executor(root, "run", "TASK-001").exit_code == 0
    assert (root / path).read_text(encoding="utf-8") == text.replace("a: b", "a: z")
