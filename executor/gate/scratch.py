"""Clean checkouts: a tree of a repository in a folder of its own, a git repository like any other, gone afterwards.

Its objects are the real repository's by reference; its index, HEAD and files are its own, so nothing that runs in it
can touch the user's.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from executor.config import load
from executor.gate.objects import Objects
from executor.repository import Repository
from executor.tools import git

if TYPE_CHECKING:
    from executor.flux.inventory import FactsByContent

_CONFIG = """\
[core]
\trepositoryformatversion = {version}
\tbare = false
\tlogAllRefUpdates = false
[extensions]
\tobjectFormat = {kind}
"""


_PREFIX = "executor-verify-"


@contextmanager
def workplace() -> Iterator[Path]:
    """One folder for everything temporary of this process, locked while it lives. Folders of processes that were
    killed have no lock any more and are removed; a process in another container keeps its own."""
    old, temporary = tempfile.tempdir, _temporary()
    _sweep(temporary)
    while (held := _locked(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=temporary)))) is None:
        pass  # somebody's sweep was quicker than our lock
    descriptor, folder = held
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = old
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _temporary() -> Path:
    """As tempfile.gettempdir(), which tries it out with a file that a kill would leave behind."""
    usual = Path(tempfile.tempdir or os.environ.get("TMPDIR") or "/tmp")  # noqa: S108 - only its name
    return usual if usual.is_dir() and os.access(usual, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def _sweep(folder: Path) -> None:
    for each in folder.glob(f"{_PREFIX}*"):
        held = _locked(each)
        if held is not None:
            shutil.rmtree(each, ignore_errors=True)
            os.close(held[0])


def _locked(folder: Path) -> tuple[int, Path] | None:
    """The folder's descriptor with a lock on it; None: not ours, somebody's at work, or gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if os.fstat(descriptor).st_uid == os.getuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), folder.lstat()):
                return descriptor, folder
    except OSError:
        pass
    os.close(descriptor)
    return None


@contextmanager
def checkouts(real: Repository, commit: str | None, trees: Sequence[str], store: Path) -> Iterator[list[Repository]]:
    """A repository of the same name for each of `trees`, with its files on top of `commit`.

    `store` is the real repository's folder of objects.
    """
    with ExitStack() as held:
        roots = []
        for tree in trees:
            # a git that a timeout ended may still be writing; what it leaves goes with the workplace
            folder = held.enter_context(tempfile.TemporaryDirectory(prefix="tree-", ignore_cleanup_errors=True))
            roots.append(Path(folder).resolve() / real.root.name)
            _make(roots[-1] / ".git", commit, tree, store)
        # checkout-index in the same process, and the index knows the files
        calls = [Objects(root).call("read-tree", "-m", "-u", tree) for root, tree in zip(roots, trees, strict=True)]
        for done, root in zip(git.together(calls), roots, strict=True):
            git.said(done, root)
        facts: FactsByContent = {}
        yield [Repository(real.name, root, load(root), real.branch, facts) for root in roots]


def _make(git: Path, commit: str | None, tree: str, store: Path) -> None:
    """What `git init` makes (gitrepository-layout), without a process for it, and without hooks and templates."""
    for name in ("objects/info", "refs/heads"):
        (git / name).mkdir(parents=True)
    sha1 = re.fullmatch(r"[0-9a-f]{40}", tree) is not None
    text = _CONFIG.format(version=0 if sha1 else 1, kind="sha1" if sha1 else "sha256")
    (git / "config").write_text(text if not sha1 else text.partition("[extensions]")[0], encoding="utf-8")
    (git / "objects" / "info" / "alternates").write_bytes(_quoted(store) + b"\n")
    (git / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    if commit is not None:
        (git / "refs" / "heads" / "main").write_text(f"{commit}\n", encoding="utf-8")


def _quoted(path: Path) -> bytes:
    """As git reads a line of `alternates`: plain, or in quotes as in C where a byte would end it or mean something."""
    raw = os.fsencode(path)
    if re.fullmatch(rb"[\w./-]+", raw):
        return raw
    return b'"' + b"".join(b"\\%03o" % each for each in raw) + b'"'
