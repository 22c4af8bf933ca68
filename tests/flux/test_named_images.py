"""Images that files name: every way to write one is seen, whatever it is called."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.errors import Blocked
from executor.flux.named_images import Image, in_template, of_dockerfile, of_object, of_settings

PART = st.from_regex(r"[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?", fullmatch=True)
REPOSITORY = st.builds(
    lambda host, parts: "/".join([*host, *parts]),
    st.sampled_from([[], ["ghcr.io"], ["localhost:5000"], ["10.0.0.5:5000"]]),
    st.lists(PART, min_size=1, max_size=3),
)
TAG = st.from_regex(r"[A-Za-z0-9_][\w.-]{0,10}", fullmatch=True).filter(str.isascii)
DIGEST = st.sampled_from(["", "sha256:" + "0" * 64])


def pod(spec: dict[str, Any], kind: str = "Pod") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "web"}, "spec": spec}


def release(values: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "spec": {"values": values}}


def written(repository: str, tag: str, digest: str = "") -> str:
    return repository + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


WAYS = {
    "container": lambda r, t: of_object(pod({"containers": [{"name": "web", "image": written(r, t)}]})),
    "init container": lambda r, t: of_object(pod({"initContainers": [{"name": "web", "image": written(r, t)}]})),
    "ephemeral": lambda r, t: of_object(pod({"ephemeralContainers": [{"name": "web", "image": written(r, t)}]})),
    "cron job": lambda r, t: of_object(
        pod({"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "a", "image": written(r, t)}]}}}}})
    ),
    "volume": lambda r, t: of_object(pod({"volumes": [{"name": "data", "image": {"reference": written(r, t)}}]})),
    "compose": lambda r, t: of_settings({"services": {"web": {"image": written(r, t)}}}),
    "dockerfile": lambda r, t: of_dockerfile(f"FROM {written(r, t)} AS one\nFROM one\n", "Dockerfile", {}),
    "copied from": lambda r, t: of_dockerfile(f"FROM scratch\nCOPY --from={written(r, t)} /a /a\n", "Dockerfile", {}),
    "argument of a base": lambda r, t: of_dockerfile(f"ARG I={written(r, t)}\nFROM $I\n", "Dockerfile", {}),
    "template": lambda r, t: in_template(f"      - image: '{written(r, t)}' # it\n"),
}
"""What is run as it is written: no tag is latest."""


@pytest.mark.parametrize("way", WAYS)
@given(repository=REPOSITORY, tag=st.one_of(TAG, st.sampled_from(["", "latest"])))
def test_what_is_run_as_it_is_written(way: str, repository: str, tag: str) -> None:
    (image,) = WAYS[way](repository, tag)
    assert (image.repository, image.tag) == (repository, tag)
    assert (image.latest is not None) == (tag in ("", "latest"))


LATEST: list[dict[str, Any]] = [
    release({"image": {"repository": "web", "tag": "latest"}}),
    release({"image": {"registry": "ghcr.io", "repository": "web", "tag": "latest", "digest": ""}}),
    release({"image": {"tag": "latest"}}),
    release({"web": {"image": {"name": "web", "tag": "latest"}}}),
    release({"image": {"name": "web", "version": "latest"}}),
    release({"image": "web:latest"}),
    release({"imageTag": "latest"}),
    release({"sidecarImage": "ghcr.io/team/proxy:latest"}),
    release({"controllers": {"main": {"containers": {"app": {"image": {"repository": "web", "tag": "latest"}}}}}}),
    release({"extraArgs": ["--image=web:latest"]}),
    release({"env": {"IMAGE": "ghcr.io/team/web:latest"}}),
    {
        "kind": "HelmRelease",
        "spec": {"postRenderers": [{"kustomize": {"images": [{"name": "a", "newTag": "latest"}]}}]},
    },
    {"kind": "ConfigMap", "data": {"values.yaml": "image: {repository: web, tag: latest}"}},
    {"kind": "Cluster", "spec": {"imageName": "ghcr.io/cloudnative-pg/postgresql:latest"}},
    {"kind": "OCIRepository", "spec": {"ref": {"tag": "latest"}}},
    {"kind": "Workflow", "spec": {"templates": [{"name": "a", "container": {"image": "web:latest"}}]}},
]


@pytest.mark.parametrize("document", LATEST, ids=str)
def test_latest_is_seen(document: dict[str, Any]) -> None:
    assert any(each.latest for each in of_object(document))


NONE: list[dict[str, Any]] = [
    release({"image": {"repository": "web", "tag": ""}}),
    release({"image": {"repository": "web", "tag": "latest", "digest": "sha256:" + "0" * 64}}),
    release({"image": "web:latest@sha256:" + "0" * 64}),
    release({"image": {"pullPolicy": "Always"}}),
    release({"logo": "https://example.com/latest", "text": "never use web:latest here"}),
    {"kind": "ImageRepository", "spec": {"image": "ghcr.io/team/web"}},
    {"kind": "ClusterPolicy", "spec": {"containers": [{"name": "*", "image": "!*:latest"}]}},
    {"kind": "CustomResourceDefinition", "spec": {"containers": [{"name": "a", "image": "web:latest"}]}},
    {"kind": "ConfigMap", "data": {"notes.txt": "image: web:latest"}},
]


@pytest.mark.parametrize("document", NONE, ids=str)
def test_nothing_else_is(document: dict[str, Any]) -> None:
    assert not any(each.latest or each.unknown for each in of_object(document))


@given(repository=REPOSITORY, tag=TAG, digest=DIGEST)
def test_a_digest_pins_whatever_the_tag(repository: str, tag: str, digest: str) -> None:
    (image,) = of_object(pod({"containers": [{"name": "web", "image": written(repository, tag, digest)}]}))
    assert str(image) == written(repository, tag, digest)
    assert image.pinned == bool(digest) and (not digest or (image.latest is None and image.vague is None))


@pytest.mark.parametrize(
    ("image", "unknown"),
    [
        (Image("", "web", "${TAG}"), True),
        (Image("", "${IMAGE}"), True),
        (Image("", "web", "1.0.0", "${DIGEST}"), True),
        (Image("", "web", "ENC[AES256_GCM,data:a]"), True),
        (Image("", "${REGISTRY}/web", "1.0.0"), False),
        (Image("", "${REGISTRY}/web"), False),
    ],
    ids=str,
)
def test_a_variable_tells_nothing(image: Image, unknown: bool) -> None:
    assert image.unknown is unknown
    assert not unknown or (image.latest is None and image.vague is None)


@pytest.mark.parametrize("text", ["FROM ${NOWHERE}\n", "RUN true\n", ""])
def test_what_is_no_dockerfile_is_not_passed_over(text: str) -> None:
    with pytest.raises(Blocked):
        of_dockerfile(text, "Dockerfile", {})


def test_a_service_that_is_built_here_is_only_named() -> None:
    assert of_settings({"services": {"web": {"build": ".", "image": "team/web"}}}) == []
    (image,) = of_settings({"services": {"web": {"build": ".", "image": "team/web:latest"}}})
    assert image.latest
