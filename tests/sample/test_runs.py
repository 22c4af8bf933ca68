"""The four sample tasks, run for real: a real engine, a real registry, real git and kustomize."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import Services, client, shared
from support import Ran, executor, git, make_repository, snapshot

from .sources import REGISTRY, sample

IMAGES = {"render-worker": "0.1.18", "frame-stitcher": "0.1.0"}


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with shared() as found:
        tags = {f"{name}:{tag}" for name, tag in IMAGES.items()}
        tags |= {f"{found.registry}/{each}" for each in tags}
        with contextlib.closing(client(found.docker_host)) as docker:
            before = {tag for image in docker.images.list() for tag in image.tags}
            yield found
            for image in docker.images.list():
                for tag in tags.intersection(image.tags) - before:
                    docker.images.remove(tag, force=True)


class Platform:
    """A repository that holds the sample, with this machine's registry in place of the sample's."""

    def __init__(self, root: Path, services: Services) -> None:
        images = "".join(
            f'[images."{name}"]\ncontext = "infra/{name}"\nbuild_args = {{ BASE = "{services.base}" }}\n'
            for name in IMAGES
        )
        files = {path: data.replace(REGISTRY.encode(), services.registry.encode()) for path, data in sample().items()}
        files["executor.toml"] += images.encode()
        files[".gitignore"] = b"reports/\n.executor/runs/\n"
        self.root = make_repository(root, files)
        self.env = {"DOCKER_HOST": services.docker_host, "DOCKER_CONFIG": str(root.parent / "docker")}

    def run(self, task: str) -> Ran:
        return executor(self.root, "run", task, env=self.env)

    def statuses(self, task: str) -> list[str]:
        return [each["status"] for each in self.report(task)["outcomes"]]

    def report(self, task: str) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.root / "reports" / f"{task}.json").read_text())
        return report

    def staged(self) -> list[str]:
        return git(self.root, "diff", "--staged", "--name-only").split()

    def commit(self) -> None:
        git(self.root, "commit", "--quiet", "--message=done")


@pytest.fixture
def platform(services: Services, tmp_path: Path) -> Platform:
    return Platform(tmp_path / "platform", services)


def test_build_push_bump_and_then_check_it(platform: Platform) -> None:
    """TASK-001, then TASK-003, which looks at what TASK-001 left behind, then TASK-001 once more."""
    ran = platform.run("TASK-001")
    assert ran.exit_code == 1, ran.stdout + ran.stderr
    assert platform.statuses("TASK-001") == ["passed"] * 6 + ["verification"] * 2 + ["unresolved"]
    assert platform.staged() == ["kustomize/overlays/staging/render-worker.yaml", "tasks/TASK-001.md"]
    assert "              tag: 0.1.18 # built from" in (platform.root / platform.staged()[0]).read_text()
    assert not git(platform.root, "diff", "--name-only")
    platform.commit()

    ran = platform.run("TASK-003")
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    assert platform.statuses("TASK-003") == ["passed"] * 5 + ["verification"]
    assert platform.staged() == ["tasks/TASK-003.md"]
    platform.commit()

    before = snapshot(platform.root)
    ran = platform.run("TASK-001")
    assert ran.exit_code == 1, ran.stdout + ran.stderr
    assert platform.statuses("TASK-001") == ["skipped"] * 6 + ["verification"] * 2 + ["unresolved"]
    assert {path: data for path, data in before.items() if not path.startswith("reports/")} == {
        path: data for path, data in snapshot(platform.root).items() if not path.startswith("reports/")
    }


def test_configuration(platform: Platform) -> None:
    ran = platform.run("TASK-002")
    assert ran.exit_code == 1, ran.stdout + ran.stderr
    assert platform.statuses("TASK-002") == ["passed"] * 4 + ["unresolved"]
    production = "kustomize/overlays/production"
    assert platform.staged() == [f"{production}/render-worker.yaml", f"{production}/settings.yaml", "tasks/TASK-002.md"]
    assert 'FRAME_SIZE: "640x360"\n' in (platform.root / production / "settings.yaml").read_text()
    assert "memory: 512Mi\n" in (platform.root / production / "render-worker.yaml").read_text()


def test_a_build_that_fails_is_tried_twice_logged_and_does_not_stop_the_rest(platform: Platform) -> None:
    ran = platform.run("TASK-004")
    assert ran.exit_code == 1, ran.stdout + ran.stderr
    assert platform.statuses("TASK-004") == ["failed", "skipped", "passed"]
    report = platform.report("TASK-004")
    build = report["outcomes"][0]["operations"][0]
    assert len(build["attempts"]) == 2
    assert "this base image has none" in report["details"]["error_output"]
    assert report["success"] is False
    text = (platform.root / "tasks" / "TASK-004.md").read_text()
    assert text.count("- [ ]") == 2 and text.count("- [x]") == 1
    assert "failed" in text.splitlines()[-1]
    assert platform.staged() == ["tasks/TASK-004.md"]
