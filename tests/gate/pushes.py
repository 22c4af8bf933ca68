"""A server as a team has it: a bare repository with the real pre-receive hook, and real pushes into it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from support import ENVIRONMENT, git

from .work import Answer, Work

ROOT = Path(__file__).parents[2]
HOOK = ROOT / "docs" / "ci" / "pre-receive"


def remote(work: Work, folder: Path) -> Path:
    """A bare repository that is the work's origin and has its main branch."""
    path = folder / "server.git"
    subprocess.run(
        ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], env=ENVIRONMENT, check=True
    )
    work.git("remote", "add", "origin", str(path))
    work.git("push", "--quiet", "origin", "main")
    return path


def serve(work: Work, folder: Path) -> Path:
    path = remote(work, folder)
    program = folder / "executor"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m executor "$@"\n')
    program.chmod(0o755)
    (path / "hooks" / "pre-receive").write_bytes(HOOK.read_bytes())
    (path / "hooks" / "pre-receive").chmod(0o755)
    return path


def push(work: Work, *refs: str) -> subprocess.CompletedProcess[str]:
    refs = refs or ("main", "refs/notes/executor")
    env = {**ENVIRONMENT, "EXECUTOR": str(work.root.parent / "executor"), "PYTHONPATH": str(ROOT)}
    command = ["git", "push", "--porcelain", "origin", *refs]
    return subprocess.run(command, cwd=work.root, env=env, capture_output=True, text=True, check=False)


def refused(work: Work, server: Path, *words: str, refs: tuple[str, ...] = ()) -> None:
    before = git(server, "rev-parse", "main")
    done = push(work, *refs)
    assert done.returncode != 0, done.stdout + done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert git(server, "rev-parse", "main") == before
    assert git(server, "count-objects", "-v")


def accepted(work: Work, server: Path, *refs: str) -> None:
    done = push(work, *refs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert git(server, "rev-parse", "main").strip() == work.head()


def commit_it(work: Work) -> str:
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    return work.head()


def gate(work: Work, base: str = "origin/main", *arguments: str) -> Answer:
    return work.call("gate", "--base", base, "--json", *arguments)


def mallory(light: Work, tmp_path: Path) -> None:
    """A key that the proposal itself brings along, committed before the work."""
    for key in (light.home / ".config" / "executor" / "keys").glob("*.pem"):
        key.unlink()
    assert light.call("keys", "new", "mallory").code == 0
    light.git("commit", "--quiet", "-m", "Trust mallory", "--", ".executor/trusted_keys")
