"""The templates for CI, line by line: each shell line is run in a clone as that service makes it.

What cannot be run here is what the services do themselves (their actions, images and artefacts); `pip` and `apt-get`
are stand-ins that install nothing.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ENVIRONMENT, git

from .pushes import ROOT, commit_it, remote
from .work import TASK, Work

NUMBER = "7"


@pytest.fixture
def service(light: Work, tmp_path: Path) -> Path:
    """The service's repository: main, and the programs that a runner of it has."""
    path = remote(light, tmp_path)
    for name, line in (
        ("executor", f'exec {shlex.quote(sys.executable)} -m executor "$@"'),
        ("pip", ""),
        ("apt-get", ""),
    ):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    return path


def propose(light: Work, *, honest: bool) -> str:
    """The proposal is at the service under the names that both services give it; certificates came with it."""
    light.git("switch", "--quiet", "--create", "task-001")
    commit_it(light)
    if not honest:
        light.replace(TASK, "- [ ] Document", "- [x] Document")
        light.commit("Documented", TASK)
    for ref in (f"refs/pull/{NUMBER}/head", f"refs/merge-requests/{NUMBER}/head", "refs/heads/task-001"):
        light.git("push", "--quiet", "origin", f"HEAD:{ref}", "+refs/notes/executor")
    return light.head()


def shell(where: Path, script: str, how: tuple[str, ...], **env: str) -> subprocess.CompletedProcess[str]:
    path = f"{where.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    everything = {**ENVIRONMENT, "PATH": path, "PYTHONPATH": str(ROOT), **env}
    return subprocess.run([*how, script], cwd=where, env=everything, capture_output=True, text=True, check=False)


def template(name: str) -> dict[Any, Any]:
    found = yaml.safe_load((ROOT / "docs" / "ci" / name).read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


# GitHub


def checkout_of_github(service: Path, where: Path, step: Mapping[str, Any]) -> None:
    """What actions/checkout@v4 does for `pull_request_target`: the default branch, with all history if asked for."""
    assert step["uses"] == "actions/checkout@v4"
    assert step["with"] == {"fetch-depth": 0}, "not the proposal, and with the token that the next step fetches with"
    where.mkdir()
    git(where, "init", "--quiet")
    git(where, "remote", "add", "origin", str(service))
    git(
        where,
        "fetch",
        "--quiet",
        "--prune",
        "origin",
        "+refs/heads/*:refs/remotes/origin/*",
        "+refs/tags/*:refs/tags/*",
    )
    default = git(service, "symbolic-ref", "--short", "HEAD").strip()
    git(where, "checkout", "--quiet", "--force", "-B", default, f"refs/remotes/origin/{default}")


@pytest.mark.parametrize("honest", [True, False])
@pytest.mark.parametrize("default", ["main", "develop"])
def test_github(light: Work, service: Path, tmp_path: Path, honest: bool, default: str) -> None:
    """Where the default branch is another one than that which the proposal is for, that one's keys count."""
    head = propose(light, honest=honest)
    git(service, "update-ref", f"refs/heads/{default}", git(service, "rev-list", "--max-parents=0", "main").strip())
    git(service, "update-ref", "refs/heads/main", light.head("origin/main"))
    git(service, "symbolic-ref", "HEAD", f"refs/heads/{default}")
    known = {"vars.EXECUTOR": "executor", "github.event.number": NUMBER, "github.event.pull_request.base.ref": "main",
             "github.event.pull_request.head.sha": head}  # fmt: skip
    found = template("github-actions.yml")
    assert "pull_request_target" in found[True]  # YAML 1.1 reads `on:` so
    assert found["permissions"]["contents"] == "read"
    checkout, *steps = found["jobs"]["gate"]["steps"]
    where = tmp_path / "workspace"
    checkout_of_github(service, where, checkout)
    codes = []
    for step in steps:
        if "run" in step:
            assert "${{" not in step["run"], "no expression inside a script"
            env = {name: known[value.removeprefix("${{ ").removesuffix(" }}")] for name, value in step["env"].items()}
            done = shell(where, step["run"], ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"),
                         GITHUB_BASE_REF="main", GITHUB_ACTIONS="true", **env)  # fmt: skip
            codes.append((step["name"], done.returncode, done.stdout + done.stderr))
    assert [code for name, code, _ in codes if name != "Gate"] == [0, 0], codes
    ((_, code, said),) = [each for each in codes if each[0] == "Gate"]
    assert code == (0 if honest else 1), said
    assert ("Accepted" in said) == honest
    assert (where / "gate.xml").is_file() and (where / "gate.sarif").is_file()
    assert (where / TASK).read_text() == light.git("show", f"origin/main:{TASK}"), "nothing of it was checked out"
    (upload,) = [each for each in steps if "upload-sarif" in each.get("uses", "")]
    assert upload["with"]["sha"] == "${{ github.event.pull_request.head.sha }}", "no alerts of the default branch"


def test_github_without_its_variable(light: Work, service: Path, tmp_path: Path) -> None:
    """Nothing is installed by a name that is nobody's."""
    (step,) = [
        each for each in template("github-actions.yml")["jobs"]["gate"]["steps"] if each.get("name") == "Install"
    ]
    done = shell(tmp_path, step["run"], ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"), EXECUTOR="")
    assert done.returncode != 0 and "EXECUTOR" in done.stderr


# GitLab


@pytest.mark.parametrize("honest", [True, False])
@pytest.mark.parametrize("merged", [False, True])
def test_gitlab(light: Work, service: Path, tmp_path: Path, honest: bool, merged: bool) -> None:
    """`merged`: a pipeline for merged results, whose commit is a merge that GitLab makes of both branches."""
    head = propose(light, honest=honest)
    job = template("gitlab-ci.yml")["executor-gate"]
    assert job["variables"]["GIT_DEPTH"] == "0", "the whole history"
    (rule,) = job["rules"]
    assert rule["if"].endswith("$CI_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID"), "a fork's main is anybody's"
    commit = head
    if merged:
        commit = git(service, "commit-tree", "-m", "Merge", "-p", "main", "-p", head, f"{head}^{{tree}}").strip()
        git(service, "update-ref", f"refs/merge-requests/{NUMBER}/merge", commit)
    where = tmp_path / "builds"
    where.mkdir()
    git(where, "init", "--quiet")
    git(where, "remote", "add", "origin", str(service))
    name = "merge" if merged else "head"
    git(
        where, "fetch", "--quiet", "origin", f"+refs/merge-requests/{NUMBER}/{name}:refs/merge-requests/{NUMBER}/{name}"
    )
    git(where, "checkout", "--quiet", "--detach", commit)
    script = "\n".join([*job["before_script"], *job["script"]])
    env = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_COMMIT_SHA": commit, "EXECUTOR": "executor",
           "CI_PIPELINE_SOURCE": "merge_request_event", "GITLAB_CI": "true"}  # fmt: skip
    done = shell(where, script, ("sh", "-e", "-c"), **env)
    assert done.returncode == (0 if honest else 1), done.stdout + done.stderr
    assert ("Accepted" in done.stdout) == honest
    for each in job["artifacts"]["paths"]:
        assert (where / each).is_file()


# The page beside them


def test_policy_example_counts(light: Work, service: Path) -> None:
    """The settings of docs/ci.md, as the base's policy: the gate reads them."""
    import re

    (block,) = re.findall(r"(?ms)^```toml\n(.*?)^```", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"))
    light.git("stash", "--quiet")
    light.write("executor.toml", block)
    light.commit("Policy", "executor.toml")
    light.write("kustomize/x.yaml", "a: 1\n")
    light.commit("By hand", "kustomize/x.yaml")
    answer = light.call("gate", "--base", "HEAD~1", "--json")
    assert answer.code == 1 and answer.json["findings"][0]["rule"] == "uncertified-change"
