"""The real kustomize, as a program: `kustomize` on the PATH, else the one inside kubectl. Always offline.

kustomize fetches what it takes for remote: HTTP by itself, everything else by running git. It therefore gets no network
where that can be taken away (`process.Call.offline`), and everywhere a dead proxy (which Go does not ask for this
machine's own addresses), git without any transport but `file`, an environment of five variables, and a home folder of
its own that vanishes afterwards: no kubeconfig, no git or registry credentials, no user settings can reach it or differ
between two machines. It knows nothing of Flux or of tasks.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from executor.errors import Errored
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.process import KEEP_BYTES, Call, Completed, find, run, run_together
from executor.values import dataclass, field

DEAD_PROXY = "http://127.0.0.1:9"
"""The discard port of this machine: refused at once, never a wait."""

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""What kustomize takes for a kustomization, in its own order (api/konfig); two of them in one folder are an error."""

_KLOG = pattern(r"^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ [\w.-]+:\d+\] ")
_FETCHED = pattern(
    r"failed to run '[^']*git|transport '[^']*' not allowed|proxyconnect tcp|no 'git' program on path"
    r"|dial tcp[^\n]*(?:refused|no such host|unreachable|timeout)|URL is a git repository|which is not fetched"
)
_HELM = "must specify --enable-helm"


@dataclass(frozen=True, slots=True)
class Build:
    """One `kustomize build` that ended. `stderr` has no klog prefix (time, pid), so two of one failure are equal.

    `remote`: it failed because it wanted the network. `needs_helm`: because it would have to run helm.
    """

    argv: tuple[str, ...]
    exit_code: int
    stdout: bytes
    stderr: str
    seconds: float
    timed_out: bool = False
    truncated: bool = False

    @property
    def ok(self) -> bool:
        return self.exit_code == 0 and not self.timed_out and not self.truncated

    @property
    def remote(self) -> bool:
        return not self.ok and _FETCHED.search(self.stderr) is not None

    @property
    def needs_helm(self) -> bool:
        return not self.ok and _HELM in self.stderr

    @property
    def warnings(self) -> tuple[str, ...]:
        """What kustomize said although it succeeded, such as deprecated fields; one line each."""
        lines = self.stderr.splitlines() if self.ok else []
        return tuple(dict.fromkeys(line.removeprefix("# Warning: ").strip() for line in lines if line.strip()))

    @property
    def sha256(self) -> str:
        import hashlib

        return hashlib.sha256(self.stdout).hexdigest()

    def documents(self) -> list[bytes]:
        """The text of every object, in order. A `---` at the start of a line of its output always parts two objects."""
        return [each for each in re.split(rb"(?m)^---\n", self.stdout) if each.strip()]

    def objects(self) -> list[dict[str, Any]]:
        return [each for text in self.documents() for each in load(text) if isinstance(each, dict)]


def not_tried(outside: Sequence[str], *, remote: bool) -> Build:
    """The answer to a build that would leave the repository: kustomize is not asked."""
    why = "which is not fetched: builds run offline" if remote else "which leads out of the repository"
    return Build((), 1, b"", f"it names {', '.join(dict.fromkeys(outside))}, {why}", 0.0)


_ANSWERS = (0, 1)
"""kustomize and kubectl end with 1 for every error that they know of; 2 is a panic of Go, below 0 a signal."""


def _end(exit_code: int) -> str:
    return f"was ended by signal {-exit_code}" if exit_code < 0 else f"ended with exit code {exit_code}"


@dataclass(frozen=True, slots=True)
class Job:
    """One folder to be rendered; messages name paths relative to `root`."""

    folder: Path
    root: Path | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kustomize:
    """A kustomize that was found. `command` is what a build's argv starts with; `on_run` sees everything that ran."""

    command: tuple[str, ...]
    on_run: Callable[[Completed], None] | None = field(default=None, compare=False)

    @classmethod
    def find(cls, on_run: Callable[[Completed], None] | None = None) -> Kustomize | None:
        """The binary `kustomize`, else `kubectl kustomize`; None where there is neither."""
        for program, words in (("kustomize", ("build",)), ("kubectl", ("kustomize",))):
            path = find(program)
            if path is not None:
                return cls((path, *words), on_run)
        return None

    @property
    def program(self) -> Path:
        """The file that is run, symlinks followed."""
        return Path(self.command[0]).resolve()

    @functools.cached_property
    def version(self) -> str:
        """kustomize's own version, such as `v5.5.0`; "unknown" where it does not say."""
        import json
        import tempfile

        standalone = self.command[1] == "build"
        words = ("version",) if standalone else ("version", "--client", "--output=json")
        with tempfile.TemporaryDirectory(prefix="executor-") as home:
            done = run((self.command[0], *words), env=_environment(home), timeout=20)
        text = done.output.strip()
        if not standalone:
            try:
                return str(json.loads(text)["kustomizeVersion"])
            except (ValueError, KeyError, TypeError):
                return "unknown"
        found = re.search(r"v\d+\.\d+\.\d+[\w.+-]*", text)
        return found[0] if found else "unknown"

    @functools.cached_property
    def sha256(self) -> str:
        """Digest of the program file (about 0.2 s for kubectl's 57 MB: ask for it once a run)."""
        import hashlib

        with self.program.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def build(self, folder: Path, *, timeout: float, flags: Sequence[str] = (), root: Path | None = None) -> Build:
        """Render one folder. `root` is what messages name paths relative to; `timeout` is in seconds."""
        return self.build_all([Job(folder, root, tuple(flags))], timeout=timeout)[0]

    def build_all(self, jobs: Sequence[Job], *, timeout: float) -> list[Build]:
        """Render several folders, as many at a time as there are processors; the answers in the order asked.

        `timeout` bounds each of them. Raises FileNotFoundError or PermissionError where the program does not start.
        """
        import tempfile

        with tempfile.TemporaryDirectory(prefix="executor-") as home:
            env = _environment(home)
            calls = [
                Call(
                    (*self.command, *each.flags, str(each.folder)),
                    each.root or each.folder,
                    env,
                    offline=True,
                    capped=True,
                )
                for each in jobs
            ]
            done = run_together(calls, timeout=timeout, width=max(2, os.cpu_count() or 1))
            return [self._as_build(each, (home, job.root)) for each, job in zip(done, jobs, strict=True)]

    def _as_build(self, done: Completed, places: tuple[str, Path | None]) -> Build:
        if self.on_run:
            self.on_run(done)
        if done.truncated:
            why = f"it wrote more than {KEEP_BYTES >> 20} MB and was ended; leave out of it what makes it so large"
            return Build(done.argv, done.exit_code, b"", why, done.seconds, truncated=True)
        if not done.timed_out and done.exit_code not in _ANSWERS:
            raise Errored(
                ReasonCode.CRASHED,
                f"{Path(self.command[0]).name} {_end(done.exit_code)} without an answer; build by hand to see why",
                retryable=True,
            )
        text = plain_error(done.errors)
        for place in filter(None, (places[1], places[0])):
            text = text.replace(f"{place}/", "").replace(str(place), ".")
        return Build(done.argv, done.exit_code, done.stdout, text, done.seconds, done.timed_out, done.truncated)


def plain_error(text: str) -> str:
    """What a Go program wrote to stderr without klog's prefix and wrapping: the message alone."""
    lines = [_KLOG.sub("", line) for line in text.replace("\r\n", "\n").splitlines()]
    joined = "\n".join(lines).strip()
    quoted = re.fullmatch(r'"command failed" err="((?:[^"\\]|\\.)*)"', joined)
    if quoted:
        return re.sub(r"\\(.)", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), quoted[1])
    block = re.fullmatch(r'"command failed" err=<\n(.*)\n >', joined, re.DOTALL)
    if block:
        return "\n".join(line.removeprefix("\t") for line in block[1].splitlines()).strip()
    return re.sub(r"\A[Ee]rror: ", "", joined)


def _environment(home: str) -> Mapping[str, str]:
    """All that kustomize gets. PATH so that it finds git, which is what then fails on a remote resource."""
    dead = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), DEAD_PROXY)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "TMPDIR": home,
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **dead,
        **{name.lower(): value for name, value in dead.items()},
    }


@functools.cache
def _loader() -> type[Any]:
    """PyYAML's C loader, reading as Kubernetes does: dates, `=` and `<<` outside mappings are strings."""
    import yaml

    class Loader(yaml.CSafeLoader):
        """No timestamps, no `=`; sexagesimal numbers (`1:30`) are strings, as in Go."""

    dropped = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag not in dropped]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


def load(text: bytes) -> list[Any]:
    """All documents of a YAML text as plain values. Raises yaml.YAMLError.

    Duplicate anchors, which are legal and in use and which PyYAML's composer refuses, are read all the same.
    """
    import yaml

    loader: Any = _loader()
    try:
        return list(yaml.load_all(text, Loader=loader))
    except yaml.composer.ComposerError:
        from executor.tools.yaml_read import NotYaml, read

        try:
            return [_typed(each) for each in read(text)]
        except NotYaml:
            pass
        raise


def _typed(node: Any) -> Any:
    """A tree of texts as the loader would have built it."""
    if isinstance(node, dict):
        return {str(key): _typed(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_typed(each) for each in node]
    plain = node is not None and node.plain and node.tag is None
    if plain:
        return load(node.encode())[0] if node else None
    return None if node is None else str(node)
