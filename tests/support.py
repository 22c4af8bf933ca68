"""Small real repositories for tests: real git, real files, no stand-ins for parts of ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.com",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.com",
    "TZ": "UTC",
}


def git(root: Path, *arguments: str) -> str:
    """Standard output of real git; fails the test with git's words."""
    done = subprocess.run(["git", *arguments], cwd=root, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def write_files(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def make_repository(root: Path, files: Mapping[str, str | bytes], *, branch: str = "main") -> Path:
    """A git repository at `root` with one commit of these files. Returns its real path."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", f"--initial-branch={branch}")
    write_files(root, files)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message=base")
    return root.resolve()


@dataclass(frozen=True)
class Ran:
    exit_code: int
    stdout: str
    stderr: str


def executor(root: Path, *arguments: str, env: Mapping[str, str] | None = None, stdin: str | None = None) -> Ran:
    """The real command in a process of its own, as a user starts it."""
    done = subprocess.run(
        [sys.executable, "-m", "executor", *arguments],
        cwd=root,
        env={**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parent.parent), **(env or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file of the work tree by path, without git's own and ours."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.relative_to(root).parts[0].startswith((".git", ".executor"))
    }
