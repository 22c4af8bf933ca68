"""image.build: an image from a folder with a Dockerfile, or by the project's own script (executor/images/building)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from executor.errors import Blocked
from executor.images import names, recipe
from executor.images.source import Source, Wish, find_source
from executor.models import Artefact, Forecast, Performed, Risk, TaskType
from executor.reasons import ReasonCode
from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.images.recipe import Recipe
    from executor.operations.interface import Site, Toolbox


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
        return _forecast(arguments, source, _words(arguments, source.dockerfile), warnings)

    def preflight(self, arguments: ImageBuild, toolbox: Toolbox) -> None:
        from executor.images import building, script

        source = _source(arguments, toolbox.site)
        toolbox.engine()
        if source.script is not None:
            _script_registry(arguments, toolbox.site)
            script.check_script(source, toolbox.site.tree, toolbox.run)
        else:
            building.by_buildx(_recipe(arguments, source, toolbox.site))

    def perform(self, arguments: ImageBuild, toolbox: Toolbox) -> Performed:
        from executor.images import building

        source = _source(arguments, toolbox.site)
        if source.script is not None:
            return building.by_script(source, arguments.tag, _script_registry(arguments, toolbox.site), toolbox)
        return building.build(_recipe(arguments, source, toolbox.site), toolbox)


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


def _words(arguments: ImageBuild, dockerfile: str) -> str:
    """What is built, and what else was asked for."""
    said = [f"stage {arguments.target}"] if arguments.target else []
    said += [f"for {arguments.platform}"] if arguments.platform else []
    said += [f"with {name}={value}" for name, value in sorted(arguments.build_args.items())]
    how = f" ({', '.join(said)})" if said else ""
    return f"build {arguments.name} from {dockerfile}{how}"


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
