"""A project's own phrases, and recognisers of other packages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from executor.errors import ConfigError
from tests.recognise.world import FILES, make, task_text, told

PLUGIN = Path(__file__).parents[2] / "docs" / "example-plugin"

PHRASE = """
[registry]
url = "192.168.7.21:5000"

[[phrases]]
pattern = "Ship {image:image} [at] {version:version} to|into harbour"
operation = "image.push"
arguments = { image = "{image}", tag = "{version}", registry = "harbour.example" }
match = ["Ship stitcher at 1.2.0 to harbour", "ship stitcher 1.2.0 into harbour"]
no_match = ["Ship it", "Ship stitcher at 1.x to harbour", "Ship stitcher 1.2.0 to harbour tomorrow"]
"""


def test_phrase(tmp_path: Path) -> None:
    world = make(tmp_path, {**FILES, "executor.toml": PHRASE})
    shipped = "image.push stitcher:1.2.0 harbour.example"
    assert told(world.recognise("Ship stitcher 1.2.0 to harbour")) == shipped
    assert told(world.recognise("**#4** Ship `stitcher` at `1.2.0` to harbour (see TASK-9)")) == shipped
    assert world.recognise("Ship stitcher 1.2.0 to harbour").requests[0].source == "plugin"
    for other in (
        "Do not ship stitcher 1.2.0 to harbour",
        "Ship stitcher 1.2.0 to harbour if needed",
        "Ship longhorn 1.2.0 to harbour",
        "Ship stitcher 1.2.0 to harbour - staging only",
    ):
        assert told(world.recognise(other))[0] == "u", other


def test_the_grammar_comes_first(tmp_path: Path) -> None:
    phrase = PHRASE.replace(
        "Ship {image:image} [at] {version:version} to|into harbour", "Build {image:image} {version:version}"
    )
    phrase = phrase.replace(
        'match = ["Ship stitcher at 1.2.0 to harbour", "ship stitcher 1.2.0 into harbour"]',
        'match = ["Build stitcher 1.2.0"]',
    )
    world = make(tmp_path, {**FILES, "executor.toml": phrase})
    assert told(world.recognise("Build stitcher 1.2.0")) == "image.build stitcher:1.2.0"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"Ship it"', '"Ship stitcher 1.2.0 to harbour"', "which it says it does not"),
        ('"Ship stitcher at 1.2.0 to harbour"', '"Ship the boat"', "does not match its own example"),
        ("{image:image}", "{image:boat}", "boat"),
        ("{image:image}", "{image}", "expected"),
        ("{version}", "{tag}", "no slot"),
        ("Ship {image:image} [at] {version:version} to|into harbour", "{image:image} {version:version}", "no word of its own"),
        ("[at] {version:version}", "[at] [{version:version}]", "may be missing"),
        ("[at]", "{image:image}", "two slots called image"),
    ],
)  # fmt: skip
def test_faulty_phrase(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in PHRASE
    world = make(tmp_path, {**FILES, "executor.toml": PHRASE.replace(old, new)})
    with pytest.raises(ConfigError) as error:
        world.recognise("Build stitcher 1.2.0")
    assert words in str(error.value) and "executor.toml" in str(error.value)


def test_example_plugin(tmp_path: Path) -> None:
    """The package in docs/ is installed, recognises its sentence, and its operation runs."""
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation",
               "--target", str(site), str(PLUGIN)]  # fmt: skip
    subprocess.run(install, check=True, capture_output=True, cwd=tmp_path)
    script = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.recognise.world import make, told
from executor.all_operations import operation
world = make(Path(sys.argv[2]), {"CHANGELOG.md": "1.2.0 is out\\n"})
print(told(world.recognise("Changelog mentions 1.2.0")))
print(told(world.recognise("Changelog mentions 1.2.0 soon")))
print(operation("changelog.mentions").kind)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, str(site), str(tmp_path / "world")],
        check=True, capture_output=True, text=True, cwd=root,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["changelog.mentions version=1.2.0", "u person", "changelog.mentions"]


@pytest.mark.parametrize(
    ("group", "body", "exit_code", "words"),
    [
        ("recognisers", "raise RuntimeError('away')", 2, "RuntimeError: away"),
        ("recognisers", "given = 1", 2, "has no __call__"),
        ("recognisers", "def given(sentence): return 5", 0, "the recogniser x.y of another package failed"),
        ("recognisers", "def given(sentence): return [('image.build', None)]", 0, "of another package failed"),
        ("operations", "raise RuntimeError('away')", 2, "RuntimeError: away"),
        ("operations", "given = 1", 2, "has no arguments"),
    ],
)
def test_a_faulty_package_is_named(tmp_path: Path, group: str, body: str, exit_code: int, words: str) -> None:
    """It is no defect of ours."""
    site, home = tmp_path / "site", tmp_path / "world" / "beckerkube"
    offered = {
        "other.py": body,
        "other-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n",
        "other-1.0.dist-info/entry_points.txt": f"[executor.{group}]\nx.y = other:given\n",
    }
    for name, text in offered.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    block = "Frobnicate it\n\n  ```operation\n  uses: x.y\n  ```" if group == "operations" else "Frobnicate it"
    make(tmp_path / "world", {"tasks/TASK-001.md": task_text([block])})
    done = subprocess.run(
        [sys.executable, "-m", "executor", "explain", "tasks/TASK-001.md"], check=False,
        capture_output=True, text=True, cwd=home, env={**os.environ, "PYTHONPATH": f"{Path(__file__).parents[2]}:{site}"},
    )  # fmt: skip
    assert done.returncode == exit_code and words in done.stdout + done.stderr, done
