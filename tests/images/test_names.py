"""Image names, and which registry an image goes to."""

from __future__ import annotations

import pytest

from executor.errors import Blocked
from executor.images.names import Remote, check_digest, check_image, check_tag, remote_of, split_host, split_registry
from executor.reasons import ReasonCode


@pytest.mark.parametrize("name", ["a", "ffl/backend", "f/a.b_c__d---e", "ghcr.io/a/b", "localhost/a", "h:5000/a"])
def test_image_names(name: str) -> None:
    check_image(name)


@pytest.mark.parametrize(
    "name", ["", "A", "a//b", "/a", "a/", "a:1", "a@sha256:00", "-a", "a..b", "a b", "a/B", "a" * 256]
)
def test_no_image_names(name: str) -> None:
    with pytest.raises(Blocked) as caught:
        check_image(name)
    assert caught.value.code is ReasonCode.BAD_ARGUMENT


@pytest.mark.parametrize("tag", ["1", "v1.2.3", "main-0a1b", "_x", "A" * 128])
def test_tags(tag: str) -> None:
    check_tag(tag)


@pytest.mark.parametrize("tag", ["", ".a", "-a", "a+b", "a/b", "a:b", "A" * 129, "a\n"])
def test_no_tags(tag: str) -> None:
    with pytest.raises(Blocked):
        check_tag(tag)


def test_digests() -> None:
    check_digest(f"sha256:{'a' * 64}")
    for wrong in ("a" * 64, f"sha256:{'a' * 63}", f"sha256:{'A' * 64}", f"md5:{'a' * 32}"):
        with pytest.raises(Blocked):
            check_digest(wrong)


@pytest.mark.parametrize(
    ("image", "expected"),
    [("a", (None, "a")), ("a/b", (None, "a/b")), ("a.b/c", ("a.b", "c")), ("localhost/c", ("localhost", "c")),
     ("a:1/c", ("a:1", "c")), ("a.b", (None, "a.b"))],
)  # fmt: skip
def test_the_host_of_a_name(image: str, expected: tuple[str | None, str]) -> None:
    assert split_host(image) == expected


@pytest.mark.parametrize(
    ("registry", "expected"),
    [
        ("registry.example:5000", ("registry.example:5000", "")),
        ("https://registry.example/v2/", ("registry.example", "")),
        ("http://10.0.0.1:5000", ("10.0.0.1:5000", "")),
        ("ghcr.io/somebody", ("ghcr.io", "somebody")),
        ("[::1]:5000", ("[::1]:5000", "")),
    ],
)
def test_registries(registry: str, expected: tuple[str, str]) -> None:
    assert split_registry(registry) == expected


@pytest.mark.parametrize("registry", ["", "a b", "user:pw@host", "host:port", "host/UPPER", "-x"])
def test_no_registries(registry: str) -> None:
    with pytest.raises(Blocked) as caught:
        split_registry(registry)
    assert caught.value.code is ReasonCode.BAD_ARGUMENT


@pytest.mark.parametrize(
    ("image", "registry", "configured", "expected"),
    [
        ("app", "a.example", "b.example", Remote("a.example", "app", "a.example")),
        ("app", None, "b.example", Remote("b.example", "app", "b.example")),
        ("c.example/app", None, None, Remote("c.example", "app", "c.example")),
        ("app", "ghcr.io/me/", None, Remote("ghcr.io", "me/app", "ghcr.io/me")),
        ("me/app", "ghcr.io/me", None, Remote("ghcr.io", "me/app", "ghcr.io/me")),
    ],
)
def test_where_an_image_goes(image: str, registry: str | None, configured: str | None, expected: Remote) -> None:
    assert remote_of(image, registry, configured) == expected


def test_two_registries_for_one_image() -> None:
    with pytest.raises(Blocked) as caught:
        remote_of("c.example/app", "a.example", None)
    assert caught.value.code is ReasonCode.AMBIGUOUS
