"""`executor explain` answers at once because of what it does not load; here is what that is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support import make_repository

HEAVY = ("http.client", "ssl", "email", "docker", "pydantic", "requests", "rich", "kubernetes", "tarfile",
         "executor.tools.engine", "executor.tools.http", "executor.tools.registry")  # fmt: skip
NOT_FOR_A_RUN = ("pydantic", "docker", "requests", "rich", "kubernetes", "http.client", "ssl")

FILES = {
    "executor.toml": '[registry]\nurl = "registry.render.example"\n',
    "worker/Dockerfile": "FROM scratch\nCOPY . .\n",
    "kustomize/kustomization.yaml": "resources: [release.yaml]\n",
    "kustomize/release.yaml": (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: worker, namespace: render}\n"
        "spec:\n  chart: {spec: {chart: worker, version: 1.2.0, sourceRef: {kind: HelmRepository, name: charts}}}\n"
    ),
    "tasks/T-1.md": (
        "---\nid: T-1\nlabels: [builds, deployment, registry]\n---\n\n## Acceptance Criteria\n\n"
        "- [ ] Build the worker image 1.2.1\n- [ ] Push worker 1.2.1 to the registry\n"
        "- [ ] Verify the worker image 1.2.1 in the registry\n"
        "- [ ] Update the worker HelmRelease to chart version 1.2.1\n"
        "- [ ] `kustomize build kustomize` succeeds\n- [ ] Commit and push changes\n- [ ] Document the process\n"
    ),
    "tasks/T-2.md": (
        "---\nid: T-2\nlabels: [deployment]\n---\n\n## Acceptance Criteria\n\n"
        "- [ ] `kustomize build kustomize` succeeds\n"
    ),
}


def _loaded(root: Path, *arguments: str) -> tuple[set[str], str]:
    """The modules that a process of the command has loaded at its end, and what it printed."""
    code = (
        "import json, sys; from executor.cli import main; main(sys.argv[1:]); sys.stdout.flush(); "
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    return set(json.loads(done.stderr.splitlines()[-1])), done.stdout


def test_explain_loads_nothing_that_only_a_run_needs(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "repository", FILES)
    _loaded(root, "explain", "tasks/T-1.md")  # the first writes the inventory's cache
    loaded, said = _loaded(root, "explain", "tasks/T-1.md")
    assert "build worker:1.2.1" in said, said
    assert "push worker:1.2.1" in said, said
    assert loaded.isdisjoint(HEAVY), sorted(loaded & set(HEAVY))


def test_a_run_without_images_loads_no_client_and_no_pydantic(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "repository", FILES)
    loaded, said = _loaded(root, "run", "tasks/T-2.md")
    assert "passed" in said, said
    assert loaded.isdisjoint(NOT_FOR_A_RUN), sorted(loaded & set(NOT_FOR_A_RUN))
