"""The one door to the world. What goes through is checked, masked, bounded in time, and recorded as what really ran."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from executor.errors import Blocked, Errored, Failed, Refused, Stop
from executor.models import Artefact, FileEdit, Ran
from executor.observer import Observer, Silent
from executor.operations.interface import Site
from executor.reasons import ReasonCode
from executor.tools import files, process
from executor.tools.git import Git
from executor.tools.hosts import wrong_port
from executor.tools.identity import identify
from executor.tools.masking import Masker, credentials
from executor.values import dataclass, field, replace

if TYPE_CHECKING:
    from executor.tools.engine import Engine
    from executor.tools.kustomize import Kustomize
    from executor.tools.process import Completed
    from executor.tools.registry import Registry

TAIL_CHARACTERS = 2000

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CERT_PATH")


@dataclass
class Tools:
    """What was found on this machine, looked for once a run: shared by the toolboxes of all repositories."""

    masker: Masker = field(default_factory=Masker.of_environment)
    found: dict[str, Any] = field(default_factory=dict)
    looked_at: dict[Path, tuple[str, str | None]] = field(default_factory=dict)

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self.found:
            self.found[key] = make()
        return self.found[key]

    def used(self, memory: Path | None) -> list[tuple[str, str, str | None]]:
        """Name, version and sha256 (None: not a file of this machine) of each tool that this run used; `memory` as
        tools/identity.py has it."""
        found = self.programs(memory)
        engine: Engine | None = self.found.get("engine")
        if engine is not None:
            with contextlib.suppress(Stop):  # it did its work, or failed before this: no reason to lose the report
                found.append(("docker", engine.version(), None))
        return found

    def programs(self, memory: Path | None) -> list[tuple[str, str, str | None]]:
        """Those that are files of this machine; each is looked at once."""
        git = process.find("git")
        kustomize: Kustomize | None = self.found.get("kustomize")
        found: list[tuple[str, Path, Callable[[], str]]] = []
        if git is not None:
            found.append(("git", Path(git).resolve(), _git_version))
        if kustomize is not None:
            found.append(("kustomize", kustomize.program, lambda: kustomize.version))
        for _, program, version in found:
            if program not in self.looked_at:
                self.looked_at[program] = identify(program, version, memory)
        return [(name, *self.looked_at[program]) for name, program, _ in found]


@dataclass
class LiveToolbox:
    """The door for the operations on one repository. `declared` are the only paths that may be written.

    `on_write` is told of each edit before its file is put in place (the journal's intent). `logs` is the
    folder for long output, `scratch` one on the repository's file system for files that are about to be renamed.
    `seen` is what the files held when the run was planned and checked, or what it wrote since; `head` what HEAD said.
    `placed` are the edits that `take_back` would undo.
    """

    site: Site
    declared: frozenset[str] = frozenset()
    ledger: Mapping[Artefact, Mapping[str, Any]] = field(default_factory=dict)
    dry_run: bool = False
    tools: Tools = field(default_factory=Tools)
    observer: Observer = field(default_factory=Silent)
    logs: Path | None = None
    scratch: Path | None = None
    on_write: Callable[[FileEdit], None] = lambda edit: None
    seen: dict[str, bytes | None] = field(default_factory=dict)
    head: str | None = None
    ran: list[Ran] = field(default_factory=list)
    placed: list[FileEdit] = field(default_factory=list)

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
        on_line: Callable[[str], None] | None = None,
        setting: str = "command",
    ) -> Completed:
        """See `operations.interface.Toolbox.run`."""
        allowed = timeout if timeout is not None else self.site.config.timeouts.command
        watch = on_line or self.progress
        try:
            done = process.run(
                argv,
                cwd=cwd or self.site.tree.root,
                env=environment() if env is None else env,
                timeout=allowed,
                on_line=lambda line: watch(self.tools.masker(line)),
            )
        except FileNotFoundError:
            raise Blocked(
                ReasonCode.TOOL_MISSING, f"{argv[0]} is not installed; `executor doctor` says how to get it"
            ) from None
        except PermissionError as error:
            raise Blocked(ReasonCode.PERMISSION, f"{argv[0]} may not be run: {error.strerror}") from None
        self._ran(done)
        if done.timed_out:
            raise Errored(
                ReasonCode.TIMEOUT,
                f"`{self.tools.masker(done.command)}` took longer than {allowed:g} s "
                f"(timeouts.{setting} in executor.toml)",
                retryable=True,
            )
        if done.exit_code < 0:
            raise Errored(
                ReasonCode.CRASHED, f"`{self.tools.masker(done.command)}` was ended by signal {-done.exit_code}",
                retryable=True,
            )  # fmt: skip
        return done

    def write(self, edits: Sequence[FileEdit]) -> None:
        """See `operations.interface.Toolbox.write`. All edits or none: what was put in place is taken back."""
        for edit in edits:
            self._check(edit)
            self._check_secrets(edit)
        if self.dry_run:
            self.site.tree.lay(edits)
            return
        placed: list[FileEdit] = []
        try:
            self._check_branch()
            for edit in edits:
                self._check(edit)  # again, right before: the proof in between takes time
                self.on_write(edit)
                placed.append(edit)
                files.replace(self.site.tree.locate(edit.path), edit.after, scratch=self.scratch)
        except OSError as error:
            left = self._take_back(placed)
            said = f"could not be taken back: {', '.join(left)} (see `git diff`)" if left else "every file is as it was"
            raise Errored(ReasonCode.WRITE_FAILED, f"{edit.path}: {error.strerror}; {said}", retryable=False) from None
        except BaseException:
            self._take_back(placed)
            raise
        self.seen.update({edit.path: edit.after for edit in edits})
        self.placed += edits

    def take_back(self) -> list[str]:
        """Make the files what they were before `placed`, the last edit first. Returns those where that could not be."""
        undone, self.placed[:] = list(self.placed), []
        left = self._take_back(undone)
        self.seen.update({edit.path: edit.before for edit in reversed(undone) if edit.path not in left})
        return left

    def see_unchanged(self, paths: Sequence[str]) -> None:
        """What is as wanted already has to be so in the files that were looked at before the run, by HEAD or by this
        task: what somebody wrote since is neither staged nor proved. Raises Refused, Failed."""
        for path in paths:
            self._check(FileEdit(path, data := self.site.tree.read(path), data))

    def _check_branch(self) -> None:
        if self.head is not None and Git(self.site.tree.root).head() != self.head:
            raise Refused(
                ReasonCode.WRONG_BRANCH,
                f"the branch of {self.site.repository} was switched during the run; nothing was written, switch back",
            )

    def _check(self, edit: FileEdit) -> None:
        if edit.path not in self.declared:
            raise Refused(ReasonCode.OUTSIDE, f"{edit.path} is not among the paths that this run declared; run again")
        self.site.tree.locate_own(edit.path)
        try:
            now = self.site.tree.read(edit.path)
        except FileNotFoundError:
            now = None
        if now != edit.before or (not self.dry_run and now != self.seen.get(edit.path, now)):
            raise Failed(
                ReasonCode.CHANGED_MEANWHILE,
                f"{edit.path} was changed by somebody else during the run; nothing written",
            )

    def _check_secrets(self, edit: FileEdit) -> None:
        """safety.md, "Secrets": a hit in the diff, and the criterion fails."""
        for line, what in credentials(edit.before or b"", edit.after, self.tools.masker):
            raise Failed(
                ReasonCode.SECRET,
                f"{edit.path}:{line}: what would be written {what}; nothing was written; keep it in a Secret that is "
                "sealed or encrypted, refer to that, and change the credential: it lies open in the task file",
            )

    def _take_back(self, placed: Sequence[FileEdit]) -> list[str]:
        """Returns the paths where even that failed, or that somebody else wrote since."""
        left = []
        for edit in reversed(placed):
            try:
                target = self.site.tree.locate(edit.path)
                now = target.read_bytes() if target.exists() else None
                if now == edit.before:
                    continue  # it never got there
                if now != edit.after:
                    left.append(edit.path)
                elif edit.before is None:
                    target.unlink()
                else:
                    files.replace(target, edit.before, scratch=self.scratch)
            except OSError:
                left.append(edit.path)
        return list(dict.fromkeys(left))

    def kustomize(self) -> Kustomize:
        from executor.tools.kustomize import Kustomize

        found: Kustomize | None = self.tools.once("kustomize", Kustomize.find)
        if found is None:
            raise Blocked(
                ReasonCode.TOOL_MISSING,
                "neither kustomize nor kubectl is on the PATH; install one of them (`executor doctor` says how)",
            )
        return replace(found, on_run=self._ran)

    def _ran(self, done: Completed) -> None:
        self.record(done.command, exit_code=done.exit_code, seconds=done.seconds, output=done.output,
                    errors=done.errors, answer=done.stdout)  # fmt: skip

    def engine(self) -> Engine:
        from executor.tools.engine import Engine

        engine: Engine = self.tools.once("engine", Engine.connect)
        return engine

    def registry(self, host: str) -> Registry:
        from executor.tools.registry import Registry

        port = wrong_port(host)
        if port:
            raise Blocked(ReasonCode.BAD_ARGUMENT, f"{host}: {port} is no port (1 to 65535); correct the address")
        entry = self.site.config.registry
        root = self.site.tree.root
        return Registry(
            host,
            ca=None if entry.ca is None else root / entry.ca,
            plain_http=host in entry.plain_http,
            timeout=self.site.config.timeouts.registry,
            on_call=lambda command, code, seconds, body: self.record(
                command, http_status=code, seconds=seconds, answer=body
            ),
        )

    def record(
        self, command: str, *, seconds: float, exit_code: int | None = None, http_status: int | None = None,
        output: str = "", errors: str = "", answer: bytes | None = None,
    ) -> None:  # fmt: skip
        masked = [self.tools.masker(text) for text in (command, output, errors)]
        log = self._log(*masked) if len(output) + len(errors) > TAIL_CHARACTERS else None
        came = output.encode(errors="replace") if answer is None else answer
        self.ran.append(
            Ran(
                masked[0], exit_code, round(seconds, 3), masked[1][-TAIL_CHARACTERS:], masked[2][-TAIL_CHARACTERS:],
                log, files.sha256(came), http_status,
            )
        )  # fmt: skip

    def _log(self, command: str, output: str, errors: str) -> str | None:
        """Long output in full, in a file of its own below the run's folder."""
        if self.logs is None:
            return None
        self.logs.mkdir(parents=True, exist_ok=True)
        path = self.logs / f"{sum(1 for _ in self.logs.iterdir()) + 1:03}.log"
        path.write_text(f"$ {command}\n{output}{errors}", encoding="utf-8")
        return str(path.relative_to(self.logs.parents[2]))  # the task's repository, which need not be this one

    def progress(self, text: str) -> None:
        self.observer.progress(self.tools.masker(text))

    def taken(self) -> tuple[Ran, ...]:
        """What ran since the last call."""
        since, self.ran[:] = tuple(self.ran), []
        return since


def _git_version() -> str:
    return process.run(["git", "version"], timeout=10).output.strip()


def environment() -> dict[str, str]:
    """The environment of a child: what programs need to be found and to speak, and no credential of ours."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"LANG": "C.UTF-8", **kept}
