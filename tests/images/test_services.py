"""scripts/services.py: what it starts it ends, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from servers import ROOT, script

SCRIPT = ROOT / "scripts" / "services.py"


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def alive(pid: int) -> bool:
    return script()._began(pid) is not None


def test_start_env_stop(tmp_path: Path) -> None:
    state = ["--state", str(tmp_path / "state")]
    try:
        started = call("start", *state, "--no-base")
        assert started.returncode == 0, started.stderr
        found = script()._load(tmp_path / "state")
        lines = call("env", *state).stdout.splitlines()
        assert lines == [f"DOCKER_HOST={found.docker_host}", f"EXECUTOR_REGISTRY={found.registry_address}"]
        again = call("start", *state, "--no-base")
        assert (again.returncode, again.stderr) == (0, ""), "idempotent"
        assert script()._load(tmp_path / "state") == found
        processes = [each.pid for each in (found.engine, found.containerd, found.registry) if each]
        assert all(map(alive, processes))
    finally:
        stopped = call("stop", *state)
    assert stopped.returncode == 0, stopped.stderr
    assert not any(map(alive, processes))
    assert sorted(path.name for path in (tmp_path / "state").iterdir()) == ["lock"]
    assert found.runtime is None or not Path(found.runtime).exists()
    assert str(tmp_path) not in Path("/proc/mounts").read_text()
    after = call("env", *state)
    assert after.returncode == 69 and "services.py start" in after.stderr and after.stdout == ""


def test_what_died_is_started_anew(tmp_path: Path) -> None:
    state = tmp_path / "state"
    services = script()
    found = services.start(state, base=False)
    if found.engine is None:
        services.stop(state)
        return  # an engine that answers is used as it is; it is not ours to kill
    try:
        os.kill(found.engine.pid, signal.SIGKILL)
        again = services.start(state, base=False)
        assert again.engine != found.engine and services._engine_answers(again.docker_host)
        assert not alive(found.containerd.pid) and not Path(found.runtime).exists()
    finally:
        services.stop(state)


def test_a_pid_that_is_somebody_elses_by_now_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        services = script()
        recorded = services.Services(registry=services.Process(other.pid, 1), registry_address="127.0.0.1:1")
        (tmp_path / "state").mkdir()
        services._save(tmp_path / "state", recorded)
        services.stop(tmp_path / "state")
        assert other.poll() is None
        other.kill()


def test_where_neither_is_possible_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services = script()
    monkeypatch.setattr(services, "_standing_engine", lambda patience=0.0: None)
    monkeypatch.setattr(services, "_root_on_debian", lambda: False)
    monkeypatch.setattr(services.shutil, "which", lambda name: None)
    with pytest.raises(services.Unavailable, match=r"apt-get install docker\.io"):
        services.start(tmp_path / "state")
    assert services.main(["start", "--state", str(tmp_path / "state")]) == 69
    assert services.main(["stop", "--state", str(tmp_path / "state")]) == 0


def test_stop_before_any_start(tmp_path: Path) -> None:
    assert call("stop", "--state", str(tmp_path / "none")).returncode == 0
    assert not (tmp_path / "none").exists()
