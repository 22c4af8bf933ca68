"""The real kustomize of this machine, offline."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from servers import misbehaving

from executor import doctor
from executor.tools import process
from executor.tools.kustomize import Job, Kustomize, load, plain_error

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n"


@pytest.fixture(scope="module")
def kustomize() -> Kustomize:
    found = Kustomize.find()
    assert found, "install kustomize or kubectl: the tests run the real one"
    return found


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_names_its_version_and_digest(kustomize: Kustomize) -> None:
    assert kustomize.version.startswith("v")
    assert len(kustomize.sha256) == 64
    assert kustomize.program.is_file()


def test_renders_objects(kustomize: Kustomize, tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app/kustomization.yaml": "resources: [one.yaml, two.yaml]\ncommonLabels: {team: web}\n",
            "app/one.yaml": CONFIG_MAP.format(name="one") + "data:\n  text: |\n    ---\n    not a document\n",
            "app/two.yaml": CONFIG_MAP.format(name="two"),
        },
    )
    build = kustomize.build(tmp_path / "app", timeout=30)
    assert build.ok
    assert [each["metadata"]["name"] for each in build.objects()] == ["one", "two"]
    assert len(build.documents()) == 2
    assert len(build.sha256) == 64
    assert all("commonLabels" in each for each in build.warnings), "deprecated since 5.1; older ones say nothing"


def test_error_holds_no_time_no_pid_and_no_place_of_this_machine(kustomize: Kustomize, tmp_path: Path) -> None:
    write(tmp_path, {"app/kustomization.yaml": "resources: [gone.yaml]\n"})
    first, second = (kustomize.build(tmp_path / "app", timeout=30, root=tmp_path) for _ in range(2))
    assert not first.ok
    assert not first.remote
    assert first.stderr == second.stderr
    assert first.stderr.startswith("accumulating resources")
    assert "app/gone.yaml" in first.stderr
    assert str(tmp_path) not in first.stderr


@pytest.mark.parametrize(
    "resource",
    [
        "https://example.invalid/base.yaml",
        "https://github.com/example/base//deploy?ref=v1",
        "github.com/example/base",
        "git@github.com:example/base.git",
        "ssh://git@example.invalid/base.git",
    ],
)
def test_remote_resources_are_told_apart_and_never_fetched(kustomize: Kustomize, tmp_path: Path, resource: str) -> None:
    write(tmp_path, {"kustomization.yaml": f'resources: ["{resource}"]\n'})
    build = kustomize.build(tmp_path, timeout=30)
    assert not build.ok
    assert build.remote


def test_not_even_this_machine_is_asked(kustomize: Kustomize, tmp_path: Path) -> None:
    if not process.without_network():
        pytest.skip("this machine gives nobody a network namespace: what a kustomization names is looked at beforehand")
    with misbehaving(lambda talk: talk.answer(200, CONFIG_MAP.format(name="fetched"))) as server:
        write(tmp_path, {"kustomization.yaml": f'resources: ["http://{server.address}/x.yaml"]\n'})
        build = kustomize.build(tmp_path, timeout=30)
        assert server.seen == []
    assert build.remote


def test_helm_is_not_run(kustomize: Kustomize, tmp_path: Path) -> None:
    write(tmp_path, {"kustomization.yaml": "helmCharts:\n  - name: web\n    repo: https://example.invalid\n"})
    build = kustomize.build(tmp_path, timeout=30)
    assert build.needs_helm
    assert not build.remote


def test_several_at_a_time_come_back_in_order(kustomize: Kustomize, tmp_path: Path) -> None:
    for number in range(5):
        write(
            tmp_path,
            {
                f"{number}/kustomization.yaml": "resources: [a.yaml]\n",
                f"{number}/a.yaml": CONFIG_MAP.format(name=f"n{number}"),
            },
        )
    builds = kustomize.build_all([Job(tmp_path / str(number)) for number in range(5)], timeout=30)
    assert [build.objects()[0]["metadata"]["name"] for build in builds] == [f"n{number}" for number in range(5)]


def test_a_hanging_program_is_ended_with_its_children(tmp_path: Path) -> None:
    program = tmp_path / "kustomize"
    program.write_text("#!/bin/sh\nsleep 1000 &\necho $! > pid\nwait\n")
    program.chmod(0o755)
    started = time.monotonic()
    build = Kustomize((str(program), "build")).build(tmp_path, timeout=0.3)
    assert build.timed_out
    assert not build.ok
    assert time.monotonic() - started < 10
    grandchild = Path("/proc", (tmp_path / "pid").read_text().strip(), "stat")
    assert not grandchild.exists() or grandchild.read_text().rsplit(") ", 1)[1][0] in "ZX"


def test_endless_output_is_said_and_not_waited_for() -> None:
    build = Kustomize(("/usr/bin/yes",)).build(Path("/"), timeout=600)
    assert not build.ok and build.truncated and not build.timed_out
    assert "more than 64 MB" in build.stderr


def test_no_credentials_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "kustomize"
    program.write_text("#!/bin/sh\nenv\n")
    program.chmod(0o755)
    monkeypatch.setenv("KUBECONFIG", "/somewhere")
    monkeypatch.setenv("GITHUB_TOKEN", "hunter2hunter2")
    build = Kustomize((str(program), "build")).build(tmp_path, timeout=10)
    given = dict(line.split("=", 1) for line in build.stdout.decode().splitlines())
    assert "KUBECONFIG" not in given
    assert "GITHUB_TOKEN" not in given
    assert given["GIT_ALLOW_PROTOCOL"] == "file"
    assert given["HOME"] != os.environ.get("HOME")


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ('E1121 10:00:16.969789    8054 run.go:72] "command failed" err="no \\"x\\" here"', 'no "x" here'),
        ('E1121 10:00:17.1 8065 run.go:72] "command failed" err=<\n\tone\n\t: two\n >', "one\n: two"),
        ("Error: accumulating resources", "accumulating resources"),
        ("error: accumulating resources", "accumulating resources"),
        ("# Warning: 'bases' is deprecated.", "# Warning: 'bases' is deprecated."),
        ("", ""),
    ],
)
def test_plain_error(said: str, plain: str) -> None:
    assert plain_error(said) == plain


def test_values_are_read_as_kubernetes_reads_them() -> None:
    assert load(b"day: 2020-01-01\nequal: =\nnumber: 3\nyes: on\n") == [
        {"day": "2020-01-01", "equal": "=", "number": 3, True: True}
    ]


def test_duplicate_anchors_are_read() -> None:
    assert load(b"a: &v 1\nb: *v\nc: &v [x, '1']\nd: *v\n---\ne: null\n") == [
        {"a": 1, "b": 1, "c": ["x", "1"], "d": ["x", "1"]},
        {"e": None},
    ]


@pytest.mark.parametrize(("version", "ok"), [("v4.5.7", False), ("v5.0.3", True), ("v10.1.0", True), ("unknown", True)])
def test_an_old_one_is_said_by_doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, ok: bool) -> None:
    program = tmp_path / "kustomize"
    program.write_text(f"#!/bin/sh\necho {version}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    row = next(each for each in doctor.examine(tmp_path) if each["name"] == "kustomize")
    assert row["ok"] is ok
