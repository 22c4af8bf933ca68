"""A small GitOps repository for whole runs, and task files for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support import make_repository

RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ffl   # the fantasy football league
  namespace: apps
spec:
  interval: 1h
  chart:
    spec:
      chart: ffl
      version: 0.1.17
      sourceRef: {kind: HelmRepository, name: charts}
"""

FILES = {
    "apps/ffl/release.yaml": RELEASE,
    "apps/ffl/kustomization.yaml": "resources:\n  - release.yaml\n",
    "apps/broken/kustomization.yaml": "resources:\n  - nowhere.yaml\n",
    "README.md": "sample\n",
}

BUMP = """\
- [ ] Bump it
  ```operation
  uses: helmrelease.bump
  name: ffl
  field: chart
  version: 0.1.18
  ```
"""
BUILD = """\
- [ ] Build the manifests
  ```operation
  uses: kustomize.build
  paths: [apps/ffl]
  ```
"""
BROKEN = """\
- [ ] Build the broken ones
  ```operation
  uses: kustomize.build
  paths: [apps/broken]
  ```
"""
PERSON = "- [ ] Document the new release process\n"
COMMIT = "- [ ] Commit and push changes\n"


def task(*criteria: str, labels: str = "deployment", extra: str = "") -> str:
    return (
        f"---\nid: TASK-001\ntitle: Bump ffl\nlabels: [{labels}]\nupdated: 2026-01-02\n{extra}---\n\n"
        f"# Bump ffl\n\n## Acceptance Criteria\n\n{''.join(criteria)}\n## Progress Log\n\n- 2026-01-02 10:00: Created\n"
    )


def repository(root: Path, text: str, **files: str) -> Path:
    """The sample with one task file, committed on main."""
    return make_repository(root, {**FILES, "tasks/TASK-001.md": text, **files})


def report(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "reports" / "TASK-001.json").read_text(encoding="utf-8"))
    return found


def statuses(document: dict[str, Any]) -> Sequence[str]:
    return [each["status"] for each in document["outcomes"]]


def task_text(root: Path) -> str:
    return (root / "tasks" / "TASK-001.md").read_text(encoding="utf-8")
