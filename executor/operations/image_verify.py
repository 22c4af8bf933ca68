"""image.verify: an image is in a registry, by a manifest that is fetched from it and digested here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from executor.errors import Blocked, Failed
from executor.images import names
from executor.models import EVERY_TYPE, Artefact, Forecast, Performed, Risk
from executor.reasons import ReasonCode
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.images.names import Remote
    from executor.operations.interface import Site, Toolbox
    from executor.tools.registry import Manifest, Registry

_MOST_CHILDREN = 100


@dataclass(frozen=True, slots=True)
class ImageVerify:
    """A tag, a digest, or both, which then have to agree. `catalog`: it has to be in `_catalog` too."""

    image: str
    tag: str | None = None
    digest: str | None = None
    registry: str | None = None
    catalog: bool = False

    @property
    def name(self) -> str:
        return f"{self.image}:{self.tag}" if self.tag else f"{self.image}@{self.digest}"


class VerifyImage:
    """See docs/operations.md."""

    kind = "image.verify"
    arguments = ImageVerify
    allowed = EVERY_TYPE
    risk = Risk.MEDIUM
    rehearsable = True

    def makes(self, arguments: ImageVerify) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: ImageVerify, site: Site) -> Forecast:
        remote = _remote(arguments, site)
        what = " and in its catalog" if arguments.catalog else ""
        return Forecast(
            f"verify that {arguments.name} is in {remote.host}{what}",
            needs=_to_be_pushed(arguments, site),
            arguments={"registry": remote.registry},
        )

    def preflight(self, arguments: ImageVerify, toolbox: Toolbox) -> None:
        toolbox.registry(_remote(arguments, toolbox.site).host).ping()

    def perform(self, arguments: ImageVerify, toolbox: Toolbox) -> Performed:
        remote = _remote(arguments, toolbox.site)
        if toolbox.dry_run and _to_be_pushed(arguments, toolbox.site):
            return Performed(False, f"{arguments.name} is looked for when it is pushed", {})
        registry = toolbox.registry(remote.host)
        seen = registry.manifest(remote.repository, arguments.tag or arguments.digest or "")
        if seen.artifact_type is not None:
            what = f"{remote.host}/{remote.repository}:{seen.reference} is {seen.artifact_type}, and no container image"
            raise Failed(ReasonCode.NOT_IN_REGISTRY, f"{what}; name the image that is meant")
        _must_be(arguments.digest, seen, remote, "the criterion says")
        _must_be(_pushed(arguments, remote, toolbox), seen, remote, "this run pushed")
        listed = _in_tags(arguments, remote, registry) if arguments.tag else None
        children = _children(seen, remote, registry)
        if arguments.catalog and remote.repository not in registry.catalog():
            raise Failed(
                ReasonCode.NOT_IN_REGISTRY, f"the catalog of {remote.host} has no {remote.repository}", retryable=True
            )
        evidence = {
            "image": arguments.image,
            "tag": arguments.tag,
            "registry": remote.host,
            "repository": remote.repository,
            "digest": seen.digest,
            "media_type": seen.media_type,
            "size": seen.size,
            "config_digest": seen.config_digest,
            "in_tags_list": listed,
            "in_catalog": True if arguments.catalog else None,
            "manifests": children,
            "platforms": list(seen.platforms),
        }
        return Performed(False, f"verified {arguments.name} in {remote.host} ({seen.digest[:19]}…)", evidence)


OPERATION = VerifyImage()


def _to_be_pushed(arguments: ImageVerify, site: Site) -> frozenset[Artefact]:
    """The push of this run that it stands on."""
    return frozenset({Artefact("pushed", arguments.name)}) & site.planned


def _remote(arguments: ImageVerify, site: Site) -> Remote:
    names.check_image(arguments.image)
    if arguments.tag is None and arguments.digest is None:
        raise Blocked(
            ReasonCode.NOT_DETERMINATE,
            f"which {arguments.image}? name a version in the criterion, its heading or the task",
        )
    if arguments.tag is not None:
        names.check_tag(arguments.tag)
    if arguments.digest is not None:
        names.check_digest(arguments.digest)
    return names.remote_of(arguments.image, arguments.registry, site.config.registry.url)


def _must_be(digest: object, seen: Manifest, remote: Remote, who: str) -> None:
    if digest is None or digest == seen.digest:
        return
    if str(digest).startswith("sha512:") and seen.reference == digest:
        return  # the client compared it with the body already
    raise Failed(
        ReasonCode.DIGEST_DIFFERS,
        f"{remote.host}/{remote.repository}:{seen.reference} is {seen.digest}, and {who} {digest}; "
        "find out who else pushes that tag",
    )


def _pushed(arguments: ImageVerify, remote: Remote, toolbox: Toolbox) -> object:
    """The digest that this run pushed to the same place."""
    evidence = toolbox.ledger.get(Artefact("pushed", arguments.name))
    same = evidence is not None and evidence.get("registry") == remote.host
    return evidence["digest"] if evidence is not None and same else None


def _in_tags(arguments: ImageVerify, remote: Remote, registry: Registry) -> bool:
    tags = registry.tags(remote.repository)
    if arguments.tag not in tags:
        some = ", ".join(tags[-5:]) or "none"
        raise Failed(
            ReasonCode.NOT_IN_REGISTRY,
            f"{remote.host} has a manifest for {arguments.name}, but does not list the tag (it lists: {some})",
            retryable=True,
        )
    return True


def _children(seen: Manifest, remote: Remote, registry: Registry) -> list[str]:
    """Each manifest of an index has to be there too, under its digest."""
    if not seen.is_index:
        return []
    if not seen.children or len(seen.children) > _MOST_CHILDREN:
        raise Failed(
            ReasonCode.NOT_IN_REGISTRY, f"{remote.host}/{remote.repository}: an index of {len(seen.children)} manifests"
        )
    return [registry.manifest(remote.repository, digest).digest for digest in seen.children]
