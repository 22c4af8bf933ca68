"""What a sentence leaves to the files (which folder is built, which file a link leads to) is settled by verification as
by the run: what was ticked honestly is never taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from .work import DEPLOYMENT, FILES, TASK, Work, run, start

HEAD = "---\nid: TASK-001\ntitle: T\nlabels: [deployment]\n---\n\n## Acceptance Criteria\n\n"
SCALE = "- [ ] Scale web to 3 replicas everywhere\n"
LINKED = {
    "real/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: b\n",
    "real/kustomization.yaml": "resources: [settings.yaml]\n",
}


def whole(folder: Path, criteria: str, count: int, *, link: bool = False) -> None:
    work = start(folder, {**FILES, **LINKED, TASK: HEAD + criteria})
    if link:
        (work.root / "linked").symlink_to("real")
        work.commit("Link")
    answer = run(work)
    assert answer.code == 0 and work.read(TASK).count("[x]") == count, answer.out
    verified = work.verify("--commit")
    assert verified.code == 0, verified.out
    assert_committed(work, count)


def assert_committed(work: Work, count: int) -> None:
    assert work.git("status", "--porcelain") == ""
    assert work.git("show", f"HEAD:{TASK}").count("[x]") == count


@pytest.mark.parametrize("check", ["`kustomize build` succeeds", "Kustomize build passes", "Manifests are valid YAML"])
def test_check_without_a_path(tmp_path: Path, check: str) -> None:
    """The edit is in the base, and what is built is the overlay that takes it in."""
    whole(tmp_path, f"{SCALE}- [ ] {check}\n", 2)


def test_check_of_what_is_named(tmp_path: Path) -> None:
    whole(tmp_path, f"{SCALE}- [ ] `kustomize build apps/base` succeeds\n- [ ] `kustomize build` succeeds\n", 3)


def test_check_of_a_file(tmp_path: Path) -> None:
    block = f"  ```operation\n  uses: kustomize.build\n  paths: [{DEPLOYMENT}]\n  ```\n"
    whole(tmp_path, f"- [ ] It renders\n{block}{SCALE}", 2)


def test_file_behind_a_link(tmp_path: Path) -> None:
    whole(tmp_path, "- [ ] Set `data.a` to `z` in `linked/settings.yaml`\n", 1, link=True)


def test_another_file_with_the_same_id_has_its_own_runs(tmp_path: Path) -> None:
    """By path each can be called; what one was ticked for says nothing about the other."""
    edit = "- [ ] Set `data.a` to `z` in `{}/settings.yaml`\n"
    other = {"more/settings.yaml": LINKED["real/settings.yaml"], "tasks/B.md": HEAD + edit.format("more")}
    work = start(tmp_path, {**FILES, **LINKED, **other, TASK: HEAD + edit.format("real")})
    for path in (TASK, "tasks/B.md"):
        assert work.call("run", str(work.root / path)).code == 0
    for path in (TASK, "tasks/B.md"):
        verified = work.call("verify", str(work.root / path), "--commit")
        assert verified.code == 0, verified.out
    assert work.git("status", "--porcelain") == ""
