"""The build by `docker buildx`: what it is asked, and what is made of its answers.

The plugin is not to be had on every machine that runs the tests, so `docker` is a program at the door that takes the
very same arguments and has the real engine do the work.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from servers import unique

from executor.errors import Stop
from executor.reasons import ReasonCode
from tests.images.bench import Bench

Make = Callable[..., Bench]

DOCKER = """\
#!{python}
import argparse, json, pathlib, sys
import docker

if sys.argv[1:3] == ["buildx", "inspect"]:
    print("Name:   default\\nDriver: {driver}")
    sys.exit()
assert sys.argv[1:3] == ["buildx", "build"], sys.argv
parser = argparse.ArgumentParser()
for flag in ("--load",):
    parser.add_argument(flag, action="store_true", required=True)
for flag in ("--progress", "--tag", "--file", "--target", "--platform"):
    parser.add_argument(flag)
for flag in ("--build-arg", "--label"):
    parser.add_argument(flag, action="append", default=[])
parser.add_argument("context")
options = parser.parse_args(sys.argv[3:])
dockerfile = pathlib.Path(options.file)
if "exit 3" in dockerfile.read_text():
    sys.stderr.write("#5 ERROR: process did not complete\\nDockerfile:2\\n--------------------\\n"
                     "   2 | >>> RUN exit 3\\nERROR: failed to build: exit code: 3\\n")
    sys.exit(1)
for line in docker.from_env().api.build(
    path=options.context, dockerfile=str(dockerfile), tag=options.tag, rm=True, decode=True, target=options.target,
    buildargs=dict(each.split("=", 1) for each in options.build_arg),
    labels=dict(each.split("=", 1) for each in options.label),
):
    sys.stderr.write(line.get("stream", ""))
    if "error" in line:
        sys.exit(line["error"])
{after}
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, docker_home: Path) -> Callable[..., None]:
    def install(driver: str = "docker", after: str = "") -> None:
        (tmp_path / "bin").mkdir()
        program = tmp_path / "bin" / "docker"
        program.write_text(DOCKER.format(python=sys.executable, driver=driver, after=after))
        plugin = docker_home / "cli-plugins" / "docker-buildx"
        plugin.parent.mkdir()
        plugin.write_text("#!/bin/sh\n")
        for each in (program, plugin):
            each.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    return install


FILES = {
    "app/Dockerfile": "ARG BASE=executor-test/base:1\nFROM ${BASE} AS one\nCOPY . /all\nFROM one\n",
    "app/hello.txt": "hello\n",
    "app/.dockerignore": "secret\n",
}


def test_builds_once(bench: Make, docker: Callable[..., None]) -> None:
    docker()
    here, image = bench(FILES), unique()
    (here.root / "app/secret").write_text("x")
    done = here.run("image.build", image=image, tag="1.0", context="app", target="one", build_args={"X": "a b"})
    assert done.changed and done.evidence["builder"] == "buildx"
    (build,) = here.commands("docker buildx build")
    assert build.startswith(f"docker buildx build --load --progress=plain --tag {image}:1.0 --file ")
    assert build.endswith(f" --build-arg 'X=a b' --target one {here.root / 'app'}")
    assert done.evidence["labels"]["io.executor.inputs"] == done.evidence["inputs_digest"]
    again = here.run("image.build", image=image, tag="1.0", context="app", target="one", build_args={"X": "a b"})
    assert not again.changed and here.commands("docker") == []


def test_a_builder_of_its_own_is_never_sure_of_its_bases(bench: Make, docker: Callable[..., None]) -> None:
    docker(driver="docker-container")
    here, image = bench(FILES), unique()
    assert here.run("image.build", image=image, tag="1.0", context="app").evidence["inputs"]["unsure"]
    assert here.run("image.build", image=image, tag="1.0", context="app").changed


def test_what_needs_buildkit_is_not_blocked(bench: Make, docker: Callable[..., None]) -> None:
    docker()
    here, image = (
        bench({**FILES, "app/Dockerfile": "# syntax=example/frontend:1\nFROM executor-test/base:1\n"}),
        unique(),
    )
    assert here.run("image.build", image=image, tag="1.0", context="app").changed


def test_a_failing_build_is_named_by_its_line(bench: Make, docker: Callable[..., None]) -> None:
    docker()
    here = bench({**FILES, "app/Dockerfile": "FROM executor-test/base:1\nRUN exit 3\n"})
    with pytest.raises(Stop) as caught:
        here.run("image.build", image=unique(), tag="1.0", context="app")
    assert caught.value.code is ReasonCode.BUILD_FAILED and caught.value.retryable
    assert caught.value.reason.startswith("app/Dockerfile:2: ") and "exit code: 3" in caught.value.reason


def test_a_context_that_changes_during_the_build(bench: Make, docker: Callable[..., None]) -> None:
    docker(after="pathlib.Path(options.context, 'hello.txt').write_text('other')")
    here = bench(FILES)
    with pytest.raises(Stop) as caught:
        here.run("image.build", image=unique(), tag="1.0", context="app")
    assert caught.value.code is ReasonCode.CHANGED_MEANWHILE
