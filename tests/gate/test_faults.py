"""kill -9 and a full disk in the middle of `verify --commit`; fifty runs at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support import ENVIRONMENT

from .work import SETTINGS, TASK, Work, start

KILLER = Path(__file__).with_name("killer.py")
KILLS, FULL, STARTS = 40, 12, 50


def cut_off(work: Work, folder: Path, how: str, points: int) -> list[dict[str, Any]]:
    assert shutil.which("strace"), "strace is not installed: apt-get install strace (make setup does it)"
    command = [sys.executable, str(KILLER), str(work.root), str(work.home), str(folder), how, str(points)]
    left = folder / "left"  # what a killed verification leaves in the folder for temporary files
    left.mkdir()
    env = {**ENVIRONMENT, "TMPDIR": str(left)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(left.iterdir()), "what the killed ones left, the next ones removed"
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("how", "points"), [("kill", KILLS), ("full", FULL)])
def test_cut_off_anywhere(finished_light: Work, tmp_path: Path, how: str, points: int) -> None:
    """No commit without a certificate that checks, no half note, index and tree consistent, the second call ends it."""
    found = cut_off(finished_light, tmp_path, how, points)
    assert len(found) == points
    assert {each["ended"] for each in found} >= {False}, "some points lie before the commit"
    if how == "kill":
        assert any(each["ended"] for each in found), "and some behind it"
    problems = [
        (each["number"], each["problems"], each["second"]) for each in found if each["problems"] or each["second"]
    ]
    assert not problems, json.dumps(problems, indent=1)


def test_fifty_runs_at_once(tmp_path: Path) -> None:
    """One runs, the others say who does, and end with 75. The one holds on until all have tried."""
    files = {
        TASK: (
            "---\nid: TASK-001\ntitle: Wait\nlabels: [infrastructure]\n---\n## Acceptance Criteria\n\n- [ ] Set it\n\n"
            f'  ```operation\n  uses: manifest.set\n  file: {SETTINGS}\n  path: data.nginx\n  value: "1.26"\n  ```\n'
        ),
        SETTINGS: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  nginx: "1.25"\n',
    }
    work = start(tmp_path, files)
    gate = tmp_path / "gate"
    program = (
        "import os, sys, time\n"
        "from executor import runner\n"
        "real = runner.Runner.run\n"
        "def run(self):\n"
        "    open(sys.argv[1], 'w').close()\n"
        "    while os.path.exists(sys.argv[1]): time.sleep(0.01)\n"
        "    return real(self)\n"
        "runner.Runner.run = run\n"
        "from executor.cli import main\n"
        "def once():\n"
        "    pid = os.fork()\n"
        "    if pid: return pid\n"
        "    null = os.open(sys.argv[2] + f'/{os.getpid()}', os.O_WRONLY | os.O_CREAT)\n"
        "    os.dup2(null, 1); os.dup2(null, 2)\n"
        "    os._exit(main(['-C', sys.argv[3], 'run', 'TASK-001']))\n"
        f"pids = [once() for _ in range({STARTS})]\n"
        "codes = {}\n"
        f"while len(codes) < {STARTS} - 1:\n"
        "    pid, status = os.wait(); codes[pid] = os.waitstatus_to_exitcode(status)\n"
        "while not os.path.exists(sys.argv[1]): time.sleep(0.01)\n"
        "os.unlink(sys.argv[1])\n"
        "pid, status = os.wait(); codes[pid] = os.waitstatus_to_exitcode(status)\n"
        "import json; print(json.dumps([codes, pid]))\n"
    )
    said = tmp_path / "said"
    said.mkdir()
    command = [sys.executable, "-c", program, str(gate), str(said), str(work.root)]
    env = {**work.environment, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    codes, winner = json.loads(done.stdout)
    assert sorted(codes.values()) == [0, *[75] * (STARTS - 1)]
    for pid in set(codes) - {str(winner)}:
        text = (said / pid).read_text()
        assert "another run works in this repository" in text
        assert f"pid {winner}" in text or "only just started" in text, text
    assert work.read(SETTINGS).count('"1.26"') == 1
    assert len(list((work.root / ".executor" / "runs").glob("*.jsonl"))) == 1
