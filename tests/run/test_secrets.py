"""A credential is written nowhere: not into a manifest, a journal, a log, a report, nor on the screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import executor, git

from executor.tools.masking import Masker
from run.sample import report, repository, statuses, task, task_text

TOKEN = "ghp_" + "a1B2" * 9
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ffl\ndata:\n  level: info\n"
PATH = "apps/ffl/config.yaml"
SET = f"- [ ] Set `data.level` to `{TOKEN}` in `{PATH}`\n"
LOOK = f"- [ ] Look\n  ```operation\n  uses: command\n  argv: [test, -f, {TOKEN}]\n  ```\n"
SHOWN = ["explain TASK-001", "explain TASK-001 --json", "run --dry-run TASK-001", "run TASK-001", "run TASK-001 --json",
         "report TASK-001", "lint"]  # fmt: skip


def ops(folder: Path, *criteria: str) -> Path:
    return repository(folder / "ops", task(*criteria), **{PATH: CONFIG})


def test_a_credential_is_not_written_and_fails(tmp_path: Path) -> None:
    root = ops(tmp_path, SET)
    assert executor(root, "run", "--dry-run", "TASK-001").exit_code == 1
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 1 and f"{PATH}:6: what would be written looks like a credential" in ran.stdout, ran
    (outcome,) = report(root)["outcomes"]
    assert (outcome["status"], outcome["reason_code"]) == ("failed", "secret"), outcome
    assert (root / PATH).read_text() == CONFIG and "- [x]" not in task_text(root)


def test_the_value_of_a_secret_variable_is_a_credential(tmp_path: Path) -> None:
    root = ops(tmp_path, f"- [ ] Set `data.level` to `correct-horse` in `{PATH}`\n")
    ran = executor(root, "run", "TASK-001", env={"DEPLOY_PASSWORD": "correct-horse"})
    assert ran.exit_code == 1 and "correct-horse" not in ran.stdout + ran.stderr, ran
    assert statuses(report(root)) == ["failed"] and (root / PATH).read_text() == CONFIG


@pytest.mark.parametrize("criterion", [SET, LOOK], ids=["edit", "command"])
def test_it_is_shown_and_kept_nowhere(tmp_path: Path, criterion: str) -> None:
    root = ops(tmp_path, criterion)
    for command in SHOWN:
        ran = executor(root, *command.split())
        assert TOKEN not in ran.stdout + ran.stderr, (command, ran)
    kept = [*(root / ".executor").rglob("*"), *(root / "reports").rglob("*")]
    holding = [path for path in kept if path.is_file() and TOKEN in path.read_text(errors="replace")]
    assert not holding and len(kept) > 3, holding
    assert "***" in json.dumps(report(root))
    assert TOKEN not in git(root, "diff", "--cached").replace(f"- [ ] Set `data.level` to `{TOKEN}`", "")


def test_what_is_nested_is_masked_as_a_whole() -> None:
    masker = Masker(["correct-horse"])
    given = {"correct-horse": ["a correct-horse", ("correct-horse", 1)], "n": None}
    assert masker.whole(given) == {"***": ["a ***", ["***", 1]], "n": None}
