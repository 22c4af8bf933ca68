from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import own_registry

from .pushes import serve
from .work import LIGHT, Work, run, start


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """The task was run; nothing was verified yet. Not to be touched: tests take `work`."""
    work = start(tmp_path_factory.mktemp("finished"))
    run(work)
    return work


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory, finished: Work) -> Work:
    """The task was run, verified and committed. Not to be touched: tests take `done`."""
    work = finished.copy(tmp_path_factory.mktemp("certified"))
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    return work


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    """A registry of the test's own; its address."""
    (tmp_path / "registry").mkdir()
    with own_registry(tmp_path / "registry") as address:
        yield address


@pytest.fixture
def work(finished: Work, tmp_path: Path) -> Work:
    return finished.copy(tmp_path)


@pytest.fixture
def done(certified: Work, tmp_path: Path) -> Work:
    return certified.copy(tmp_path)


@pytest.fixture(scope="session")
def finished_light(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """As `finished`, with a task that edits one file that nothing renders."""
    work = start(tmp_path_factory.mktemp("light"), LIGHT)
    run(work)
    return work


@pytest.fixture
def light(finished_light: Work, tmp_path: Path) -> Work:
    return finished_light.copy(tmp_path)


@pytest.fixture
def server(light: Work, tmp_path: Path) -> Path:
    """What the team pushes to: it has the base, and the gate in front of it."""
    return serve(light, tmp_path)
