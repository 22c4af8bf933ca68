"""`executor.toml` at the repository's root. All of it is optional; a wrong key or type is an error with file:line."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from executor.convert import ConversionError, convert
from executor.errors import ConfigError
from executor.models import TaskType
from executor.tools import files
from executor.tools.hosts import wrong_port
from executor.values import dataclass, field

FILE_NAME = "executor.toml"


@dataclass(frozen=True, slots=True)
class RepositoryEntry:
    """Another repository that criteria may name. `path` is relative to this file; `branch` None is main or master."""

    path: str
    holds: tuple[Literal["manifests", "services", "tasks"], ...] = ("manifests", "services")
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """`url` is the default registry (host with port). Tags in `mutable_tags` may be pushed over. `plain_http` are hosts
    that speak no TLS (loopback ones are known). `ca` is a PEM file for all registries that are not public."""

    url: str | None = None
    mutable_tags: tuple[str, ...] = ()
    plain_http: tuple[str, ...] = ()
    ca: str | None = None


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """How an image is built, where its folder does not say so. `script` is a committed build script that is called
    with REGISTRY_URL and VERSION (safety.md, "Build scripts"); paths are relative to the repository."""

    context: str = "."
    dockerfile: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    script: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class RetryEntry:
    """`attempts` counts the first one; contracts.md allows 1 or 2."""

    attempts: int = 2
    pause_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class TimeoutEntry:
    """Seconds."""

    build: float = 1800.0
    push: float = 900.0
    kustomize: float = 60.0
    registry: float = 30.0
    command: float = 300.0


LONGEST_WAIT = 7 * 24 * 3600.0
"""Seconds, for a whole verification. No clock of the system takes any number."""


@dataclass(frozen=True, slots=True)
class VerificationEntry:
    """`timeout_seconds` bounds a whole verification; what failed for a reason that may pass is looked at once more
    after `retry_pause_seconds` (contracts.md, "Verification")."""

    timeout_seconds: float = 300.0
    retry_pause_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class CommitEntry:
    """How `verify --commit` commits. `title` and `body` may hold {title}, {id}, {path}, {what}, {why}, {impact} and
    {verification}. `certificate`: a git note on the commit, or a follow-up commit below the report folder."""

    title: str = "✨ INFRASTRUCTURE: {title}"
    body: str = (
        "💡 **What**: {what}\n🎯 **Why**: {why}\n📊 **Impact**: {impact}\n🔬 **Verification**: {verification}\n\n"
        "Task file: {path}"
    )
    certificate: Literal["note", "commit"] = "note"
    push: bool = False
    remote: str = "origin"
    hook_timeout_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class GateEntry:
    """What `executor gate` demands; read from the base of a proposal, never from the proposal. `protected` are patterns
    of paths that change only with a certificate; `task_edits` what people may change in task files by hand."""

    protected: tuple[str, ...] = ()
    manual_ticks: Literal["refuse", "allow"] = "refuse"
    task_edits: Literal["free", "certified"] = "free"
    policy_changes: Literal["refuse", "allow"] = "refuse"
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True)
class PhraseEntry:
    """A phrase of this project: a pattern with typed slots, and the operation that it is. `match` and `no_match` are
    sentences that it has to match and must not match; they run when it is loaded (recognise/phrases.py)."""

    pattern: str
    operation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of executor.toml. `branch` None means main or master; `time_zone` None is the machine's."""

    branch: str | None = None
    task_folders: tuple[str, ...] = ("tasks",)
    report_folder: str = "reports"
    time_zone: str | None = None
    max_task_bytes: int = 10 * 1024 * 1024
    digests: Literal["drop", "require"] = "drop"
    labels: Mapping[str, TaskType] = field(default_factory=dict)
    repositories: Mapping[str, RepositoryEntry] = field(default_factory=dict)
    registry: RegistryEntry = field(default_factory=RegistryEntry)
    images: Mapping[str, ImageEntry] = field(default_factory=dict)
    retry: RetryEntry = field(default_factory=RetryEntry)
    timeouts: TimeoutEntry = field(default_factory=TimeoutEntry)
    verification: VerificationEntry = field(default_factory=VerificationEntry)
    commit: CommitEntry = field(default_factory=CommitEntry)
    gate: GateEntry = field(default_factory=GateEntry)
    phrases: tuple[PhraseEntry, ...] = ()


MAX_BYTES = 1024 * 1024


def load(root: Path) -> Config:
    """The configuration of the repository at `root`; the defaults where it has no executor.toml.

    Raises ConfigError with file:line for what is no TOML, has an unknown key, or a value of the wrong type.
    """
    path = root / FILE_NAME
    try:
        content = files.read(path, MAX_BYTES + 1)
    except FileNotFoundError:
        if not path.is_symlink():
            return Config()
        raise ConfigError("is a link to what is not there", place=FILE_NAME, remedy="remove or mend it") from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", place=f"{FILE_NAME}:1") from None
    if not path.resolve().is_relative_to(root.resolve()):
        raise ConfigError("is a link out of the repository", place=FILE_NAME, remedy="put the file itself here")
    return read(content)


def read(content: bytes) -> Config:
    """The configuration that these bytes say (the gate reads them from a commit). Raises ConfigError as `load` does."""
    import tomllib

    if len(content) > MAX_BYTES:
        raise ConfigError(f"has more than {MAX_BYTES} bytes", place=FILE_NAME, remedy="is it the right file?")
    try:
        text = content.decode("utf-8-sig")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        place = f"{FILE_NAME}:{1 + content.count(bytes([10]), 0, error.start)}"
        raise ConfigError(f"not UTF-8 (byte {error.start})", place=place, remedy="save it as UTF-8") from None
    except RecursionError:
        raise ConfigError("nested too deeply", place=f"{FILE_NAME}:1", remedy="flatten it") from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = f"{FILE_NAME}:{line[1] if line else text.count(chr(10)) + 1}"
        raise ConfigError(f"not TOML: {error}", place=place, remedy="correct that line") from None
    try:
        config = convert(Config, data)
        _check(config)
    except ConversionError as error:
        key = ".".join(map(str, error.path))
        named = not key or f'"{error.path[-1]}"' in error.message
        place = f"{FILE_NAME}:{_line_of(text, error.path)}"
        raise ConfigError(error.message if named else f"{key}: {error.message}", place=place) from None
    return config


def _check(config: Config) -> None:
    """What types cannot say."""
    _check_numbers(config)
    _check_branches(config)
    _check_hosts(config.registry)
    _check_templates(config.commit)
    _check_folders(config)
    if config.time_zone is not None:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(config.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ConversionError(("time_zone",), f'no such time zone: "{config.time_zone}"') from None


def _check_numbers(config: Config) -> None:
    if config.retry.attempts not in (1, 2):
        raise ConversionError(("retry", "attempts"), f"found {config.retry.attempts}, expected 1 or 2 (contracts.md)")
    for where in _ABOVE_ZERO:
        if not 0 < _at(config, where) < math.inf:
            raise ConversionError(where, "expected a number above 0")
    for where in _FROM_ZERO:
        if not 0 <= (_at(config, where) or 0) < math.inf:
            raise ConversionError(where, "expected 0 or a number above it")


def _check_branches(config: Config) -> None:
    named: list[tuple[tuple[str, ...], str | None]] = [(("branch",), config.branch)]
    named += [(("repositories", name, "branch"), entry.branch) for name, entry in config.repositories.items()]
    for where, branch in named:
        if branch is not None and not branch.strip():
            raise ConversionError(where, "is empty; expected the name of a branch")


def _check_folders(config: Config) -> None:
    for name, image in config.images.items():
        for key in ("context", "dockerfile", "script"):
            path = getattr(image, key)
            if path is not None and _leaves(path):
                raise ConversionError(("images", name, key), f'found "{path}", expected a path inside the repository')
    if not Path(config.report_folder).parts:
        raise ConversionError(("report_folder",), f'found "{config.report_folder}", expected a folder of its own')
    for path, where in [
        (config.report_folder, "report_folder"),
        *((each, "task_folders") for each in config.task_folders),
    ]:
        if _leaves(path):
            raise ConversionError((where,), f'found "{path}", expected a folder inside the repository')
        if Path(path).parts[:1] in ((".git",), (".executor",)):
            raise ConversionError((where,), f"found \"{path}\", expected a folder that is not git's or executor's own")


def _leaves(path: str) -> bool:
    return Path(path).is_absolute() or ".." in Path(path).parts


def _at(config: Config, where: tuple[str, ...]) -> float:
    value: Any = config
    for name in where:
        value = getattr(value, name)
    return value  # type: ignore[no-any-return]


_ABOVE_ZERO = (
    ("max_task_bytes",), *(("timeouts", name) for name in ("build", "push", "kustomize", "registry", "command")),
    ("verification", "timeout_seconds"), ("commit", "hook_timeout_seconds"),
)  # fmt: skip
_FROM_ZERO = (("retry", "pause_seconds"), ("verification", "retry_pause_seconds"), ("gate", "max_age_days"))


def _check_hosts(registry: RegistryEntry) -> None:
    for where, host in [("url", registry.url or ""), *(("plain_http", each) for each in registry.plain_http)]:
        if "://" in host or "@" in host:  # not shown: there may be a password in it
            raise ConversionError(("registry", where), "expected a host, with its port if it has one, and nothing else")
        if wrong_port(host) is not None:
            raise ConversionError(("registry", where), f'found "{host}", expected a port from 1 to 65535')


MESSAGE_FIELDS = ("title", "id", "path", "what", "why", "impact", "verification")


def _check_templates(commit: CommitEntry) -> None:
    """Plain fields: a format behind one can ask for more memory than there is."""
    for name in ("title", "body"):
        try:
            fields = [(key, more) for _, key, *more in Formatter().parse(getattr(commit, name)) if key is not None]
            plain = all(key in MESSAGE_FIELDS and not any(more) for key, more in fields)
        except ValueError:
            plain = False
        if not plain:
            known = ", ".join(f"{{{each}}}" for each in MESSAGE_FIELDS)
            raise ConversionError(("commit", name), f"expected no other fields than {known}")


def place_of(root: Path, *path: str | int) -> str:
    """Where a key of the repository's executor.toml stands, as `executor.toml:LINE`."""
    text = files.read(root / FILE_NAME, MAX_BYTES).decode("utf-8-sig", "replace")
    return f"{FILE_NAME}:{_line_of(text, path)}"


def _line_of(text: str, path: tuple[str | int, ...]) -> int:
    """The 1-based line where the deepest named key of `path` stands; tomllib keeps no positions.

    Follows table headers (`[a.b]`, `[a."b/c"]`, the n-th `[[a]]`) and dotted keys; falls back to the enclosing table's
    line, then 1.
    """
    wanted = list(path)
    table: list[str | int] = []
    here: list[str | int]
    arrays: dict[str, int] = {}
    best, best_depth = 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        header = re.match(r"\[(\[?)([^\]]+)\]", stripped)
        if header:
            table = [*_keys(header[2])]
            if header[1]:
                arrays[header[2]] = arrays.get(header[2], -1) + 1
                table.append(arrays[header[2]])
            here = table
        elif (
            key := re.match(r"""((?:"[^"]*"|'[^']*'|[\w.-])+(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""", stripped)
        ) is not None:
            here = [*table, *_keys(key[1])]
        else:
            continue
        depth = len(here)
        if depth > best_depth and wanted[:depth] == here:
            best, best_depth = number, depth
    return best


def _keys(dotted: str) -> list[str]:
    return [a or b or c for a, b, c in re.findall(r""""([^"]*)"|'([^']*)'|([\w-]+)""", dotted)]
