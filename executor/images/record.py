"""The record of a build's inputs that the image carries as labels, and the context that the builder gets.

An image counts as already built only if every input is the recorded one: context, Dockerfile, arguments, target,
platform and the images that it starts from. Anything that cannot be known beforehand is built again.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from executor.images import context
from executor.images import dockerfile as reading
from executor.images.recipe import Recipe
from executor.patterns import pattern
from executor.values import dataclass

LABEL = "io.executor.inputs"
_OURS = frozenset({".executor"})
"""Our journal and logs lie there; they change while we build."""

_PLAIN = pattern(r"[A-Za-z0-9_:@./+, -]*")
_SENT = ".executor.dockerfile"


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
