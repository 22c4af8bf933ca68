"""Clean checkouts: a tree of a repository in a folder of its own, a git repository like any other, gone afterwards.

Its objects are the real repository's by reference; its index, HEAD and files are its own, so nothing that runs in it
can touch the user's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from executor.config import load
from executor.gate.objects import Objects
from executor.repository import Repository


@contextmanager
def checkout(real: Repository, commit: str | None, tree: str) -> Iterator[Repository]:
    """A repository of the same name with the files of `tree` (read-tree, checkout-index) on top of `commit`."""
    with tempfile.TemporaryDirectory(prefix="executor-verify-") as folder:
        root = Path(folder).resolve() / real.root.name
        root.mkdir()
        objects = Objects(root)
        source = Objects(real.root)
        kind = source.run("rev-parse", "--show-object-format").decode().strip()
        objects.run("init", "--quiet", "--template=", f"--object-format={kind}", "--initial-branch", _branch(source))
        store = source.run("rev-parse", "--path-format=absolute", "--git-path", "objects").decode().strip()
        (root / ".git" / "objects" / "info").mkdir(exist_ok=True)
        (root / ".git" / "objects" / "info" / "alternates").write_text(store + "\n", encoding="utf-8")
        if commit is not None:
            objects.run("update-ref", "HEAD", commit)
        objects.run("read-tree", tree)
        objects.run("checkout-index", "--all", "--quiet")
        yield Repository(real.name, root, load(root), real.branch)


def _branch(source: Objects) -> str:
    found = source.attempt("symbolic-ref", "--quiet", "--short", "HEAD")
    return found.output.strip() if found.exit_code == 0 else "main"
