"""The world is written once; nothing in these tests changes it."""

from __future__ import annotations

import pytest

from tests.recognise.world import World, make


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make(tmp_path_factory.mktemp("world"))
