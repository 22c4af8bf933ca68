"""image.push: an image into a registry, believed only when the registry itself returns its digest."""

from __future__ import annotations

import fnmatch
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from executor.errors import Blocked, Errored, Failed, Stop
from executor.images import names
from executor.images.source import Source, Wish, find_source
from executor.models import Artefact, Forecast, Performed, Risk, TaskType
from executor.reasons import ReasonCode
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.images.names import Remote
    from executor.operations.interface import Site, Toolbox
    from executor.tools.credentials import Login
    from executor.tools.engine import Engine, LocalImage, Streamed
    from executor.tools.registry import Manifest, Registry

_SHOWN = 400
_STATUS = r"(?:status: |HTTP )"
"""Before the number where the engine quotes an answer, or could not read its body (a proxy's page, say)."""

_WHY: list[tuple[str, str]] = [
    ("tls", r"server gave HTTP response to HTTPS client"),
    ("trust", r"x509|certificate"),
    ("login", r"unauthorized|authentication required|no basic auth credentials|" + _STATUS + "401"),
    ("permission", r"denied|forbidden|" + _STATUS + "403"),
    ("immutable", r"immutable|already exists|" + _STATUS + "(?:409|412)"),
    ("full", r"no space left|quota"),
    ("away", r"dial tcp|no such host|connection refused|i/o timeout|connection reset|TLS handshake|\bEOF\b|deadline"),
    ("broken", _STATUS + r"5\d\d|internal server error|unexpected HTTP status|unknown blob"),
    ("busy", _STATUS + "429|toomanyrequests|too many requests"),
    ("none", _STATUS + "40[45]"),
]


@dataclass(frozen=True, slots=True)
class ImagePush:
    """`image` without registry and tag; `registry` host with port, and path if it has one."""

    image: str
    tag: str
    registry: str | None = None

    @property
    def name(self) -> str:
        return f"{self.image}:{self.tag}"


class PushImage:
    """See docs/operations.md."""

    kind = "image.push"
    arguments = ImagePush
    allowed = frozenset({TaskType.BUILD})
    risk = Risk.MEDIUM
    rehearsable = False

    def makes(self, arguments: ImagePush) -> frozenset[Artefact]:
        return frozenset({Artefact("pushed", arguments.name)})

    def foresee(self, arguments: ImagePush, site: Site) -> Forecast:
        remote = _remote(arguments, site)
        built = Artefact("built", arguments.name)
        return Forecast(
            f"push {arguments.name} to {remote.host} as {remote.repository}:{arguments.tag}",
            provides=frozenset({Artefact("pushed", arguments.name)}),
            arguments={"registry": remote.registry},
            needs=frozenset({built}) & site.planned,
        )

    def preflight(self, arguments: ImagePush, toolbox: Toolbox) -> None:
        """What can be told before the image is built: whether the registry answers, and, where nothing builds the image
        first, whether it is here and may take its tag."""
        remote = _remote(arguments, toolbox.site)
        engine, registry = toolbox.engine(), toolbox.registry(remote.host)
        standing = registry.find(remote.repository, arguments.tag)
        if Artefact("built", arguments.name) not in toolbox.site.planned:
            local = _local(arguments, remote, standing, engine, toolbox)
            _may_push(arguments, remote, local, standing, toolbox.site)

    def perform(self, arguments: ImagePush, toolbox: Toolbox) -> Performed:
        """The registry is looked at first: a run that was ended between push and evidence finds its push there."""
        remote = _remote(arguments, toolbox.site)
        engine, registry = toolbox.engine(), toolbox.registry(remote.host)
        standing = registry.find(remote.repository, arguments.tag)
        local = _local(arguments, remote, standing, engine, toolbox)
        _may_push(arguments, remote, local, standing, toolbox.site)
        if local is None:
            return _by_script(arguments, remote, toolbox, standing)
        if standing is not None and local.is_same_as(standing.digest, standing.config_digest):
            return _passed(arguments, remote, local.id, standing, changed=False)
        digest = _push(arguments, remote, local, engine, toolbox)
        return _passed(arguments, remote, local.id, _seen(registry, remote, arguments.tag, digest), changed=True)


OPERATION = PushImage()


def _remote(arguments: ImagePush, site: Site) -> Remote:
    names.check_image(arguments.image)
    names.check_tag(arguments.tag)
    return names.remote_of(arguments.image, arguments.registry, site.config.registry.url)


def _local(
    arguments: ImagePush, remote: Remote, standing: Manifest | None, engine: Engine, toolbox: Toolbox
) -> LocalImage | None:
    """The image that is meant: the one that this run built, else the one of that name. None where there is none."""
    built = toolbox.ledger.get(Artefact("built", arguments.name))
    plain, hosted = engine.image(arguments.name), engine.image(remote.tagged(arguments.tag))
    if built is not None:
        if plain is None or plain.id != built.get("image_id"):
            found = "gone" if plain is None else plain.id
            raise Failed(
                ReasonCode.CHANGED_MEANWHILE,
                f"{arguments.name} was built as {built.get('image_id')} and is now {found}; somebody else tagged it",
            )
        return plain
    if plain is not None and hosted is not None and plain.id != hosted.id:
        if standing is not None and hosted.is_same_as(standing.digest, standing.config_digest):
            _may_push(arguments, remote, plain, standing, toolbox.site)  # the other name is what its push left here
        raise Blocked(
            ReasonCode.AMBIGUOUS,
            f"the engine has {arguments.name} as {plain.id} and {remote.tagged(arguments.tag)} as {hosted.id}; "
            "remove the one that is not meant, or build it in this task",
        )
    return plain or hosted


def _may_push(
    arguments: ImagePush, remote: Remote, local: LocalImage | None, standing: Manifest | None, site: Site
) -> None:
    """Raises Blocked NOT_FOUND where there is nothing to push, TAG_EXISTS where the tag is another image's."""
    source = _script_source(arguments, site) if local is None else None
    if local is None and source is None:
        raise Blocked(
            ReasonCode.NOT_FOUND, f"the engine has no {arguments.name}; build it first (image.build), then push it"
        )
    if standing is None or _mutable(arguments, site):
        return
    if local is None or not local.is_same_as(standing.digest, standing.config_digest):
        here = f"the image here is {local.id}" if local else f"what {source.script if source else ''} builds is unknown"
        raise Blocked(
            ReasonCode.TAG_EXISTS,
            f"{remote.tagged(arguments.tag)} exists as {standing.digest}, and {here}; use a new version, "
            "or list the tag in registry.mutable_tags of executor.toml",
        )


def _mutable(arguments: ImagePush, site: Site) -> bool:
    """`mutable_tags` holds tags, or `image:tag`; `*` stands for anything."""
    wanted = (arguments.tag, arguments.name)
    return any(fnmatch.fnmatchcase(each, pattern) for pattern in site.config.registry.mutable_tags for each in wanted)


# Pushing


def _push(arguments: ImagePush, remote: Remote, local: LocalImage, engine: Engine, toolbox: Toolbox) -> str:
    """The digest that the engine says it pushed."""
    login, no_login = _login(remote.host)
    repository = f"{remote.host}/{remote.repository}"
    engine.tag(local.id, repository, arguments.tag)
    said = _told(engine, repository, arguments, login, toolbox)
    if said.error is not None:
        raise _push_failed(remote.tagged(arguments.tag), remote.host, said.error, no_login)
    digest = said.value("Digest")
    if digest is None:
        raise Errored(ReasonCode.BAD_ANSWER, f"the engine pushed {arguments.name} and names no digest", retryable=True)
    return digest


def _told(
    engine: Engine, repository: str, arguments: ImagePush, login: Login | None, toolbox: Toolbox
) -> Streamed:  # fmt: skip
    began = time.monotonic()
    said: Streamed | None = None
    try:
        said = engine.push(
            repository, arguments.tag, login,
            on_line=toolbox.progress, timeout=toolbox.site.config.timeouts.push,
        )  # fmt: skip
        return said
    finally:
        toolbox.record(
            f"POST /images/{repository}/push?tag={arguments.tag}",
            http_status=None if said is None else 200,
            seconds=time.monotonic() - began,
            output=said.text if said else "",
            errors=(said.error or "") if said else "",
        )


def _login(host: str) -> tuple[Login | None, str | None]:
    """A registry may want none; why docker's could not be had is told only where it does."""
    from executor.tools.credentials import NoLogin, login_for

    try:
        return login_for(host), None
    except NoLogin as error:
        return None, str(error)


def _push_failed(name: str, host: str, error: str, no_login: str | None) -> Stop:
    """What the engine's words come to, and what to do."""
    kind = next((kind for kind, pattern in _WHY if re.search(pattern, error, re.IGNORECASE)), "")
    what = f"pushing {name}: {' '.join(error.split())[:_SHOWN]}"
    if kind == "permission" and no_login:
        kind = "login"
    if kind == "login" and no_login:
        what += f" ({no_login})"
    if kind in _BLOCKS:
        code, advice = _BLOCKS[kind]
        return Blocked(code, f"{what}; {advice.format(host=host)}")
    if kind in _UNKNOWN:
        code, advice = _UNKNOWN[kind]
        return Errored(code, f"{what}; {advice.format(host=host)}", retryable=kind in _PASSES)
    advice = "; check the address: what answers there is no registry for it" if kind == "none" else ""
    return Failed(ReasonCode.PUSH_FAILED, what + advice, retryable=True)


_BLOCKS = {
    "login": (ReasonCode.NEEDS_LOGIN, "run `docker login {host}`"),
    "permission": (ReasonCode.PERMISSION, "ask for the right to push there, or `docker login {host}` as who has it"),
    "immutable": (ReasonCode.TAG_EXISTS, "the registry does not let tags move: use a new version"),
}
_UNKNOWN = {
    "tls": (ReasonCode.UNREACHABLE, "add {host} to insecure-registries of the engine's daemon.json, or use TLS"),
    "trust": (ReasonCode.UNREACHABLE, "give the engine its CA as /etc/docker/certs.d/{host}/ca.crt"),
    "away": (ReasonCode.UNREACHABLE, "check the address and that the registry runs"),
    "broken": (ReasonCode.BAD_ANSWER, "see the registry's log"),
    "busy": (ReasonCode.BAD_ANSWER, "too many requests: wait, then run again"),
    "full": (ReasonCode.WRITE_FAILED, "free space"),
}
"""Where we could not find out whether the registry would take it."""

_PASSES = ("away", "broken", "busy")


def _seen(registry: Registry, remote: Remote, tag: str, digest: str) -> Manifest:
    """What the registry returns for the tag; raises Failed unless it is what was pushed."""
    seen = registry.manifest(remote.repository, tag)
    if seen.digest != digest:
        raise Failed(
            ReasonCode.DIGEST_DIFFERS,
            f"{remote.tagged(tag)} was pushed as {digest}, and the registry returns {seen.digest}; "
            "find out who else pushes that tag",
        )
    return seen


# A script that pushes


def _by_script(
    arguments: ImagePush, remote: Remote, toolbox: Toolbox, standing: Manifest | None
) -> Performed:  # fmt: skip
    """Without an image here, a configured script builds and pushes with `--push` (safety.md). What it pushes is not
    known beforehand, so the tag must be new or mutable."""
    from executor.images import script

    source = _script_source(arguments, toolbox.site)
    assert source is not None  # _may_push saw to it
    tree, timeouts = toolbox.site.tree, toolbox.site.config.timeouts
    checked = script.check_script(source, tree, toolbox.run)
    prefix = remote.repository.removesuffix(arguments.image).strip("/")
    script.run_script(
        checked, tree, toolbox.run, registry=f"{remote.host}/{prefix}".rstrip("/"), version=arguments.tag, push=True,
        engine=toolbox.engine().environment, timeout=timeouts.build + timeouts.push,
    )  # fmt: skip
    seen = toolbox.registry(remote.host).manifest(remote.repository, arguments.tag)
    if standing is not None and seen.digest == standing.digest:
        raise Failed(
            ReasonCode.PUSH_FAILED,
            f"{checked.path} --push ended well, but {remote.tagged(arguments.tag)} was {seen.digest} before and is so "
            "still: whether it pushed anything cannot be seen; build the image in this task, then push it",
        )
    extra = {"script": checked.path, "script_digest": checked.digest}
    return _passed(arguments, remote, seen.config_digest, seen, changed=True, extra=extra)


def _script_source(arguments: ImagePush, site: Site) -> Source | None:
    entry = site.config.images.get(arguments.image)
    if entry is None or entry.script is None:
        return None
    return find_source(Wish(arguments.image), site.tree, site.inventory, site.config)


def _passed(
    arguments: ImagePush,
    remote: Remote,
    image_id: str | None,
    seen: Manifest,
    *,
    changed: bool,
    extra: Mapping[str, Any] = {},
) -> Performed:
    evidence = {
        "image": arguments.image,
        "tag": arguments.tag,
        "registry": remote.host,
        "repository": remote.repository,
        "digest": seen.digest,
        "media_type": seen.media_type,
        "image_id": image_id,
        "size": seen.size,
        **extra,
    }
    words = f"pushed {arguments.name} to {remote.host}" if changed else f"{arguments.name} is in {remote.host} already"
    return Performed(changed, words, evidence)
