"""image.build on a real engine."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable

import pytest
from servers import unique

from executor.errors import Blocked, Failed, Stop
from executor.images.source import expand_environment
from executor.reasons import ReasonCode
from tests.images.bench import Bench

Make = Callable[..., Bench]

DOCKERFILE = """\
ARG BASE=executor-test/base:1
FROM ${BASE}
COPY hello.txt /hello.txt
CMD ["cat", "/hello.txt"]
"""


def project(dockerfile: str = DOCKERFILE, **more: str) -> dict[str, str]:
    return {
        "app/Dockerfile": dockerfile,
        "app/hello.txt": "hello\n",
        **{k.replace("__", "/"): v for k, v in more.items()},
    }


def test_builds_records_and_runs(bench: Make) -> None:
    here, image = bench(project()), unique()
    done = here.run("image.build", image=image, tag="1.0", context="app")
    assert done.changed and done.words == f"built {image} 1.0"
    built = here.docker.images.get(f"{image}:1.0")
    assert done.evidence["image_id"] == built.id
    assert built.labels["io.executor.inputs"] == done.evidence["inputs_digest"]
    assert built.labels["org.opencontainers.image.version"] == "1.0"
    assert done.evidence["inputs"]["bases"] == {here.services.base: here.docker.images.get(here.services.base).id}
    said = here.docker.containers.run(f"{image}:1.0", remove=True, network_disabled=True)
    assert said == b"hello\n"


def test_is_not_built_again_when_nothing_changed(bench: Make) -> None:
    here, image = bench(project()), unique()
    first = here.run("image.build", image=image, tag="1.0", context="app")
    again = here.run("image.build", image=image, tag="1.0", context="app")
    assert not again.changed and again.evidence["image_id"] == first.evidence["image_id"]
    assert here.commands("POST") == []


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("bytes", lambda here: (here.root / "app/hello.txt").write_text("hullo\n")),
        ("mode", lambda here: (here.root / "app/hello.txt").chmod(0o755)),
        ("a new file", lambda here: (here.root / "app/new.txt").write_text("")),
        ("a new folder", lambda here: (here.root / "app/new").mkdir()),
        ("a link", lambda here: (here.root / "app/link").symlink_to("hello.txt")),
        ("the Dockerfile", lambda here: (here.root / "app/Dockerfile").write_text(DOCKERFILE + "ENV A=1\n")),
    ],
)
def test_a_change_of_an_input_builds_again(bench: Make, what: str, change: Callable[[Bench], object]) -> None:
    here, image = bench(project()), unique()
    before = here.run("image.build", image=image, tag="1.0", context="app")
    change(here)
    after = here.run("image.build", image=image, tag="1.0", context="app")
    assert after.changed, what
    assert before.evidence["inputs_digest"] != after.evidence["inputs_digest"]


def test_arguments_and_target_are_inputs(bench: Make) -> None:
    here, image = (
        bench(project("FROM executor-test/base:1 AS one\nARG A=1\nENV A=$A\nFROM one AS two\nENV B=1\n")),
        unique(),
    )
    seen = {
        here.run("image.build", image=image, tag="1.0", context="app", **more).evidence["inputs_digest"]
        for more in ({}, {"build_args": {"A": "2"}}, {"target": "one"}, {"target": "one", "build_args": {"A": "2"}})
    }
    assert len(seen) == 4
    assert here.docker.images.get(f"{image}:1.0").attrs["Config"]["Env"] == ["PATH=/bin", "A=2"]


def test_another_base_under_the_same_name_builds_again(bench: Make) -> None:
    here, image, base = bench(project()), unique(), unique("base")
    here.docker.images.get(here.services.base).tag(base, "1")
    arguments = {"image": image, "tag": "1.0", "context": "app", "build_args": {"BASE": f"{base}:1"}}
    assert here.run("image.build", **arguments).changed
    assert not here.run("image.build", **arguments).changed
    list(here.docker.api.build(fileobj=_dockerfile(f"FROM {here.services.base}\nENV X=1\n"), tag=f"{base}:1", rm=True))
    assert here.run("image.build", **arguments).changed


@pytest.mark.parametrize("how", ["commit", "tag"])
def test_a_record_on_somebody_elses_image_does_not_count(bench: Make, how: str) -> None:
    """`docker commit` and a child image keep the labels of what they stand on."""
    here, image = bench(project()), unique()
    here.run("image.build", image=image, tag="1.0", context="app")
    if how == "commit":
        container = here.docker.containers.create(f"{image}:1.0", "true")
        container.commit(image, "1.0")
        container.remove()
    else:
        list(here.docker.api.build(fileobj=_dockerfile(f"FROM {image}:1.0\nENV X=1\n"), tag=f"{image}:1.0", rm=True))
    assert here.run("image.build", image=image, tag="1.0", context="app").changed


def test_the_ignored_is_neither_sent_nor_an_input(bench: Make) -> None:
    files = project("FROM executor-test/base:1\nCOPY . /all/\nCMD ls -a /all\n")
    here, image = bench({**files, "app/.dockerignore": "secret\n**/*.log\n!keep.log\n"}), unique()
    for name in ("secret", "a.log", "keep.log"):
        (here.root / "app" / name).write_text("x\n")
    here.run("image.build", image=image, tag="1.0", context="app")
    listed = here.docker.containers.run(f"{image}:1.0", remove=True, network_disabled=True).split()
    assert listed == [b".", b"..", b".dockerignore", b"Dockerfile", b"hello.txt", b"keep.log"]
    (here.root / "app" / "secret").write_text("y")
    assert not here.run("image.build", image=image, tag="1.0", context="app").changed


def test_a_copy_of_everything_gets_the_files_as_they_are(bench: Make) -> None:
    """The labels are then given as parameters: nothing of ours lies in the image."""
    dockerfile = "FROM executor-test/base:1\nCOPY . /all/\nCMD cat /all/Dockerfile; ls -a /all\n"
    here, image = bench(project(dockerfile)), unique()
    done = here.run("image.build", image=image, tag="1.0", context="app")
    said = here.docker.containers.run(f"{image}:1.0", remove=True, network_disabled=True).decode()
    assert said == dockerfile + ".\n..\nDockerfile\nhello.txt\n"
    assert done.evidence["labels"]["io.executor.inputs"] == done.evidence["inputs_digest"]
    assert not here.run("image.build", image=image, tag="1.0", context="app").changed


def test_a_dockerfile_outside_of_its_context(bench: Make) -> None:
    dockerfile = "FROM executor-test/base:1\nCOPY . /all/\nCMD ls -a /all\n"
    here, image = bench({"docker/app.Dockerfile": dockerfile, "app/hello.txt": "hello\n"}), unique()
    here.run("image.build", image=image, tag="1.0", context="app", dockerfile="docker/app.Dockerfile")
    listed = here.docker.containers.run(f"{image}:1.0", remove=True, network_disabled=True).split()
    assert listed == [b".", b"..", b"hello.txt"]


def test_every_commit_gives_the_same_image_out_of_the_cache(bench: Make) -> None:
    """No time and no commit in the labels: what cannot be told beforehand is built again, and is the same image."""
    here, image = bench(project()), unique()
    first = here.run("image.build", image=image, tag="1.0", context="app")
    here.docker.images.get(f"{image}:1.0").tag(unique("kept"), "1")
    here.docker.images.remove(f"{image}:1.0")
    again = here.run("image.build", image=image, tag="1.0", context="app")
    assert again.changed and again.evidence["image_id"] == first.evidence["image_id"]


def test_a_file_whose_name_is_no_utf8(bench: Make) -> None:
    here, image = (
        bench(project("FROM executor-test/base:1\nCOPY . /all/\nCMD cat /all/caf$(printf '\\351')\n")),
        unique(),
    )
    name = os.fsdecode(b"caf\xe9")
    (here.root / "app" / name).write_text("x\n")
    here.run("image.build", image=image, tag="1.0", context="app")
    assert here.docker.containers.run(f"{image}:1.0", remove=True, network_disabled=True) == b"x\n"
    assert not here.run("image.build", image=image, tag="1.0", context="app").changed


def test_a_failing_step_is_named_by_its_line(bench: Make) -> None:
    here, image = (
        bench(project("FROM executor-test/base:1\n\n# why\nRUN echo so far; \\\n  echo no >&2; exit 3\n")),
        unique(),
    )
    with pytest.raises(Failed) as stopped:
        here.run("image.build", image=image, tag="1.0", context="app")
    assert stopped.value.code is ReasonCode.BUILD_FAILED and stopped.value.retryable
    assert stopped.value.reason.startswith(f"app/Dockerfile:4: the build of {image}:1.0 failed in step 2 of 3")
    assert "non-zero code: 3" in stopped.value.reason
    assert '"so far / no"' in stopped.value.reason or '"no / so far"' in stopped.value.reason  # two streams
    (build,) = (each for each in here.ran if each.command.startswith("POST /build"))
    assert "so far" in build.stdout_tail


@pytest.mark.parametrize(
    ("dockerfile", "place", "what"),
    [
        ("FROM executor-test/base:1\nRUN --mount=type=cache,target=/c ls\n", "app/Dockerfile:2", "RUN --mount"),
        ("FROM executor-test/base:1\n\nRUN <<EOF\nls\nEOF\n", "app/Dockerfile:3", "RUN <<EOF"),
        ("FROM executor-test/base:1\nCOPY --link hello.txt /\n", "app/Dockerfile:2", "COPY --link"),
        ("# syntax=example/frontend:1\nFROM executor-test/base:1\n", "app/Dockerfile:1", "# syntax=example/frontend:1"),
        ("FROM --platform=$BUILDPLATFORM executor-test/base:1\n", "app/Dockerfile:1", "FROM --platform"),
        ("FROM executor-test/base:1\nARG TARGETARCH\n", "app/Dockerfile:2", "ARG TARGETARCH"),
    ],
)
def test_what_only_buildkit_can_do_is_blocked(
    bench: Make, monkeypatch: pytest.MonkeyPatch, dockerfile: str, place: str, what: str
) -> None:
    monkeypatch.setattr("executor.images.building.has_buildx", lambda: False)
    here = bench(project(dockerfile))
    with pytest.raises(Blocked) as stopped:
        here.run("image.build", image=unique(), tag="1.0", context="app")
    assert stopped.value.code is ReasonCode.NEEDS_BUILDKIT
    assert stopped.value.reason.startswith(f"{place}: {what}") and "buildx" in stopped.value.reason


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        ({"image": "Ffl"}, ReasonCode.BAD_ARGUMENT, "lower case"),
        ({"image": "ffl:1"}, ReasonCode.BAD_ARGUMENT, "put the tag into `tag`"),
        ({"tag": "1.0+x"}, ReasonCode.BAD_ARGUMENT, "no + or /"),
        ({"context": None}, ReasonCode.UNKNOWN_NAME, "no image"),
        ({"context": "nowhere"}, ReasonCode.NOT_FOUND, "nowhere: no such folder"),
        ({"context": "."}, ReasonCode.NOT_FOUND, "Dockerfile: no such Dockerfile"),
        ({"context": "../elsewhere"}, ReasonCode.OUTSIDE, "leads out of the repository"),
        ({"target": "nope"}, ReasonCode.BAD_ARGUMENT, 'no stage "nope"'),
        ({"build_args": {"BASE": ""}}, ReasonCode.BAD_ARGUMENT, "app/Dockerfile:2: ${BASE} has no value"),
        ({"build_args": {"BASE": "127.0.0.1:1/base:1"}}, ReasonCode.UNREACHABLE, "app/Dockerfile:2: the base image"),
    ],
)
def test_what_cannot_be_built(bench: Make, arguments: dict[str, object], code: ReasonCode, reason: str) -> None:
    here = bench(project())
    with pytest.raises(Stop) as stopped:
        here.run("image.build", **{"image": unique(), "tag": "1.0", "context": "app", **arguments})
    assert (stopped.value.code, reason in stopped.value.reason) == (code, True), stopped.value.reason


def test_a_base_that_the_registry_does_not_have(bench: Make) -> None:
    here = bench(project())
    missing = f"{here.services.registry}/{unique()}:1"
    with pytest.raises(Blocked) as stopped:
        here.run("image.build", image=unique(), tag="1.0", context="app", build_args={"BASE": missing})
    assert stopped.value.code is ReasonCode.NOT_FOUND and missing in stopped.value.reason


def test_a_base_is_pulled_from_the_registry(bench: Make) -> None:
    here, base = bench(project()), unique("base")
    there = f"{here.services.registry}/{base}"
    here.docker.images.get(here.services.base).tag(there, "1")
    here.docker.images.push(there, "1")
    here.docker.images.remove(f"{there}:1")
    done = here.run("image.build", image=unique(), tag="1.0", context="app", build_args={"BASE": f"{there}:1"})
    assert done.evidence["inputs"]["bases"].keys() == {f"{there}:1"}


def test_the_time_allowed_for_a_build(bench: Make) -> None:
    here = bench(
        {
            **project("FROM executor-test/base:1\nRUN sleep 31\n"),
            "executor.toml": "[timeouts]\nbuild = 1.0\n",
        }
    )
    with pytest.raises(Stop) as stopped:
        here.run("image.build", image=unique(), tag="1.0", context="app")
    assert stopped.value.code is ReasonCode.TIMEOUT and stopped.value.retryable
    assert "longer than 1 s" in stopped.value.reason
    until = time.monotonic() + 10
    while any("sleep 31" in str(each.attrs["Args"]) for each in here.docker.containers.list()):
        assert time.monotonic() < until, "the build goes on without us"
        time.sleep(0.1)


def test_configured_arguments_from_the_environment(bench: Make) -> None:
    image = unique()
    value = '"${EXECUTOR_BASE_IMAGE:-python:3.12-slim}"'
    here = bench({**project(), "executor.toml": f'[images."{image}"]\ncontext = "app"\nbuild_args.BASE = {value}\n'})
    assert here.run("image.build", image=image, tag="1.0").evidence["build_args"] == {"BASE": here.services.base}


def test_what_the_environment_gives_to_configured_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXECUTOR_ONE", "1")
    monkeypatch.setenv("SECRET", "no")
    monkeypatch.delenv("EXECUTOR_TWO", raising=False)
    given = {
        "A": "${EXECUTOR_ONE}",
        "B": "x-${EXECUTOR_TWO:-2}",
        "C": "${SECRET} $EXECUTOR_ONE",
        "D": "${EXECUTOR_TWO:-}",
    }
    assert expand_environment("i", given) == {"A": "1", "B": "x-2", "C": "${SECRET} $EXECUTOR_ONE", "D": ""}
    with pytest.raises(Blocked, match="wants EXECUTOR_TWO from the environment, which is not set"):
        expand_environment("i", {"A": "${EXECUTOR_TWO}"})


def _dockerfile(text: str) -> object:
    return io.BytesIO(text.encode())
