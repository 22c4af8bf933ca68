"""image.push and image.verify on a real engine and real registries."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from servers import Talk, make_ca, misbehaving, own_registry, unique

from executor.errors import Blocked, Errored, Failed, Stop
from executor.models import Artefact
from executor.operations.image_push import OPERATION
from executor.reasons import ReasonCode
from executor.toolbox import LiveToolbox
from executor.tools.registry import Registry
from tests.images.bench import Bench

Make = Callable[..., Bench]

FILES = {
    "app/Dockerfile": "FROM executor-test/base:1\nCOPY hello.txt /hello.txt\n",
    "app/hello.txt": "hello\n",
}


def built(here: Bench, image: str, text: str = "hello\n", *, tag: str = "1.0") -> Mapping[str, Any]:
    (here.root / "app/hello.txt").write_text(text)
    return here.run("image.build", image=image, tag=tag, context="app").evidence


def fresh(here: Bench) -> Bench:
    """The next run: it knows nothing of what this one did."""
    return Bench(here.root, here.services)


def test_pushes_and_returns_the_registrys_digest(bench: Make) -> None:
    here, image = bench(FILES), unique()
    build = built(here, image)
    done = here.run("image.push", image=image, tag="1.0")
    seen = here.registry.manifest(image, "1.0")
    assert done.changed and done.words == f"pushed {image}:1.0 to {here.services.registry}"
    assert done.evidence == {
        "image": image,
        "tag": "1.0",
        "registry": here.services.registry,
        "repository": image,
        "digest": f"sha256:{hashlib.sha256(seen.body).hexdigest()}",
        "media_type": "application/vnd.docker.distribution.manifest.v2+json",
        "image_id": build["image_id"],
        "size": seen.size,
    }
    assert f"1.0: digest: {seen.digest}" in here.ran[-2].stdout_tail


def test_the_same_image_is_not_pushed_twice(bench: Make) -> None:
    here, image = bench(FILES), unique()
    built(here, image)
    first = here.run("image.push", image=image, tag="1.0")
    again = fresh(here)
    second = again.run("image.push", image=image, tag="1.0")
    assert not second.changed and second.evidence == first.evidence
    assert again.commands("POST") == []


def test_after_a_crash_between_push_and_evidence(bench: Make) -> None:
    """Also where the engine forgot the digest: the configuration in the registry is the image here."""
    here, image = bench(FILES), unique()
    build = built(here, image)
    first = here.run("image.push", image=image, tag="1.0")
    here.docker.images.remove(f"{here.services.registry}/{image}:1.0")
    assert here.docker.images.get(f"{image}:1.0").attrs["RepoDigests"] == []
    again = fresh(here).run("image.push", image=image, tag="1.0")
    assert not again.changed
    assert (again.evidence["digest"], again.evidence["image_id"]) == (first.evidence["digest"], build["image_id"])


def test_a_tag_that_holds_another_image_is_blocked(bench: Make) -> None:
    here, image = bench(FILES), unique()
    built(here, image)
    before = here.run("image.push", image=image, tag="1.0").evidence["digest"]
    other = fresh(here)
    built(other, image, "another\n")
    with pytest.raises(Blocked) as stopped:
        other.run("image.push", image=image, tag="1.0")
    assert stopped.value.code is ReasonCode.TAG_EXISTS
    assert before in stopped.value.reason and "use a new version" in stopped.value.reason
    assert here.registry.manifest(image, "1.0").digest == before


def test_what_an_earlier_push_left_here_is_not_another_candidate(bench: Make) -> None:
    """Built anew without pushing: the name with the registry's host is what the registry has."""
    here, image = bench(FILES), unique()
    built(here, image)
    here.run("image.push", image=image, tag="1.0")
    built(fresh(here), image, "another\n")
    with pytest.raises(Blocked) as stopped:
        fresh(here).run("image.push", image=image, tag="1.0")
    assert stopped.value.code is ReasonCode.TAG_EXISTS


@pytest.mark.parametrize("mutable", ["1.0", "*", "1.*", "{image}:1.0", "executor-test/*:1.0"])
def test_a_mutable_tag_moves(bench: Make, mutable: str) -> None:
    image = unique()
    here = bench(FILES)
    config = here.root / "executor.toml"
    config.write_text(config.read_text() + f'mutable_tags = ["{mutable.format(image=image)}"]\n')
    built(here, image)
    before = here.run("image.push", image=image, tag="1.0").evidence["digest"]
    other = fresh(here)
    built(other, image, "another\n")
    after = other.run("image.push", image=image, tag="1.0")
    assert after.changed and after.evidence["digest"] != before


def test_what_was_built_is_what_is_pushed(bench: Make) -> None:
    here, image = bench(FILES), unique()
    built(here, image)
    here.docker.images.get(here.services.base).tag(image, "1.0")
    with pytest.raises(Failed) as stopped:
        here.run("image.push", image=image, tag="1.0")
    assert stopped.value.code is ReasonCode.CHANGED_MEANWHILE
    assert here.registry.find(image, "1.0") is None


def test_nothing_to_push(bench: Make) -> None:
    with pytest.raises(Blocked) as stopped:
        bench(FILES).run("image.push", image=unique(), tag="1.0")
    assert stopped.value.code is ReasonCode.NOT_FOUND and "build it first" in stopped.value.reason


def test_two_images_of_that_name(bench: Make) -> None:
    here, image = bench(FILES), unique()
    built(here, image)
    here.docker.images.get(here.services.base).tag(f"{here.services.registry}/{image}", "1.0")
    with pytest.raises(Blocked) as stopped:
        fresh(here).run("image.push", image=image, tag="1.0")
    assert stopped.value.code is ReasonCode.AMBIGUOUS


def test_which_registry(bench: Make) -> None:
    here = bench({**FILES, "executor.toml": ""})
    with pytest.raises(Blocked, match="no registry for") as stopped:
        here.run("image.push", image=unique(), tag="1.0")
    assert stopped.value.code is ReasonCode.NOT_DETERMINATE
    image = unique()
    built(here, image)
    done = here.run("image.push", image=image, tag="1.0", registry=f"http://{here.services.registry}/team/")
    assert (done.evidence["registry"], done.evidence["repository"]) == (here.services.registry, f"team/{image}")
    assert here.registry.tags(f"team/{image}") == ("1.0",)


def test_what_can_be_told_before_anything_is_built(bench: Make) -> None:
    """A dry run looks, and changes nothing."""
    here, image = bench(FILES), unique()
    here.docker.images.get(here.services.base).tag(f"{here.services.registry}/{image}", "1.0")
    here.docker.images.push(f"{here.services.registry}/{image}", "1.0")
    here.docker.images.remove(f"{here.services.registry}/{image}:1.0")
    arguments = OPERATION.arguments(image=image, tag="1.0")

    def look(*planned: Artefact) -> None:
        OPERATION.preflight(arguments, LiveToolbox(replace(here.site, planned=frozenset(planned)), dry_run=True))

    with pytest.raises(Blocked) as stopped:
        look()
    assert stopped.value.code is ReasonCode.NOT_FOUND
    built(here, image)
    with pytest.raises(Blocked) as stopped:
        look()
    assert stopped.value.code is ReasonCode.TAG_EXISTS
    look(Artefact("built", f"{image}:1.0"))  # which image that will be is not known yet


# image.verify


def test_verifies_by_tag_and_digest_and_in_the_catalog(bench: Make) -> None:
    here, image = bench(FILES), unique()
    built(here, image)
    digest = here.run("image.push", image=image, tag="1.0").evidence["digest"]
    done = here.run("image.verify", image=image, tag="1.0", digest=digest, catalog=True)
    assert not done.changed
    assert done.evidence["digest"] == digest and done.evidence["in_tags_list"] and done.evidence["in_catalog"]
    assert fresh(here).run("image.verify", image=image, digest=digest).evidence["in_tags_list"] is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"tag": "1.1"}, ReasonCode.NOT_IN_REGISTRY),
        ({"tag": "1.0", "digest": f"sha256:{'0' * 64}"}, ReasonCode.DIGEST_DIFFERS),
        ({"digest": f"sha256:{'0' * 64}"}, ReasonCode.NOT_IN_REGISTRY),
        ({"digest": "sha256:12"}, ReasonCode.BAD_ARGUMENT),
        ({}, ReasonCode.NOT_DETERMINATE),
    ],
)
def test_what_is_not_verified(bench: Make, arguments: dict[str, str], code: ReasonCode) -> None:
    here, image = bench(FILES), unique()
    built(here, image)
    here.run("image.push", image=image, tag="1.0")
    with pytest.raises(Stop) as stopped:
        fresh(here).run("image.verify", image=image, **arguments)
    assert stopped.value.code is code


def test_somebody_else_pushed_meanwhile(bench: Make) -> None:
    here, image = bench(FILES), unique()
    built(here, image)
    here.run("image.push", image=image, tag="1.0")
    here.docker.images.get(here.services.base).tag(f"{here.services.registry}/{image}", "1.0")
    here.docker.images.push(f"{here.services.registry}/{image}", "1.0")
    with pytest.raises(Failed, match="this run pushed") as stopped:
        here.run("image.verify", image=image, tag="1.0")
    assert stopped.value.code is ReasonCode.DIGEST_DIFFERS


def index_of(here: Bench, image: str, *digests: tuple[str, int]) -> str:
    """Put an OCI index of these manifests under the tag `all`."""
    import requests

    entries = [
        {"mediaType": "application/vnd.docker.distribution.manifest.v2+json", "digest": digest, "size": size,
         "platform": {"os": "linux", "architecture": "amd64"}}
        for digest, size in digests
    ]  # fmt: skip
    kind = "application/vnd.oci.image.index.v1+json"
    body = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": entries})
    url = f"http://{here.services.registry}/v2/{image}/manifests/all"
    answer = requests.put(url, data=body, headers={"Content-Type": kind}, timeout=10)
    assert answer.status_code == 201, answer.text
    return f"sha256:{hashlib.sha256(body.encode()).hexdigest()}"


def test_an_index_with_all_its_manifests(bench: Make) -> None:
    here, image = bench(FILES), unique()
    built(here, image)
    here.run("image.push", image=image, tag="1.0")
    one = here.registry.manifest(image, "1.0")
    digest = index_of(here, image, (one.digest, len(one.body)))
    done = here.run("image.verify", image=image, tag="all")
    assert done.evidence["digest"] == digest
    assert done.evidence["manifests"] == [one.digest] and done.evidence["platforms"] == ["linux/amd64"]


def test_an_index_that_lost_a_manifest(bench: Make) -> None:
    import requests

    here, image = bench(FILES), unique()
    built(here, image)
    here.run("image.push", image=image, tag="1.0")
    one = here.registry.manifest(image, "1.0")
    index_of(here, image, (one.digest, len(one.body)))
    gone = requests.delete(f"http://{here.services.registry}/v2/{image}/manifests/{one.digest}", timeout=10)
    assert gone.status_code == 202
    with pytest.raises(Failed) as stopped:
        fresh(here).run("image.verify", image=image, tag="all")
    assert stopped.value.code is ReasonCode.NOT_IN_REGISTRY and one.digest in stopped.value.reason


# Registries with a login and with TLS


def htpasswd(folder: Path, user: str, password: str) -> dict[str, Any]:
    """docker-registry wants bcrypt, which Python does not make; the hash is of "correct horse"."""
    assert password == "correct horse"
    path = folder / "htpasswd"
    path.write_text(f"{user}:$2y$05$Q3hPCJ5GC9KXbTe4oyu6G.xEjf7gV7wWOvdxew3TVfHYrx9DBHcqa\n")
    return {"htpasswd": {"realm": "test", "path": str(path)}}


@pytest.mark.parametrize("status", [401, 403])
def test_a_registry_that_refuses_the_push(bench: Make, status: int) -> None:
    """The engine's words come inside an HTTP 200 stream."""

    def handler(talk: Talk) -> None:
        code = {401: "UNAUTHORIZED", 403: "DENIED"}[status]
        body = json.dumps({"errors": [{"code": code, "message": "no"}]})
        if talk.command == "GET":
            talk.answer(404 if "manifests" in talk.path else 200, "{}", Docker_Distribution_Api_Version="registry/2.0")
        else:
            talk.answer(status, body if talk.command != "HEAD" else "", Content_Type="application/json")

    here, image = bench(FILES), unique()
    built(here, image)
    with misbehaving(handler) as server, pytest.raises(Blocked) as stopped:
        here.run("image.push", image=image, tag="1.0", registry=server.address)
    expected = {401: ReasonCode.NEEDS_LOGIN, 403: ReasonCode.PERMISSION}[status]
    assert stopped.value.code is expected, stopped.value.reason
    assert f"docker login {server.address}" in stopped.value.reason


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (401, ReasonCode.NEEDS_LOGIN, "docker login"),
        (403, ReasonCode.PERMISSION, "ask for the right"),
        (404, ReasonCode.PUSH_FAILED, "check the address"),
        (429, ReasonCode.BAD_ANSWER, "wait"),
    ],
)
def test_a_page_for_an_answer_to_the_push(bench: Make, status: int, code: ReasonCode, said: str) -> None:
    """A proxy before the registry speaks HTML; the engine quotes the status and nothing else of use."""

    def handler(talk: Talk) -> None:
        if talk.command == "GET":
            talk.answer(404 if "manifests" in talk.path else 200, "{}", Docker_Distribution_Api_Version="registry/2.0")
        else:
            talk.answer(status, "<html>no</html>" if talk.command != "HEAD" else "", Content_Type="text/html")

    here, image = bench(FILES), unique()
    built(here, image)
    with misbehaving(handler) as server, pytest.raises(Stop) as stopped:
        here.run("image.push", image=image, tag="1.0", registry=server.address)
    assert stopped.value.code is code and said in stopped.value.reason, stopped.value.reason


def test_the_registry_goes_away_before_the_push(bench: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    here, image = bench(FILES), unique()
    built(here, image)
    monkeypatch.setattr(Registry, "find", lambda *_: None)  # it answered a moment ago
    with pytest.raises(Errored) as stopped:
        here.run("image.push", image=image, tag="1.0", registry="127.0.0.1:1")
    assert stopped.value.code is ReasonCode.UNREACHABLE and stopped.value.retryable


def test_a_registry_with_a_certificate_of_our_own(bench: Make, tmp_path: Path) -> None:
    ca, certificate, key = make_ca(tmp_path)
    with own_registry(tmp_path, tls={"certificate": str(certificate), "key": str(key)}) as address:
        here, image = bench(FILES), unique()
        built(here, image)
        with pytest.raises(Errored, match=r"registry\.ca") as stopped:
            here.run("image.push", image=image, tag="1.0", registry=address)
        assert stopped.value.code is ReasonCode.UNREACHABLE and not stopped.value.retryable
        (here.root / "executor.toml").write_text(f'[registry]\nurl = "{address}"\nca = "{ca}"\n')
        done = here.run("image.push", image=image, tag="1.0")
        assert (
            done.changed
            and here.run("image.verify", image=image, tag="1.0").evidence["digest"] == (done.evidence["digest"])
        )


def login(folder: Path, host: str, user: str, password: str) -> None:
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))


def test_a_registry_with_a_login(bench: Make, tmp_path: Path, docker_home: Path) -> None:
    with own_registry(tmp_path, auth=htpasswd(tmp_path, "ann", "correct horse")) as address:
        here, image = bench(FILES), unique()
        built(here, image)
        with pytest.raises(Blocked, match="docker login") as stopped:
            here.run("image.push", image=image, tag="1.0", registry=address)
        assert stopped.value.code is ReasonCode.NEEDS_LOGIN
        login(docker_home, address, "ann", "wrong horse")
        with pytest.raises(Blocked, match="was not accepted") as stopped:
            here.run("image.push", image=image, tag="1.0", registry=address)
        assert stopped.value.code is ReasonCode.NEEDS_LOGIN
        login(docker_home, address, "ann", "correct horse")
        assert here.run("image.push", image=image, tag="1.0", registry=address).changed
        assert not any("horse" in str(each) for each in here.ran)
        assert here.run("image.verify", image=image, tag="1.0", registry=address).evidence["in_tags_list"]
        assert Artefact("pushed", f"{image}:1.0") in here.ledger
