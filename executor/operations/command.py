"""command: an allow-listed, read-only command runs without a shell, exits 0, and shows what the sentence says."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from executor.errors import Blocked, Errored, Failed, Refused
from executor.models import EVERY_TYPE, Artefact, Forecast, Performed, Risk
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.recognise.policy import judge, says_nothing
from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.operations.interface import Site, Toolbox
    from executor.tools.process import Completed

_TAIL = 400
_NUMBER = pattern(r"v?\d[\w.+-]*")
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Command:
    """`cwd` is a folder of the repository. `env` are assignments in front of the command (VERSION, REGISTRY_URL …).
    Every text of `sees` has to be in the output."""

    argv: tuple[str, ...]
    cwd: str = "."
    env: Mapping[str, str] = field(default_factory=dict)
    sees: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        return shlex.join(self.argv)


class RunCommand:
    """See docs/operations.md."""

    kind = "command"
    arguments = Command
    allowed = EVERY_TYPE
    risk = Risk.LOW
    rehearsable = False

    def makes(self, arguments: Command) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: Command, site: Site) -> Forecast:
        _permit(arguments)
        paths = _paths(arguments, site)
        seen = f" and look for {', '.join(arguments.sees)}" if arguments.sees else ""
        needs = frozenset(Artefact("file", f"{site.repository}:{path}") for path in paths)
        return Forecast(f"run `{arguments.line}`{seen}", needs=needs)

    def preflight(self, arguments: Command, toolbox: Toolbox) -> None:
        from executor.tools import process

        if _is_kustomize(arguments):
            toolbox.kustomize()
        elif process.find(arguments.argv[0]) is None:
            raise Blocked(ReasonCode.TOOL_MISSING, f"{arguments.argv[0]} is not installed; install it and run again")

    def perform(self, arguments: Command, toolbox: Toolbox) -> Performed:
        _permit(arguments)
        _paths(arguments, toolbox.site)
        stdout, evidence = _rendered(arguments, toolbox) if _is_kustomize(arguments) else _ran(arguments, toolbox)
        output = stdout.decode(errors="replace")
        missing = [text for text in arguments.sees if not _shows(output, text)]
        if missing:
            raise Failed(
                ReasonCode.NOT_SEEN,
                f'`{arguments.line}` does not show "{missing[0]}"; its output ends: {output[-_TAIL:].strip()}',
            )
        digest = {"stdout_sha256": hashlib.sha256(stdout).hexdigest(), "stdout_bytes": len(stdout)}
        seen = {"sees": list(arguments.sees)} if arguments.sees else {}
        return Performed(False, f"`{arguments.line}` passed", {**evidence, **digest, **seen})


OPERATION = RunCommand()


def _permit(arguments: Command) -> None:
    """The policy decides, also on what an operation block asks for. Raises Refused or Blocked."""
    if not arguments.argv:
        raise Blocked(ReasonCode.BAD_ARGUMENT, "argv is empty; write the program and its arguments")
    verdict = judge(arguments.argv, tuple(arguments.env.items()))
    if verdict.what == "blocked":
        raise Blocked(verdict.code, f"`{arguments.line}`: {verdict.reason}")
    if verdict.what != "allowed":
        raise Refused(ReasonCode.FORBIDDEN, f"`{arguments.line}`: {verdict.reason} (rule {verdict.rule})")
    empty = None if arguments.sees else says_nothing(arguments.argv)
    if empty is not None:
        raise Blocked(ReasonCode.BAD_ARGUMENT, f"`{arguments.line}`: {empty}")


def _shows(output: str, text: str) -> bool:
    """Whether the output holds the text; a number or version not as a part of another one (0.1.1 of 0.1.17)."""
    if not _NUMBER.fullmatch(text):
        return text in output
    return re.search(rf"(?<![\w.]){re.escape(text)}(?![.+-]?\w)", output) is not None


def _paths(arguments: Command, site: Site) -> list[str]:
    """The files and folders of the repository that the command names. Raises where one leads out by a symlink."""
    if not site.tree.is_dir(arguments.cwd):
        raise Blocked(ReasonCode.NOT_FOUND, f"cwd: there is no folder {arguments.cwd} here; correct it")
    prefix = "" if arguments.cwd in (".", "") else arguments.cwd.rstrip("/") + "/"
    found = []
    for word in arguments.argv[1:]:
        path = prefix + word
        if not word.startswith("-") and len(path) < 1000 and "\0" not in path and site.tree.exists(path):
            found.append(os.path.normpath(path))
    return found


def _is_kustomize(arguments: Command) -> bool:
    return arguments.argv[:2] == ("kustomize", "build")


def _ran(arguments: Command, toolbox: Toolbox) -> tuple[bytes, dict[str, Any]]:
    folder = toolbox.site.tree.locate(arguments.cwd)
    timeout = toolbox.site.config.timeouts.command
    done: Completed = toolbox.run(arguments.argv, cwd=folder, env=_environment(arguments), timeout=timeout)
    if done.exit_code != 0:
        said = (done.errors or done.output).strip()[-_TAIL:]
        raise Failed(
            ReasonCode.EXIT_CODE, f"`{arguments.line}` ended with exit code {done.exit_code}: {said or 'no output'}"
        )
    evidence: dict[str, Any] = {"argv": list(arguments.argv), "exit_code": 0, "seconds": round(done.seconds, 3)}
    if done.truncated:
        evidence["truncated"] = True
    return done.stdout, evidence


def _rendered(arguments: Command, toolbox: Toolbox) -> tuple[bytes, dict[str, Any]]:
    """`kustomize build` goes through the door that keeps it offline."""
    from executor.flux.targets import recorded

    folder = toolbox.site.tree.locate(os.path.join(arguments.cwd, arguments.argv[2]))  # noqa: PTH118 - repository paths
    timeout = toolbox.site.config.timeouts.kustomize
    build = recorded(toolbox).build(folder, timeout=timeout)
    if build.timed_out:
        words = f"`{arguments.line}` took longer than {timeout:g} s (timeouts.kustomize in executor.toml)"
        raise Errored(ReasonCode.TIMEOUT, words, retryable=True)
    if not build.ok:
        raise Failed(ReasonCode.EXIT_CODE, f"`{arguments.line}` failed: {build.stderr.strip()[-_TAIL:]}")
    return build.stdout, {"argv": list(arguments.argv), "exit_code": 0, "seconds": round(build.seconds, 3)}


def _environment(arguments: Command) -> dict[str, str] | None:
    """None (the door's minimal one), or that with the command's own assignments."""
    if not arguments.env:
        return None
    return {**{name: os.environ[name] for name in _PASSED_ON if name in os.environ}, **arguments.env}
