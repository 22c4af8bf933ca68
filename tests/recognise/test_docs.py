"""docs/writing-criteria.md says what is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from executor.models import Status
from tests.recognise.world import World, told

PAGE = (Path(__file__).parents[2] / "docs" / "writing-criteria.md").read_text(encoding="utf-8")


def listed(title: str) -> list[str]:
    part = re.split(r"\n(?:\*\*|## )", PAGE.split(f"\n{title}", 1)[1], maxsplit=1)[0]
    return [line[2:] for line in part.splitlines() if line.startswith("- ")]


RUN = [
    each
    for title in ("**Images**", "**Versions in manifests**", "**Values and entries**", "**Checks of files**")
    for each in listed(title)
]
NOT_HERE = ("clusters/staging", "ghcr.io/team/api", "registry.example.com", "production")
"""Examples that name what the tests' repository does not have: understood all the same."""


@pytest.mark.parametrize("sentence", RUN)
def test_these_run(world: World, sentence: str) -> None:
    found = world.recognise(sentence, version="0.1.18")
    understood = found.cannot is None or found.cannot.status is Status.BLOCKED
    assert understood if any(each in sentence for each in NOT_HERE) else found.cannot is None, told(found)


@pytest.mark.parametrize("sentence", listed("**Left to verification**"))
def test_these_are_left(world: World, sentence: str) -> None:
    operations = {each.operation for each in world.recognise(sentence).requests}
    assert operations and operations <= {"cluster.observe", "git.commit"}


STOPPED = [
    row.split("|")[1].replace("**", "").strip()
    for row in PAGE.split("## What stops a sentence")[1].split("\n## ")[0].splitlines()
    if row.startswith("| ") and "you write" not in row
]


@pytest.mark.parametrize("sentence", [part for row in STOPPED for part in [row.split(", ")[0]]])
def test_these_stop(world: World, sentence: str) -> None:
    assert told(world.recognise(sentence)).split()[0] in ("u", "b")


@pytest.mark.parametrize("sentence", listed("## Commands"))
def test_commands_are_understood(world: World, sentence: str) -> None:
    found = world.recognise(sentence, version="0.1.18")
    assert found.cannot is None or found.cannot.status is Status.BLOCKED, told(found)
