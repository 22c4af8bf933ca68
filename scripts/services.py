#!/usr/bin/env python3
"""A Docker engine and a registry to try executor with and to test it on.

    services.py start [--state DIR] [--no-base]    find or start both, get a base image; say what is used
    services.py env   [--state DIR]                print DOCKER_HOST=…, EXECUTOR_REGISTRY=…, EXECUTOR_BASE_IMAGE=…
    services.py stop  [--state DIR]                end what `start` started, and nothing else

An engine that answers on DOCKER_HOST or on the default socket is used as it is. Where none answers and this is root on
Debian, a private `dockerd` is started with its own data root and socket, beside whatever the machine has. The registry
is `docker-registry` on 127.0.0.1 with a free port. State (pids, data, logs) lives in one folder, `.setup/services`.

Exit codes: 0 done · 2 wrong call · 69 cannot be had on this machine (says what to install) · 75 another start or stop
of the same state is still at work.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_STATE = ROOT / ".setup" / "services"
DEFAULT_SOCKET = "unix:///var/run/docker.sock"
PUBLIC_BASE = "python:3.12-slim"
LOCAL_BASE = "executor/base"
EX_UNAVAILABLE = 69
EX_TEMPFAIL = 75
START_SECONDS = 60.0


class Unavailable(Exception):
    """Something that cannot be had on this machine; the message says what to install."""


@dataclasses.dataclass(frozen=True)
class Process:
    """A process that we started. `began` (clock ticks since boot) tells it from a later one with the same number."""

    pid: int
    began: int

    @property
    def alive(self) -> bool:
        return _began(self.pid) == self.began


@dataclasses.dataclass
class Services:
    """What is in use. `engine`, `containerd` and `registry` are set only where we started them; `container` is the
    registry's where it runs in the engine; `runtime` is the short folder for sockets (their paths hold 107 bytes)."""

    docker_host: str = ""
    registry_address: str = ""
    base_image: str = ""
    engine: Process | None = None
    containerd: Process | None = None
    registry: Process | None = None
    container: str | None = None
    runtime: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        values = {
            "DOCKER_HOST": self.docker_host,
            "EXECUTOR_REGISTRY": self.registry_address,
            "EXECUTOR_BASE_IMAGE": self.base_image,
        }
        return {name: value for name, value in values.items() if value}


# The three commands


def start(state: Path = DEFAULT_STATE, *, base: bool = True, say: Callable[[str], None] = lambda _: None) -> Services:
    """Both services, running; idempotent. Raises Unavailable."""
    with _locked(state):
        services = _load(state)
        _ensure_engine(services, state, say)
        _ensure_registry(services, state, say)
        if base:
            services.base_image = _base_image(services, state.parent, say)
            _save(state, services)
        return services


def stop(state: Path = DEFAULT_STATE, *, say: Callable[[str], None] = lambda _: None) -> None:
    """End the recorded processes, take away mounts, sockets and data. Nothing recorded: nothing done."""
    if not state.exists():
        return
    with _locked(state):
        services = _load(state)
        _stop_registry(services, say)
        _stop_engine(services, state, say)
        (state / "state.json").unlink(missing_ok=True)
        for leftover in ("registry", "registry.yml", "registry.log", "dockerd.log"):
            _remove(state / leftover)


def running(state: Path = DEFAULT_STATE) -> Services | None:
    """What `start` recorded, if it still answers."""
    services = _load(state)
    if not services.docker_host or not _engine_answers(services.docker_host):
        return None
    return services if _registry_answers(services.registry_address) else None


# The engine


def _ensure_engine(services: Services, state: Path, say: Callable[[str], None]) -> None:
    if services.docker_host and _engine_answers(services.docker_host):
        return
    _stop_registry(services, say)
    _stop_engine(services, state, say)
    found = _standing_engine()
    if found is None:
        _install({"dockerd": "docker.io"}, "a Docker engine", say)
        found = _standing_engine(patience=3.0 if Path("/run/systemd/system").exists() else 0.0)
    if found is not None:
        services.docker_host = found
        say(f"engine: {found}, used as it is")
    else:
        _start_engine(services, state)
        say(f"engine: started a private one, {services.docker_host}")
    _save(state, services)


def _standing_engine(patience: float = 0.0) -> str | None:
    until = time.monotonic() + patience
    while True:
        for host in filter(None, (os.environ.get("DOCKER_HOST"), DEFAULT_SOCKET)):
            if _engine_answers(host):
                return host
        if time.monotonic() >= until:
            return None
        time.sleep(0.2)


def _engine_answers(host: str) -> bool:
    if host.startswith("unix://") and not Path(host.removeprefix("unix://")).exists():
        return False
    try:
        with contextlib.closing(_client(host, timeout=5)) as client:
            return bool(client.ping())
    except Exception:  # whatever it is that docker-py cannot reach or does not understand: it does not answer
        return False


def _client(host: str, *, timeout: int) -> Any:
    import docker

    environment = {**os.environ, "DOCKER_HOST": host}
    return docker.DockerClient.from_env(environment=environment, timeout=timeout)


def _start_engine(services: Services, state: Path) -> None:
    """A `dockerd` of our own: no bridge and no firewall rules, so that nothing of the machine's is touched."""
    if not _root_on_debian():
        raise Unavailable(_how_to("a Docker engine"))
    runtime = Path(tempfile.mkdtemp(prefix="executor-engine-"))
    services.runtime, services.docker_host = str(runtime), f"unix://{runtime}/docker.sock"
    argv = ["dockerd", "--data-root", str(state / "engine"), "--exec-root", str(runtime / "exec")]
    argv += ["-H", services.docker_host, "--pidfile", str(runtime / "dockerd.pid"), "--bridge=none", "--iptables=false"]
    services.engine = _spawn(argv, state / "dockerd.log")
    _save(state, services)
    _wait(lambda: _engine_answers(services.docker_host), services.engine, state / "dockerd.log")
    with contextlib.suppress(OSError, ValueError):
        pid = int((runtime / "exec/containerd/containerd.pid").read_text())
        services.containerd = Process(pid, _began(pid) or 0)


def _stop_engine(services: Services, state: Path, say: Callable[[str], None]) -> None:
    for process in filter(None, (services.engine, services.containerd)):
        _end(process)
    if services.engine is not None:
        say("engine: stopped")
    folders = [state / "engine", *([Path(services.runtime)] if services.runtime else [])]
    for folder in folders:
        _unmount_below(folder)
        _remove(folder)
    services.engine = services.containerd = services.runtime = None
    services.docker_host = ""


# The registry


def _ensure_registry(services: Services, state: Path, say: Callable[[str], None]) -> None:
    if services.registry_address and _registry_answers(services.registry_address):
        return
    _stop_registry(services, say)
    if services.engine is None and not sys.platform.startswith("linux"):
        _registry_container(services)  # the engine lives in a virtual machine: 127.0.0.1 is another one there
    elif shutil.which("docker-registry") or _root_on_debian():
        _install({"docker-registry": "docker-registry"}, "a registry", say)
        _registry_process(services, state)
    else:
        _registry_container(services)
    _save(state, services)
    say(f"registry: {services.registry_address}")


def _registry_process(services: Services, state: Path) -> None:
    """The free port can be taken between looking and listening: then the process ends, and another is tried."""
    for tries_left in (2, 1, 0):
        address = f"127.0.0.1:{_free_port()}"
        config = {
            "version": "0.1",
            "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(state / "registry")}, "delete": {"enabled": True}},
            "http": {"addr": address, "secret": os.urandom(16).hex()},
        }
        (state / "registry.yml").write_text(json.dumps(config))  # JSON is YAML
        services.registry = _spawn(["docker-registry", "serve", str(state / "registry.yml")], state / "registry.log")
        services.registry_address = address
        _save(state, services)
        try:
            return _wait(lambda at=address: _registry_answers(at), services.registry, state / "registry.log")  # type: ignore[misc]
        except Unavailable:
            if not tries_left:
                raise
    return None


def _registry_container(services: Services) -> None:
    try:
        client = _client(services.docker_host, timeout=120)
        container = client.containers.run("registry:2", detach=True, ports={"5000/tcp": ("127.0.0.1", None)})
        services.container = container.id
        container.reload()
        port = container.attrs["NetworkSettings"]["Ports"]["5000/tcp"][0]["HostPort"]
    except Exception as error:
        raise Unavailable(f"{_how_to('a registry')}\n(the engine could not run registry:2: {error})") from None
    services.registry_address = f"127.0.0.1:{port}"
    until = time.monotonic() + START_SECONDS
    while not _registry_answers(services.registry_address):
        if time.monotonic() > until:
            raise Unavailable(f"the registry container {container.id[:12]} does not answer on {port}")
        time.sleep(0.05)


def _stop_registry(services: Services, say: Callable[[str], None]) -> None:
    if services.registry is not None:
        _end(services.registry)
        say("registry: stopped")
    if services.container is not None:
        with contextlib.suppress(Exception):  # already gone, or its engine is
            _client(services.docker_host, timeout=30).containers.get(services.container).remove(force=True, v=True)
    services.registry = services.container = None
    services.registry_address = ""


def _registry_answers(address: str) -> bool:
    """Through no proxy: it is on this machine."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{address}/v2/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


# The base image


def _base_image(services: Services, cache: Path, say: Callable[[str], None]) -> str:
    """The public Python image where a hub answers, else a Debian root made here, else ""."""
    client = _client(services.docker_host, timeout=600)
    if _has_image(client, PUBLIC_BASE):
        return PUBLIC_BASE
    local = f"{LOCAL_BASE}:{_release().get('VERSION_CODENAME', 'debian')}-python3"
    if services.base_image == local and _has_image(client, local):
        return local
    try:
        client.images.pull(PUBLIC_BASE)
    except Exception:
        say("base image: no hub answers")
    else:
        say(f"base image: {PUBLIC_BASE}")
        return PUBLIC_BASE
    try:
        if not _has_image(client, local):
            _import(client, _debian_root(cache, say), local)
    except Unavailable as error:
        say(f"base image: none ({error}); run `docker pull {PUBLIC_BASE}` where a hub can be reached")
        return ""
    say(f"base image: {local}, a Debian root made here")
    return local


def _has_image(client: Any, name: str) -> bool:
    import docker.errors

    try:
        client.images.get(name)
    except docker.errors.ImageNotFound:
        return False
    return True


def _debian_root(cache: Path, say: Callable[[str], None]) -> Path:
    """A tar of a small Debian with python3, kept in `cache`; takes some 12 s once. Raises Unavailable."""
    if not _root_on_debian():
        raise Unavailable("made here only by root on Debian")
    suite = _release()["VERSION_CODENAME"]
    kept = cache / f"debian-{suite}-python3.tar"
    if kept.exists():
        return kept
    _install({"mmdebstrap": "mmdebstrap"}, "a base image", say)
    say("base image: making a Debian root (about 12 s)")
    unread = [f"--dpkgopt=path-exclude=/usr/share/{each}/*" for each in ("doc", "man", "info", "locale")]
    beside = kept.with_suffix(f".{os.getpid()}.tar")
    argv = ["mmdebstrap", "--quiet", "--variant=essential", "--include=python3", *unread, suite, str(beside)]
    sources = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
    argv += [str(each) for each in sources if each.exists()][:1]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        beside.unlink(missing_ok=True)
        raise Unavailable(f"mmdebstrap could not make a base image:\n{done.stderr[-2000:]}")
    beside.rename(kept)
    return kept


def _import(client: Any, tar: Path, name: str) -> None:
    repository, _, tag = name.rpartition(":")
    path = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    client.api.import_image(src=str(tar), repository=repository, tag=tag, changes=[path, 'CMD ["python3"]'])
    if not _has_image(client, name):
        raise Unavailable(f"the engine did not import {tar}")


# What the machine has


def _root_on_debian() -> bool:
    release = _release()
    family = {release.get("ID", ""), *release.get("ID_LIKE", "").split()}
    return os.name == "posix" and os.geteuid() == 0 and "debian" in family and shutil.which("apt-get") is not None


def _release() -> dict[str, str]:
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return {}
    return {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}


def _install(programs: dict[str, str], purpose: str, say: Callable[[str], None]) -> None:
    """Debian packages for the programs that are not there. Raises Unavailable where we may not install any."""
    packages = [package for program, package in programs.items() if not shutil.which(program)]
    if not packages:
        return
    if not _root_on_debian():
        raise Unavailable(_how_to(purpose))
    say(f"installing {' '.join(packages)} (apt-get), for {purpose}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for argv in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(argv, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise Unavailable(f"apt-get could not install {' '.join(packages)}:\n{done.stderr[-2000:]}")


def _how_to(purpose: str) -> str:
    return {
        "a Docker engine": (
            "no Docker engine answers on DOCKER_HOST or /var/run/docker.sock, and a private one is started only by "
            "root on Debian.\nInstall Docker (Debian and Ubuntu: `sudo apt-get install docker.io`; else Docker Engine "
            "or Docker Desktop), start it, and see that `docker version` works for this user."
        ),
        "a registry": (
            "no docker-registry on the PATH.\nInstall it (Debian and Ubuntu: `sudo apt-get install docker-registry`), "
            "or let the engine pull registry:2 (`docker pull registry:2`)."
        ),
        "a base image": "mmdebstrap is missing; install it (`sudo apt-get install mmdebstrap`).",
    }[purpose]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# Processes


def _spawn(argv: list[str], log: Path) -> Process:
    with log.open("wb") as output:
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd="/"
        )
    return Process(child.pid, _began(child.pid) or 0)


def _began(pid: int) -> int | None:
    """When a process began, in ticks since boot; None where there is none, or only its remains (a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def _wait(ready: Callable[[], bool], process: Process, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not ready():
        if not process.alive or time.monotonic() > until:
            _end(process)
            tail = log.read_text(errors="replace")[-1500:]
            raise Unavailable(f"it did not start; {log} ends with:\n{tail}")
        time.sleep(0.05)


def _end(process: Process) -> None:
    for number, seconds in ((signal.SIGTERM, 20.0), (signal.SIGKILL, 5.0)):
        if not process.alive:
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
        until = time.monotonic() + seconds
        while process.alive and time.monotonic() < until:
            time.sleep(0.05)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)


def _unmount_below(folder: Path) -> None:
    """A dockerd that was killed leaves its overlay mounts behind; deepest first."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    below = [each for each in mounts if Path(each).is_relative_to(folder)]
    for mount in sorted(below, key=len, reverse=True):
        subprocess.run(["umount", "--lazy", mount], capture_output=True, check=False)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


# State


@contextlib.contextmanager
def _locked(state: Path, patience: float = 300.0) -> Iterator[None]:
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("a") as lock:
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise TimeoutError(f"another start or stop holds {state / 'lock'}") from None
                time.sleep(0.1)
        yield


def _load(state: Path) -> Services:
    try:
        data = json.loads((state / "state.json").read_text())
    except (OSError, ValueError):
        return Services()
    for name in ("engine", "containerd", "registry"):
        data[name] = Process(**data[name]) if data[name] else None
    return Services(**data)


def _save(state: Path, services: Services) -> None:
    beside = state / f"state.{os.getpid()}"
    beside.write_text(json.dumps(dataclasses.asdict(services), indent=2) + "\n")
    beside.rename(state / "state.json")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("command", choices=["start", "stop", "env"])
    parser.add_argument("--state", type=lambda text: Path(text).resolve(), default=DEFAULT_STATE, metavar="DIR")
    parser.add_argument("--no-base", action="store_true", help="start without a base image for the sample")
    options = parser.parse_args(argv)

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    try:
        if options.command == "start":
            start(options.state, base=not options.no_base, say=say)
        elif options.command == "stop":
            stop(options.state, say=say)
        else:
            services = running(options.state)
            if services is None:
                raise Unavailable(f"nothing runs from {options.state}; start it with `services.py start`")
            print("\n".join(f"{name}={value}" for name, value in services.environment.items()))
    except Unavailable as error:
        say(f"cannot: {error}")
        return EX_UNAVAILABLE
    except TimeoutError as error:
        say(f"cannot: {error}")
        return EX_TEMPFAIL
    return 0


if __name__ == "__main__":
    sys.exit(main())
