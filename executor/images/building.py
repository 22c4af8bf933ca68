"""Building an image with the engine: its base images, what is there already, the build, the evidence."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from executor.errors import Blocked, Errored, Failed, Stop
from executor.images import names, record, script
from executor.images.recipe import Recipe
from executor.images.record import Inputs
from executor.images.source import Source
from executor.models import Performed
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.credentials import NoLogin, login_for
from executor.tools.engine import BuildOrder, BuildxOrder, Engine, LocalImage, Streamed, failing_step, has_buildx
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.operations.interface import Toolbox

_IN_MEMORY = 64 * 1024 * 1024
_SHOWN = 400
_LINES = 3
_COLOUR = pattern(r"\x1b\[[0-9;]*[A-Za-z]")
_CHATTER = pattern(r"$|---> |Removing intermediate container |Sending build context ")
_NO_NETWORK = pattern(r"dial tcp|no such host|i/o timeout|connection refused|TLS handshake|Temporary failure|EOF$")
_NO_LOGIN = pattern(r"unauthorized|authentication required|no basic auth|denied", re.IGNORECASE)
_NO_IMAGE = pattern(r"not found|manifest unknown|does not exist|invalid reference", re.IGNORECASE)


def build(planned: Recipe, toolbox: Toolbox) -> Performed:
    """Built, or seen to be there already; checked against its labels. Raises Stop."""
    engine = toolbox.engine()
    buildx = by_buildx(planned)
    bases = _bases(planned, engine, toolbox, buildx=buildx)
    standing = _standing(planned, engine, bases)
    if standing is not None:
        return _passed(planned, standing.inputs, standing.image, builder="none", changed=False)
    inputs = (_by_buildx if buildx else _by_engine)(planned, engine, toolbox, bases)
    made = _made(planned.name, engine)
    missing = {k: v for k, v in record.labels_of(planned, inputs).items() if made.labels.get(k) != v}
    if missing:
        raise Failed(ReasonCode.BUILD_FAILED, f"{planned.name} was built without its labels {sorted(missing)}")
    return _passed(planned, inputs, made, builder="buildx" if buildx else "engine", changed=True)


def by_buildx(planned: Recipe) -> bool:
    """Whether buildx builds it. Raises Blocked NEEDS_BUILDKIT where only that could, and it is not there."""
    if has_buildx():
        return True
    place = planned.needs_buildkit()
    if place is not None:
        raise Blocked(
            ReasonCode.NEEDS_BUILDKIT,
            f"{place} needs BuildKit, and the docker client here has no buildx; install docker-buildx",
        )
    return False


# What it starts from, and whether it is there already


@dataclass(frozen=True, slots=True)
class _Bases:
    """`ids` by reference; `triggers`: one of them has ONBUILD instructions."""

    ids: Mapping[str, str]
    unsure: tuple[str, ...]
    triggers: bool


def _bases(planned: Recipe, engine: Engine, toolbox: Toolbox, *, buildx: bool) -> _Bases:
    """The images that the build starts from, pulled where the engine has none."""
    outside = planned.outside(every_stage=not buildx)
    ids: dict[str, str] = {}
    unsure = list(outside.unsure)
    triggers = False
    for reference, line in outside.images.items():
        image = engine.image(reference) or _pulled(reference, planned.dockerfile.place(line), engine, toolbox)
        ids[reference] = image.id
        triggers = triggers or image.triggers
        if planned.platform and not f"{image.platform}/".startswith(f"{planned.platform}/"):
            unsure.append(f"{reference} is here for {image.platform} only")
    return _Bases(ids, tuple(unsure), triggers)


def _pulled(reference: str, place: str, engine: Engine, toolbox: Toolbox) -> LocalImage:
    host = names.split_host(reference)[0] or "docker.io"
    login = None
    with contextlib.suppress(NoLogin):  # a public image needs none; the registry says so if it does
        login = login_for(host)
    with _recorded(toolbox, f"POST /images/create?{urlencode({'fromImage': reference})}") as said:
        timeout = toolbox.site.config.timeouts.build
        said.append(engine.pull(reference, login, on_line=toolbox.progress, timeout=timeout))
    image = None if said[0].error else engine.image(reference)
    if image is None:
        raise _no_base(reference, place, host, said[0].error or "the engine pulled it and does not have it")
    return image


def _no_base(reference: str, place: str, host: str, why: str) -> Stop:
    what = f"{place}: the base image {reference} is not here and cannot be pulled: {why[:_SHOWN]}"
    if _NO_NETWORK.search(why):
        return Errored(
            ReasonCode.UNREACHABLE, f"{what}; `docker pull` it, or name another one in build_args", retryable=True
        )
    if _NO_IMAGE.search(why):
        return Blocked(ReasonCode.NOT_FOUND, f"{what}; correct its name, or `docker login {host}` if it is private")
    if _NO_LOGIN.search(why):
        return Blocked(ReasonCode.NEEDS_LOGIN, f"{what}; run `docker login {host}`")
    return Errored(ReasonCode.BAD_ANSWER, what, retryable=True)


@dataclass(frozen=True, slots=True)
class _Standing:
    image: LocalImage
    inputs: Inputs


def _standing(planned: Recipe, engine: Engine, bases: _Bases) -> _Standing | None:
    """The image that is there, if it is recorded to be made of exactly these inputs."""
    image = engine.image(planned.name)
    if image is None or record.LABEL not in image.labels or bases.unsure:
        return None
    inputs = record.inputs_of(planned, record.context_digest(planned), bases.ids, bases.unsure)
    same = record.is_recorded(inputs, image.labels, engine.history(image.id))
    return _Standing(image, inputs) if same else None


# Building


def _by_engine(planned: Recipe, engine: Engine, toolbox: Toolbox, bases: _Bases) -> Inputs:
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        packed = record.pack(planned, file, bases.ids, bases.unsure, triggers=bases.triggers)
        file.seek(0)
        order = BuildOrder(
            planned.name, packed.dockerfile, planned.source.build_args, packed.labels, planned.target, planned.platform
        )
        query = {"t": planned.name, "dockerfile": planned.source.dockerfile}
        with _recorded(toolbox, f"POST /build?{urlencode(query)}") as said:
            timeout = toolbox.site.config.timeouts.build
            said.append(engine.build(order, file, on_line=toolbox.progress, timeout=timeout))
    if said[0].error is not None:
        raise _build_failed(planned, said[0])
    return packed.inputs


def _build_failed(planned: Recipe, said: Streamed) -> Stop:
    error = said.error or ""
    if "no space left on device" in error:
        return Errored(ReasonCode.WRITE_FAILED, f"building {planned.name}: {error[:_SHOWN]}; `docker system prune`")
    step = failing_step(said.text)
    place, where = planned.dockerfile.path, ""
    if step is not None and step[0] <= len(planned.dockerfile.instructions):
        place = planned.dockerfile.place(planned.dockerfile.instructions[step[0] - 1].line)
        where = f" in step {step[0]} of {step[1]}"
    elif line := re.search(r"parse error (?:on )?line (\d+)", error):
        place = planned.dockerfile.place(int(line[1]))
    last = [each for each in said.text.splitlines() if each != error and not _CHATTER.match(_plain(each))][-_LINES:]
    spoken = last[max((at for at, each in enumerate(last, 1) if each.startswith("Step ")), default=0) :]
    before = f' (before that: "{_plain(" / ".join(spoken))}")' if spoken else ""
    return Failed(
        ReasonCode.BUILD_FAILED,
        f"{place}: the build of {planned.name} failed{where}: {_plain(error)}{before}",
        retryable=True,
    )


def _by_buildx(planned: Recipe, engine: Engine, toolbox: Toolbox, bases: _Bases) -> Inputs:
    """The Dockerfile is handed over as a copy with the labels, so that the history proves them; the context must be the
    same before and after, because buildx reads it by itself."""
    unsure = (*bases.unsure, *_driver(toolbox, engine))
    inputs = record.inputs_of(planned, record.context_digest(planned), bases.ids, unsure)
    labels = record.labels_of(planned, inputs)
    with tempfile.TemporaryDirectory(prefix="executor-build-") as folder:
        copy = Path(folder) / (planned.dockerfile_path.name or "Dockerfile")
        in_file = record.can_take_line(planned, labels)
        copy.write_text(record.with_labels(planned, labels) if in_file else planned.dockerfile.text, encoding="utf-8")
        copy.with_name(f"{copy.name}.dockerignore").write_bytes(record.ignore_text(planned))
        order = BuildxOrder(
            planned.name, planned.root, copy, planned.source.build_args, {} if in_file else labels, planned.target,
            planned.platform,
        )  # fmt: skip
        timeout = toolbox.site.config.timeouts.build
        env = _client_environment(engine)
        done = toolbox.run(order.argv, cwd=planned.root, env=env, timeout=timeout, setting="build")
    if done.exit_code != 0:
        raise _buildx_failed(planned, copy.name, done.errors)
    if record.context_digest(planned) != inputs.context:
        raise Failed(ReasonCode.CHANGED_MEANWHILE, f"{planned.source.context} changed during the build", retryable=True)
    return inputs


def _driver(toolbox: Toolbox, engine: Engine) -> tuple[str, ...]:
    """A builder outside of the engine resolves base images by itself: which ones is not known to us."""
    done = toolbox.run(["docker", "buildx", "inspect"], env=_client_environment(engine))
    found = re.search(r"^Driver:\s*(\S+)", done.output, re.MULTILINE)
    return () if found and found[1] == "docker" else ("the builder is not the engine's own",)


def _client_environment(engine: Engine) -> dict[str, str]:
    """What the docker client needs; attestations would make an index of every image."""
    kept = ("PATH", "HOME", "DOCKER_CONFIG", "BUILDX_BUILDER", "BUILDX_CONFIG")
    found = {name: os.environ[name] for name in kept if name in os.environ}
    return {**found, **engine.environment, "BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "NO_COLOR": "1"}


def _buildx_failed(planned: Recipe, name: str, errors: str) -> Stop:
    lines = [line for line in errors.splitlines() if line.strip()]
    error = next((line for line in reversed(lines) if line.startswith("ERROR:")), lines[-1] if lines else "no output")
    if "no space left on device" in errors:
        return Errored(ReasonCode.WRITE_FAILED, f"building {planned.name}: {_plain(error)}; `docker system prune`")
    found = re.findall(rf"^{re.escape(name)}:(\d+)$|dockerfile parse error (?:on )?line (\d+)", errors, re.MULTILINE)
    place = planned.dockerfile.place(int("".join(found[-1]))) if found else planned.dockerfile.path
    return Failed(
        ReasonCode.BUILD_FAILED, f"{place}: the build of {planned.name} failed: {_plain(error)}", retryable=True
    )


def by_script(source: Source, tag: str, registry: str, toolbox: Toolbox) -> Performed:
    """By the project's own script, which is given `registry` as REGISTRY_URL. An image that had the name before is not
    what it built, unless the engine saw it tagged again: a build out of the cache keeps the id."""
    tree, timeout, engine = toolbox.site.tree, toolbox.site.config.timeouts.build, toolbox.engine()
    accepted = (f"{registry}/{source.image}:{tag}", f"{source.image}:{tag}")
    before = {name: engine.image(name) for name in accepted}
    checked = script.check_script(source, tree, toolbox.run)
    script.run_script(
        checked, tree, toolbox.run, registry=registry, version=tag, push=False, engine=engine.environment,
        timeout=timeout,
    )  # fmt: skip
    after = {name: engine.image(name) for name in accepted}
    made = next((after[name] for name in accepted if _is_new(after[name], before[name])), None)
    if made is None:
        standing = [name for name in accepted if after[name] is not None]
        found = " and ".join(f"{name} is the image that was there before" for name in standing)
        raise Failed(
            ReasonCode.BUILD_FAILED,
            f"{checked.path} ended well, but {found or f'the engine has neither {accepted[0]} nor {accepted[1]}'}; "
            "it has to build, and to tag what it builds $REGISTRY_URL/name:$VERSION",
        )
    engine.tag(made.id, source.image, tag)
    evidence = {
        **_about(source.image, tag, made), "builder": "script", "script": checked.path,
        "script_digest": checked.digest, "registry_url": registry,
    }  # fmt: skip
    return Performed(True, f"built {source.image} {tag} by {checked.path}", evidence)


def _is_new(image: LocalImage | None, before: LocalImage | None) -> bool:
    return image is not None and (before is None or (image.id, image.tagged) != (before.id, before.tagged))


# Evidence


def _made(name: str, engine: Engine) -> LocalImage:
    image = engine.image(name)
    if image is None:
        raise Failed(ReasonCode.BUILD_FAILED, f"the build ended well, but the engine has no {name}", retryable=True)
    return image


def _passed(planned: Recipe, inputs: Inputs, image: LocalImage, *, builder: str, changed: bool) -> Performed:
    if planned.platform and not f"{image.platform}/".startswith(f"{planned.platform}/"):
        what = f"the build ended well, but {planned.name} is for {image.platform}, not for {planned.platform}"
        raise Failed(ReasonCode.BUILD_FAILED, f"{what}; build it by buildx on a machine that can")
    evidence = {
        **_about(planned.image, planned.tag, image),
        "builder": builder,
        "context": planned.source.context,
        "dockerfile": planned.source.dockerfile,
        "build_args": dict(planned.source.build_args),
        "inputs": inputs.as_evidence(),
        "inputs_digest": inputs.digest,
    }
    words = f"built {planned.image} {planned.tag}"
    return Performed(changed, words if changed else f"{planned.image} {planned.tag} is built already", evidence)


def _about(image: str, tag: str, local: LocalImage) -> dict[str, Any]:
    return {
        "image": image,
        "tag": tag,
        "image_id": local.id,
        "labels": dict(local.labels),
        "platform": local.platform,
        "size": local.size,
    }


@contextlib.contextmanager
def _recorded(toolbox: Toolbox, command: str) -> Iterator[list[Streamed]]:
    """Put what the engine said on record, however it ended."""
    began = time.monotonic()
    said: list[Streamed] = []
    try:
        yield said
    finally:
        text, error = (_COLOUR.sub("", said[0].text), said[0].error or "") if said else ("", "")
        toolbox.record(
            command, http_status=200 if said else None, seconds=time.monotonic() - began, output=text, errors=error
        )


def _plain(text: str) -> str:
    """One line without colours."""
    return " ".join(_COLOUR.sub("", text).split())[:_SHOWN]
