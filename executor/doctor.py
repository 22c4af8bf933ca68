"""`executor doctor`: what is missing on this machine or in this repository, and how to get it. Changes nothing."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from executor.errors import ExecutorError, Stop
from executor.intake import load, task_files
from executor.repository import Workspace, open_workspace
from executor.tools import process
from executor.tools.git import Git


def examine(start: Path) -> list[dict[str, Any]]:
    """Rows of name, ok, needed, found, remedy. `needed` false: only some operations want it."""
    rows = [_git(), _kustomize(), _engine(), _buildx()]
    rows += _repository(start)
    return rows


def _row(name: str, ok: bool, found: str, remedy: str = "", *, needed: bool = True) -> dict[str, Any]:
    return {"name": name, "ok": ok, "needed": needed, "found": found, "remedy": remedy}


def _git() -> dict[str, Any]:
    path = process.find("git")
    if path is None:
        return _row("git", False, "not on the PATH", _install("git"))
    return _row("git", True, process.run([path, "--version"], timeout=10).output.strip())


def _kustomize() -> dict[str, Any]:
    from executor.tools.kustomize import Kustomize

    found = Kustomize.find()
    if found is None:
        remedy = "install kustomize, or kubectl, which holds one: https://kubectl.docs.kubernetes.io/installation/"
        return _row("kustomize", False, "neither kustomize nor kubectl is on the PATH", remedy)
    said = f"{' '.join(found.command)} {found.version}"
    old = re.match(r"v[0-4]\.", found.version) is not None
    return _row(
        "kustomize", not old, said, "kustomize 5.0 or newer: proofs by rendering are tested with that" if old else ""
    )


def _engine() -> dict[str, Any]:
    from executor.tools.engine import Engine

    try:
        engine = Engine.connect()
    except Stop as stop:
        return _row("Docker engine", False, "none answers", stop.reason, needed=False)
    return _row("Docker engine", True, f"{engine.version()} at {engine.host}", needed=False)


def _buildx() -> dict[str, Any]:
    docker = process.find("docker")
    done = process.run([docker, "buildx", "version"], timeout=10) if docker else None
    if done is not None and done.exit_code == 0:
        return _row("docker buildx", True, done.output.strip(), needed=False)
    remedy = f"wanted only for Dockerfiles that need BuildKit; {_install('docker-buildx-plugin')}"
    return _row("docker buildx", False, "not installed", remedy, needed=False)


def _repository(start: Path) -> Iterator[dict[str, Any]]:
    try:
        workspace = open_workspace(start)
        state = Git(workspace.home.root).state()
    except ExecutorError as error:
        yield _row("repository", False, error.message, error.remedy or "")
        return
    yield _row("repository", True, f"{workspace.home.name} at {workspace.home.root}, on {state.branch or 'no branch'}")
    if state.commit is None:
        yield _row("first commit", False, "the repository has none", "git commit, so that a change has a base")
    if state.busy is not None:
        yield _row("state", False, f"{state.busy} is under way", "finish or abort it")
    for folder in workspace.home.config.task_folders:
        tasks = len(list((workspace.home.root / folder).glob("**/*.md")))
        yield _row(f"tasks in {folder}/", tasks > 0, f"{tasks} files", f"put task files into {folder}/", needed=False)
    yield from _unreadable_tasks(workspace)
    yield from _guarded("inventory", lambda: _inventory(workspace.home))
    yield from _guarded("manifests", lambda: _manifests(workspace.home))
    registry = workspace.home.config.registry.url
    if registry is None:
        remedy = '[registry] url = "HOST:PORT" in executor.toml, for sentences that name none'
        yield _row("registry", False, "none is configured", remedy, needed=False)
    else:
        yield _registry(workspace.home, registry)


def _inventory(repository: Any) -> dict[str, Any]:
    inventory = repository.inventory
    releases = len(inventory.find("HelmRelease"))
    found = f"{releases} HelmReleases, {len(inventory.kustomizations)} kustomizations, {len(inventory.images)} images"
    return _row("inventory", True, found)


def _unreadable_tasks(workspace: Workspace) -> Iterator[dict[str, Any]]:
    wrong = []
    for path in task_files(workspace):
        try:
            load(path, workspace)
        except ExecutorError as error:
            wrong.append(f"{error.place or path}: {error.message}".replace(f"{workspace.home.root}/", ""))
    if wrong:
        yield _row("task files", False, f"{_files(len(wrong))} cannot be worked with", _listed(wrong), needed=False)


def _manifests(repository: Any) -> dict[str, Any]:
    wrong = [f"{path}:{line}: {problem}" for path, (line, problem) in repository.inventory.broken.items()]
    if wrong:
        return _row("manifests", False, f"not YAML, and not seen: {_files(len(wrong))}", _listed(wrong), needed=False)
    return _row("manifests", True, "every YAML file can be read", needed=False)


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _listed(wrong: Sequence[str]) -> str:
    """The first of them, and the command that shows all."""
    more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return f"{'; '.join(wrong[:_SHOWN])}{more}; executor lint lists them all"


_SHOWN = 5


def _registry(repository: Any, host: str) -> dict[str, Any]:
    from executor.flux.inventory import Inventory
    from executor.operations.interface import Site
    from executor.toolbox import LiveToolbox
    from executor.tools.tree import Tree

    inventory: Inventory = repository.inventory
    toolbox = LiveToolbox(Site(repository.name, Tree(repository.root), inventory, repository.config))
    try:
        toolbox.registry(host).ping()
    except Stop as stop:
        return _row("registry", False, host, stop.reason, needed=False)
    return _row("registry", True, f"{host} answers", needed=False)


def _guarded(name: str, look: Callable[[], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    try:
        yield look()
    except (ExecutorError, OSError) as error:
        yield _row(name, False, str(error), "mend it; every command needs it")


def _install(package: str) -> str:
    """The command that gets a Debian package; other systems name it alike."""
    release = Path("/etc/os-release")
    if release.exists() and "debian" in release.read_text(encoding="utf-8").casefold():
        return f"apt-get install {package}"
    return f"install {package} with your package manager ({platform.system()})"
