"""Issue by issue what a user can get wrong: exit code, one clear message with file:line and remedy, nothing written."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from support import ENVIRONMENT, executor, git, snapshot

from run.sample import BUILD, BUMP, RELEASE, report, repository, task

GOOD = task(BUMP)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff\xfe## Acceptance Criteria\n- [ ] x\n", "UTF-8"),
        (b"---\nid: TASK-001\n\n## Acceptance Criteria\n- [ ] x\n", "front matter"),
        (b"---\n- a\n- b\n---\n## Acceptance Criteria\n- [ ] x\n", "front matter"),
        (b"---\nid: TASK-001\n---\n\n# Nothing to do\n", "cceptance"),
        (b"---\nid: TASK-001\n---\n## Acceptance Criteria\n- [ ] a\x00b\n", "NUL"),
        (b"---\nid: ../../etc/passwd\n---\n## Acceptance Criteria\n- [ ] x\n", "id"),
    ],
)
def test_a_bad_task_file(tmp_path: Path, text: bytes, said: str) -> None:
    root = repository(tmp_path / "ops", GOOD)
    (root / "tasks/TASK-001.md").write_bytes(text)
    before = snapshot(root)
    for command in (["run"], ["run", "--dry-run"], ["explain"]):
        ran = executor(root, *command, "tasks/TASK-001.md")
        assert ran.exit_code == 2, ran
        assert said in ran.stderr and "TASK-001.md:" in ran.stderr, ran.stderr
        assert len(ran.stderr.strip().splitlines()) == 1
    assert snapshot(root) == before


def test_too_large(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", GOOD, **{"executor.toml": "max_task_bytes = 100\n"})
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 2 and "100" in ran.stderr


def test_no_such_file_or_id(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", GOOD)
    for name in ("tasks/TASK-404.md", "TASK-404", "tasks"):
        ran = executor(root, "run", name)
        assert ran.exit_code == 2 and name in ran.stderr


def test_one_id_in_two_files(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", GOOD, **{"tasks/other.md": GOOD})
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 2
    assert "tasks/TASK-001.md" in ran.stderr and "tasks/other.md" in ran.stderr
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 0 and "tasks/other.md" in ran.stdout


def test_no_repository(tmp_path: Path) -> None:
    (tmp_path / "TASK-001.md").write_text(GOOD)
    ran = executor(tmp_path, "run", "TASK-001.md")
    assert ran.exit_code == 2 and "not inside a git repository" in ran.stderr


def test_a_task_file_that_is_a_link_out_of_the_repository(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", GOOD)
    outside = tmp_path / "outside.md"
    outside.write_text(GOOD)
    (root / "tasks/link.md").symlink_to(outside)
    ran = executor(root, "run", "tasks/link.md")
    assert ran.exit_code == 2 and outside.read_text() == GOOD


def test_a_faulty_configuration(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", GOOD, **{"executor.toml": '[registry]\nurl = "a"\nmutable = ["x"]\n'})
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 2 and "executor.toml:3" in ran.stderr and "mutable_tags" in ran.stderr


def test_an_unknown_repository_in_the_front_matter(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, extra="repository: nowhere\n"))
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 2 and "nowhere" in ran.stderr


BLOCK = "- [ ] It\n  ```operation\n  {}\n  ```\n"


@pytest.mark.parametrize(
    ("block", "code", "said"),
    [
        ("uses: helmrelease.bmup\n  name: ffl", "bad-block", "helmrelease.bmup"),
        ("uses: helmrelease.bump\n  nmae: ffl", "bad-block", "nmae"),
        ("uses: helmrelease.bump\n  name: ffl\n  version: 1.2", "bad-block", "version"),
        ("uses: [helmrelease.bump", "bad-block", ""),
        ("name: ffl", "bad-block", "uses"),
        ("uses: helmrelease.bump\n  name: ffl\n  field: chart\n  version: 2.x", "not-determinate", "2.x"),
        ("uses: helmrelease.bump\n  name: flf\n  field: chart\n  version: 1.2.3", "not-found", "ffl"),
        ("uses: kustomize.build\n  paths: [no/where]", "not-found", "no/where"),
        ("uses: kustomize.build\n  paths: [../..]", "outside", ".."),
    ],
)
def test_a_bad_operation_block(tmp_path: Path, block: str, code: str, said: str) -> None:
    root = repository(tmp_path / "ops", task(BLOCK.format(block)))
    before = snapshot(root)
    ran = executor(root, "run", "tasks/TASK-001.md")
    outcome = report(root)["outcomes"][0]
    assert outcome["reason_code"] == code, outcome
    assert said in outcome["reason"]
    assert ran.exit_code == (4 if outcome["status"] == "refused" else 1)
    after = snapshot(root)
    del after["reports/TASK-001.json"]
    assert after == before


def test_two_releases_of_one_name(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", GOOD, **{"clusters/b/release.yaml": RELEASE})
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 1
    outcome = report(root)["outcomes"][0]
    assert (outcome["status"], outcome["reason_code"]) == ("blocked", "ambiguous")
    assert "apps/ffl/release.yaml:" in outcome["reason"] and "clusters/b/release.yaml:" in outcome["reason"]


def test_a_release_without_a_version(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "ops", GOOD, **{"apps/ffl/release.yaml": RELEASE.replace("      version: 0.1.17\n", "")}
    )
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 1
    assert report(root)["outcomes"][0]["status"] == "blocked"


def test_a_kustomization_that_was_broken_before_we_came(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "ops", GOOD, **{"apps/ffl/kustomization.yaml": "resources:\n  - release.yaml\n  - gone.yaml\n"}
    )
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert "gone.yaml" in ran.stdout, "said, not blamed"


def test_no_kustomize_on_this_machine(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", GOOD)
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in ("git", "sh"):
        (folder / program).symlink_to(Path("/usr/bin") / program)
    ran = executor(root, "run", "tasks/TASK-001.md", env={"PATH": str(folder)})
    assert ran.exit_code == 1
    assert report(root)["outcomes"][0]["reason_code"] == "tool-missing"
    assert executor(root, "doctor", env={"PATH": str(folder)}).exit_code == 1


def test_a_task_file_that_git_ignores(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP), **{".gitignore": "private/\n"})
    (root / "private").mkdir()
    (root / "private/TASK-002.md").write_text(task(BUMP).replace("TASK-001", "TASK-002"))
    before = snapshot(root)
    ran = executor(root, "run", "private/TASK-002.md", "--json")
    assert ran.exit_code == 1, ran
    outcome = json.loads(ran.stdout)["outcomes"][0]
    assert (outcome["status"], outcome["reason_code"]) == ("blocked", "ignored-by-git")
    assert "git add -f private/TASK-002.md" in outcome["reason"]
    changed = {path for path, data in snapshot(root).items() if before.get(path) != data}
    assert not any(path.startswith(("private", "apps")) for path in changed)
    git(root, "add", "-f", "private/TASK-002.md")
    assert executor(root, "run", "private/TASK-002.md").exit_code == 0


def test_a_manifest_that_git_ignores(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP + BUILD))
    git(root, "rm", "--quiet", "--cached", "apps/ffl/release.yaml")
    (root / ".gitignore").write_text("release.yaml\n")
    git(root, "add", ".gitignore")
    git(root, "commit", "--quiet", "-m", "Ignore it")
    outcomes = json.loads(executor(root, "run", "TASK-001", "--json").stdout)["outcomes"]
    assert outcomes[0]["status"] in ("blocked", "unresolved"), outcomes[0]
    assert (root / "apps/ffl/release.yaml").read_text() == RELEASE


@pytest.mark.parametrize("name", ["executor.toml", "tasks/TASK-001.md"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path, name: str) -> None:
    root = repository(tmp_path / "ops", GOOD)
    (root / name).unlink(missing_ok=True)
    os.mkfifo(root / name)
    ran = executor(root, "explain", "tasks/TASK-001.md")
    assert ran.exit_code == 2 and "is no regular file" in ran.stderr, ran


def test_what_is_to_be_typed_next_works_where_it_was_typed(tmp_path: Path) -> None:
    root = repository(tmp_path / "my ops", task(BUMP))
    ran = executor(root / "apps", "run", "../tasks/TASK-001.md")
    assert "executor verify ../tasks/TASK-001.md" in ran.stdout, ran.stdout
    ran = executor(tmp_path, "run", "-C", "my ops", "TASK-001")
    assert "executor verify -C 'my ops' TASK-001" in ran.stdout, ran.stdout


def test_a_dry_run_of_what_cannot_run_names_the_reason(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP.replace("0.1.18", ">=1")))
    said = executor(root, "run", "--dry-run", "TASK-001").stdout
    assert "Run it" not in said and "Criterion 1 is blocked" in said, said


@pytest.mark.parametrize("body", ["", "- kustomize build apps/ffl succeeds\n"])
def test_a_section_without_a_criterion_is_no_success(tmp_path: Path, body: str) -> None:
    root = repository(tmp_path / "ops", task(body))
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 2 and "has no criterion" in ran.stderr, ran
    assert "TASK-001.md:10: no criterion in the section; write" in ran.stderr
    assert "no criterion in the section" in executor(root, "explain", "TASK-001").stdout


def test_what_is_nearly_a_criterion_is_named_by_its_line(tmp_path: Path) -> None:
    ran = executor(repository(tmp_path / "ops", task("- [] Bump it\n")), "run", "TASK-001")
    assert ran.exit_code == 2 and "TASK-001.md:12: `[] Bump it` is no task-list item" in ran.stderr, ran


def test_a_criterion_of_a_megabyte_is_not_waited_for(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(f"- [ ] kustomize build {'a' * 1_000_000} succeeds\n- [ ] {'`' * 9000}\n"))
    outcomes = json.loads(executor(root, "run", "TASK-001", "--json").stdout)["outcomes"]
    assert [each["status"] for each in outcomes] == ["unresolved"] * 2
    assert "1000025 characters" in outcomes[0]["reason"]


def test_a_parent_is_told_with_its_children(tmp_path: Path) -> None:
    child = "  - [ ] `kustomize build apps/ffl` succeeds\n"
    root = repository(tmp_path / "ops", task(f"- [ ] Rendering\n{child}"))
    lines = [line.split()[:2] for line in executor(root, "run", "TASK-001").stdout.splitlines() if line[:3].strip()]
    assert [each for each in lines if each[0].isdigit()] == [["2", "passed"], ["1", "passed"]]


@pytest.mark.parametrize(
    ("line", "said"),
    [("depends_on: [TASK-002]", "it waits for TASK-002, where 1 of 1 criteria are open"),
     ("blocked_by: TASK-404", "it waits for TASK-404, and there is no such task"),
     ("status: On Hold", "its status is On Hold"),
     ("status: cancelled", "its status is cancelled"), ("status: blocked", "its status is blocked")],
)  # fmt: skip
def test_a_task_whose_time_has_not_come_says_so(tmp_path: Path, line: str, said: str) -> None:
    text = task(BUMP).replace("---\n", f"---\n{line}\n", 1)
    other = task("- [ ] Document it\n").replace("TASK-001", "TASK-002")
    root = repository(tmp_path / "ops", text, **{"tasks/TASK-002.md": other})
    assert said in executor(root, "explain", "TASK-001").stdout
    assert said in executor(root, "run", "TASK-001").stdout


def test_criteria_that_name_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", GOOD)
    for wrong in ("", " ", "9" * 5000):
        ran = executor(root, "run", "--criteria", wrong, "TASK-001")
        assert ran.exit_code == 2, ran
    assert (root / "apps/ffl/release.yaml").read_text() == RELEASE


def test_a_port_that_is_none(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task("- [ ] Registry 127.0.0.1:99999 is reachable\n", labels="registry"))
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 1 and "99999 is no port" in ran.stdout, ran


def test_in_the_middle_of_a_rebase_no_switch_is_advised(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUILD))
    (root / "README.md").write_text("one\n")
    git(root, "commit", "-qam", "one")
    assert subprocess.run(
        ["git", "rebase", "-q", "--exec", "false", "HEAD~1"], cwd=root, env=ENVIRONMENT, check=False
    ).returncode
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 4 and "finish or abort it first" in ran.stdout and "git switch" not in ran.stdout, ran
