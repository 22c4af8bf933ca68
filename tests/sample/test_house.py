"""The files that a new clone starts with: lock files, set-up script, pages that name each other."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from executor.config import load

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
NAME = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def locked(name: str) -> dict[str, str]:
    return {match[1].lower(): match[2] for match in NAME.finditer((ROOT / name).read_text())}


def required(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(each for extra in extras for each in project["optional-dependencies"][extra])]
    return {re.split(r"[<>=!~;\[ ]", each)[0].lower() for each in wanted}


def test_locks_hold_what_the_project_requires() -> None:
    assert required() <= set(locked("requirements.lock"))
    assert required("dev") <= set(locked("requirements-dev.lock"))


def test_the_tests_run_with_the_versions_that_users_get() -> None:
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    bare = [each for each in entries if not each.startswith("#") and "--hash=sha256:" not in each]
    assert not bare


def test_shell_scripts_parse() -> None:
    scripts = [*ROOT.glob("scripts/*.sh"), ROOT / ".ci" / "run", ROOT / "infra" / "frame-stitcher" / "stitch"]
    for script in scripts:
        subprocess.run(["bash", "-n", str(script)], check=True)


@pytest.mark.parametrize(
    "page", [*(each.name for each in ROOT.glob("*.md")), *(f"docs/{each.name}" for each in ROOT.glob("docs/*.md"))]
)
def test_pages_link_to_files_that_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    links = [match[1] for match in re.finditer(r"\]\(([^)#\s]+)", re.sub(r"(?s)```.*?```", "", text))]
    missing = [each for each in links if "://" not in each and not (ROOT / page).parent.joinpath(each).exists()]
    assert not missing


def test_the_configuration_page_is_a_configuration(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", (ROOT / "docs" / "configuration.md").read_text(), re.DOTALL)
    assert example is not None
    (tmp_path / "executor.toml").write_text(example[1])
    assert load(tmp_path).registry.url == "registry.example.com"
