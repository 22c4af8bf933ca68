"""What is exact, what is higher, what names no version."""

from __future__ import annotations

import pytest

from executor.flux.versions import Version, chart_problem, image_problem, is_exact, is_lower, split, tag_problem

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("1.2.3", "1.2.4"),
        ("1.2.9", "1.2.10"),
        ("v1.2.3", "v1.3.0"),
        ("1.2.3", "v1.2.4"),
        ("1.2", "1.2.1"),
        ("1.2.3-rc.1", "1.2.3"),
        ("1.2.3-alpha.2", "1.2.3-alpha.10"),
        ("1.2.3-alpha.1", "1.2.3-beta.1"),
        ("2024.12.31", "2025.1.1"),
        ("40", "41"),
        ("1.2.3-debian-12-r1", "1.2.4-debian-12-r0"),
        ("1.43.3.10895", "1.43.3.10896"),
    ],
)
def test_lower(new: str, old: str) -> None:
    assert is_lower(new, old)
    assert not is_lower(old, new)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("1.2.3", "1.2.3"),
        ("1.2.3", "v1.2.3"),
        ("1.2.0", "1.2"),
        ("1.2.3-alpine", "1.2.3"),
        ("1.2.3-alpine", "1.2.3-debian"),
        ("main-1234567", "main-7654321"),
        ("latest", "1.2.3"),
        ("20240101", "1.2.3"),
        ("0123456789abcdef", "fedcba9876543210"),
    ],
)
def test_neither_lower_nor_higher(one: str, two: str) -> None:
    assert not is_lower(one, two)
    assert not is_lower(two, one)


@pytest.mark.parametrize("text", ["1.2.3", "v1.2.3", "=1.2.3", "1.2.3-rc.1+build.5"])
def test_exact(text: str) -> None:
    assert is_exact(text)


@pytest.mark.parametrize(
    "text",
    ["1.2", "1", "1.x", "1.2.x", ">=1.0.0", "^1.2.3", "~1.2.3", "*", "", "latest", "1.2.3 - 2.0.0", "1.2.3 || 2.0.0"],
)
def test_ranges(text: str) -> None:
    assert not is_exact(text)


@pytest.mark.parametrize("tag", ["1.2.3", "1.20", "v1", "main-0a1b2c3", "2024.1.1", "6.0.1.10512-ls300", "stable-1.2"])
def test_image_tags(tag: str) -> None:
    assert image_problem(Version(tag, None)) is None
    assert image_problem(Version(tag, DIGEST)) is None


@pytest.mark.parametrize(
    "tag",
    ["latest", "Latest", "1.x", "1.2.x", ">=1", "1.2.3+build", "", "main-<sha>", "${TAG}", "a b", "-x", "x" * 129],
)
def test_no_image_tags(tag: str) -> None:
    assert image_problem(Version(tag, None))


@pytest.mark.parametrize("digest", ["sha256:123", "sha512:" + "0" * 64, "sha256:" + "g" * 64])
def test_no_digests(digest: str) -> None:
    assert image_problem(Version("1.2.3", digest))


def test_charts() -> None:
    assert chart_problem("1.2.3") is None
    assert chart_problem("1.20")
    assert "1.20.0" in (tag_problem("1.20") or "")
    assert "1.0.0" in (tag_problem("1") or "")
    assert tag_problem("1.2.3") is None
    assert tag_problem("1.2.3+build")


def test_split() -> None:
    assert split("1.2.3") == Version("1.2.3", None)
    assert split(f"1.2.3@{DIGEST}") == Version("1.2.3", DIGEST)
    assert split(DIGEST) == split(f"@{DIGEST}") == Version(None, DIGEST)
