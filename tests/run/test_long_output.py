"""What ran, in the contract's shape; and where the whole of a long output is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from servers import misbehaving
from support import executor, make_repository

from run.sample import BUILD, FILES, report, repository, task

TALKS = "#!/bin/sh\nfor i in $(seq 3000); do echo line $i >&2; done\nexit 1\n"
ATTEMPT = {"ran", "exit_code", "seconds", "stdout_tail", "stderr_tail", "log"}
ELSEWHERE = "- [ ] Build\n  ```operation\n  uses: kustomize.build\n  paths: [apps/ffl]\n  repository: fleet\n  ```\n"


def talking(folder: Path) -> dict[str, str]:
    """A PATH on which kustomize says much and fails."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (bin_folder / "kustomize").write_text(TALKS)
    (bin_folder / "kustomize").chmod(0o755)
    return {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}


def attempts(root: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = report(root)["outcomes"][0]["operations"][0]["attempts"]
    return found


@pytest.mark.parametrize("criterion", [BUILD, ELSEWHERE], ids=["here", "in another repository"])
def test_the_log_of_a_long_output_is_named(tmp_path: Path, criterion: str) -> None:
    make_repository(tmp_path / "fleet", FILES)
    config = '[repositories.fleet]\npath = "../fleet"\nholds = ["manifests"]\n'
    root = repository(tmp_path / "ops", task(criterion), **{"executor.toml": config})
    ran = executor(root, "run", "TASK-001", env=talking(tmp_path))
    assert ran.exit_code == 1, ran
    (attempt,) = attempts(root)
    assert attempt.keys() >= ATTEMPT and attempt["exit_code"] == 1 and attempt["http_status"] is None
    assert attempt["ran"].endswith("apps/ffl") and attempt["stderr_tail"].endswith("line 3000\n")
    log = attempt["log"]
    assert "line 1\n" in (root / log).read_text()
    assert f"all that it said: {log}" in ran.stdout
    assert log in executor(root, "report", "TASK-001").stdout


def test_the_answer_of_a_server_is_no_exit_code(tmp_path: Path) -> None:
    with misbehaving(lambda talk: talk.answer(404)) as server:
        ping = f"- [ ] Look\n  ```operation\n  uses: registry.ping\n  registry: {server.address}\n  ```\n"
        root = repository(tmp_path / "ops", task(ping))
        assert executor(root, "run", "TASK-001").exit_code == 1
    attempt = attempts(root)[-1]
    assert attempt.keys() >= ATTEMPT and attempt["ran"].startswith("GET /v2/"), attempt
    assert (attempt["exit_code"], attempt["http_status"]) == (None, 404), attempt
