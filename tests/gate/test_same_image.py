"""The image that is certified is the one that the run saw, whatever its tag leads to by now."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import requests
from servers import Services, shared, unique

from .test_images import environment
from .work import TASK, Work, check, run, start

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
TEXT = """\
---
id: TASK-001
title: See web
labels: [verification]
---
## Acceptance Criteria

- [ ] See it

  ```operation
  uses: image.verify
  image: web
  tag: 1.0.0
  ```
"""


@pytest.fixture
def seen(registry: str, tmp_path: Path) -> tuple[Work, str]:
    digest = put(registry, "one")
    toml = f'[registry]\nurl = "{registry}"\n[verification]\nretry_pause_seconds = 0.01\n'
    work = start(tmp_path, {TASK: TEXT, "executor.toml": toml})
    run(work)
    return work, digest


IMAGE = "application/vnd.oci.image.config.v1+json"


def put(address: str, word: str, *, name: str = "web", index: bool = False, of: str = IMAGE) -> str:
    """NAME:1.0.0, the smallest image there is (or artifact `of` another type), or an index of it. Returns the digest of
    what the tag leads to."""
    base = f"http://{address}/v2/{name}"
    blob = json.dumps({"word": word}).encode()
    digest = "sha256:" + hashlib.sha256(blob).hexdigest()
    place = requests.post(f"{base}/blobs/uploads/", timeout=10).headers["Location"]
    requests.put(place, params={"digest": digest}, data=blob, timeout=10).raise_for_status()
    config = {"mediaType": of, "digest": digest, "size": len(blob)}
    body = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}
    digest, size = _put(base, body)
    if index:
        child = {"mediaType": MANIFEST, "digest": digest, "size": size}
        digest, _ = _put(base, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [child]})
    return digest


def _put(base: str, document: dict[str, object]) -> tuple[str, int]:
    body = json.dumps(document).encode()
    kind = {"Content-Type": str(document["mediaType"])}
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    for name in (digest, "1.0.0"):
        requests.put(f"{base}/manifests/{name}", data=body, headers=kind, timeout=10).raise_for_status()
    return digest, len(body)


def test_an_artifact_is_no_image(registry: str, tmp_path: Path) -> None:
    put(registry, "one", of="application/vnd.cncf.helm.config.v1+json")
    work = start(tmp_path, {TASK: TEXT, "executor.toml": f'[registry]\nurl = "{registry}"\n'})
    ran = run(work)
    assert ran.code == 1 and "no container image" in " ".join(ran.out.split()), ran.out + ran.err
    assert "- [ ] See it" in work.read(TASK)


def test_it_is_a_subject_of_the_certificate(seen: tuple[Work, str], registry: str) -> None:
    work, digest = seen
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    subjects = work.call("certificate", "show", "--json").json["statement"]["subject"]
    assert {"name": f"image:{registry}/web:1.0.0", "digest": {"sha256": digest.removeprefix("sha256:")}} in subjects


def test_digest_of_what_the_registry_answered(seen: tuple[Work, str]) -> None:
    """The manifest's bytes are the answer, so its digest is that of the output."""
    work, digest = seen
    assert work.verify().code == 0
    assert (
        f"/manifests/1.0.0 ({_host(work)})`: exit code 200, output {digest.replace(':', ' ')}"
        in work.document().decode()
    )


def _host(work: Work) -> str:
    return work.read("executor.toml").split('"')[1]


@pytest.mark.parametrize("index", [False, True])
def test_another_image_under_the_tag(seen: tuple[Work, str], registry: str, index: bool) -> None:
    work, digest = seen
    other = put(registry, "two", index=index)
    for _ in range(2):
        answer = work.verify("--commit")
        assert answer.code == 1 and answer.json["status"] not in ("APPROVED", "CONDITIONALLY_APPROVED")
    assert "[x] See it" not in work.read(TASK)
    assert work.git("log", "-1", "--format=%s").strip() == "Trust alice"
    run(work)
    answer = work.verify("--commit")
    assert answer.code == 0, "the run saw this one"
    assert other.removeprefix("sha256:") in work.document().decode()
    assert digest.removeprefix("sha256:") not in work.document().decode()


@pytest.mark.parametrize("digest", [None, "sha256:" + "a" * 64, 7])
def test_report_that_names_another_digest_or_none(seen: tuple[Work, str], digest: object) -> None:
    work, _ = seen
    path = work.root / "reports" / "TASK-001.json"
    report = json.loads(path.read_bytes())
    report["outcomes"][0]["operations"][0]["evidence"]["digest"] = digest
    path.write_text(json.dumps(report))
    answer = work.verify("--commit")
    assert answer.code == 1 and answer.json["unticked"] == [1]
    assert answer.json["failure_analysis"]["root_cause"].startswith("digest differs: ")


RELEASE = """\
---
id: TASK-001
title: Release
labels: [builds, registry, deployment]
---
## Acceptance Criteria

- [ ] Build it

  ```operation
  uses: image.build
  image: {image}
  tag: 1.0.0
  context: app
  ```
- [ ] Push it

  ```operation
  uses: image.push
  image: {image}
  tag: 1.0.0
  ```
- [ ] Bump it

  ```operation
  uses: kustomize.image
  file: apps/kustomization.yaml
  image: {host}/{image}
  tag: 1.0.0
  ```
- [ ] `kustomize build apps` succeeds
"""


def test_what_pulls_a_foreign_image_falls_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest with the new tag is not committed by a second call either."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with shared() as services:
        image = unique("same")
        work = start(tmp_path, release(services, image))
        answer = work.call("run", "TASK-001", env=environment(services, tmp_path))
        assert answer.code == 0, answer.out + answer.err
        put(services.registry, "two", name=image)
        answer = work.verify("--commit", env=environment(services, tmp_path))
        assert answer.code == 1 and {2, 3} <= set(answer.json["unticked"]), answer.out
        assert "stands on criterion 2" in check(answer.json, "criterion 3: what it stands on")["actual"]
        answer = work.verify("--commit", env=environment(services, tmp_path))
        assert answer.code == 1 and "no passed criterion changes it" in answer.err
    assert work.git("log", "-1", "--format=%s").strip() == "Trust alice"


def release(services: Services, image: str) -> dict[str, str]:
    name = f"{services.registry}/{image}"
    return {
        TASK: RELEASE.format(image=image, host=services.registry),
        "app/Dockerfile": f"FROM {services.base}\nCOPY word /word\n",
        "app/word": "one\n",
        "apps/kustomization.yaml": (f"resources: [pod.yaml]\nimages:\n  - name: {name}\n    newTag: 0.9.0\n"),
        "apps/pod.yaml": (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n"
            f"    - name: web\n      image: {name}:0.9.0\n"
        ),
        "executor.toml": f'[registry]\nurl = "{services.registry}"\n[verification]\nretry_pause_seconds = 0.01\n',
    }
