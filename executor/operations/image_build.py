"""image.build: an image from a folder with a Dockerfile, or by the project's own script."""

from __future__ import annotations

import contextlib
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from executor.errors import Blocked, Errored, Failed, Stop
from executor.images import names, recipe, script
from executor.images.source import Source, Wish, find_source
from executor.models import Artefact, Forecast, Performed, Risk, TaskType
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.credentials import NoLogin, login_for
from executor.tools.engine import BuildOrder, BuildxOrder, Engine, LocalImage, Streamed, failing_step, has_buildx
from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.images.recipe import Inputs, Recipe
    from executor.operations.interface import Site, Toolbox

_IN_MEMORY = 64 * 1024 * 1024
_SHOWN = 400
_LINES = 3
_COLOUR = pattern(r"\x1b\[[0-9;]*[A-Za-z]")
_CHATTER = pattern(r"$|---> |Removing intermediate container |Sending build context ")
_NO_NETWORK = pattern(r"dial tcp|no such host|i/o timeout|connection refused|TLS handshake|Temporary failure|EOF$")
_NO_LOGIN = pattern(r"unauthorized|authentication required|no basic auth|denied", re.IGNORECASE)
_NO_IMAGE = pattern(r"not found|manifest unknown|does not exist|invalid reference", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ImageBuild:
    """`image` without registry and tag; `context` and `dockerfile` are repository paths."""

    image: str
    tag: str
    context: str | None = None
    dockerfile: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    platform: str | None = None

    @property
    def name(self) -> str:
        return f"{self.image}:{self.tag}"


class BuildImage:
    """See docs/operations.md."""

    kind = "image.build"
    arguments = ImageBuild
    allowed = frozenset({TaskType.BUILD})
    risk = Risk.LOW
    rehearsable = False

    def makes(self, arguments: ImageBuild) -> frozenset[Artefact]:
        return frozenset({Artefact("built", arguments.name)})

    def foresee(self, arguments: ImageBuild, site: Site) -> Forecast:
        source = _source(arguments, site)
        if source.script is not None:
            return _forecast(arguments, source, f"build {arguments.name} by {source.script}")
        planned = _recipe(arguments, source, site)
        planned.outside(every_stage=True)
        unused = planned.unused_arguments()
        warnings = (f"{source.dockerfile} declares no ARG {', '.join(unused)}",) if unused else ()
        return _forecast(arguments, source, f"build {arguments.name} from {source.dockerfile}", warnings)

    def preflight(self, arguments: ImageBuild, toolbox: Toolbox) -> None:
        source = _source(arguments, toolbox.site)
        toolbox.engine()
        if source.script is not None:
            _script_registry(arguments, toolbox.site)
            script.check_script(source, toolbox.site.tree, toolbox.run)
        else:
            _builder(_recipe(arguments, source, toolbox.site))

    def perform(self, arguments: ImageBuild, toolbox: Toolbox) -> Performed:
        source = _source(arguments, toolbox.site)
        engine = toolbox.engine()
        if source.script is not None:
            return _by_script(arguments, source, toolbox, engine)
        planned = _recipe(arguments, source, toolbox.site)
        buildx = _builder(planned)
        bases = _bases(planned, engine, toolbox, buildx=buildx)
        standing = _standing(planned, engine, bases)
        if standing is not None:
            return _passed(planned, standing.inputs, standing.image, builder="none", changed=False)
        inputs = (_by_buildx if buildx else _by_engine)(planned, engine, toolbox, bases)
        made = _made(planned.name, engine)
        missing = {k: v for k, v in recipe.labels_of(planned, inputs).items() if made.labels.get(k) != v}
        if missing:
            raise Failed(ReasonCode.BUILD_FAILED, f"{planned.name} was built without its labels {sorted(missing)}")
        return _passed(planned, inputs, made, builder="buildx" if buildx else "engine", changed=True)


OPERATION = BuildImage()


# Reading the plan


def _source(arguments: ImageBuild, site: Site) -> Source:
    names.check_image(arguments.image)
    names.check_tag(arguments.tag)
    wish = Wish(arguments.image, arguments.context, arguments.dockerfile, arguments.build_args)
    return find_source(wish, site.tree, site.inventory, site.config)


def _recipe(arguments: ImageBuild, source: Source, site: Site) -> Recipe:
    return recipe.read_recipe(
        arguments.image, arguments.tag, source, site.tree, target=arguments.target, platform=arguments.platform
    )


def _forecast(arguments: ImageBuild, source: Source, words: str, warnings: tuple[str, ...] = ()) -> Forecast:
    settled = {"context": source.context, "dockerfile": source.dockerfile}
    return Forecast(
        words, provides=frozenset({Artefact("built", arguments.name)}), warnings=warnings, arguments=settled
    )


def _builder(planned: Recipe) -> bool:
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
    if image is None or recipe.LABEL not in image.labels or bases.unsure:
        return None
    inputs = recipe.inputs_of(planned, recipe.context_digest(planned), bases.ids, bases.unsure)
    same = recipe.is_recorded(inputs, image.labels, engine.history(image.id))
    return _Standing(image, inputs) if same else None


# Building


def _by_engine(planned: Recipe, engine: Engine, toolbox: Toolbox, bases: _Bases) -> Inputs:
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        packed = recipe.pack(planned, file, bases.ids, bases.unsure, triggers=bases.triggers)
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
    inputs = recipe.inputs_of(planned, recipe.context_digest(planned), bases.ids, unsure)
    labels = recipe.labels_of(planned, inputs)
    with tempfile.TemporaryDirectory(prefix="executor-build-") as folder:
        copy = Path(folder) / (planned.dockerfile_path.name or "Dockerfile")
        in_file = recipe.can_take_line(planned, labels)
        copy.write_text(recipe.with_labels(planned, labels) if in_file else planned.dockerfile.text, encoding="utf-8")
        copy.with_name(f"{copy.name}.dockerignore").write_bytes(recipe.ignore_text(planned))
        order = BuildxOrder(
            planned.name, planned.root, copy, planned.source.build_args, {} if in_file else labels, planned.target,
            planned.platform,
        )  # fmt: skip
        timeout = toolbox.site.config.timeouts.build
        done = toolbox.run(order.argv, cwd=planned.root, env=_client_environment(engine), timeout=timeout)
    if done.exit_code != 0:
        raise _buildx_failed(planned, copy.name, done.errors)
    if recipe.context_digest(planned) != inputs.context:
        raise Failed(ReasonCode.CHANGED_MEANWHILE, f"{planned.source.context} changed during the build", retryable=True)
    return inputs


def _driver(toolbox: Toolbox, engine: Engine) -> tuple[str, ...]:
    """A builder outside of the engine resolves base images by itself: which ones is not known to us."""
    done = toolbox.run(["docker", "buildx", "inspect"], env=_client_environment(engine))
    found = re.search(r"^Driver:\s*(\S+)", done.output, re.MULTILINE)
    return () if found and found[1] == "docker" else ("the builder is not the engine's own",)


def _client_environment(engine: Engine) -> dict[str, str]:
    """What the docker client needs; attestations would make an index of every image."""
    import os

    kept = ("PATH", "HOME", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "BUILDX_BUILDER", "BUILDX_CONFIG")
    found = {name: os.environ[name] for name in kept if name in os.environ}
    return {**found, "DOCKER_HOST": engine.host, "BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "NO_COLOR": "1"}


def _buildx_failed(planned: Recipe, name: str, errors: str) -> Stop:
    lines = [line for line in errors.splitlines() if line.strip()]
    error = next((line for line in reversed(lines) if line.startswith("ERROR:")), lines[-1] if lines else "no output")
    if "no space left on device" in errors:
        return Errored(ReasonCode.WRITE_FAILED, f"building {planned.name}: {_plain(error)}; `docker system prune`")
    found = re.findall(rf"^{re.escape(name)}:(\d+)$", errors, re.MULTILINE)
    place = planned.dockerfile.place(int(found[-1])) if found else planned.dockerfile.path
    return Failed(
        ReasonCode.BUILD_FAILED, f"{place}: the build of {planned.name} failed: {_plain(error)}", retryable=True
    )


def _by_script(arguments: ImageBuild, source: Source, toolbox: Toolbox, engine: Engine) -> Performed:
    tree, timeout = toolbox.site.tree, toolbox.site.config.timeouts.build
    registry = _script_registry(arguments, toolbox.site)
    checked = script.check_script(source, tree, toolbox.run)
    script.run_script(
        checked, tree, toolbox.run, registry=registry, version=arguments.tag, push=False, engine=engine.host,
        timeout=timeout,
    )  # fmt: skip
    host_name = f"{registry}/{arguments.name}"
    made = engine.image(host_name) or engine.image(arguments.name)
    if made is None:
        raise Failed(
            ReasonCode.BUILD_FAILED,
            f"{checked.path} ended well, but the engine has neither {host_name} nor {arguments.name}; "
            "it has to tag what it builds $REGISTRY_URL/name:$VERSION",
        )
    engine.tag(made.id, arguments.image, arguments.tag)
    evidence = {
        **_about(arguments.image, arguments.tag, made), "builder": "script", "script": checked.path,
        "script_digest": checked.digest, "registry_url": registry,
    }  # fmt: skip
    return Performed(True, f"built {arguments.image} {arguments.tag} by {checked.path}", evidence)


def _script_registry(arguments: ImageBuild, site: Site) -> str:
    """REGISTRY_URL: host with port, and path if it has one."""
    return "/".join(filter(None, names.split_registry(_configured_registry(arguments, site))))


def _configured_registry(arguments: ImageBuild, site: Site) -> str:
    if not site.config.registry.url:
        raise Blocked(
            ReasonCode.NOT_DETERMINATE,
            f"the build script of {arguments.image} is given REGISTRY_URL; set registry.url in executor.toml",
        )
    return site.config.registry.url


# Evidence


def _made(name: str, engine: Engine) -> LocalImage:
    image = engine.image(name)
    if image is None:
        raise Failed(ReasonCode.BUILD_FAILED, f"the build ended well, but the engine has no {name}", retryable=True)
    return image


def _passed(planned: Recipe, inputs: Inputs, image: LocalImage, *, builder: str, changed: bool) -> Performed:
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
            command, exit_code=200 if said else None, seconds=time.monotonic() - began, output=text, errors=error
        )


def _plain(text: str) -> str:
    """One line without colours."""
    return " ".join(_COLOUR.sub("", text).split())[:_SHOWN]
