"""Which engine is meant: as docker's client decides it, from the files that it writes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from servers import Services

from executor.errors import Blocked
from executor.reasons import ReasonCode
from executor.tools.endpoint import DEFAULT_HOST, endpoint
from executor.tools.engine import Engine


def context(folder: Path, name: str, host: str, *, keys: bool = False, skip: bool = False) -> None:
    mark = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "contexts" / "meta" / mark
    meta.mkdir(parents=True)
    document = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": skip}}}
    (meta / "meta.json").write_text(json.dumps(document))
    if keys:
        (folder / "contexts" / "tls" / mark / "docker").mkdir(parents=True)


def test_the_order_in_which_it_is_said(tmp_path: Path) -> None:
    context(tmp_path, "one", "unix:///one.sock")
    context(tmp_path, "two", "unix:///two.sock")
    here = {"DOCKER_CONFIG": str(tmp_path)}
    assert endpoint(here) == {"DOCKER_HOST": DEFAULT_HOST}
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": "one"}))
    assert endpoint(here) == {"DOCKER_HOST": "unix:///one.sock"}
    assert endpoint({**here, "DOCKER_CONTEXT": "two"}) == {"DOCKER_HOST": "unix:///two.sock"}
    assert endpoint({**here, "DOCKER_CONTEXT": "default"}) == {"DOCKER_HOST": DEFAULT_HOST}
    given = {"DOCKER_HOST": "tcp://10.0.0.1:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/keys"}
    assert endpoint({**here, "DOCKER_CONTEXT": "two", **given}) == given


def test_in_the_home_folder(tmp_path: Path) -> None:
    context(tmp_path / ".docker", "one", "unix:///one.sock")
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"currentContext": "one"}))
    assert endpoint({"HOME": str(tmp_path)}) == {"DOCKER_HOST": "unix:///one.sock"}


@pytest.mark.parametrize("skip", [False, True])
def test_a_context_with_keys(tmp_path: Path, skip: bool) -> None:
    context(tmp_path, "far", "tcp://10.0.0.1:2376", keys=True, skip=skip)
    keys = tmp_path / "contexts" / "tls" / hashlib.sha256(b"far").hexdigest() / "docker"
    found = endpoint({"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "far"})
    verified = {} if skip else {"DOCKER_TLS_VERIFY": "1"}
    assert found == {"DOCKER_HOST": "tcp://10.0.0.1:2376", "DOCKER_CERT_PATH": str(keys), **verified}


@pytest.mark.parametrize("meta", [None, "", "[]", "{}", '{"Endpoints": {"kubernetes": {"Host": "x"}}}'])
def test_a_context_that_is_not_there_never_means_another_engine(tmp_path: Path, meta: str | None) -> None:
    context(tmp_path, "gone", "unix:///gone.sock")
    place = tmp_path / "contexts" / "meta" / hashlib.sha256(b"gone").hexdigest() / "meta.json"
    place.unlink() if meta is None else place.write_text(meta)
    with pytest.raises(Blocked, match="context gone") as caught:
        endpoint({"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "gone"})
    assert caught.value.code is ReasonCode.TOOL_MISSING


def test_the_engine_of_a_context_is_asked(services: Services, tmp_path: Path) -> None:
    context(tmp_path, "ours", services.docker_host)
    engine = Engine.connect({"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "ours"})
    assert (engine.host, engine.environment) == (services.docker_host, {"DOCKER_HOST": services.docker_host})
    assert engine.version()
