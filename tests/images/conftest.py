"""The engine and registry that the tests share, and a bench to put an operation on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from servers import Services, shared

from tests.images.bench import Bench


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    with shared() as found:
        yield found


@pytest.fixture
def docker_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker configuration of the test's own, without any login of the person who runs it."""
    folder = tmp_path / "docker-config"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    return folder


@pytest.fixture
def bench(
    services: Services, docker_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Mapping[str, str | bytes]], Bench]:
    """A repository of these files, with the shared engine and registry configured."""
    monkeypatch.setenv("DOCKER_HOST", services.docker_host)
    monkeypatch.setenv("EXECUTOR_BASE_IMAGE", services.base)

    def make(files: Mapping[str, str | bytes]) -> Bench:
        return Bench.make(tmp_path / "repository", files, services)

    return make
