"""A value and the one that bounds it, set by one criterion: the order of its words does not count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import executor, git, make_repository

API = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata:
      labels: {app: api}
    spec:
      containers:
        - name: api
          image: shop/api:1.0.0
          resources:
            requests:
              memory: 9Gi
            limits:
              memory: 9Gi
"""
PATH = "spec.template.spec.containers[name=api].resources"


def block(field: str, value: str) -> str:
    lines = ("uses: manifest.set", "file: api/api.yaml", f'path: "{PATH}.{field}.memory"', f"value: {value}")
    return "\n".join(["  ```operation", *(f"  {each}" for each in lines), "  ```", ""])


def ops(folder: Path, criterion: str) -> Path:
    text = f"---\nid: T-1\nlabels: [flux]\n---\n\n## Acceptance Criteria\n\n- [ ] {criterion}\n"
    files = {"api/api.yaml": API, "api/kustomization.yaml": "resources: [api.yaml]\n", "tasks/T-1.md": text}
    return make_repository(folder / "ops", files)


BUILT = "  ```operation\n  uses: kustomize.build\n  paths: [api]\n  ```\n"


@pytest.mark.parametrize(
    "criterion",
    [
        "api: memory request 9Gi -> 12Gi, memory limit 9Gi -> 12Gi",
        "api: memory limit 9Gi -> 12Gi, memory request 9Gi -> 12Gi",
        f"More\n{block('requests', '12Gi')}{block('limits', '12Gi')}{BUILT}",
        f"Less\n{block('limits', '8Gi')}{block('requests', '8Gi')}{BUILT}",
    ],
)
def test_the_order_does_not_count(tmp_path: Path, criterion: str) -> None:
    root = ops(tmp_path, criterion)
    explained = json.loads(executor(root, "explain", "tasks/T-1.md", "--json").stdout)["criteria"][0]
    assert explained["state"] == "runnable", explained
    ran = executor(root, "run", "tasks/T-1.md", "--json")
    assert ran.exit_code == 0, ran.stdout
    kinds = [each["operation"] for each in json.loads(ran.stdout)["outcomes"][0]["operations"]]
    assert kinds[:2] == ["manifest.set"] * 2, "what is built stays behind the edits"
    value = "8Gi" if "8Gi" in criterion else "12Gi"
    assert (root / "api/api.yaml").read_text() == API.replace("9Gi", value)
    verified = executor(root, "verify", "tasks/T-1.md", "--json")
    assert json.loads(verified.stdout)["overall_status"] == "passed", verified.stdout


@pytest.mark.parametrize("blocks", [("requests", "limits"), ("limits", "requests")])
def test_they_are_judged_as_they_will_be(tmp_path: Path, blocks: tuple[str, str]) -> None:
    values = {"requests": "12Gi", "limits": "10Gi"}
    root = ops(tmp_path, "Set\n" + "".join(block(each, values[each]) for each in blocks))
    explained = json.loads(executor(root, "explain", "tasks/T-1.md", "--json").stdout)["criteria"][0]
    assert explained["state"] == "blocked" and "12Gi" in explained["reason"] and "10Gi" in explained["reason"], (
        explained
    )
    assert executor(root, "run", "tasks/T-1.md").exit_code == 1
    assert git(root, "status", "--porcelain", "--", "api") == ""
