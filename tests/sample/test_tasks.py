"""What the sample's sentences are understood as: `executor explain` on a repository that holds the sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import executor, make_repository

from executor.taskfile.parse import parse

from .sources import REGISTRY, ROOT, sample

TASKS = sorted((ROOT / "tasks").glob("TASK-*.md"))

EXPECTED: dict[str, list[tuple[str, list[str]]]] = {
    "TASK-001": [
        ("runnable", ["image.build"]),
        ("runnable", ["image.push"]),
        ("runnable", ["image.verify"]),
        ("runnable", ["helmrelease.bump"]),
        ("runnable", ["kustomize.build"]),
        ("runnable", ["kustomize.build"]),
        ("verification", ["git.commit"]),
        ("verification", ["cluster.observe"]),
        ("unresolved", []),
    ],
    "TASK-002": [
        ("runnable", ["manifest.set"]),
        ("runnable", ["manifest.set"]),
        ("runnable", ["kustomize.build", "security.check"]),
        ("runnable", ["security.check"]),
        ("unresolved", []),
    ],
    "TASK-003": [
        ("runnable", ["registry.ping"]),
        ("runnable", ["image.verify"]),
        ("runnable", ["image.verify"]),
        ("runnable", ["kustomize.build"]),
        ("runnable", ["kustomize.build"]),
        ("verification", ["cluster.observe"]),
    ],
    "TASK-004": [
        ("runnable", ["image.build"]),
        ("runnable", ["image.push"]),
        ("runnable", ["kustomize.build"]),
    ],
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("sample") / "platform", sample())


def explained(repository: Path, task: str) -> list[dict[str, Any]]:
    ran = executor(repository, "explain", "--json", task)
    assert ran.exit_code == 0, ran.stderr
    criteria: list[dict[str, Any]] = json.loads(ran.stdout)["criteria"]
    return criteria


def test_every_task_is_in_the_table() -> None:
    assert [path.stem for path in TASKS] == list(EXPECTED)


@pytest.mark.parametrize("path", TASKS, ids=lambda path: path.stem)
def test_files_are_read_without_a_warning(path: Path) -> None:
    task = parse(path.read_bytes(), path)
    assert task.id == path.stem
    assert not task.warnings


@pytest.mark.parametrize("task", EXPECTED)
def test_sentences(repository: Path, task: str) -> None:
    found = [(each["state"], [o["operation"] for o in each["operations"]]) for each in explained(repository, task)]
    assert found == EXPECTED[task]


def test_the_main_task_knows_image_version_file_and_paths(repository: Path) -> None:
    build, push, verify, bump, staging, production = (
        each["operations"][0]["arguments"] for each in explained(repository, "TASK-001")[:6]
    )
    assert (build["image"], build["tag"], build["context"]) == ("render-worker", "0.1.18", "infra/render-worker")
    assert (push["image"], push["tag"], push["registry"]) == ("render-worker", "0.1.18", REGISTRY)
    assert (verify["image"], verify["tag"]) == ("render-worker", "0.1.18")
    assert (bump["name"], bump["version"]) == ("render-worker", "0.1.18")
    assert (bump["field"], bump["image"]) == ("image", f"{REGISTRY}/render-worker")
    assert bump["file"] == "kustomize/overlays/staging/render-worker.yaml"
    assert staging["paths"] == ["kustomize/overlays/staging"]
    assert production["paths"] == ["kustomize/overlays/production"]
