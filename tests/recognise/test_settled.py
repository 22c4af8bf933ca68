"""What was decided on the way to an operation is said by explain, and stands in the evidence."""

from __future__ import annotations

import json
from pathlib import Path

from run.sample import report, repository, task
from support import executor


def test_it_is_said_and_recorded(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task("### Release 0.1.18\n\n- [ ] Bump ffl\n", extra="version: 0.1.19\n"))
    settled = 'version 0.1.18 of the heading "Release 0.1.18", not 0.1.19 of the front matter'
    explained = json.loads(executor(root, "explain", "--json", "TASK-001").stdout)
    assert explained["criteria"][0]["operations"][0]["words"].endswith(f"({settled})")
    assert executor(root, "run", "TASK-001").exit_code == 0
    (operation,) = report(root)["outcomes"][0]["operations"]
    assert operation["evidence"]["settled"] == [settled]
