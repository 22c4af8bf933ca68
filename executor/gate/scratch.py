"""Clean checkouts: a tree of a repository in a folder of its own, a git repository like any other, gone afterwards.

Its objects are the real repository's by reference; its index, HEAD and files are its own, so nothing that runs in it
can touch the user's.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from executor.config import load
from executor.gate.objects import Objects
from executor.repository import Repository

_CONFIG = """\
[core]
\trepositoryformatversion = {version}
\tbare = false
\tlogAllRefUpdates = false
[extensions]
\tobjectFormat = {kind}
"""


@contextmanager
def checkout(real: Repository, commit: str | None, tree: str, store: Path) -> Iterator[Repository]:
    """A repository of the same name with the files of `tree` (read-tree -u) on top of `commit`.

    `store` is the real repository's folder of objects.
    """
    with tempfile.TemporaryDirectory(prefix="executor-verify-") as folder:
        root = Path(folder).resolve() / real.root.name
        _make(root / ".git", commit, tree, store)
        objects = Objects(root)
        objects.run("read-tree", "-m", "-u", tree)  # checkout-index in the same process, and the index knows the files
        yield Repository(real.name, root, load(root), real.branch)


def _make(git: Path, commit: str | None, tree: str, store: Path) -> None:
    """What `git init` makes (gitrepository-layout), without a process for it, and without hooks and templates."""
    for name in ("objects/info", "refs/heads"):
        (git / name).mkdir(parents=True)
    sha1 = re.fullmatch(r"[0-9a-f]{40}", tree) is not None
    text = _CONFIG.format(version=0 if sha1 else 1, kind="sha1" if sha1 else "sha256")
    (git / "config").write_text(text if not sha1 else text.partition("[extensions]")[0], encoding="utf-8")
    (git / "objects" / "info" / "alternates").write_text(f"{store}\n", encoding="utf-8")
    (git / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    if commit is not None:
        (git / "refs" / "heads" / "main").write_text(f"{commit}\n", encoding="utf-8")
