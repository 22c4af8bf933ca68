"""Reading Dockerfiles: lines, stages, what they start from, what only BuildKit can do."""

from __future__ import annotations

import pytest

from executor.errors import Blocked
from executor.images.dockerfile import Dockerfile, needs_buildkit, outside, parse, takes_top, target_stage
from executor.reasons import ReasonCode


def read(text: str) -> Dockerfile:
    return parse(text, "Dockerfile")


def bases(text: str, *, every_stage: bool = True, target: str | None = None, **given: str) -> dict[str, int]:
    return dict(outside(read(text), given, target, every_stage=every_stage).images)


def test_lines_continuations_and_comments() -> None:
    found = read("\n# one\nFROM a\nRUN x \\\n# between\n\n  y \\  \n z\ncopy --from=b --chown=1:1 c d\n").instructions
    assert [(each.keyword, each.line, each.end) for each in found] == [("FROM", 3, 3), ("RUN", 4, 8), ("COPY", 9, 9)]
    assert found[1].words == ["x", "y", "z"]
    assert found[2].flag("from") == "b" and found[2].flag("chmod") is None and found[2].words == ["c", "d"]


def test_another_escape_character() -> None:
    found = read("# escape=`\nFROM a\nRUN dir C:\\\nRUN x `\n y\n").instructions
    assert [each.line for each in found] == [2, 3, 4]


def test_heredocs_are_no_instructions() -> None:
    text = "FROM a\nRUN <<EOF sh\nFROM nowhere\nEOF\nCOPY <<-'A' <<B /x/\n\tone\n\tA\ntwo\nB\nENV Z=1\n"
    found = read(text).instructions
    assert [(each.keyword, each.line, each.heredocs) for each in found] == [
        ("FROM", 1, ()), ("RUN", 2, ("EOF",)), ("COPY", 5, ("A", "B")), ("ENV", 10, ()),
    ]  # fmt: skip


@pytest.mark.parametrize("run", ['echo "a <<EOF"', "echo $((1<<2))", "cat <<EOF", "x <<< y", "echo '<<A'"])
def test_what_looks_like_a_heredoc_and_is_none(run: str) -> None:
    found = read(f"FROM a\nRUN {run}\nENV A=1\n").instructions
    assert [each.keyword for each in found] == ["FROM", "RUN", "ENV"] and found[1].heredocs == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a:1\nFROM b\n", {"a:1": 1, "b": 2}),
        ("ARG V=1\nFROM a:${V}\n", {"a:1": 2}),
        ("ARG V=1\nARG W=x-$V\nFROM a:$W\n", {"a:x-1": 3}),
        ("ARG V\nFROM a:${V:-2}\n", {"a:2": 2}),
        ("ARG V=1\nFROM a${V:+-slim}\n", {"a-slim": 2}),
        ('ARG V="1"\nFROM a:$V\n', {"a:1": 2}),
        ("FROM scratch\n", {}),
        ("FROM a AS one\nFROM ONE\nCOPY --from=one x y\nCOPY --from=0 x y\nCOPY --from=c:3 x y\n", {"a": 1, "c:3": 5}),
        ("FROM a AS b\nFROM b AS a\nFROM a\n", {"a": 1}),
        ("FROM a\nRUN --mount=type=bind,from=d:4,target=/d x\n", {"a": 1, "d:4": 2}),
        ("FROM --platform=linux/amd64 a\n", {"a": 1}),
        ("FROM a@sha256:00\n", {"a@sha256:00": 1}),
    ],
)
def test_base_images(text: str, expected: dict[str, int]) -> None:
    assert bases(text) == expected


def test_given_arguments_win_if_they_are_declared() -> None:
    assert bases("ARG V=1\nFROM a:$V\n", V="9") == {"a:9": 2}
    assert bases("ARG V=1\nFROM a:$V\nARG W=2\n", W="9", V="3") == {"a:3": 2}
    with pytest.raises(Blocked, match=r"^Dockerfile:1: \$W has no value"):
        bases("FROM $W\n", W="a")


def test_which_stages_count() -> None:
    text = "FROM a AS one\nFROM b AS two\nFROM c AS three\nCOPY --from=one x y\nFROM d\n"
    assert bases(text, target="three") == {"a": 1, "b": 2, "c": 3}
    assert bases(text, target="THREE", every_stage=False) == {"a": 1, "c": 3}
    assert bases(text, every_stage=False) == {"d": 5}
    assert target_stage(read(text), "1") == 1
    with pytest.raises(Blocked, match='no stage "four"; stages: one, two, three'):
        target_stage(read(text), "four")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("FROM a\nADD https://example.com/x /x\n", "Dockerfile:2: ADD from the network"),
        ("FROM a\nADD git@example.com:a/b.git /x\n", "Dockerfile:2: ADD from the network"),
        ("FROM a-$TARGETARCH\n", "Dockerfile:1: a-$TARGETARCH is known to the builder only"),
    ],
)
def test_what_cannot_be_known_beforehand(text: str, says: str) -> None:
    assert outside(read(text), {}, None, every_stage=True).unsure == (says,)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM a\nCOPY --chmod=755 a b\n", 2),
        ("FROM a\nRUN --network=none x\n", 2),
        ("FROM a\nADD --checksum=sha256:00 https://e.example/x /x\n", 2),
        ("FROM a\nADD https://e.example/a.git#main /x\n", 2),
        ("FROM a\nADD --unpack=true a b\n", 2),
        ("FROM --platform=${BUILDPLATFORM} a\n", 1),
        ("FROM a\nARG TARGETOS TARGETARCH\n", 2),
        ("#syntax=docker/dockerfile:1-labs\nFROM a\n", 1),
        ("FROM a\nRUN cat <<X >y\n1\nX\n", 2),
    ],
)
def test_needs_buildkit(text: str, line: int) -> None:
    found = needs_buildkit(read(text), {})
    assert found is not None and found[0] == line


@pytest.mark.parametrize(
    "text",
    [
        "# syntax=docker/dockerfile:1\nFROM a\n",
        "# syntax=docker/dockerfile:1.7@sha256:00\nFROM a\n",
        "FROM a\nARG TARGETARCH=amd64\n",
        "FROM --platform=linux/amd64 a\nCOPY --chown=1 a b\nHEALTHCHECK --interval=5s CMD true\n",
        "FROM a\nRUN echo --mount=type=cache\n",
    ],
)
def test_does_not_need_buildkit(text: str) -> None:
    assert needs_buildkit(read(text), {}) is None


def test_a_given_automatic_argument_needs_no_buildkit() -> None:
    assert needs_buildkit(read("FROM a\nARG TARGETARCH\n"), {"TARGETARCH": "amd64"}) is None


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        ("COPY . /x", True), ("COPY ./ /x", True), ("COPY * /x", True), ("COPY .* /x", True), ("COPY $A /x", True),
        ("COPY a/../ /x", True), ('COPY [".", "/x"]', True), ("ADD / /x", True), ("ONBUILD COPY a b", True),
        ("COPY a /x", False), ("COPY a/ b* /x", True), ("COPY a/* /x", False), ('COPY ["a b", "/x"]', False),
        ("COPY --from=b . /x", False), ("RUN cp . x", False),
    ],
)  # fmt: skip
def test_takes_from_the_top(copy: str, expected: bool) -> None:
    assert takes_top(read(f"FROM a AS b\n{copy}\n")) is expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Dockerfile:1: no FROM"),
        ("RUN x\nFROM a\n", "Dockerfile:1: RUN stands before the first FROM"),
        ("FROM a b\n", "Dockerfile:1: FROM takes an image"),
        ("FROM a IN b\n", "Dockerfile:1: FROM takes an image"),
        ("FROM\n", "Dockerfile:1: FROM takes an image"),
    ],
)
def test_no_dockerfile(text: str, says: str) -> None:
    with pytest.raises(Blocked) as caught:
        read(text)
    assert caught.value.code is ReasonCode.BAD_ARGUMENT and caught.value.reason.startswith(says)
