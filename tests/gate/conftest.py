from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from servers import own_registry

from executor.gate import keys

from .proposals import FILES, Team
from .pushes import remote, serve
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


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Work:
    """The key is valid since yesterday: what is certified here was certified some seconds apart. Not to be touched."""
    work = start(tmp_path_factory.mktemp("planned"), FILES)
    (key,) = keys.parse_trusted(work.read(keys.TRUSTED_KEYS)).values()
    older = keys.TrustedKey(key.name, key.valid_from - timedelta(days=1), key.valid_until, key.public)
    work.write(keys.TRUSTED_KEYS, older.line + "\n")
    work.commit("Since yesterday")
    return work


@pytest.fixture
def team(planned: Work, tmp_path: Path) -> Team:
    work = planned.copy(tmp_path)
    server = remote(work, tmp_path)
    work.git("fetch", "--quiet", "origin")
    return Team(work, server)
