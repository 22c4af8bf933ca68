"""Images: the registry is asked again, and what it says now counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import Services, own_registry, shared, unique

from .work import TASK, Answer, Work, check, start

TEXT = """\
---
id: TASK-001
title: Release
labels: [builds, registry]
---
## Acceptance Criteria

- [ ] Build it

  ```operation
  uses: image.build
  image: {image}
  tag: 1.0.0
  context: app
  ```
- [ ] Push it

  ```operation
  uses: image.push
  image: {image}
  tag: 1.0.0
  ```
- [ ] See it

  ```operation
  uses: image.verify
  image: {image}
  tag: 1.0.0
  ```
"""


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with shared() as found:
        yield found


@pytest.fixture
def pushed(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Work, str]:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return push_to(services.registry, services, tmp_path)


def push_to(registry: str, services: Services, tmp_path: Path) -> tuple[Work, str]:
    image = unique("gate")
    toml = f'[registry]\nurl = "{registry}"\nmutable_tags = ["1.0.0"]\n'
    toml += "[verification]\nretry_pause_seconds = 0.01\n"
    work = start(
        tmp_path,
        {TASK: TEXT.format(image=image), "app/Dockerfile": f"FROM {services.base}\nCOPY word /word\n",
         "app/word": "one\n", "executor.toml": toml},
    )  # fmt: skip
    answer = work.call("run", "TASK-001", env=environment(services, tmp_path))
    assert answer.code == 0, answer.out + answer.err
    return work, image


def environment(services: Services, folder: Path) -> dict[str, str]:
    return {"DOCKER_HOST": services.docker_host, "DOCKER_CONFIG": str(folder)}


def verify(work: Work, services: Services, *arguments: str) -> Answer:
    return work.verify(*arguments, env=environment(services, work.root.parent))


def test_in_the_registry_by_digest(pushed: tuple[Work, str], services: Services) -> None:
    work, image = pushed
    answer = verify(work, services, "--commit")
    assert answer.code == 0, answer.out
    found = check(answer.json, "criterion 2: image.push")
    assert found["evidence"]["digest"] in work.document().decode()
    assert "GET /v2/" in found["command"]
    assert found["evidence"]["labels"]["org.opencontainers.image.version"] == "1.0.0"
    assert f"image:{services.registry}/{image}:1.0.0" in work.call("certificate", "show", "--json").out


def test_another_image_under_that_tag(pushed: tuple[Work, str], services: Services, tmp_path: Path) -> None:
    """Somebody pushes over the tag after the run."""
    work, image = pushed
    text = TEXT.format(image=image).split("- [ ] See it")[0]
    other = start(
        tmp_path / "other",
        {TASK: text, "app/Dockerfile": f"FROM {services.base}\nCOPY word /word\n", "app/word": "two\n",
         "executor.toml": work.read("executor.toml")},
    )  # fmt: skip
    run_again = other.call("run", "TASK-001", env=environment(services, tmp_path))
    assert run_again.code == 0, run_again.out
    answer = verify(work, services, "--commit")
    assert answer.code == 1
    document = answer.json
    assert check(document, "criterion 2: image.push")["status"] == "fail"
    assert set(document["unticked"]) >= {1, 2}
    assert document["failure_analysis"]["root_cause"].startswith("digest differs: ")
    assert "[x] Push it" not in work.read(TASK)


def test_registry_that_does_not_answer(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not to know is not to disprove: nothing is unticked, nothing is committed."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "registry").mkdir()
    with own_registry(tmp_path / "registry") as address:
        work, _ = push_to(address, services, tmp_path)
    answer = verify(work, services, "--commit")
    assert answer.code == 1
    document = answer.json
    assert check(document, "criterion 2: image.push")["status"] == "error"
    assert document["failure_analysis"]["root_cause"].startswith("registry or engine down: ")
    assert document["unticked"] == [] and document["failure_analysis"]["is_task_issue"] is False
    assert document["status"] == "NEEDS_FURTHER_REVIEW"
