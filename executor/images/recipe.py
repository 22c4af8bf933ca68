"""A build, as far as files tell it, and the record of its inputs that the image carries as labels.

An image counts as already built only if every input is the recorded one: context, Dockerfile, arguments, target,
platform and the images that it starts from. Anything that cannot be known beforehand is built again.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from executor.errors import Blocked
from executor.images import context
from executor.images import dockerfile as reading
from executor.images.source import Source
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.tree import Tree
from executor.values import dataclass

LABEL = "io.executor.inputs"
_OURS = frozenset({".executor"})
"""Our journal and logs lie there; they change while we build."""

_PLAIN = pattern(r"[A-Za-z0-9_:@./+, -]*")
_SENT = ".executor.dockerfile"


@dataclass(frozen=True)
class Recipe:
    """`dockerfile_path` is absolute; `root` is the context's folder."""

    image: str
    tag: str
    source: Source
    root: Path
    dockerfile_path: Path
    dockerfile: reading.Dockerfile
    target: str | None = None
    platform: str | None = None

    @property
    def name(self) -> str:
        return f"{self.image}:{self.tag}"

    @property
    def inside(self) -> str | None:
        """The Dockerfile's path in the context, None where it lies outside."""
        if self.dockerfile_path.is_relative_to(self.root):
            return self.dockerfile_path.relative_to(self.root).as_posix()
        return None

    def outside(self, *, every_stage: bool) -> reading.Outside:
        return reading.outside(self.dockerfile, self.source.build_args, self.target, every_stage=every_stage)

    def needs_buildkit(self) -> str | None:
        """`file:line: what` that only BuildKit can do."""
        found = reading.needs_buildkit(self.dockerfile, self.source.build_args)
        return None if found is None else f"{self.dockerfile.place(found[0])}: {found[1]}"

    def unused_arguments(self) -> list[str]:
        automatic = {"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"}
        known = self.dockerfile.declared | reading.AUTOMATIC
        return sorted(
            name for name in self.source.build_args if name not in known and name.upper() not in automatic
        )  # fmt: skip


def read_recipe(
    image: str, tag: str, source: Source, tree: Tree, *, target: str | None, platform: str | None
) -> Recipe:
    """Raises Blocked for a Dockerfile that cannot be read or that has no such stage."""
    path = posixpath.normpath(source.dockerfile)
    try:
        text = tree.read(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"{path}: not UTF-8 (byte {error.start})") from None
    except PermissionError:
        raise Blocked(ReasonCode.PERMISSION, f"{path} cannot be read; give this user the right") from None
    parsed = reading.parse(text, path)
    reading.target_stage(parsed, target)
    return Recipe(image, tag, source, tree.locate(source.context), tree.locate(path), parsed, target, platform)


# The record


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an image is made from. `bases` maps references to image ids; an id of "" was not known beforehand, and
    `unsure` says what else was not: then nothing tells whether a build would give the same."""

    name: str
    context: str
    dockerfile: str
    build_args: str
    target: str
    platform: str
    bases: Mapping[str, str]
    unsure: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        return not self.unsure and all(self.bases.values())

    @property
    def digest(self) -> str:
        fields = {key: value for key, value in self.as_evidence().items() if key != "unsure"}
        return _digest({"format": 1, **fields, "sure": self.sure})

    def as_evidence(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "context": self.context,
            "dockerfile": self.dockerfile,
            "build_args": self.build_args,
            "target": self.target,
            "platform": self.platform,
            "bases": dict(self.bases),
            "unsure": list(self.unsure),
        }


def inputs_of(recipe: Recipe, context_digest: str, bases: Mapping[str, str], unsure: tuple[str, ...]) -> Inputs:
    return Inputs(
        recipe.name,
        context_digest,
        f"sha256:{hashlib.sha256(recipe.dockerfile.text.encode()).hexdigest()}",
        _digest(dict(recipe.source.build_args)),
        recipe.target or "",
        recipe.platform or "",
        bases,
        unsure,
    )


def labels_of(recipe: Recipe, inputs: Inputs) -> dict[str, str]:
    """OCI's annotations, except those that the Dockerfile sets itself, and our record. Nothing that varies by itself
    (no time, no commit): the same inputs have to give the same image out of the builder's cache."""
    base = recipe.dockerfile.stages[reading.target_stage(recipe.dockerfile, recipe.target)].base
    found = reading.expand(base, recipe.dockerfile, recipe.source.build_args)
    labels = {"org.opencontainers.image.version": recipe.tag}
    if found and found in inputs.bases:
        labels["org.opencontainers.image.base.name"] = found
    own = {name: value for name, value in labels.items() if name not in recipe.dockerfile.text}
    return {**own, LABEL: inputs.digest} if inputs.sure else own


def is_recorded(inputs: Inputs, labels: Mapping[str, str], history: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an image (its history, newest first) carries this record as the last thing that was done to it: what is
    built or committed on top of an image keeps its labels."""
    if not inputs.sure or labels.get(LABEL) != inputs.digest:
        return False
    for each in history:
        made_by = str(each.get("CreatedBy", ""))
        if inputs.digest in made_by:
            return True
        if "LABEL " not in made_by:
            return False
    return False


def _digest(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


# The context


def listed(recipe: Recipe) -> list[context.Entry]:
    """The files that the builder gets, by the ignore file that holds for this Dockerfile."""
    ignore = _ignore_file(recipe)
    patterns = context.read_ignore(ignore.read_bytes(), ignore.name) if ignore else ()
    keep = frozenset(filter(None, (".dockerignore", recipe.inside)))
    return context.entries(recipe.root, context.Ignore(patterns, keep, _OURS))


def _ignore_file(recipe: Recipe) -> Path | None:
    """`<Dockerfile>.dockerignore` beside it wins over the context's, as in BuildKit."""
    own = recipe.dockerfile_path.with_name(f"{recipe.dockerfile_path.name}.dockerignore")
    return next((each for each in (own, recipe.root / ".dockerignore") if each.is_file()), None)


def ignore_text(recipe: Recipe) -> bytes:
    """The ignore file that holds, for BuildKit, with what is ours added."""
    ignore = _ignore_file(recipe)
    return (ignore.read_bytes() + b"\n" if ignore else b"") + "\n".join(sorted(_OURS)).encode() + b"\n"


def context_digest(recipe: Recipe) -> str:
    return context.digest(recipe.root, listed(recipe))


@dataclass(frozen=True, slots=True)
class Packed:
    """A context in a tar, for the classic builder: what is known of it now, the Dockerfile's name in it, and the labels
    that are still to be given as parameters."""

    inputs: Inputs
    dockerfile: str
    labels: Mapping[str, str]


def pack(
    recipe: Recipe, file: IO[bytes], bases: Mapping[str, str], unsure: tuple[str, ...], *, triggers: bool
) -> Packed:
    """Write the tar, and digest the very bytes that go into it.

    The classic builder makes a layer (70 ms) of each label that it is given as a parameter, and one of a whole LABEL
    line; so the line is added to the Dockerfile that is sent, where no COPY can see that file. `triggers`: a base image
    has ONBUILD instructions, which may copy anything.
    """
    files = listed(recipe)
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as tar:
        inputs = inputs_of(recipe, context.digest(recipe.root, files, tar), bases, unsure)
        labels = labels_of(recipe, inputs)
        if not triggers and not reading.takes_top(recipe.dockerfile) and can_take_line(recipe, labels):
            context.add_bytes(tar, _SENT, with_labels(recipe, labels).encode())
            return Packed(inputs, _SENT, {})
        if recipe.inside is not None:
            return Packed(inputs, recipe.inside, labels)
        context.add_bytes(tar, _SENT, recipe.dockerfile.text.encode())
        context.add_bytes(tar, ".dockerignore", _ignoring(recipe, files))
        return Packed(inputs, _SENT, labels)


def can_take_line(recipe: Recipe, labels: Mapping[str, str]) -> bool:
    """Whether the labels can be written as a line behind the stage: plain values, its last line not continued."""
    last = recipe.dockerfile.text.splitlines()[_last_line(recipe) - 1].rstrip()
    return all(map(_PLAIN.fullmatch, labels.values())) and not last.endswith(recipe.dockerfile.escape)


def _last_line(recipe: Recipe) -> int:
    stage = recipe.dockerfile.stages[reading.target_stage(recipe.dockerfile, recipe.target)]
    return max(each.end for each in (stage.source, *stage.instructions))


def with_labels(recipe: Recipe, labels: Mapping[str, str]) -> str:
    """One LABEL line at the end of the stage that is built; the line numbers before it stay."""
    lines, end = recipe.dockerfile.text.splitlines(), _last_line(recipe)
    label = "LABEL " + " ".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
    return "\n".join([*lines[:end], label, *lines[end:]]) + "\n"


def _ignoring(recipe: Recipe, files: Sequence[context.Entry]) -> bytes:
    """As docker's client does for a Dockerfile from outside of the context: it is sent, and ignored by COPY."""
    own = recipe.root / ".dockerignore"
    before = own.read_bytes() + b"\n" if any(each.path == ".dockerignore" for each in files) else b".dockerignore\n"
    return before + _SENT.encode() + b"\n"
