"""Proposals made quickly: real commits with certificates by a real key, and a server that has what was pushed, no more.

A verification is not run for each; what it would have certified is signed here as it signs it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from support import git

from executor.gate import certificate as certificates
from executor.gate import keys, notes
from executor.gate.certificate import CheckPart, CriterionPart, Facts, ManualPart, RepositoryPart
from executor.gate.claims import claim_digest, newly_ticked, said
from executor.gate.message import CERTIFICATE_TRAILER
from executor.gate.objects import Objects
from executor.gate.verdict import GROUPS
from executor.taskfile.model import TaskFile
from executor.taskfile.parse import parse

from .work import KEY, Work

ONE, TWO = "tasks/T-1.md", "tasks/T-2.md"
A, B, C = "a.yaml", "b.yaml", "c.yaml"
V1, V2, V3, V9 = "v: 1\n", "v: 2\n", "v: 3\n", "v: 9\n"
TASK = """\
---
id: {id}
title: Roll out
---
## Acceptance Criteria

### Staging

- [ ] Update a to 2
- [ ] All manifests are valid

### Production

- [ ] Update b to 2
- [ ] All manifests are valid
"""
FILES = {ONE: TASK.format(id="T-1"), TWO: TASK.format(id="T-2"), A: V1, B: V1, C: V1}


@dataclass
class Team:
    """A contributor's clone, whose `main` is the server's at first."""

    work: Work
    server: Path
    clock: list[datetime] = field(default_factory=lambda: [datetime.now(UTC) - timedelta(hours=2)])

    def git(self, *arguments: str) -> str:
        return self.work.git(*arguments)

    def branch(self, name: str, at: str = "origin/main") -> None:
        self.git("switch", "--quiet", "--create", name, at)

    def edit(self, path: str, old: str, new: str) -> None:
        self.work.replace(path, old, new)

    def commit(self, message: str = "By hand") -> str:
        return self.work.commit(message)

    def by_hand(self, path: str, text: str) -> str:
        self.work.write(path, text)
        return self.commit()

    def move(self, path: str, to: str) -> str:
        (self.work.root / to).parent.mkdir(exist_ok=True)
        self.git("mv", path, to)
        return self.commit("Move")

    def join(self, *others: str) -> str:
        """A merge as git makes it without being asked anything."""
        self.git("merge", "--quiet", "--no-ff", "--no-edit", *others)
        return self.work.head()

    def settle(self, other: str, files: Mapping[str, str | None]) -> str:
        """A merge in which a person has the last word: HEAD's tree with these files (None: without)."""
        self.git("merge", "--quiet", "--no-ff", "--no-commit", "--strategy=ours", other)
        for path, text in files.items():
            if text is None:
                self.git("rm", "--quiet", "--cached", path)
                (self.work.root / path).unlink()
            else:
                self.work.write(path, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Merge")
        return self.work.head()

    def configure(self, toml: str) -> None:
        self.work.write("executor.toml", toml)
        self.commit("Configure")
        self.push()

    def tick(self, path: str, *indexes: int) -> None:
        data = (self.work.root / path).read_bytes()
        for index in indexes:
            box = as_task(data, path).criterion(index).box
            data = data[:box] + b"x" + data[box + 1 :]
        (self.work.root / path).write_bytes(data)

    def prove(self, path: str, *indexes: int, key: str = KEY, manual: bool = False, **change: Any) -> str:
        """Tick boxes, change files, commit both, with a certificate of exactly that."""
        files: Mapping[str, str] = change.get("files", {})
        before = Objects(self.work.root).file("HEAD", path)
        self.tick(path, *indexes)
        for name, text in files.items():
            self.work.write(name, text)
        self.git("add", "--all", "--", path, *files)
        return self._certify(path, None if before is None else as_task(before, path), key, manual)

    def _certify(self, path: str, before: TaskFile | None, key: str, manual: bool) -> str:
        objects = Objects(self.work.root)
        base, tree = self.work.head(), self.git("write-tree").strip()
        part = RepositoryPart("w", "main", base, tree, objects.changes(base, tree), min(objects.roots(base)))
        task = as_task((self.work.root / path).read_bytes(), path)
        signer = keys.load(self.work.home / ".config" / "executor" / "keys" / f"{key}.pem")
        blob = git(self.work.root, "hash-object", path).strip()
        facts = self.facts(signer, path, task, newly_ticked(before, task), part, blob, manual)
        document = certificates.issue(facts, signer)
        digest = certificates.digest_of(certificates.parse(document)[0])
        self.git("commit", "--quiet", "--allow-empty", "-m", f"{task.id}\n\n{CERTIFICATE_TRAILER}: {digest}")
        notes.add(objects, self.work.head(), document)
        return self.work.head()

    def facts(self, signer: keys.SigningKey, path: str, task: TaskFile, ticks: Sequence[Any], part: RepositoryPart,
              blob: str, manual: bool = False) -> Facts:  # fmt: skip
        self.clock[0] += timedelta(seconds=10)
        verdict, by = ("manual", ManualPart("bob", "wiki")) if manual else ("proved", None)
        criteria = tuple(CriterionPart(each.index, said(each), each.line, verdict, claim_digest(task, each), manual=by)
                         for each in ticks)  # fmt: skip
        checks = tuple(CheckPart(group, group, "pass", "", "so", "so", "0" * 64) for group in GROUPS[1])
        return Facts(
            f"{task.id}-{secrets.token_hex(4)}", certificates.time_text(self.clock[0]), "task",
            certificates.VerifierPart("executor", "0", signer.id, "alice"), 1,
            certificates.TaskPart(task.id, task.title, path, None, None, None, blob),
            (part,), criteria, checks, "0" * 64,
        )  # fmt: skip

    def squash(self, base: str = "origin/main", message: str = "Squashed") -> None:
        """All of it in one commit, whose message names no certificate."""
        self.git("reset", "--quiet", "--soft", base)
        self.git("commit", "--quiet", "--message", message)

    def amend(self) -> None:
        """What lies in the work tree becomes part of the last commit, which loses its trailers and its note."""
        self.git("commit", "--quiet", "--all", "--amend", "--message", "Amended")

    def rules(self, base: str = "refs/heads/main") -> list[str]:
        """What the server says about HEAD: the rules of its findings, none where it is accepted."""
        refs = self.git("for-each-ref", "--format=%(refname)", "refs/notes/executor").split()
        self.git("push", "--quiet", "--force", "origin", "HEAD:refs/heads/proposal", *refs)
        there = Work(self.server, self.work.home)
        answer = there.call("gate", "--base", base, "--head", "refs/heads/proposal", "--json")
        assert answer.code in (0, 1), answer.err
        found = answer.json["findings"]
        assert answer.code == (1 if any(each["refuses"] for each in found) else 0)
        return sorted({each["rule"] for each in found if each["refuses"]})

    def merge(self) -> None:
        """The server takes HEAD in, as it is."""
        assert self.rules() == []
        self.push()

    def push(self) -> None:
        """Past the gate."""
        self.git("push", "--quiet", "origin", "HEAD:refs/heads/main")
        self.git("fetch", "--quiet", "origin")


def as_task(data: bytes, path: str) -> TaskFile:
    return parse(data, PurePosixPath(path))  # type: ignore[arg-type]
