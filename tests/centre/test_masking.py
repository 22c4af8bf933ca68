"""No secret in a file, log, report or argument list: each form that a value travels in."""

from __future__ import annotations

import base64
import json
import shlex
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.tools.masking import Masker

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40).filter(
    lambda text: not text.startswith(("/", "unix://"))
)


@given(SECRETS, st.binary(max_size=7), st.binary(max_size=7))
def test_every_form(secret: str, before: bytes, after: bytes) -> None:
    masker = Masker([secret])
    encoded = base64.b64encode(before + secret.encode() + after).decode()
    for text in (secret, quote(secret, safe=""), json.dumps(secret), shlex.quote(secret)):
        assert secret not in masker(f"a {text} b")
    shown = masker(f"x {encoded} y")
    middle = base64.b64encode(secret.encode()).decode()[4:-8]
    assert "***" in shown and middle not in shown


@pytest.mark.parametrize(
    "text",
    [
        "https://user:hunter2hunter2@registry.example.com/v2/",
        "Authorization: Bearer abcdefghijklmnop",
        "Authorization: Basic dXNlcjpodW50ZXIy",
        "ghp_0123456789abcdefghijABCDEFGHIJ0123456789",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_known_shapes(text: str) -> None:
    assert "***" in Masker()(text)


@pytest.mark.parametrize("text", ["sha256:" + "a" * 64, "ghcr.io/ffl/backend:1.2.3", "https://example.com/a@b", "v1.2"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert Masker()(text) == text


def test_of_the_environment() -> None:
    masker = Masker.of_environment({"GITHUB_TOKEN": "correct-horse-battery", "PATH": "/usr/bin:/usr/local/bin"})
    assert masker("correct-horse-battery /usr/bin:/usr/local/bin") == "*** /usr/bin:/usr/local/bin"


@pytest.mark.parametrize(
    ("name", "secret"),
    [("GIT_AUTHOR_NAME", False), ("AUTHORS", False), ("AUTH", True), ("AUTHORIZATION", True), ("X_AUTH_KEY", True),
     ("REGISTRY_TOKEN", True), ("DB_PASSWD", True)],
)  # fmt: skip
def test_names_that_say_secret(name: str, secret: bool) -> None:
    masker = Masker.of_environment({name: "Somebody Somewhere"})
    assert (masker("by Somebody Somewhere") == "by ***") is secret
