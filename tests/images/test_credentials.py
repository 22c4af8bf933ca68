"""Logins as docker keeps them; helpers are real programs on the PATH."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from executor.tools.credentials import Login, NoLogin, login_for

ANN = "YW5uOnMzY3IzdA=="  # ann:s3cr3t


def config(folder: Path, **keys: object) -> dict[str, str]:
    (folder / "config.json").write_text(json.dumps(keys))
    return {"DOCKER_CONFIG": str(folder), "HOME": "/nonexistent"}


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("registry.example:5000", "registry.example:5000"),
        ("https://registry.example:5000/v1/", "registry.example:5000"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("https://index.docker.io/v1/", "registry-1.docker.io"),
    ],
)
def test_a_stored_login(tmp_path: Path, key: str, host: str) -> None:
    assert login_for(host, config(tmp_path, auths={key: {"auth": ANN}})) == Login("ann", "s3cr3t")


def test_none(tmp_path: Path) -> None:
    assert login_for("registry.example", {"DOCKER_CONFIG": str(tmp_path)}) is None
    assert login_for("registry.example", config(tmp_path, auths={"registry.example:5000": {"auth": ANN}})) is None
    assert login_for("registry.example", config(tmp_path, auths={"registry.example": {}})) is None


def test_the_home_folder_without_docker_config(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    config(tmp_path / ".docker", auths={"registry.example": {"username": "ann", "password": "s3cr3t"}})
    assert login_for("registry.example", {"HOME": str(tmp_path)}) == Login("ann", "s3cr3t")


def test_an_identity_token(tmp_path: Path) -> None:
    entry = {"auth": ANN, "identitytoken": "t0ken"}
    assert login_for("r.example", config(tmp_path, auths={"r.example": entry})) == Login(identity_token="t0ken")


@pytest.mark.parametrize("auth", ["no base64!", "YW5u", "//79"])
def test_a_faulty_entry_is_told_without_its_content(tmp_path: Path, auth: str) -> None:
    with pytest.raises(NoLogin, match=r"login for r\.example is not base64") as caught:
        login_for("r.example", config(tmp_path, auths={"r.example": {"auth": auth}}))
    assert auth not in str(caught.value)


def test_a_login_does_not_show_itself() -> None:
    assert "s3cr3t" not in repr(Login("ann", "s3cr3t")) and "t0ken" not in str(Login(identity_token="t0ken"))


def helper(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """`docker-credential-test`, a program; what it was called with lands in `asked`."""
    program = folder / "docker-credential-test"
    program.write_text(f"#!/bin/sh\nread host\necho \"$# $1 $host\" >> '{folder}/asked'\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


GIVES = """echo '{"ServerURL": "x", "Username": "bob", "Secret": "hush"}'"""


def test_a_helper_for_the_host_wins_over_the_store_and_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper(tmp_path, monkeypatch, GIVES)
    environment = config(
        tmp_path, credHelpers={"r.example": "test"}, credsStore="missing", auths={"r.example": {"auth": ANN}}
    )
    assert login_for("r.example", environment) == Login("bob", "hush")
    assert (tmp_path / "asked").read_text() == "1 get r.example\n"


def test_the_store_is_asked_for_the_hub_by_its_old_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(tmp_path, monkeypatch, """echo '{"Username": "<token>", "Secret": "hush"}'""")
    assert login_for("docker.io", config(tmp_path, credsStore="test")) == Login(identity_token="hush")
    assert (tmp_path / "asked").read_text() == "1 get https://index.docker.io/v1/\n"


def test_a_helper_that_knows_nothing_leaves_it_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(tmp_path, monkeypatch, "echo credentials not found in native keychain; exit 1")
    environment = config(tmp_path, credsStore="test", auths={"r.example": {"auth": ANN}})
    assert login_for("r.example", environment) == Login("ann", "s3cr3t")


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exit 3", "exit code 3"),
        ("echo hush-hush", "something else"),
        ("""echo '{"Username": "bob"}'""", "something else"),
    ],
)
def test_a_helper_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, says: str) -> None:
    helper(tmp_path, monkeypatch, script)
    with pytest.raises(NoLogin, match=says) as caught:
        login_for("r.example", config(tmp_path, credsStore="test"))
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere", "../test"])
def test_a_helper_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(NoLogin, match=r"not on the PATH|no name of"):
        login_for("r.example", config(tmp_path, credsStore=name))
