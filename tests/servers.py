"""A real Docker engine and a real registry, shared by all test processes; small real servers that misbehave.

The engine that answers is used as it is; else a private one is started by scripts/services.py, by the first process
that needs it, and ended by the last one. Names are unique for each test: tests may run in any order and at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import http.server
import importlib.util
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".setup" / "test-services"
TINY_BASE = "executor-test/base:1"
_BASE_PROGRAMS = ("sh", "cat", "ls", "sleep", "mkdir")


@functools.cache
def script() -> Any:
    """scripts/services.py as a module; `scripts` is no package."""
    spec = importlib.util.spec_from_file_location("services_script", ROOT / "scripts" / "services.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Services:
    """`docker_host` and `registry` (127.0.0.1:port) answer; `base` is a tiny image with a shell."""

    docker_host: str
    registry: str
    base: str


def unique(name: str = "image") -> str:
    """An image name that nobody else uses."""
    return f"executor-test/{name}-{uuid.uuid4().hex[:12]}"


@contextlib.contextmanager
def shared() -> Iterator[Services]:
    """The engine and registry of this checkout's tests, for as long as somebody uses them."""
    STATE.mkdir(parents=True, exist_ok=True)
    with _alone():
        found = script().start(STATE, base=False)
        _users({*_users(), os.getpid()})
        _import_base(found.docker_host)
    try:
        yield Services(found.docker_host, found.registry_address, TINY_BASE)
    finally:
        with _alone():
            left = _users(_users() - {os.getpid()})
            if not left:
                _forget_images(found)
                script().stop(STATE)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    with (STATE.parent / "test-services.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _users(new: set[int] | None = None) -> set[int]:
    """The processes that use it and still live; those of a killed run are forgotten."""
    path = STATE / "users.json"
    users = new if new is not None else set(json.loads(path.read_text()) if path.exists() else [])
    alive = {pid for pid in users if Path(f"/proc/{pid}").exists()}
    path.write_text(json.dumps(sorted(alive)))
    return alive


def client(docker_host: str) -> Any:
    """docker-py, which is not what the program speaks through: a second opinion."""
    import docker

    return docker.DockerClient(base_url=docker_host, timeout=60)


def _forget_images(found: Any) -> None:
    """On an engine that is not ours nothing is left behind."""
    if found.engine is not None:
        return
    with contextlib.closing(client(found.docker_host)) as docker:
        for image in docker.images.list():
            for tag in image.tags:
                if "executor-test/" in tag and tag != TINY_BASE:
                    with contextlib.suppress(Exception):
                        docker.images.remove(tag, force=True)


def _import_base(docker_host: str) -> None:
    """A root file system of this machine's own shell and the libraries that it loads: 2 MB, no network."""
    import docker.errors

    with contextlib.closing(client(docker_host)) as docker_client:
        try:
            docker_client.images.get(TINY_BASE)
        except docker.errors.ImageNotFound:
            repository, _, tag = TINY_BASE.rpartition(":")
            changes = ['CMD ["/bin/sh"]', "ENV PATH=/bin"]
            docker_client.api.import_image_from_data(_tiny_root(), repository=repository, tag=tag, changes=changes)


def _tiny_root() -> bytes:
    programs = [Path(found).resolve() for name in _BASE_PROGRAMS if (found := shutil.which(name))]
    libraries: set[str] = set()
    for program in programs:
        listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
        libraries |= set(re.findall(r"(/\S+) \(0x", listed))
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name in _BASE_PROGRAMS:
            tar.add(Path(shutil.which(name) or "").resolve(), f"bin/{name}")
        for library in sorted(libraries):
            tar.add(Path(library).resolve(), library.lstrip("/"))
    return data.getvalue()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# Registries of a special kind


@contextlib.contextmanager
def own_registry(folder: Path, **http: Any) -> Iterator[str]:
    """A real docker-registry for one test; `http` are further keys of its configuration (tls …). Yields its address."""
    services = script()
    address = f"127.0.0.1:{free_port()}"
    auth = http.pop("auth", None)
    config = {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}, "delete": {"enabled": True}},
        "http": {"addr": address, "secret": "for-tests-only", **http},
        **({"auth": auth} if auth else {}),
    }
    (folder / "registry.yml").write_text(json.dumps(config))
    process = services._spawn(["docker-registry", "serve", str(folder / "registry.yml")], folder / "registry.log")
    try:
        services._wait(lambda: _listens(address), process, folder / "registry.log")
        yield address
    finally:
        services._end(process)


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, int(port))) == 0


def make_ca(folder: Path) -> tuple[Path, Path, Path]:
    """A CA of our own and a certificate for 127.0.0.1 signed by it: CA, certificate, key."""
    ca, ca_key, key = folder / "ca.pem", folder / "ca.key", folder / "key.pem"
    request, certificate, extra = folder / "request.pem", folder / "certificate.pem", folder / "extra"
    extra.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:registry.example\n")
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    for argv in (
        ["req", "-x509", *new, "-keyout", ca_key, "-out", ca, "-days", "2", "-subj", "/CN=test CA"],
        ["req", *new, "-keyout", key, "-out", request, "-subj", "/CN=127.0.0.1"],
        ["x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-out", certificate,
         "-days", "2", "-extfile", extra],
    ):  # fmt: skip
        subprocess.run(["openssl", *map(str, argv)], check=True, capture_output=True)
    return ca, certificate, key


def joined(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until both sides are done."""

    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=pump, args=(other, one), daemon=True)
    back.start()
    pump(one, other)
    back.join(5)


# Servers that misbehave


Handler = Callable[["Talk"], None]


class Talk(http.server.BaseHTTPRequestHandler):
    """One request to a server of a test; `answer` is a whole answer, everything else is up to the test."""

    protocol_version = "HTTP/1.1"
    handler: Handler
    seen: list[Talk]

    def do_GET(self) -> None:
        self.seen.append(self)
        self.handler()

    do_POST = do_HEAD = do_PUT = do_PATCH = do_GET  # noqa: N815 - the base class's names

    def answer(self, status: int, body: bytes | str = b"", **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(data)), **given}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: tests look at `seen`."""


@dataclass(frozen=True)
class Misbehaving:
    address: str
    seen: list[Talk]


@contextlib.contextmanager
def misbehaving(handler: Handler) -> Iterator[Misbehaving]:
    """An HTTP server on 127.0.0.1 that answers as the test says."""
    seen: list[Talk] = []
    kind = type("_Talk", (Talk,), {"handler": handler, "seen": seen})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Misbehaving(f"127.0.0.1:{server.server_address[1]}", seen)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A TCP server on 127.0.0.1 that does with each connection what the test says."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        with contextlib.suppress(OSError), socket.create_connection(listener.getsockname(), 1):
            pass
        listener.close()
        thread.join(5)
