"""A small repository whose task was really run, made once and copied: each test gets its own, with a trusted key."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from support import ENVIRONMENT, git, make_repository, write_files

from executor.cli import main

TASK = "tasks/TASK-001.md"
OVERLAY = "apps/prod/kustomization.yaml"
DEPLOYMENT = "apps/base/deployment.yaml"
KEY = "alice"

FILES: dict[str, str] = {
    "apps/base/kustomization.yaml": (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [deployment.yaml]\n"
    ),
    DEPLOYMENT: """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: nginx:1.25 # pinned
""",
    OVERLAY: """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../base]
images:
  - name: nginx
    newTag: "1.25"
""",
    TASK: """\
---
id: TASK-001
title: Raise nginx
labels: [deployment]
updated: 2026-01-01
---

# Raise nginx

## Acceptance Criteria

- [ ] Bump it

  ```operation
  uses: kustomize.image
  file: apps/prod/kustomization.yaml
  image: nginx
  tag: "1.26"
  ```
- [ ] `kustomize build apps/prod` succeeds
- [ ] Document the release

## Progress Log

- 2026-01-01 10:00: Written
""",
    "notes.txt": "one\n",
}


SETTINGS = "settings.yaml"
LIGHT: dict[str, str] = {
    SETTINGS: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  nginx: "1.25" # pinned\n',
    TASK: """\
---
id: TASK-001
title: Raise nginx
labels: [infrastructure]
updated: 2026-01-01
---

# Raise nginx

## Acceptance Criteria

- [ ] Set it

  ```operation
  uses: manifest.set
  file: settings.yaml
  path: data.nginx
  value: "1.26"
  ```
- [ ] Document the release
""",
    "notes.txt": "one\n",
}
"""A task without kustomize, for what is not about manifests."""


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Work:
    """A repository and the home folder of the user who works in it."""

    root: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**ENVIRONMENT, "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / ".config")}

    def call(self, *arguments: str, env: Mapping[str, str] | None = None) -> Answer:
        """A command in this process, as `executor ARGUMENTS` in the repository would do it."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, {**self.environment, **(env or {})}, clear=True),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            _signals(),
        ):
            try:
                code = main(["-C", str(self.root), *arguments])
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Answer(code, out.getvalue(), err.getvalue())

    def git(self, *arguments: str) -> str:
        return git(self.root, *arguments)

    def head(self, ref: str = "HEAD") -> str:
        return self.git("rev-parse", ref).strip()

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        write_files(self.root, {path: text})

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text, f"{path} has no {old!r}"
        self.write(path, text.replace(old, new))

    def commit(self, message: str, *paths: str) -> str:
        self.git("add", "--all", *(paths or (".",)))
        self.git("commit", "--quiet", "--message", message, *(("--", *paths) if paths else ()))
        return self.head()

    def verify(self, *arguments: str, env: Mapping[str, str] | None = None) -> Answer:
        return self.call("verify", "TASK-001", "--json", *arguments, env=env)

    def document(self) -> bytes:
        """The last certificate that was written."""
        return max(
            (self.root / "reports" / "certificates").glob("*.md"), key=lambda p: p.stat().st_mtime_ns
        ).read_bytes()

    def copy(self, to: Path) -> Work:
        shutil.copytree(self.root, to / self.root.name, symlinks=True)
        shutil.copytree(self.home, to / "home")
        return Work(to / self.root.name, to / "home")


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    import signal

    old = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, old)


def start(folder: Path, files: Mapping[str, str] = FILES) -> Work:
    """A repository with one commit of these files and one that trusts the key of alice."""
    home = folder / "home"
    home.mkdir(parents=True)
    work = Work(make_repository(folder / "platform", {**files, ".gitignore": "reports/\n"}), home)
    made = work.call("keys", "new", KEY)
    assert made.code == 0, made.err
    work.commit("Trust alice", ".executor/trusted_keys")
    return work


def run(work: Work, *arguments: str) -> Answer:
    answer = work.call("run", "TASK-001", *arguments)
    assert answer.code in (0, 1), answer.err
    return answer


def check(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The one result of a verification whose name has this in it."""
    found = [each for each in document["check_results"] if name in each["name"]]
    assert len(found) == 1, (name, [each["name"] for each in document["check_results"]])
    result: Mapping[str, Any] = found[0]
    return result
