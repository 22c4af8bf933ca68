"""Which engine is meant, as the docker client decides it: DOCKER_HOST, else the context of DOCKER_CONTEXT, else the one
that `docker context use` wrote down, else the default socket.

Contexts are files below DOCKER_CONFIG (docker/cli, cli/context/store): `contexts/meta/<sha256 of the name>/meta.json`
holds the address, `contexts/tls/<the same>/docker/` ca.pem, cert.pem and key.pem.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from executor.errors import Blocked
from executor.reasons import ReasonCode

DEFAULT_HOST = "unix:///var/run/docker.sock"
_TLS = ("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


def config_folder(environment: Mapping[str, str]) -> Path:
    own = environment.get("DOCKER_CONFIG")
    return Path(own) if own else Path(environment.get("HOME", "/")) / ".docker"


def endpoint(environment: Mapping[str, str]) -> dict[str, str]:
    """DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH that say for any client which engine it is.

    Raises Blocked for a context that there is none of, or that has no engine.
    """
    host = environment.get("DOCKER_HOST")
    name = "" if host else environment.get("DOCKER_CONTEXT") or _current(environment)
    if name in ("", "default"):
        return {"DOCKER_HOST": host or DEFAULT_HOST, **{key: environment[key] for key in _TLS if environment.get(key)}}
    mark = hashlib.sha256(name.encode()).hexdigest()
    contexts = config_folder(environment) / "contexts"
    found = _json(contexts / "meta" / mark / "meta.json").get("Endpoints")
    engine = found.get("docker") if isinstance(found, dict) else None
    address = engine.get("Host") if isinstance(engine, dict) else None
    if not isinstance(engine, dict) or not isinstance(address, str) or not address:
        raise Blocked(
            ReasonCode.TOOL_MISSING,
            f"docker's context {name} is not there or has no engine; `docker context use default`, or set DOCKER_HOST",
        )
    keys = contexts / "tls" / mark / "docker"
    secured = {"DOCKER_CERT_PATH": str(keys)} if keys.is_dir() else {}
    verified = {} if engine.get("SkipTLSVerify") or not secured else {"DOCKER_TLS_VERIFY": "1"}
    return {"DOCKER_HOST": address, **secured, **verified}


def _current(environment: Mapping[str, str]) -> str:
    name = _json(config_folder(environment) / "config.json").get("currentContext")
    return name if isinstance(name, str) else ""


def _json(path: Path) -> dict[str, Any]:
    """What a file of docker's says; nothing where it cannot be read (who needs a login from it says so)."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
