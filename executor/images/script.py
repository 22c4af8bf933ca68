"""A project's own build script (safety.md, "Build scripts"): run only by its configured path, committed and unchanged,
with an environment of nothing but PATH, a HOME of its own, REGISTRY_URL and VERSION.

DOCKER_HOST (and where its keys lie) is added only where the engine is not on the default socket: without it the script
would build in another engine than the one that is asked for the result, or in none.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from executor.errors import Blocked, Failed
from executor.images.source import Source
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.endpoint import DEFAULT_HOST
from executor.tools.process import Completed
from executor.tools.tree import Tree
from executor.values import dataclass

_SHELL = pattern(r"#!\s*(?:\S*/)?(?:env\s+(?:-S\s+)?)?(?:bash|sh|dash)(?:\s|$)")


class Run(Protocol):
    """The toolbox's way to run a process."""

    def __call__(
        self,
        argv: list[str],
        *,
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
        timeout: float | None = None,
        setting: str = "command",
    ) -> Completed: ...


@dataclass(frozen=True, slots=True)
class Script:
    """`path` in the repository; `digest` is the sha256 of the bytes that were checked."""

    path: str
    digest: str
    folder: Path
    image: str


def check_script(source: Source, tree: Tree, run: Run) -> Script:
    """Raises Blocked DIRTY, BAD_ARGUMENT, NOT_SUPPORTED; Refused OUTSIDE."""
    path = source.script or ""
    data = tree.locate(path).read_bytes()
    committed = run(["git", "cat-file", "blob", f"HEAD:{path}"], cwd=tree.root)
    if committed.exit_code != 0:
        raise Blocked(ReasonCode.DIRTY, f"{path} is not committed; a build script runs only as it was committed")
    if committed.stdout != data:
        raise Blocked(ReasonCode.DIRTY, f"{path} differs from its committed form; commit it, or `git checkout {path}`")
    first = data.split(b"\n", 1)[0].decode(errors="replace").strip()
    if first.startswith("#!") and not _SHELL.match(first):
        raise Blocked(ReasonCode.NOT_SUPPORTED, f"{path}:1: {first} is no bash or sh; write the build script in bash")
    syntax = run(["bash", "-n", path], cwd=tree.root)
    if syntax.exit_code != 0:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"{path} is no valid bash: {syntax.errors.strip()[:300]}")
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return Script(path, digest, tree.locate(source.context), source.image)


def run_script(
    script: Script, tree: Tree, run: Run, *, registry: str, version: str, push: bool, timeout: float,
    engine: Mapping[str, str],
) -> Completed:  # fmt: skip
    """Raises Failed BUILD_FAILED for any exit code but 0, CHANGED_MEANWHILE where the script changed itself."""
    located = tree.locate(script.path)
    with tempfile.TemporaryDirectory(prefix="executor-home-") as home:
        env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": home, "REGISTRY_URL": registry, "VERSION": version}
        if engine.get("DOCKER_HOST") != DEFAULT_HOST:
            env |= engine
        argv = ["bash", os.path.relpath(located, script.folder), *(["--push"] if push else [])]
        done = run(argv, cwd=script.folder, env=env, timeout=timeout, setting="build")
    if done.exit_code != 0:
        last = (done.errors or done.output).strip().splitlines()[-1:] or ["it said nothing"]
        raise Failed(
            ReasonCode.BUILD_FAILED,
            f"{script.path} ended with exit code {done.exit_code}: {last[0][:300]}",
            retryable=True,
        )
    if f"sha256:{hashlib.sha256(located.read_bytes()).hexdigest()}" != script.digest:
        raise Failed(ReasonCode.CHANGED_MEANWHILE, f"{script.path} changed while it ran; look at it and run again")
    return done
