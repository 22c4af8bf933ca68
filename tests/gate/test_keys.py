from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from executor.errors import ConfigError, UsageError
from executor.gate import keys
from executor.toolbox import environment

from .work import Work


def test_new_key_is_private_and_outside(tmp_path: Path) -> None:
    path, key = keys.create("alice", tmp_path / "keys", days=30)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.load(path).id == key.id
    assert key.valid_until - key.valid_from == timedelta(days=30)


def test_never_overwrites(tmp_path: Path) -> None:
    path, _ = keys.create("alice", tmp_path, days=1)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="never overwritten"):
        keys.create("alice", tmp_path, days=1)
    assert path.read_bytes() == before


@pytest.mark.parametrize("days", [-1, 0, 36501, 10**12])
def test_days_of_no_key(tmp_path: Path, days: int) -> None:
    with pytest.raises(UsageError, match="cannot be valid"):
        keys.create("alice", tmp_path, days=days)
    assert not list(tmp_path.iterdir()), "and none is left behind"


@pytest.mark.parametrize("there", [b"alice and nothing more\n", b"\xff\xfe\n"])
def test_no_key_is_made_where_it_could_not_be_trusted(light: Work, there: bytes) -> None:
    before = sorted(light.home.rglob("*.pem"))
    assert light.call("keys", "new", "alice", "--folder", str(light.home)).code == 2, "the name is somebody's"
    (light.root / keys.TRUSTED_KEYS).write_bytes(there)
    answer = light.call("keys", "new", "bob")
    assert answer.code == 2 and f"{keys.TRUSTED_KEYS}:1" in answer.err
    assert sorted(light.home.rglob("*.pem")) == before


def test_command_that_trusts_it_works_where_it_is_ignored(light: Work) -> None:
    light.write(".gitignore", "reports/\n.executor/\n")
    light.git("rm", "--quiet", "--cached", keys.TRUSTED_KEYS)
    command = light.call("keys", "new", "bob").out.partition("committed: git ")[2].partition(" &&")[0]
    light.git(*command.split())
    assert keys.TRUSTED_KEYS in light.git("diff", "--cached", "--name-only")


def test_not_in_a_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(UsageError, match="lies in the repository"):
        keys.create("alice", tmp_path / "keys", days=1)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_refuses_a_key_that_others_may_read(tmp_path: Path, mode: int) -> None:
    path, _ = keys.create("alice", tmp_path, days=1)
    path.chmod(mode)
    with pytest.raises(UsageError, match="this user's alone"):
        keys.load(path)


def test_refuses_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        keys.load(tmp_path)


def test_refuses_a_link(tmp_path: Path) -> None:
    path, _ = keys.create("alice", tmp_path / "a", days=1)
    (tmp_path / "link.pem").symlink_to(path)
    with pytest.raises(UsageError, match="cannot be read"):
        keys.load(tmp_path / "link.pem")


def test_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, "correct horse")
    path, key = keys.create("alice", tmp_path, days=1)
    assert b"ENCRYPTED" in path.read_bytes()
    assert keys.load(path).id == key.id
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, "wrong")
    with pytest.raises(UsageError, match="passphrase"):
        keys.load(path)


def test_operations_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, "correct horse")
    monkeypatch.setenv(keys.PATH_VARIABLE, "/somewhere/key.pem")
    assert not {keys.PASSPHRASE_VARIABLE, keys.PATH_VARIABLE} & environment().keys()


def test_several_keys_are_not_guessed(tmp_path: Path) -> None:
    folder = keys.key_folder({"HOME": str(tmp_path)})
    for name in ("alice", "bob"):
        keys.create(name, folder, days=1)
    with pytest.raises(UsageError, match="several keys"):
        keys.find(None, {"HOME": str(tmp_path)})
    assert keys.find(None, {"HOME": str(tmp_path), keys.PATH_VARIABLE: "/k"}) == Path("/k")


def test_trusting_keeps_what_stands_there(tmp_path: Path) -> None:
    _, key = keys.create("alice", tmp_path / "keys", days=1)
    path = tmp_path / "platform" / keys.TRUSTED_KEYS
    path.parent.mkdir(parents=True)
    path.write_text("# ours, no newline at the end")
    keys.trust(tmp_path / "platform", key)
    keys.trust(tmp_path / "platform", key)
    assert path.read_text() == f"# ours, no newline at the end\n{key.line}\n"
    assert keys.parse_trusted(path.read_text()) == {key.id: key}


@pytest.mark.parametrize(
    "line",
    [
        "alice",
        "alice 2026-01-01T00:00:00Z 2027-01-01T00:00:00Z rsa AAAA",
        "alice 2026-01-01 2027-01-01 ed25519 {public}",
        "alice 2027-01-01T00:00:00Z 2026-01-01T00:00:00Z ed25519 {public}",
        "alice 2026-01-01T00:00:00Z 2027-01-01T00:00:00Z ed25519 {public}=",
        "alice 2026-01-01T00:00:00Z 2027-01-01T00:00:00Z ed25519 AAAA",
        "al/ice 2026-01-01T00:00:00Z 2027-01-01T00:00:00Z ed25519 {public}",
    ],
)
def test_faulty_line_names_its_place(tmp_path: Path, line: str) -> None:
    _, key = keys.create("alice", tmp_path, days=1)
    with pytest.raises(ConfigError) as caught:
        keys.parse_trusted("# comment\n" + line.format(public=key.public))
    assert caught.value.place == f"{keys.TRUSTED_KEYS}:2"


def test_a_key_twice_is_an_error(tmp_path: Path) -> None:
    """Else the validity that counts would depend on the order of lines."""
    _, key = keys.create("alice", tmp_path, days=1)
    with pytest.raises(ConfigError, match="twice"):
        keys.parse_trusted(f"{key.line}\n{key.line}\n")


def test_validity_is_inclusive(tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    _, key = keys.create("alice", tmp_path, days=1, now=start)
    assert key.covers(start) and key.covers(start + timedelta(days=1))
    assert not key.covers(start - timedelta(seconds=1)) and not key.covers(start + timedelta(days=1, seconds=1))
