"""Logins for registries, from where `docker login` keeps them: config.json below DOCKER_CONFIG, and credential helpers.

Secrets live in `Login` only, which does not show them; a helper hands them over on its standard output, never in an
argument list.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from typing import Any

from executor.tools import process
from executor.tools.endpoint import config_folder
from executor.values import dataclass, field

HUB = "https://index.docker.io/v1/"
_HUB_NAMES = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
_HELPER_SECONDS = 30.0
_TOKEN_USER = "<token>"  # noqa: S105 - what helpers answer as the user where the secret is an identity token


class NoLogin(Exception):
    """The configuration promises a login that could not be had; the message says why and holds no secret."""


@dataclass(frozen=True, slots=True)
class Login:
    """User and password, or an identity (refresh) token."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The value of a Basic Authorization header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(each for each in (self.password, self.identity_token) if each)


def login_for(host: str, environment: Mapping[str, str] = os.environ) -> Login | None:
    """The login for a registry (host with port), None where there is none. Raises NoLogin."""
    config = _config(environment)
    key = HUB if host in _HUB_NAMES else host
    helper = _table(config, "credHelpers").get(host) or config.get("credsStore")
    if helper:
        found = _ask(str(helper), key)
        if found is not None:
            return found
    return _stored(_table(config, "auths"), host)


def _config(environment: Mapping[str, str]) -> dict[str, Any]:
    path = config_folder(environment) / "config.json"
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) else "not JSON"
        raise NoLogin(f"{path} cannot be read: {what}") from None
    return data if isinstance(data, dict) else {}


def _table(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = config.get(key)
    return found if isinstance(found, dict) else {}


def _stored(auths: Mapping[str, Any], host: str) -> Login | None:
    """Keys are hosts or whole URLs (`https://host/v1/`), as several generations of docker wrote them."""
    wanted = _HUB_NAMES if host in _HUB_NAMES else {host}
    for key, entry in auths.items():
        if key.split("://")[-1].split("/")[0] in wanted and isinstance(entry, dict) and entry:
            return _entry(key, entry)
    return None


def _entry(key: str, entry: Mapping[str, Any]) -> Login | None:
    if entry.get("identitytoken"):
        return Login(identity_token=str(entry["identitytoken"]))
    if entry.get("auth"):
        try:
            user, colon, password = base64.b64decode(str(entry["auth"]), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            colon = ""
        if not colon:
            raise NoLogin(f"config.json: the login for {key} is not base64 of user:password")
        return Login(user, password.rstrip("\0"))
    if entry.get("username"):
        return Login(str(entry["username"]), str(entry.get("password", "")))
    return None


def _ask(helper: str, key: str) -> Login | None:
    program = f"docker-credential-{helper}"
    if "/" in helper or not helper:
        raise NoLogin(f"config.json: {helper!r} is no name of a credential helper")
    try:
        done = process.run([program, "get"], stdin=key.encode(), timeout=_HELPER_SECONDS)
    except (FileNotFoundError, PermissionError):
        raise NoLogin(f"{program}, which config.json names, is not on the PATH") from None
    if done.timed_out:
        raise NoLogin(f"{program} did not answer within {_HELPER_SECONDS:g} s")
    if done.exit_code != 0:
        if "not found" in (done.output + done.errors).casefold():
            return None
        raise NoLogin(f"{program} ended with exit code {done.exit_code}")
    return _handed_over(program, done.stdout)


def _handed_over(program: str, answer: bytes) -> Login | None:
    try:
        data = json.loads(answer)
        user, secret = str(data["Username"]), str(data["Secret"])
    except (ValueError, KeyError, TypeError):
        raise NoLogin(f"{program} answered something else than user and secret") from None
    if not user and not secret:
        return None
    return Login(identity_token=secret) if user == _TOKEN_USER else Login(user, secret)
