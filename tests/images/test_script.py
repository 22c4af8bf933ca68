"""A project's own build script, under safety.md's rule."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from servers import ROOT, unique
from support import git

from executor.errors import Stop
from executor.reasons import ReasonCode
from tests.images.bench import Bench

Make = Callable[..., Bench]

# What a build script does with docker's client is done here by docker-py, which is wherever the tests are.
SCRIPT = """\
#!/usr/bin/env bash
set -euo pipefail
env | sort > "$HOME/../{seen}"
exec {python} - "$REGISTRY_URL/{image}" "$VERSION" "$@" <<'PYTHON'
import docker, sys
name, tag = sys.argv[1:3]
client = docker.from_env()
client.images.build(path=".", tag=f"{{name}}:{{tag}}", rm=True)
if "--push" in sys.argv:
    print(client.images.push(name, tag))
PYTHON
"""


def project(bench: Make, tmp_path: Path, image: str, script: str | None = None) -> Bench:
    import sys

    text = script or SCRIPT.format(python=sys.executable, image=image, seen=_seen(image))
    here = bench({"app/Dockerfile": "FROM executor-test/base:1\nENV A=1\n", "scripts/build.sh": text})
    config = here.root / "executor.toml"
    config.write_text(config.read_text() + f'[images."{image}"]\ncontext = "app"\nscript = "scripts/build.sh"\n')
    git(here.root, "commit", "--all", "--quiet", "--message=config")
    return here


def _seen(image: str) -> str:
    return f"{image.replace('/', '-')}.env"


def environment(image: str) -> dict[str, str]:
    import tempfile

    path = Path(tempfile.gettempdir()) / _seen(image)
    found = dict(line.split("=", 1) for line in path.read_text().splitlines())
    path.unlink()
    return found


def test_builds_with_nothing_but_the_four_variables(
    bench: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://prod")
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_secret")
    image = unique()
    here = project(bench, tmp_path, image)
    done = here.run("image.build", image=image, tag="1.0")
    given = environment(image)
    for set_by_bash in ("PWD", "SHLVL", "_", "OLDPWD"):
        given.pop(set_by_bash, None)
    assert given.pop("HOME").split("/")[-1].startswith("executor-home-") and given.pop("PATH")
    assert given == {
        "REGISTRY_URL": here.services.registry,
        "VERSION": "1.0",
        "DOCKER_HOST": here.services.docker_host,  # without it the script would build in another engine
    }
    assert here.docker.images.get(f"{image}:1.0").id == done.evidence["image_id"]
    assert done.evidence["script"] == "scripts/build.sh" and done.evidence["script_digest"].startswith("sha256:")
    assert here.registry.find(image, "1.0") is None, "pushed without being asked to"
    assert "bash ../scripts/build.sh" in here.commands("bash")


def test_what_it_built_is_pushed_by_us(bench: Make, tmp_path: Path) -> None:
    image = unique()
    here = project(bench, tmp_path, image)
    here.run("image.build", image=image, tag="1.0")
    done = here.run("image.push", image=image, tag="1.0")
    environment(image)
    assert done.changed and here.commands("bash") == []
    assert here.registry.manifest(image, "1.0").digest == done.evidence["digest"]


def test_a_push_alone_calls_it_with_push(bench: Make, tmp_path: Path) -> None:
    image = unique()
    here = project(bench, tmp_path, image)
    done = here.run("image.push", image=image, tag="1.0")
    environment(image)
    assert here.commands("bash ../scripts/build.sh") == ["bash ../scripts/build.sh --push"]
    assert done.changed and done.evidence["script"] == "scripts/build.sh"
    assert here.registry.manifest(image, "1.0").digest == done.evidence["digest"]


def test_a_push_alone_does_not_move_a_tag(bench: Make, tmp_path: Path) -> None:
    image = unique()
    here = project(bench, tmp_path, image)
    here.docker.images.get(here.services.base).tag(f"{here.services.registry}/{image}", "1.0")
    here.docker.images.push(f"{here.services.registry}/{image}", "1.0")
    here.docker.images.remove(f"{here.services.registry}/{image}:1.0")
    with pytest.raises(Stop) as caught:
        here.run("image.push", image=image, tag="1.0")
    assert caught.value.code is ReasonCode.TAG_EXISTS and here.commands("bash") == []


@pytest.mark.parametrize("in_registry", [True, False])
def test_an_image_from_before_is_not_what_a_script_built(bench: Make, tmp_path: Path, *, in_registry: bool) -> None:
    image = unique()
    here = project(bench, tmp_path, image, WELL)
    name = f"{here.services.registry}/{image}" if in_registry else image
    here.docker.images.get(here.services.base).tag(name, "1.0")
    with pytest.raises(Stop) as caught:
        here.run("image.build", image=image, tag="1.0")
    assert caught.value.code is ReasonCode.BUILD_FAILED
    assert f"{name}:1.0 is the image that was there before" in caught.value.reason


def test_a_script_that_builds_out_of_the_cache_builds(bench: Make, tmp_path: Path) -> None:
    image = unique()
    here = project(bench, tmp_path, image)
    first = here.run("image.build", image=image, tag="1.0")
    again = here.run("image.build", image=image, tag="1.0")
    environment(image)
    assert again.evidence["image_id"] == first.evidence["image_id"]


def test_a_script_that_pushes_nothing_moves_no_mutable_tag(bench: Make, tmp_path: Path) -> None:
    image = unique()
    here = project(bench, tmp_path, image, WELL)
    config = here.root / "executor.toml"
    config.write_text(config.read_text().replace("[registry]\n", '[registry]\nmutable_tags = ["1.0"]\n'))
    here.docker.images.get(here.services.base).tag(f"{here.services.registry}/{image}", "1.0")
    here.docker.images.push(f"{here.services.registry}/{image}", "1.0")
    here.docker.images.remove(f"{here.services.registry}/{image}:1.0")
    with pytest.raises(Stop) as caught:
        here.run("image.push", image=image, tag="1.0")
    assert caught.value.code is ReasonCode.PUSH_FAILED and "is so still" in caught.value.reason


def blocked(bench: Make, tmp_path: Path, script: str, spoil: Callable[[Path], object] = lambda _: None) -> Stop:
    image = unique()
    here = project(bench, tmp_path, image, script)
    spoil(here.root)
    with pytest.raises(Stop) as caught:
        here.run("image.build", image=image, tag="1.0")
    return caught.value


WELL = "echo well\n"


@pytest.mark.parametrize(
    ("script", "spoil", "code", "says"),
    [
        (WELL, lambda r: (r / "scripts/build.sh").write_text("echo other\n"), ReasonCode.DIRTY, "differs from its com"),
        (WELL, lambda r: git(r, "rm", "--quiet", "--cached", "scripts/build.sh") or git(r, "commit", "-qm", "x"),
         ReasonCode.DIRTY, "is not committed"),
        (WELL, lambda r: (r / "scripts/build.sh").unlink(), ReasonCode.NOT_FOUND, "there is no scripts/build.sh"),
        ("if\n", lambda r: None, ReasonCode.BAD_ARGUMENT, "no valid bash"),
        ("#!/usr/bin/python3\nprint()\n", lambda r: None, ReasonCode.NOT_SUPPORTED, "is no bash or sh"),
        ("echo no >&2; exit 7\n", lambda r: None, ReasonCode.BUILD_FAILED, "ended with exit code 7: no"),
        (WELL, lambda r: None, ReasonCode.BUILD_FAILED, "has neither"),
        ("echo '#' >> ../scripts/build.sh\n", lambda r: None, ReasonCode.CHANGED_MEANWHILE, "changed while it ran"),
    ],
)  # fmt: skip
def test_what_does_not_run_or_pass(
    bench: Make, tmp_path: Path, script: str, spoil: Callable[[Path], object], code: ReasonCode, says: str
) -> None:
    stop = blocked(bench, tmp_path, script, spoil)
    assert stop.code is code and says in stop.reason, stop.reason


def test_a_script_that_is_a_link_to_the_outside(bench: Make, tmp_path: Path) -> None:
    outside = tmp_path / "outside.sh"
    outside.write_text("echo gotcha\n")

    def spoil(root: Path) -> None:
        (root / "scripts/build.sh").unlink()
        (root / "scripts/build.sh").symlink_to(outside)
        git(root, "commit", "--all", "--quiet", "--message=link")

    stop = blocked(bench, tmp_path, WELL, spoil)
    assert stop.code is ReasonCode.OUTSIDE


def test_the_scripts_of_this_project_are_valid_bash() -> None:
    for path in (ROOT / "scripts").glob("*.sh"):
        assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
