"""Ways to an engine, and to none."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from servers import Services, Talk, joined, misbehaving, raw_server, unique

from executor.errors import Stop
from executor.reasons import ReasonCode
from executor.tools.engine import Engine, LocalImage, has_buildx
from tests.images.bench import Bench
from tests.images.test_push import FILES

Make = Callable[..., Bench]


def test_the_engine_that_answers(services: Services) -> None:
    engine = Engine.connect({"DOCKER_HOST": services.docker_host})
    assert engine.version()
    image = engine.image(services.base)
    assert image is not None and services.base in image.tags and image.platform.startswith("linux/")
    assert engine.image(unique()) is None and engine.history(unique()) == ()


@pytest.mark.parametrize(
    "host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1", "tcp://127.0.0.1:99999", "nonsense://x"]
)
def test_none_answers(host: str) -> None:
    with pytest.raises(Stop) as caught:
        Engine.connect({"DOCKER_HOST": host})
    assert caught.value.code is ReasonCode.TOOL_MISSING
    assert host in caught.value.reason and "DOCKER_HOST" in caught.value.reason


def test_a_socket_that_nobody_listens_on(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(tmp_path / "s"))
    with pytest.raises(Stop) as caught:
        Engine.connect({"DOCKER_HOST": f"unix://{tmp_path / 's'}"})
    assert caught.value.code is ReasonCode.TOOL_MISSING


def test_a_server_that_is_no_engine() -> None:
    with misbehaving(lambda talk: talk.answer(404, "no")) as server, pytest.raises(Stop) as caught:
        Engine.connect({"DOCKER_HOST": f"tcp://{server.address}"})
    assert caught.value.code is ReasonCode.TOOL_MISSING


def test_not_this_user(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(Stop) as caught:
        Engine.connect({})
    assert caught.value.code is ReasonCode.PERMISSION and "group docker" in caught.value.reason


@contextlib.contextmanager
def forwarded(unix: str) -> Iterator[str]:
    """A TCP address in front of the engine's socket."""

    def talk(connection: socket.socket) -> None:
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(unix)
            joined(connection, engine)

    def each(connection: socket.socket) -> None:
        copy = connection.dup()
        threading.Thread(target=lambda: (talk(copy), copy.close()), daemon=True).start()

    with raw_server(each) as address:
        yield address


def test_an_engine_by_tcp_through_docker_py(bench: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same build and push by the other wire."""
    here, image = bench(FILES), unique()
    if not here.services.docker_host.startswith("unix://"):
        pytest.fail("the tests' engine is not on a unix socket: the direct wire was not tested")
    with forwarded(here.services.docker_host.removeprefix("unix://")) as address:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://{address}")
        assert here.run("image.build", image=image, tag="1.0", context="app").changed
        assert not here.run("image.build", image=image, tag="1.0", context="app").changed
        assert here.run("image.push", image=image, tag="1.0").changed
        (here.root / "app/Dockerfile").write_text("FROM executor-test/base:1\nRUN exit 4\n")
        with pytest.raises(Stop, match="non-zero code: 4") as caught:
            here.run("image.build", image=image, tag="1.0", context="app")
        assert caught.value.code is ReasonCode.BUILD_FAILED


def engine_that(handler: Callable[[Talk], None]) -> contextlib.AbstractContextManager[str]:
    """A server that answers a ping as an engine does, and everything else as the test says."""

    def answer(talk: Talk) -> None:
        if talk.path.endswith(("/_ping", "/version")):
            talk.answer(200, '{"ApiVersion": "1.41", "MinAPIVersion": "1.24"}', Content_Type="application/json")
        else:
            handler(talk)

    @contextlib.contextmanager
    def serve() -> Iterator[str]:
        with misbehaving(answer) as server, unix_in_front_of(server.address) as path:
            yield path

    return serve()


@contextlib.contextmanager
def unix_in_front_of(address: str) -> Iterator[str]:
    import tempfile

    host, _, port = address.rpartition(":")
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/s")
        listener.listen()
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    threading.Thread(target=join, args=(connection,), daemon=True).start()

        def join(connection: socket.socket) -> None:
            with connection, socket.create_connection((host, int(port))) as server:
                joined(connection, server)

        threading.Thread(target=serve, daemon=True).start()
        yield f"unix://{folder}/s"
        stop.set()
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as last:
            last.connect(f"{folder}/s")


def pushed(host: str) -> object:
    engine = Engine.connect({"DOCKER_HOST": host})
    return engine.push("127.0.0.1:1/a", "1", None, on_line=lambda _: None, timeout=0.5)


def test_an_error_inside_of_a_good_answer() -> None:
    lines = b'{"status":"Preparing","id":"a"}\r\n{"errorDetail":{"message":"denied: no"},"error":"denied: no"}\r\n'
    with engine_that(lambda talk: talk.answer(200, lines)) as host:
        said = pushed(host)
    assert getattr(said, "error") == "denied: no" and "a: Preparing" in getattr(said, "text")  # noqa: B009


def test_an_engine_that_dies_in_the_middle() -> None:
    def handler(talk: Talk) -> None:
        talk.send_response(200)
        talk.send_header("Transfer-Encoding", "chunked")
        talk.end_headers()
        talk.wfile.write(b'10\r\n{"status":')
        talk.close_connection = True

    with engine_that(handler) as host, pytest.raises(Stop) as caught:
        pushed(host)
    assert caught.value.code is ReasonCode.UNREACHABLE and caught.value.retryable


def test_an_engine_that_hangs_in_the_middle() -> None:
    def handler(talk: Talk) -> None:
        talk.send_response(200)
        talk.send_header("Transfer-Encoding", "chunked")
        talk.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(100):
                talk.wfile.write(b"3\r\n \r\n\r\n")
                talk.wfile.flush()
                threading.Event().wait(0.05)

    with engine_that(handler) as host, pytest.raises(Stop) as caught:
        pushed(host)
    assert caught.value.code is ReasonCode.TIMEOUT and caught.value.retryable


@pytest.mark.parametrize("body", [b"no JSON at all\n", b'{"status": "x"}{"a"\n'])
def test_a_stream_that_is_none(body: bytes) -> None:
    with engine_that(lambda talk: talk.answer(200, body)) as host, pytest.raises(Stop) as caught:
        pushed(host)
    assert caught.value.code is ReasonCode.BAD_ANSWER


def test_when_an_image_is_the_one_in_the_registry() -> None:
    local = LocalImage("sha256:id", (), ("r/a@sha256:pushed",), {}, 0, "", False)
    assert local.is_same_as("sha256:pushed", None)
    assert local.is_same_as("sha256:other", "sha256:id")
    assert local.is_same_as("sha256:id", "sha256:config")
    assert not local.is_same_as("sha256:other", "sha256:config") and not local.is_same_as("sha256:other", None)


def test_buildx_is_found_where_docker_looks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/docker").write_text("#!/bin/sh\n")
    (tmp_path / "bin/docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    here = {"DOCKER_CONFIG": str(tmp_path / "config")}
    plugin = tmp_path / "config/cli-plugins/docker-buildx"
    plugin.parent.mkdir(parents=True)
    plugin.write_text("")
    plugin.chmod(0o755)
    assert has_buildx(here)
    monkeypatch.setenv("PATH", "/nowhere")
    assert not has_buildx(here)
