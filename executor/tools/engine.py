"""The Docker Engine API, as much of it as images need.

A unix socket, the usual case, is spoken to directly: docker-py costs 0.18 s to import, and building and pushing an
unchanged image takes 0.12 s by hand (docs/decisions.md). Every other DOCKER_HOST (TLS, ssh) goes through docker-py.

Builds and pushes answer HTTP 200 and say in the stream how they ended: `Streamed.error`.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import http.client
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import quote, urlencode

from executor.errors import Blocked, Errored
from executor.reasons import ReasonCode
from executor.tools.credentials import Login
from executor.tools.endpoint import config_folder, endpoint
from executor.values import dataclass, field

_LOOK_SECONDS = 30.0
_HUB = "docker.io"


@dataclass(frozen=True, slots=True)
class LocalImage:
    """An image in the engine's store. `id` is the digest of its configuration (classic store) or of its manifest;
    `tagged` when it was last given a name (also one that it had), by the engine's clock and in its words."""

    id: str
    tags: tuple[str, ...]
    repo_digests: tuple[str, ...]
    labels: Mapping[str, str]
    size: int
    platform: str
    triggers: bool
    tagged: str = ""

    def is_same_as(self, manifest_digest: str, config_digest: str | None) -> bool:
        """Whether a manifest in a registry is this image: by its configuration, or by a digest that the engine learnt
        when it pushed or pulled it, or (containerd's store) by its id."""
        pushed = {each.rpartition("@")[2] for each in self.repo_digests}
        return self.id in (manifest_digest, config_digest) or manifest_digest in pushed


@dataclass(frozen=True, slots=True)
class Streamed:
    """What a long call said: all its text, its last error, and the values that it handed over (`aux`)."""

    text: str
    error: str | None
    handed: tuple[Mapping[str, Any], ...] = ()

    def value(self, key: str) -> str | None:
        return next((str(each[key]) for each in reversed(self.handed) if each.get(key)), None)


@dataclass(frozen=True, slots=True)
class BuildOrder:
    """A build by the classic builder: `dockerfile` is a name inside the tar."""

    name: str
    dockerfile: str
    build_args: Mapping[str, str]
    labels: Mapping[str, str]
    target: str | None
    platform: str | None


class _Answer(Protocol):
    status: int

    def read(self) -> bytes: ...

    def chunks(self, deadline: float) -> Iterator[bytes]:
        """The body as it comes; raises TimeoutError."""

    def close(self) -> None: ...


class _Wire(Protocol):
    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: IO[bytes] | None, timeout: float
    ) -> _Answer: ...


@dataclass
class Engine:
    """A Docker engine that answers. `host` is its address as DOCKER_HOST has it, `environment` what leads other clients
    to it."""

    host: str
    wire: _Wire = field(repr=False)
    environment: Mapping[str, str] = field(default_factory=dict)
    on_answer: Callable[[str, int, bytes], None] | None = None
    """Is told `METHOD path`, status and body of each question that is no stream."""

    @classmethod
    def connect(cls, environment: Mapping[str, str] = os.environ) -> Engine:
        """The engine that docker's client would ask. Raises Blocked TOOL_MISSING, PERMISSION; Errored TIMEOUT."""
        found = endpoint(environment)
        host = found["DOCKER_HOST"]
        engine = cls(host, _wire_to(host, {**environment, **found}), found)
        answer = engine._ask("GET", "/_ping")
        if answer[0] != 200:
            raise Blocked(ReasonCode.TOOL_MISSING, _unreachable(host, f"answered {answer[0]}"))
        return engine

    def version(self) -> str:
        document = self._json("GET", "/version")
        return str(document.get("Version", "")) if isinstance(document, dict) else ""

    def image(self, reference: str) -> LocalImage | None:
        """An image by name or id, None where the engine has none."""
        found = self._json("GET", f"/images/{quote(reference, safe=':/@')}/json", missing=True)
        if not isinstance(found, dict):
            return None
        config = found.get("Config") or {}
        parts = (found.get("Os"), found.get("Architecture"), found.get("Variant"))
        return LocalImage(
            str(found["Id"]),
            tuple(found.get("RepoTags") or ()),
            tuple(found.get("RepoDigests") or ()),
            {str(key): str(value) for key, value in (config.get("Labels") or {}).items()},
            int(found.get("Size") or 0),
            "/".join(str(part) for part in parts if part),
            bool(config.get("OnBuild")),
            str((found.get("Metadata") or {}).get("LastTagTime") or ""),
        )

    def history(self, reference: str) -> tuple[Mapping[str, Any], ...]:
        """Newest first."""
        found = self._json("GET", f"/images/{quote(reference, safe=':/@')}/history", missing=True)
        return tuple(found) if isinstance(found, list) else ()

    def tag(self, image_id: str, repository: str, tag: str) -> None:
        query = urlencode({"repo": repository, "tag": tag})
        status, body = self._ask("POST", f"/images/{image_id}/tag?{query}")
        if status != 201:
            raise Errored(ReasonCode.BAD_ANSWER, f"the engine cannot tag {image_id}: {_message(body)}")

    def pull(self, reference: str, login: Login | None, *, on_line: Callable[[str], None], timeout: float) -> Streamed:
        name, tag = _split_reference(reference)
        query = urlencode({"fromImage": name, **({"tag": tag} if tag else {})})
        return self._stream(f"/images/create?{query}", _auth(login, name), on_line=on_line, timeout=timeout)

    def build(self, order: BuildOrder, tar: IO[bytes], *, on_line: Callable[[str], None], timeout: float) -> Streamed:
        """By the classic builder, which ends the build when we go away."""
        query = {
            "t": order.name,
            "dockerfile": order.dockerfile,
            "rm": "1",
            "forcerm": "1",
            "buildargs": json.dumps({**_proxies(self.host), **order.build_args}),
            "labels": json.dumps(dict(order.labels)),
            **({"target": order.target} if order.target else {}),
            **({"platform": order.platform} if order.platform else {}),
        }
        headers = {"Content-Type": "application/x-tar"}
        return self._stream(f"/build?{urlencode(query)}", headers, on_line=on_line, timeout=timeout, body=tar)

    def push(
        self, repository: str, tag: str, login: Login | None, *, on_line: Callable[[str], None], timeout: float
    ) -> Streamed:
        """Its `value("Digest")` is what the registry has then, by the engine's word."""
        headers = {"X-Registry-Auth": _encoded({}), **_auth(login, repository)}
        path = f"/images/{quote(repository, safe=':/')}/push?{urlencode({'tag': tag})}"
        return self._stream(path, headers, on_line=on_line, timeout=timeout)

    # One call

    def _json(self, method: str, path: str, *, missing: bool = False) -> Any:
        status, body = self._ask(method, path)
        if status == 404 and missing:
            return None
        if status != 200:
            raise Errored(ReasonCode.BAD_ANSWER, f"the engine answered {status} to {method} {path}: {_message(body)}")
        try:
            return json.loads(body)
        except ValueError:
            raise Errored(ReasonCode.BAD_ANSWER, f"the engine answered no JSON to {method} {path}") from None

    def _ask(self, method: str, path: str) -> tuple[int, bytes]:
        with _errors(self.host, _LOOK_SECONDS):
            answer = self.wire.ask(method, path, {}, None, _LOOK_SECONDS)
            with contextlib.closing(answer):
                body = answer.read()
        if self.on_answer is not None:
            self.on_answer(f"{method} {path}", answer.status, body)
        return answer.status, body

    def _stream(
        self,
        path: str,
        headers: Mapping[str, str],
        *,
        on_line: Callable[[str], None],
        timeout: float,
        body: IO[bytes] | None = None,
    ) -> Streamed:
        deadline = time.monotonic() + timeout
        with _errors(self.host, timeout, "push" if "/push?" in path else "build"):
            answer = self.wire.ask("POST", path, headers, body, timeout)
            with contextlib.closing(answer):
                if answer.status != 200:
                    return Streamed("", _message(answer.read()))
                return _follow(_documents(answer.chunks(deadline)), on_line)


def _follow(documents: Iterator[Mapping[str, Any]], on_line: Callable[[str], None]) -> Streamed:
    lines: list[str] = []
    handed: list[Mapping[str, Any]] = []
    error: str | None = None
    layers: dict[str, tuple[int, int]] = {}
    pending = ""
    for each in documents:
        if "stream" in each:
            *whole, pending = (pending + str(each["stream"])).split("\n")
            for line in whole:
                lines.append(line)
                if line.strip():
                    on_line(line)
        elif "error" in each:
            error = str((each.get("errorDetail") or {}).get("message") or each["error"])
        elif "status" in each:
            _status(each, lines, layers, on_line)
        if isinstance(each.get("aux"), dict):
            handed.append(each["aux"])
    if error is not None:
        lines.append(error)
    return Streamed("\n".join([*lines, pending]).strip("\n") + "\n", error, tuple(handed))


def _status(
    each: Mapping[str, Any], lines: list[str], layers: dict[str, tuple[int, int]], on_line: Callable[[str], None]
) -> None:
    """Counting lines become one sum for the terminal; the others are kept."""
    status, layer = str(each["status"]), str(each.get("id", ""))
    detail = each.get("progressDetail") or {}
    if isinstance(detail.get("current"), int) and isinstance(detail.get("total"), int):
        layers[layer] = (detail["current"], detail["total"])
        done, total = (sum(column) / 1e6 for column in zip(*layers.values(), strict=True))
        on_line(f"{status.lower()} {done:.1f} of {total:.1f} MB")
        return
    lines.append(f"{layer}: {status}" if layer else status)
    on_line(lines[-1])


def _documents(chunks: Iterator[bytes]) -> Iterator[Mapping[str, Any]]:
    """The stream's JSON documents, one after the other, however they are cut into chunks."""
    decoder = json.JSONDecoder()
    pending = b""
    for chunk in chunks:
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            yield from _decoded(decoder, line)
    yield from _decoded(decoder, pending)


def _decoded(decoder: json.JSONDecoder, line: bytes) -> Iterator[Mapping[str, Any]]:
    text, at = line.decode(errors="replace").strip(), 0
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except ValueError:
            raise Errored(ReasonCode.BAD_ANSWER, f"the engine's stream is no JSON: {text[:200]}") from None
        at += len(text[at:]) - len(text[at:].lstrip())
        if isinstance(document, dict):
            yield document


@contextlib.contextmanager
def _errors(host: str, timeout: float, setting: str = "") -> Iterator[None]:
    """`setting` is the key below [timeouts] that bounds the call."""
    try:
        yield
    except TimeoutError:
        raise Errored(
            ReasonCode.TIMEOUT,
            f"the engine at {host} took longer than {timeout:g} s (timeouts.{setting} in executor.toml)"
            if setting
            else f"the engine at {host} did not answer within {timeout:g} s; is it well?",
            retryable=True,
        ) from None
    except PermissionError:
        raise Blocked(
            ReasonCode.PERMISSION,
            f"this user may not talk to the Docker engine at {host}; "
            "add it to the group docker (`sudo usermod -aG docker $USER`, then log in anew)",
        ) from None
    except (FileNotFoundError, ConnectionRefusedError, socket.gaierror) as error:
        raise Blocked(ReasonCode.TOOL_MISSING, _unreachable(host, error.strerror or str(error))) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Errored(ReasonCode.WRITE_FAILED, f"no space left: {error}") from None
        raise Errored(
            ReasonCode.UNREACHABLE, f"the connection to the engine at {host} broke off ({error})", retryable=True
        ) from None
    except http.client.HTTPException as error:
        raise Errored(
            ReasonCode.UNREACHABLE,
            f"the connection to the engine at {host} broke off ({type(error).__name__})",
            retryable=True,
        ) from None


def _unreachable(host: str, why: str) -> str:
    return (
        f"no Docker engine answers at {host} ({why}); start it, set DOCKER_HOST to the one that runs, or install one "
        "(Debian, Ubuntu: `apt-get install docker.io`; else docs.docker.com/engine/install)"
    )


def _message(body: bytes) -> str:
    """The engine's words for an error."""
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    said = document.get("message") if isinstance(document, dict) else None
    return str(said or body.decode(errors="replace").strip() or "nothing")[:1000]


def _split_reference(reference: str) -> tuple[str, str]:
    """`host:port/name:tag` → name with host, tag or digest."""
    name, at, digest = reference.partition("@")
    if at:
        return name, digest
    head, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    return f"{head}{slash}{last}", tag if colon else "latest"


def _auth(login: Login | None, repository: str) -> dict[str, str]:
    if login is None:
        return {}
    first = repository.partition("/")[0]
    server = first if "." in first or ":" in first else _HUB
    secret = (
        {"identitytoken": login.identity_token}
        if login.identity_token
        else {"username": login.user, "password": login.password}
    )
    return {"X-Registry-Auth": _encoded({**secret, "serveraddress": server})}


def _encoded(data: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(dict(data)).encode()).decode()


def _proxies(host: str) -> dict[str, str]:
    """The proxies that docker's config.json wants builds to have, as `docker build` gives them."""
    try:
        proxies = json.loads((config_folder(os.environ) / "config.json").read_bytes())["proxies"]
        chosen = proxies.get(host) or proxies["default"]
        names = {"httpProxy": "HTTP_PROXY", "httpsProxy": "HTTPS_PROXY", "ftpProxy": "FTP_PROXY", "noProxy": "NO_PROXY"}
        found = {names[key]: str(value) for key, value in chosen.items() if key in names}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {**found, **{name.lower(): value for name, value in found.items()}}


# The two ways to an engine


def _wire_to(host: str, environment: Mapping[str, str]) -> _Wire:
    return _Socket(host.removeprefix("unix://")) if host.startswith("unix://") else _DockerPy(dict(environment), host)


@dataclass(frozen=True)
class _Socket:
    path: str

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: IO[bytes] | None, timeout: float
    ) -> _Answer:
        connection = _UnixConnection("localhost", timeout=timeout, blocksize=1 << 20)
        connection.path = self.path
        try:
            with contextlib.suppress(BrokenPipeError):  # it says why in its answer, before it has read all of the body
                connection.request(method, path, body=body, headers=dict(headers))
            return _SocketAnswer(connection)
        except BaseException:
            connection.close()
            raise


class _UnixConnection(http.client.HTTPConnection):
    path = ""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class _SocketAnswer:
    def __init__(self, connection: _UnixConnection) -> None:
        self._connection = connection
        self._sock = connection.sock
        self._response = connection.getresponse()
        self.status = self._response.status

    def read(self) -> bytes:
        return self._response.read()

    def chunks(self, deadline: float) -> Iterator[bytes]:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._sock.settimeout(left)
            chunk = self._response.read1(65536)
            if not chunk:
                return
            yield chunk

    def close(self) -> None:
        self._connection.close()
        self._response.close()


class _DockerPy:
    """docker-py for every other kind of address; it knows TLS and ssh."""

    def __init__(self, environment: dict[str, str], host: str) -> None:
        import docker.errors
        import docker.utils

        try:
            self._api = docker.APIClient(**docker.utils.kwargs_from_env(environment=environment), version="auto")
        except (docker.errors.DockerException, OSError, ValueError) as error:  # a port that is none, say
            raise Blocked(ReasonCode.TOOL_MISSING, _unreachable(host, str(error).split("\n")[0][:200])) from None

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: IO[bytes] | None, timeout: float
    ) -> _Answer:
        import requests

        try:
            url = f"{self._api.base_url}{path}"
            response = self._api.request(
                method, url, headers=dict(headers), data=body, stream=True, timeout=timeout, proxies={}
            )
        except requests.exceptions.Timeout:
            raise TimeoutError from None
        except requests.exceptions.RequestException as error:
            raise ConnectionError(str(error)[:200]) from None
        return _DockerPyAnswer(response)


class _DockerPyAnswer:
    def __init__(self, response: Any) -> None:
        self._response = response
        self.status = int(response.status_code)

    def read(self) -> bytes:
        return bytes(self._response.content)

    def chunks(self, deadline: float) -> Iterator[bytes]:
        """Its reads are bounded by the timeout of the call; the whole by looking at the clock between them."""
        import urllib3.exceptions

        try:
            for chunk in self._response.raw.stream(65536, decode_content=True):
                if time.monotonic() > deadline:
                    raise TimeoutError
                yield chunk
        except urllib3.exceptions.ReadTimeoutError:
            raise TimeoutError from None
        except urllib3.exceptions.HTTPError as error:
            raise ConnectionError(str(error)[:200]) from None

    def close(self) -> None:
        self._response.close()


# buildx


def has_buildx(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the docker client has the buildx plugin; looked up in its folders, without starting it (40 ms)."""
    if shutil.which("docker") is None:
        return False
    own = config_folder(environment)
    extra: list[Path] = []
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        extra = [Path(each) for each in json.loads((own / "config.json").read_bytes()).get("cliPluginsExtraDirs", [])]
    system = ("/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec")
    folders = [own / "cli-plugins", *extra, *(Path(each) / "docker" / "cli-plugins" for each in system)]
    return any(os.access(folder / "docker-buildx", os.X_OK) for folder in folders)


@dataclass(frozen=True, slots=True)
class BuildxOrder:
    """A build by `docker buildx`; paths are absolute."""

    name: str
    context: Path
    dockerfile: Path
    build_args: Mapping[str, str]
    labels: Mapping[str, str]
    target: str | None
    platform: str | None

    @property
    def argv(self) -> list[str]:
        found = ["docker", "buildx", "build", "--load", "--progress=plain", "--tag", self.name]
        found += ["--file", str(self.dockerfile)]
        for flag, values in (("--build-arg", self.build_args), ("--label", self.labels)):
            for name, value in sorted(values.items()):
                found += [flag, f"{name}={value}"]
        found += ["--target", self.target] if self.target else []
        found += ["--platform", self.platform] if self.platform else []
        return [*found, str(self.context)]


def failing_step(text: str) -> tuple[int, int] | None:
    """The last `Step n/m` of the classic builder's output."""
    steps = re.findall(r"^Step (\d+)/(\d+) : ", text, re.MULTILINE)
    return (int(steps[-1][0]), int(steps[-1][1])) if steps else None
