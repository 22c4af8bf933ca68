"""The files of this repository that are its sample."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
REGISTRY = "registry.render.example"


def sample() -> dict[str, bytes]:
    """The files that make up the sample, by path."""
    folders = (ROOT / each for each in ("tasks", "infra", "kustomize"))
    files = [ROOT / "executor.toml", *(each for folder in folders for each in folder.rglob("*") if each.is_file())]
    return {each.relative_to(ROOT).as_posix(): each.read_bytes() for each in files if "__pycache__" not in each.parts}
