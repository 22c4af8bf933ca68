"""executor.toml: what is right, and every way of being wrong with its file:line."""

from __future__ import annotations

from pathlib import Path

import pytest

from executor.config import Config, load, place_of
from executor.errors import ConfigError
from executor.models import TaskType

WHOLE = """\
branch = "trunk"
task_folders = ["tasks", "ops/tasks"]
report_folder = "out/reports"
time_zone = "Europe/Berlin"
digests = "require"

[labels]
renders = "build"

[repositories.beckerkube]
path = "../beckerkube"
holds = ["manifests"]

[registry]
url = "192.168.7.21:5000"
mutable_tags = ["main"]
plain_http = ["192.168.7.21:5000"]

[images."ffl/backend"]
context = "ffl/backend"
build_args = { BASE = "python:3.12-slim" }

[retry]
attempts = 1
pause_seconds = 0

[timeouts]
build = 60
"""


def test_whole_file(tmp_path: Path) -> None:
    (tmp_path / "executor.toml").write_text(WHOLE)
    config = load(tmp_path)
    assert config.branch == "trunk"
    assert config.labels == {"renders": TaskType.BUILD}
    assert config.repositories["beckerkube"].holds == ("manifests",)
    assert config.images["ffl/backend"].build_args == {"BASE": "python:3.12-slim"}
    assert (config.retry.attempts, config.retry.pause_seconds, config.timeouts.build) == (1, 0.0, 60.0)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path) == Config()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("branch = 1\n", 1, "expected a string in quotes"),
        ('\nbranhc = "main"\n', 2, 'did you mean "branch"?'),
        ("[registry]\n\nurl = true\n", 3, "expected a string in quotes"),
        ('[images."ffl/backend"]\ncontexte = "x"\n', 2, 'did you mean "context"?'),
        ("[images.a]\nbuild_args = { A = 1 }\n", 2, "expected a string in quotes"),
        ('[labels]\nx = "y"\n', 2, "expected one of build, deployment, configuration, verification"),
        ('[repositories.a]\nholds = ["tasks"]\n', 1, 'missing key "path"'),
        ('[repositories.a]\npath = "."\nholds = ["task"]\n', 3, "expected one of manifests, services, tasks"),
        ("[retry]\nattempts = 3\n", 2, "expected 1 or 2"),
        ("[retry]\nattempts = true\n", 2, "expected a whole number"),
        ("[timeouts]\npush = 0\n", 2, "above 0"),
        ('report_folder = "../out"\n', 1, "inside the repository"),
        ('report_folder = "./"\n', 1, "a folder of its own"),
        ('[registry]\nurl = "https://registry.example/v2/"\n', 2, "expected a host"),
        ('[registry]\nplain_http = ["a:1"]\nurl = "me:secret@registry.example"\n', 3, "registry.url: expected a host"),
        ('task_folders = ["/tasks"]\n', 1, "inside the repository"),
        ('time_zone = "Europe/Atlantis"\n', 1, "no such time zone"),
        ('a = "b\n', 1, "not TOML"),
        ("registry = 5\n", 1, "expected a table"),
        ('[registry]\nurl = "127.0.0.1:99999"\n', 2, "expected a port"),
        ('retry.attempts = "2"\n', 1, "retry.attempts: found"),
        ("[timeouts]\nbuild = nan\n", 2, "above 0"),
        ("[retry]\npause_seconds = inf\n", 2, "0 or a number above it"),
        ("[verification]\ntimeout_seconds = -5\n", 2, "above 0"),
        ("[commit]\nhook_timeout_seconds = 0\n", 2, "above 0"),
        ("[gate]\nmax_age_days = -1\n", 2, "0 or a number above it"),
        ("max_task_bytes = 0\n", 1, "above 0"),
        ('branch = ""\n', 1, "is empty"),
        ('[repositories.a]\npath = "."\nbranch = " "\n', 3, "is empty"),
        ('[images.a]\ncontext = "../.."\n', 2, "inside the repository"),
        ('report_folder = ".git/reports"\n', 1, "git's or executor's own"),
        ("a = " + "[" * 5000 + "]" * 5000, 1, "nested too deeply"),
    ],
)
def test_wrong(tmp_path: Path, text: str, line: int, said: str) -> None:
    (tmp_path / "executor.toml").write_text(text)
    with pytest.raises(ConfigError) as error:
        load(tmp_path)
    assert error.value.place == f"executor.toml:{line}"
    assert said in str(error.value)


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "executor.toml").write_text('[registry]\nurl = "me:secret@registry.example"\n')
    with pytest.raises(ConfigError) as error:
        load(tmp_path)
    assert "secret" not in str(error.value)


def test_where_a_key_of_an_array_stands(tmp_path: Path) -> None:
    (tmp_path / "executor.toml").write_text('[[phrases]]\npattern = "a"\n\n[[phrases]]\npattern = "b"\n')
    assert place_of(tmp_path, "phrases", 1) == "executor.toml:4"
    assert place_of(tmp_path, "phrases", 1, "pattern") == "executor.toml:5"


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "executor.toml").write_bytes(b'# ok\nbranch = "\xff"\n')
    with pytest.raises(ConfigError, match=r"executor\.toml:2: not UTF-8"):
        load(tmp_path)


def test_a_byte_order_mark_is_nothing_wrong(tmp_path: Path) -> None:
    (tmp_path / "executor.toml").write_bytes(b'\xef\xbb\xbfbranch = "trunk"\n')
    assert load(tmp_path).branch == "trunk"


@pytest.mark.parametrize(
    ("target", "said"),
    [("nowhere", "a link to what is not there"), ("/etc/hostname", "a link out"), ("/dev/zero", "is no regular file")],
)
def test_links(tmp_path: Path, target: str, said: str) -> None:
    (tmp_path / "executor.toml").symlink_to(target)
    with pytest.raises(ConfigError, match=said):
        load(tmp_path)


def test_too_large(tmp_path: Path) -> None:
    (tmp_path / "executor.toml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(ConfigError, match="more than"):
        load(tmp_path)
