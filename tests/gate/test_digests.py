"""A pin with a digest: what the run knew about it, and what a registry says when it is verified."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import requests
from servers import own_registry

from .work import TASK, Work, check, run, start

OLD = "sha256:" + "a" * 64
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: web
spec:
  chart:
    spec:
      chart: web
      version: 1.0.0
      sourceRef: {{kind: HelmRepository, name: charts}}
  values:
    image:
      repository: {address}/web
      tag: 1.0.0@{digest}
"""
TEXT = """\
---
id: TASK-001
title: Raise web
labels: [deployment]
---
## Acceptance Criteria

- [ ] Bump it

  ```operation
  uses: helmrelease.bump
  name: web
  image: web
  version: 1.1.0
  ```
"""
FILE = "apps/release.yaml"


@pytest.fixture
def pinned(registry: str, tmp_path: Path) -> Work:
    toml = "[verification]\nretry_pause_seconds = 0.01\n[timeouts]\nregistry = 2.0\n"
    files = {
        FILE: RELEASE.format(address=registry, digest=OLD), "apps/kustomization.yaml": "resources: [release.yaml]\n",
        TASK: TEXT, "executor.toml": toml,
    }  # fmt: skip
    return start(tmp_path, files)


def put(address: str, word: str) -> str:
    """web:1.1.0, the smallest image there is. Returns its manifest's digest."""
    base = f"http://{address}/v2/web"
    blob = json.dumps({"word": word}).encode()
    digest = "sha256:" + hashlib.sha256(blob).hexdigest()
    place = requests.post(f"{base}/blobs/uploads/", timeout=10).headers["Location"]
    requests.put(place, params={"digest": digest}, data=blob, timeout=10).raise_for_status()
    kind = "application/vnd.oci.image.manifest.v1+json"
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": len(blob)}
    body = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": config, "layers": []}).encode()
    requests.put(f"{base}/manifests/1.1.0", data=body, headers={"Content-Type": kind}, timeout=10).raise_for_status()
    return "sha256:" + hashlib.sha256(body).hexdigest()


def test_known_then_and_now(pinned: Work, registry: str) -> None:
    digest = put(registry, "one")
    run(pinned)
    assert f"1.1.0@{digest}" in pinned.read(FILE)
    answer = pinned.verify("--commit")
    assert answer.code == 0, answer.out


def test_not_known_to_the_run(pinned: Work, registry: str) -> None:
    """The image comes later. What the run wrote is what it could know; that there is more by now is a condition."""
    run(pinned)
    assert "tag: 1.1.0\n" in pinned.read(FILE)
    assert pinned.verify().code == 0
    digest = put(registry, "one")
    answer = pinned.verify("--commit")
    assert answer.code == 0, answer.out
    assert answer.json["status"] == "CONDITIONALLY_APPROVED"
    assert digest in check(answer.json, "criterion 1: helmrelease.bump")["actual"]


def test_another_image_by_now(pinned: Work, registry: str) -> None:
    put(registry, "one")
    run(pinned)
    other = put(registry, "two")
    answer = pinned.verify("--commit")
    assert answer.code == 1
    found = check(answer.json, "criterion 1: helmrelease.bump")
    assert found["status"] == "fail" and other in found["actual"]
    assert answer.json["failure_analysis"]["root_cause"].startswith("digest differs: web:1.1.0 is ")
    assert answer.json["unticked"] == [1]


def test_registry_down_by_now(pinned: Work, tmp_path: Path) -> None:
    """Not to know is not to disprove."""
    (tmp_path / "second").mkdir()
    with own_registry(tmp_path / "second") as address:
        pinned.write(FILE, RELEASE.format(address=address, digest=OLD))
        pinned.commit("Another registry", FILE)
        digest = put(address, "one")
        run(pinned)
    assert digest in pinned.read(FILE)
    answer = pinned.verify("--commit")
    assert answer.code == 1
    assert check(answer.json, "criterion 1: helmrelease.bump")["status"] == "error"
    assert answer.json["unticked"] == []


def test_report_that_keeps_a_digest_secret(pinned: Work, registry: str) -> None:
    """The report is edited so that the digest counts as unknown: what is certified is not what that would make."""
    digest = put(registry, "one")
    run(pinned)
    path = pinned.root / "reports" / "TASK-001.json"
    report = json.loads(path.read_bytes())
    report["outcomes"][0]["operations"][0]["evidence"]["digests"][0] |= {"digest": None, "digest_from": "dropped: x"}
    path.write_text(json.dumps(report))
    assert pinned.verify().code == 1
    pinned.replace(FILE, f"@{digest}", "")
    pinned.git("add", FILE)
    assert pinned.verify().json["status"] == "CONDITIONALLY_APPROVED", "and if it is, that is said"
