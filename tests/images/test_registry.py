"""The registry client against a real registry, and against small real servers that misbehave in every way we know."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from servers import Misbehaving, Services, Talk, joined, make_ca, misbehaving, own_registry, raw_server

from executor.errors import Refused, Stop
from executor.reasons import ReasonCode
from executor.tools import http
from executor.tools.registry import ACCEPT, OCI_MANIFEST, Registry

BODY = json.dumps({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": {"digest": "sha256:1", "size": 3}}).encode()
DIGEST = f"sha256:{hashlib.sha256(BODY).hexdigest()}"


@pytest.fixture(autouse=True)
def _no_logins(docker_home: Path) -> None:
    """None but those that a test makes."""


def asked(handler: Callable[[Talk], None], question: Callable[[Registry], Any], **more: Any) -> Any:
    with misbehaving(handler) as server:
        return question(Registry(server.address, **{"timeout": 5.0, **more}))


def stopped(handler: Callable[[Talk], None], question: Callable[[Registry], Any], **more: Any) -> Stop:
    with pytest.raises(Stop) as caught:
        asked(handler, question, **more)
    return caught.value


def manifest(registry: Registry) -> Any:
    return registry.manifest("team/app", "1.0")


def good(talk: Talk) -> None:
    talk.answer(200, BODY, Content_Type=OCI_MANIFEST, Docker_Content_Digest=DIGEST)


# What is well


def test_a_real_registry(services: Services) -> None:
    registry = Registry(services.registry)
    registry.ping()
    assert registry.find("nobody/nothing", "1.0") is None
    assert isinstance(registry.catalog(), tuple)


def test_the_digest_is_computed_and_all_types_are_accepted() -> None:
    with misbehaving(good) as server:
        seen = manifest(Registry(server.address))
        assert (seen.digest, seen.media_type, seen.config_digest, seen.size) == (DIGEST, OCI_MANIFEST, "sha256:1", 3)
        assert server.seen[0].headers["Accept"] == ACCEPT
        assert server.seen[0].path == "/v2/team/app/manifests/1.0"


def test_without_the_header_the_digest_is_still_ours() -> None:
    assert asked(lambda talk: talk.answer(200, BODY, Content_Type=OCI_MANIFEST), manifest).digest == DIGEST


def test_pages() -> None:
    def handler(talk: Talk) -> None:
        if "last=b" in talk.path:
            return talk.answer(200, '{"tags": ["c"]}')
        link = '</v2/app/tags/list?n=1000&last=b>; rel="next"'
        return talk.answer(200, '{"tags": ["a", "b"]}', Link=link)

    assert asked(handler, lambda registry: registry.tags("app")) == ("a", "b", "c")


def test_a_next_page_on_another_host_is_asked_of_the_same_one() -> None:
    def handler(talk: Talk) -> None:
        if "last=b" in talk.path:
            return talk.answer(200, '{"tags": ["c"]}')
        return talk.answer(200, '{"tags": ["b"]}', Link='<http://127.0.0.1:1/v2/app/tags/list?last=b>; rel="next"')

    assert asked(handler, lambda registry: registry.tags("app")) == ("b", "c")


def test_pages_without_end() -> None:
    def handler(talk: Talk) -> None:
        talk.answer(200, '{"tags": ["a"]}', Link='</v2/app/tags/list?last=a>; rel="next"')

    stop = stopped(handler, lambda registry: registry.tags("app"))
    assert stop.code is ReasonCode.BAD_ANSWER and "do not end" in stop.reason


def test_an_image_whose_tags_were_all_deleted() -> None:
    assert asked(lambda talk: talk.answer(200, '{"name": "app", "tags": null}'), lambda r: r.tags("app")) == ()


def test_calls_are_told() -> None:
    told: list[tuple[str, int | None, float]] = []
    with misbehaving(good) as server:
        manifest(Registry(server.address, on_call=lambda *call: told.append(call)))
    assert told[0][:2] == (f"GET /v2/team/app/manifests/1.0 ({server.address})", 200)


# What is not well: (answer, code, status, retryable, what the sentence holds)


def error(code: str, message: str = "so it is") -> str:
    return json.dumps({"errors": [{"code": code, "message": message}]})


def cut(talk: Talk) -> None:
    talk.send_response(200)
    talk.send_header("Content-Length", str(len(BODY) + 40))
    talk.send_header("Content-Type", OCI_MANIFEST)
    talk.end_headers()
    talk.wfile.write(BODY)
    talk.close_connection = True


def cut_chunk(talk: Talk) -> None:
    talk.send_response(200)
    talk.send_header("Transfer-Encoding", "chunked")
    talk.end_headers()
    talk.wfile.write(b"ff\r\n" + BODY[:20])
    talk.close_connection = True


def too_short_a_length(talk: Talk) -> None:
    talk.answer(200, BODY, Content_Length=str(len(BODY) - 5), Docker_Content_Digest=DIGEST, Content_Type=OCI_MANIFEST)
    talk.close_connection = True


FAULTS: list[tuple[str, Callable[[Talk], None], ReasonCode, str, bool, str]] = [
    ("401", lambda t: t.answer(401, error("UNAUTHORIZED")), ReasonCode.NEEDS_LOGIN, "blocked", False, "docker login"),
    ("401 basic", lambda t: t.answer(401, "", WWW_Authenticate='Basic realm="x"'), ReasonCode.NEEDS_LOGIN, "blocked",
     False, "docker has none for it"),
    ("403", lambda t: t.answer(403, error("DENIED", "no, Ann")), ReasonCode.PERMISSION, "blocked", False, "no, Ann"),
    ("404", lambda t: t.answer(404, error("MANIFEST_UNKNOWN")), ReasonCode.NOT_IN_REGISTRY, "failed", True,
     "has no team/app:1.0; push it first"),
    ("429", lambda t: t.answer(429, "", Retry_After="7"), ReasonCode.BAD_ANSWER, "errored", True, "try again in 7 s"),
    ("500", lambda t: t.answer(500, "<html>oops</html>"), ReasonCode.BAD_ANSWER, "errored", True, "answered 500"),
    ("503", lambda t: t.answer(503, error("UNAVAILABLE")), ReasonCode.BAD_ANSWER, "errored", True, "UNAVAILABLE"),
    ("400", lambda t: t.answer(400, "what?"), ReasonCode.BAD_ANSWER, "errored", False, "answered 400"),
    ("no JSON", lambda t: t.answer(200, "<html>hello</html>"), ReasonCode.BAD_ANSWER, "errored", False, "<html>hello"),
    ("a JSON list", lambda t: t.answer(200, "[]"), ReasonCode.BAD_ANSWER, "errored", False, "is it a registry?"),
    ("nothing", lambda t: t.answer(200, ""), ReasonCode.BAD_ANSWER, "errored", False, "else than a manifest"),
    ("an old type", lambda t: t.answer(200, '{"schemaVersion": 1}', Content_Type="application/json"),
     ReasonCode.BAD_ANSWER, "errored", False, "application/json"),
    ("another digest", lambda t: t.answer(200, BODY, Content_Type=OCI_MANIFEST, Docker_Content_Digest="sha256:00"),
     ReasonCode.BAD_ANSWER, "errored", True, "sha256:00"),
    ("truncated", cut, ReasonCode.BAD_ANSWER, "errored", True, "40 more were announced"),
    ("a truncated chunk", cut_chunk, ReasonCode.BAD_ANSWER, "errored", True, "announced"),
    ("a wrong length", too_short_a_length, ReasonCode.BAD_ANSWER, "errored", False, "else than a manifest"),
    ("a redirect in a circle", lambda t: t.answer(307, "", Location=t.path), ReasonCode.BAD_ANSWER, "errored", False,
     "redirects"),
    ("a redirect to a file", lambda t: t.answer(302, "", Location="file:///etc/passwd"), ReasonCode.BAD_ANSWER,
     "errored", False, "not followed"),
    ("a redirect to a port that is none", lambda t: t.answer(302, "", Location="http://127.0.0.1:99999/"),
     ReasonCode.BAD_ANSWER, "errored", False, "no address"),
    ("a redirect to no address", lambda t: t.answer(302, "", Location="http://[::1/"), ReasonCode.BAD_ANSWER, "errored",
     False, "no address"),
    ("a redirect to where a cloud keeps secrets", lambda t: t.answer(302, "", Location="http://169.254.169.254/latest"),
     ReasonCode.FORBIDDEN, "refused", False, "metadata service"),
    ("a redirect to a database", lambda t: t.answer(302, "", Location="http://127.0.0.1:5432/"), ReasonCode.FORBIDDEN,
     "refused", False, "port of a database"),
    ("a token from no address", lambda t: t.answer(401, "", WWW_Authenticate='Bearer realm="http://[::1/x"'),
     ReasonCode.BAD_ANSWER, "errored", False, "no address"),
    ("a token from where a cloud keeps secrets",
     lambda t: t.answer(401, "", WWW_Authenticate='Bearer realm="http://metadata.google.internal/x"'),
     ReasonCode.FORBIDDEN, "refused", False, "metadata service"),
]  # fmt: skip


@pytest.mark.parametrize(("handler", "code", "status", "retryable", "says"), [f[1:] for f in FAULTS],
                         ids=[f[0] for f in FAULTS])  # fmt: skip
def test_fault(handler: Callable[[Talk], None], code: ReasonCode, status: str, retryable: bool, says: str) -> None:
    stop = stopped(handler, manifest)
    assert (stop.code, str(stop.status), stop.retryable) == (code, status, retryable), stop.reason
    assert says in stop.reason and "127.0.0.1" in stop.reason
    assert "\n" not in stop.reason and len(stop.reason) < 500


def test_a_database_is_no_registry_whoever_names_it() -> None:
    with pytest.raises(Refused) as caught:
        manifest(Registry("127.0.0.1:5432"))
    assert caught.value.code is ReasonCode.FORBIDDEN


@pytest.mark.parametrize(
    ("peer", "kept"),
    [
        ("169.254.169.254", True),
        ("::ffff:169.254.169.254", True),
        ("fe80::1%eth0", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
    ],
)
def test_the_metadata_service_is_known_by_its_address_too(peer: str, kept: bool) -> None:
    class Connected:
        def getpeername(self) -> tuple[str, int]:
            return peer, 80

    connected: Any = Connected()
    with pytest.raises(http.HttpUnreachable) if kept else contextlib.nullcontext():
        http._no_metadata_service(connected)


def test_another_digest_than_was_asked_for() -> None:
    stop = stopped(good, lambda registry: registry.manifest("app", f"sha256:{'0' * 64}"))
    assert stop.code is ReasonCode.DIGEST_DIFFERS and DIGEST in stop.reason


def test_nobody_listens() -> None:
    with pytest.raises(Stop) as caught:
        manifest(Registry("127.0.0.1:1"))
    assert caught.value.code is ReasonCode.UNREACHABLE and "Connection refused" in caught.value.reason


def hang(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def dribble(connection: socket.socket) -> None:
    """A byte now and then: every read is short, the whole never ends."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(60):
        connection.sendall(b" ")
        time.sleep(0.05)


def dribble_headers(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(60):
        connection.sendall(b"X: 1\r\n")
        time.sleep(0.05)


@pytest.mark.parametrize("talk", [hang, dribble, dribble_headers])
def test_a_registry_that_hangs(talk: Callable[[socket.socket], None]) -> None:
    began = time.monotonic()
    with raw_server(talk) as address, pytest.raises(Stop) as caught:
        try:
            manifest(Registry(address, timeout=0.4))
        finally:
            took = time.monotonic() - began
    assert caught.value.code is ReasonCode.TIMEOUT and caught.value.retryable
    assert "timeouts.registry" in caught.value.reason and took < 2


@pytest.mark.parametrize("said", [b"", b"\x15\x03\x01\x00\x02\x02\x16", b"hello\r\n\r\n"])
def test_no_http_at_all(said: bytes) -> None:
    """Neither as plain http nor, which is tried next on loopback, as TLS."""

    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(said)

    with raw_server(talk) as address, pytest.raises(Stop) as caught:
        manifest(Registry(address, timeout=5))
    assert caught.value.code in (ReasonCode.BAD_ANSWER, ReasonCode.UNREACHABLE) and caught.value.retryable


def test_ping_is_not_content_with_any_web_server() -> None:
    asked(lambda talk: talk.answer(200, "{}"), Registry.ping)
    asked(lambda talk: talk.answer(200, "", Docker_Distribution_Api_Version="registry/2.0"), Registry.ping)
    stop = stopped(lambda talk: talk.answer(200, "<h1>It works!</h1>"), Registry.ping)
    assert stop.code is ReasonCode.BAD_ANSWER and "It works!" in stop.reason
    assert stopped(lambda talk: talk.answer(404, "nothing here"), Registry.ping).code is ReasonCode.BAD_ANSWER


def test_no_catalog() -> None:
    stop = stopped(lambda talk: talk.answer(404, "404 page not found"), Registry.catalog)
    assert stop.code is ReasonCode.NOT_SUPPORTED


@pytest.mark.parametrize("body", ["{}", '{"tags": "a"}', '{"tags": [1]}', "no"])
def test_no_list_of_tags(body: str) -> None:
    assert stopped(lambda talk: talk.answer(200, body), lambda r: r.tags("app")).code is ReasonCode.BAD_ANSWER


# Logins


def log_in(folder: Path, host: str, **entry: str) -> None:
    (folder / "config.json").write_text(json.dumps({"auths": {host: entry}}))


def token_server(talk: Talk, *, wanted: str | None, token: str = "the-token", access: bool = False) -> None:
    """A registry and its token service in one; `wanted` is the Basic header that the service asks for."""
    address = talk.headers["Host"]
    if talk.path.startswith("/token"):
        if wanted is not None and talk.headers.get("Authorization") != wanted:
            return talk.answer(401, error("UNAUTHORIZED"))
        return talk.answer(200, json.dumps({"access_token" if access else "token": token}))
    if talk.headers.get("Authorization") == f"Bearer {token}":
        return good(talk)
    challenge = f'Bearer realm="http://{address}/token",service="reg",scope="repository:team/app:pull"'
    return talk.answer(401, error("UNAUTHORIZED"), WWW_Authenticate=challenge)


@pytest.mark.parametrize("access", [True, False])
def test_an_anonymous_token(access: bool) -> None:
    with misbehaving(lambda talk: token_server(talk, wanted=None, access=access)) as server:
        assert manifest(Registry(server.address)).digest == DIGEST
        assert server.seen[1].path == "/token?service=reg&scope=repository%3Ateam%2Fapp%3Apull"
        assert "Authorization" not in server.seen[1].headers


def test_a_token_for_a_login(docker_home: Path) -> None:
    def handler(talk: Talk) -> None:
        token_server(talk, wanted="Basic YW5uOnMzY3IzdA==")

    with misbehaving(handler) as server:
        with pytest.raises(Stop) as caught:
            manifest(Registry(server.address))
        assert caught.value.code is ReasonCode.NEEDS_LOGIN
        log_in(docker_home, server.address, auth="YW5uOnMzY3IzdA==")
        registry = Registry(server.address)
        assert manifest(registry).digest == DIGEST
        before = len(server.seen)
        manifest(registry)
        assert len(server.seen) == before + 1, "the token is used again"
        assert "s3cr3t" not in repr(registry) and "the-token" not in repr(registry)


def test_an_identity_token(docker_home: Path) -> None:
    def handler(talk: Talk) -> None:
        if talk.command == "POST":
            form = talk.rfile.read(int(talk.headers["Content-Length"]))
            assert b"grant_type=refresh_token" in form and b"refresh_token=long-lived" in form
            return talk.answer(200, '{"access_token": "the-token"}')
        return token_server(talk, wanted="never")

    with misbehaving(handler) as server:
        log_in(docker_home, server.address, identitytoken="long-lived")
        assert manifest(Registry(server.address)).digest == DIGEST


def test_a_token_that_is_not_accepted() -> None:
    def handler(talk: Talk) -> None:
        token_server(talk, wanted=None) if talk.path.startswith("/token") else talk.answer(
            401, "", WWW_Authenticate=f'Bearer realm="http://{talk.headers["Host"]}/token"'
        )

    assert stopped(handler, manifest).code is ReasonCode.NEEDS_LOGIN


@pytest.mark.parametrize("answer", ["{}", "no", '{"token": "a\\r\\nb"}', '{"token": 1}'])
def test_no_token(answer: str) -> None:
    def handler(talk: Talk) -> None:
        talk.answer(200, answer) if talk.path.startswith("/token") else token_server(talk, wanted=None)

    assert stopped(handler, manifest).code is ReasonCode.BAD_ANSWER


def test_a_login_is_never_taken_along_to_another_host(docker_home: Path) -> None:
    def other(talk: Talk) -> None:
        assert "Authorization" not in talk.headers
        good(talk)

    with misbehaving(other) as elsewhere:

        def handler(talk: Talk) -> None:
            if talk.headers.get("Authorization") is None:
                return talk.answer(401, "", WWW_Authenticate='Basic realm="x"')
            return talk.answer(307, "", Location=f"http://{elsewhere.address}/blob?signature=abc")

        with misbehaving(handler) as server:
            log_in(docker_home, server.address, auth="YW5uOnMzY3IzdA==")
            told: list[str] = []
            registry = Registry(server.address, on_call=lambda command, *_: told.append(command))
            assert manifest(registry).digest == DIGEST
            assert [talk.headers.get("Authorization") for talk in elsewhere.seen] == [None]
            assert not any("abc" in each or "YW5u" in each for each in told)


def test_a_login_follows_on_the_same_host(docker_home: Path) -> None:
    def handler(talk: Talk) -> None:
        if talk.headers.get("Authorization") is None:
            return talk.answer(401, "", WWW_Authenticate='Basic realm="x"')
        return good(talk) if talk.path == "/there" else talk.answer(301, "", Location="/there")

    with misbehaving(handler) as server:
        log_in(docker_home, server.address, auth="YW5uOnMzY3IzdA==")
        assert manifest(Registry(server.address)).digest == DIGEST


def test_a_login_is_not_sent_in_plain_text_to_a_realm_far_away(docker_home: Path) -> None:
    def handler(talk: Talk) -> None:
        talk.answer(401, "", WWW_Authenticate='Bearer realm="http://auth.example/token"')

    with misbehaving(handler) as server, pytest.raises(Stop, match="it was not sent") as caught:
        log_in(docker_home, server.address, auth="YW5uOnMzY3IzdA==")
        manifest(Registry(server.address))
    assert caught.value.code is ReasonCode.NEEDS_LOGIN


def test_a_faulty_configuration_of_logins(docker_home: Path) -> None:
    (docker_home / "config.json").write_text("{")
    stop = stopped(lambda talk: talk.answer(401, "", WWW_Authenticate='Basic realm="x"'), manifest)
    assert stop.code is ReasonCode.NEEDS_LOGIN and "not JSON" in stop.reason


# Proxies


def test_loopback_is_asked_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert asked(good, manifest).digest == DIGEST


def through_proxy(monkeypatch: pytest.MonkeyPatch, proxy: Misbehaving, no_proxy: str) -> Any:
    monkeypatch.setenv("http_proxy", f"http://ann:pw@{proxy.address}")
    monkeypatch.setenv("no_proxy", no_proxy)
    return manifest(Registry("registry.example:5000", plain_http=True, timeout=2))


def test_other_hosts_are_asked_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with misbehaving(good) as proxy:
        assert through_proxy(monkeypatch, proxy, "").digest == DIGEST
        assert proxy.seen[0].path == "http://registry.example:5000/v2/team/app/manifests/1.0"
        assert proxy.seen[0].headers["Proxy-Authorization"] == "Basic YW5uOnB3"


def test_but_not_those_that_no_proxy_names(monkeypatch: pytest.MonkeyPatch) -> None:
    with misbehaving(good) as proxy:
        with pytest.raises(Stop) as caught:
            through_proxy(monkeypatch, proxy, "registry.example")
        assert caught.value.code is ReasonCode.UNREACHABLE and proxy.seen == []


def test_tls_through_a_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The proxy sees a name and a port, and nothing of what is said."""
    ca, certificate, key = make_ca(tmp_path)
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as server:
            joined(connection, server)

    with (
        own_registry(tmp_path, tls={"certificate": str(certificate), "key": str(key)}) as address,
        raw_server(talk) as proxy,
    ):
        monkeypatch.setenv("https_proxy", f"http://{proxy}")
        monkeypatch.setenv("no_proxy", "other.example")
        Registry("registry.example:5000", ca=ca, timeout=5).ping()
        with pytest.raises(Stop, match=r"registry\.ca") as caught:
            Registry("registry.example:5000", timeout=5).ping()
    assert caught.value.code is ReasonCode.UNREACHABLE
    assert heard[0].startswith(b"CONNECT registry.example:5000 HTTP/1.")


def test_plain_http_only_where_it_is_allowed() -> None:
    told: list[str] = []
    with pytest.raises(Stop):
        Registry("registry.example", timeout=2, on_call=lambda *call: told.append(str(call))).ping()
    assert told, "asked by https, without an answer"


def test_a_ca_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Stop) as caught:
        Registry("registry.example", ca=tmp_path / "none.pem").ping()
    assert caught.value.code is ReasonCode.NOT_FOUND and "registry.ca" in caught.value.reason
