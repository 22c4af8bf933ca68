"""Reading a Dockerfile as far as a build's inputs and needs go: instructions with their lines, stages, base images.

By the reference of docker/dockerfile:1. What a Dockerfile does is the builder's business; here is asked which images it
starts from, which of its features only BuildKit has, and which inputs cannot be known before a build.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping

from executor.errors import Blocked
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.values import dataclass, field

_DIRECTIVE = pattern(r"#\s*(\w+)\s*=\s*(\S.*?)\s*$")
_HEREDOC = pattern(r"""(?:^|[\s;&|(])\d*<<(-?)(["']?)([A-Za-z_][\w.]*)\2(?=$|[\s;&|)<>])""")
_FLAG = pattern(r"\s*(--[a-z][a-z0-9-]*(?:=\S*)?)(?=\s|$)")
_VARIABLE = pattern(r"\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})")
_REMOTE = pattern(r"(?:https?|git|ssh)://|git@|\S+\.git(?:[#?]|$)")

AUTOMATIC = frozenset(
    f"{side}{what}" for side in ("TARGET", "BUILD") for what in ("PLATFORM", "OS", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}
"""Arguments that BuildKit fills in by itself and the classic builder leaves empty."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """`line` is 1-based, `end` the last line that belongs to it; `text` has flags and continuation lines taken out."""

    keyword: str
    flags: tuple[str, ...]
    text: str
    line: int
    end: int
    heredocs: tuple[str, ...] = ()

    def flag(self, name: str) -> str | None:
        """The value of `--name=value`, "" for a bare `--name`, None where it is not there."""
        for each in self.flags:
            key, _, value = each.partition("=")
            if key == f"--{name}":
                return value
        return None

    @property
    def words(self) -> list[str]:
        return self.text.split()


@dataclass(frozen=True, slots=True)
class Stage:
    """`base` as written; `instructions` without the FROM."""

    base: str
    name: str | None
    source: Instruction
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True)
class Dockerfile:
    """`path` is for messages."""

    path: str
    text: str
    arguments: Mapping[str, str | None]
    stages: tuple[Stage, ...]
    instructions: tuple[Instruction, ...]
    syntax: str | None = None
    escape: str = "\\"
    declared: frozenset[str] = field(default=frozenset())

    def place(self, line: int) -> str:
        return f"{self.path}:{line}"


def parse(text: str, path: str) -> Dockerfile:
    """Raises Blocked BAD_ARGUMENT with file:line for what no builder would take as a Dockerfile."""
    directives, escape = _directives(text)
    instructions = tuple(_instructions(text, escape))
    stages: list[Stage] = []
    before: dict[str, str | None] = {}
    starts = [number for number, each in enumerate(instructions) if each.keyword == "FROM"]
    if not starts:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"{path}:1: no FROM; write the base image there")
    for each in instructions[: starts[0]]:
        if each.keyword != "ARG":
            raise Blocked(ReasonCode.BAD_ARGUMENT, f"{path}:{each.line}: {each.keyword} stands before the first FROM")
        before |= dict(_argument(each))
    for start, end in zip(starts, [*starts[1:], len(instructions)], strict=True):
        stages.append(_stage(instructions[start], instructions[start + 1 : end], path))
    declared = frozenset(name for each in instructions if each.keyword == "ARG" for name, _ in _argument(each))
    return Dockerfile(path, text, before, tuple(stages), instructions, directives.get("syntax"), escape, declared)


def target_stage(dockerfile: Dockerfile, target: str | None) -> int:
    """The index of the stage that is built. Raises Blocked BAD_ARGUMENT where there is no such stage."""
    if not target:
        return len(dockerfile.stages) - 1
    index = _stage_index(dockerfile, target, len(dockerfile.stages))
    if index is None:
        names = ", ".join(each.name for each in dockerfile.stages if each.name) or "none has a name"
        raise Blocked(ReasonCode.BAD_ARGUMENT, f'{dockerfile.path}: no stage "{target}"; stages: {names}')
    return index


@dataclass(frozen=True, slots=True)
class Outside:
    """What a build takes from elsewhere: images by reference with the line that names them, and why its inputs cannot
    be told beforehand, if so."""

    images: Mapping[str, int]
    unsure: tuple[str, ...]


def outside(dockerfile: Dockerfile, given: Mapping[str, str], target: str | None, *, every_stage: bool) -> Outside:
    """What the stages take from outside. `every_stage`: all up to the target, as the classic builder runs them; else
    only those that the target needs. Raises Blocked where a base has no value."""
    last = target_stage(dockerfile, target)
    wanted = range(last + 1) if every_stage else sorted(_needed(dockerfile, last))
    images: dict[str, int] = {}
    unsure: list[str] = []
    for index in wanted:
        for reference, line in _references(dockerfile, index):
            expanded = expand(reference, dockerfile, given)
            if expanded is None:
                unsure.append(f"{dockerfile.place(line)}: {reference} is known to the builder only")
            elif not expanded or expanded[-1] in ":@/":
                raise Blocked(
                    ReasonCode.BAD_ARGUMENT,
                    f"{dockerfile.place(line)}: {reference} has no value; give it in build_args",
                )
            elif _stage_index(dockerfile, expanded, index) is None and expanded != "scratch":
                images.setdefault(expanded, line)
        unsure += _remote_files(dockerfile, dockerfile.stages[index])
    return Outside(images, tuple(unsure))


def takes_top(dockerfile: Dockerfile) -> bool:
    """Whether a COPY or ADD may take any file from the top of the context, and not only what it names."""
    return any(
        each.keyword == "ONBUILD"
        or (each.keyword in ("COPY", "ADD") and each.flag("from") is None and any(map(_is_top, _sources(each))))
        for each in dockerfile.instructions
    )


def _sources(instruction: Instruction) -> list[str]:
    if instruction.text.startswith("["):
        try:
            return [str(each) for each in json.loads(instruction.text)][:-1]
        except ValueError:
            return ["."]
    return instruction.words[:-1]


def _is_top(source: str) -> bool:
    first = posixpath.normpath(source.strip("\"'").lstrip("/") or ".").split("/")[0]
    return first in (".", "..") or re.search(r"[$*?\[\\]", first) is not None


def needs_buildkit(dockerfile: Dockerfile, given: Mapping[str, str]) -> tuple[int, str] | None:
    """The first line (1-based) that only BuildKit can do, and what stands there."""
    found = [(each.line, what) for each in dockerfile.instructions if (what := _only_buildkit(each, given))]
    if dockerfile.syntax and not re.match(r"(?:docker\.io/)?docker/dockerfile(?::[\d.]+)?(?:@|$)", dockerfile.syntax):
        line = next(i for i, text in enumerate(dockerfile.text.splitlines(), 1) if "syntax" in text)
        found.insert(0, (line, f"# syntax={dockerfile.syntax}"))
    return found[0] if found else None


_BUILDKIT_FLAGS = {
    "RUN": ("mount", "network", "security", "device"),
    "COPY": ("link", "chmod", "parents", "exclude"),
    "ADD": ("link", "chmod", "checksum", "keep-git-dir", "unpack", "exclude"),
}


def _only_buildkit(each: Instruction, given: Mapping[str, str]) -> str | None:
    if each.heredocs:
        return f"{each.keyword} <<{each.heredocs[0]}"
    for name in _BUILDKIT_FLAGS.get(each.keyword, ()):
        if each.flag(name) is not None:
            return f"{each.keyword} --{name}"
    if each.keyword == "ADD" and any(re.match(r"git@|\S+\.git(?:[#?]|$)", word) for word in each.words[:-1]):
        return "ADD of a git repository"
    if each.keyword == "FROM" and (platform := each.flag("platform")):
        used = [a or b for a, b, _, _ in _VARIABLE.findall(platform)]
        if any(name in AUTOMATIC and name not in given for name in used):
            return f"FROM --platform={platform}"
    if each.keyword == "ARG":
        for name, default in _argument(each):
            if name in AUTOMATIC and default is None and name not in given:
                return f"ARG {name}"
    return None


# Parsing


def _directives(text: str) -> tuple[dict[str, str], str]:
    found: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").splitlines():
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None or match[1].lower() in found:
            break
        found[match[1].lower()] = match[2]
    return found, "`" if found.get("escape") == "`" else "\\"


def _instructions(text: str, escape: str) -> Iterator[Instruction]:
    lines = text.removeprefix("\ufeff").splitlines()
    more = re.compile(rf"{re.escape(escape)}[ \t]*$")
    number = 0
    while number < len(lines):
        start = number
        if not lines[number].strip() or lines[number].lstrip().startswith("#"):
            number += 1
            continue
        logical: list[str] = []
        while number < len(lines):
            line = lines[number]
            number += 1
            if logical and (not line.strip() or line.lstrip().startswith("#")):
                continue  # comments and empty lines may stand between continued ones
            logical.append(more.sub("", line))
            if not more.search(line):
                break
        yield_, number = _instruction("".join(logical).strip(), start + 1, number, lines)
        yield yield_


def _instruction(logical: str, line: int, number: int, lines: list[str]) -> tuple[Instruction, int]:
    keyword, _, rest = logical.partition(" ") if " " in logical else logical.partition("\t")
    keyword = keyword.upper()
    flags: list[str] = []
    while match := _FLAG.match(rest):
        flags.append(match[1])
        rest = rest[match.end() :]
    heredocs: list[str] = []
    if keyword in ("RUN", "COPY", "ADD"):
        number = _heredocs(rest, number, lines, heredocs)
    return Instruction(keyword, tuple(flags), rest.strip(), line, number, tuple(heredocs)), number


def _heredocs(rest: str, number: int, lines: list[str], found: list[str]) -> int:
    """Skip the bodies; a `<<WORD` that is never ended is none."""
    for dash, _, word in _HEREDOC.findall(rest):
        for index in range(number, len(lines)):
            if (lines[index].lstrip("\t") if dash else lines[index]) == word:
                found.append(word)
                number = index + 1
                break
    return number


def _argument(instruction: Instruction) -> Iterator[tuple[str, str | None]]:
    for word in re.findall(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""", instruction.text):
        name, equals, value = word.partition("=")
        yield name, value.strip("\"'") if equals else None


def _stage(source: Instruction, instructions: tuple[Instruction, ...], path: str) -> Stage:
    words = source.words
    if len(words) == 1:
        return Stage(words[0], None, source, instructions)
    if len(words) == 3 and words[1].upper() == "AS":
        return Stage(words[0], words[2].lower(), source, instructions)
    raise Blocked(ReasonCode.BAD_ARGUMENT, f"{path}:{source.line}: FROM takes an image, or an image AS a name")


# What a stage refers to


def _references(dockerfile: Dockerfile, index: int) -> Iterator[tuple[str, int]]:
    """Images and stages, as written."""
    stage = dockerfile.stages[index]
    yield stage.base, stage.source.line
    for each in stage.instructions:
        if each.keyword in ("COPY", "ADD") and (source := each.flag("from")):
            yield source, each.line
        if each.keyword == "RUN":
            for mount in (flag for flag in each.flags if flag.startswith("--mount=")):
                for key, _, value in (part.partition("=") for part in mount.removeprefix("--mount=").split(",")):
                    if key == "from" and value:
                        yield value, each.line


def _stage_index(dockerfile: Dockerfile, name: str, before: int) -> int | None:
    """The stage of that name or number among the first `before`; the last one of several."""
    found = [i for i, stage in enumerate(dockerfile.stages[:before]) if stage.name == name.lower()]
    if found:
        return found[-1]
    return int(name) if name.isdigit() and int(name) < before else None


def _needed(dockerfile: Dockerfile, index: int) -> set[int]:
    needed = {index}
    for reference, _ in _references(dockerfile, index):
        other = _stage_index(dockerfile, reference, index)
        if other is not None:
            needed |= _needed(dockerfile, other)
    return needed


def expand(text: str, dockerfile: Dockerfile, given: Mapping[str, str]) -> str | None:
    """With the arguments before the first FROM; None where only the builder knows a value."""
    if any((a or b) in AUTOMATIC and (a or b) not in given for a, b, _, _ in _VARIABLE.findall(text)):
        return None

    def value(match: re.Match[str]) -> str:
        name, sign, word = match[1] or match[2], match[3], match[4]
        found = _global(name, dockerfile, given) or ""
        if sign == "+":
            return word if found else ""
        return found or (word or "" if sign == "-" else "")

    expanded = _VARIABLE.sub(value, text).strip("\"'")
    return None if "$" in expanded else expanded


def _global(name: str, dockerfile: Dockerfile, given: Mapping[str, str]) -> str | None:
    if name not in dockerfile.arguments:
        return None
    default = dockerfile.arguments[name]
    if name in given:
        return given[name]
    if default is None or "$" not in default:
        return default
    earlier = list(dockerfile.arguments)[: list(dockerfile.arguments).index(name)]
    return _VARIABLE.sub(
        lambda match: (
            (_global(match[1] or match[2], dockerfile, given) or "") if (match[1] or match[2]) in earlier else ""
        ),
        default,
    )


def _remote_files(dockerfile: Dockerfile, stage: Stage) -> Iterator[str]:
    for each in stage.instructions:
        if each.keyword == "ADD" and any(_REMOTE.match(word) for word in each.words[:-1]):
            yield f"{dockerfile.place(each.line)}: ADD from the network"
