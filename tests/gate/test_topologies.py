"""Any small history by honest and dishonest authors: what the gate accepts holds in the end, on whatever line it is.

The trees are made here, of one manifest and some tasks with a box each, and merged as git merges whole files; git gets
the history at once. The base is the end of its own line, and nobody looked at it. Every other commit is a proposal,
accepted where none in its past has a finding. What has to hold then is asked of what a server has that merges it:

    a box that the base has open is ticked by a certificate that the base never used, and the manifest of that
    certificate is as it left it, or as others lead on from there, or as the base has it that went on in it
"""

from __future__ import annotations

import subprocess
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support import ENVIRONMENT

from executor.gate import certificate as certificates
from executor.gate import keys
from executor.gate.certificate import Blob, Change, RepositoryPart
from executor.gate.gate import judge
from executor.gate.message import CERTIFICATE_TRAILER

from .proposals import A, Team, as_task
from .work import Work

TASKS = [f"tasks/P-{number}.md" for number in range(3)]
Files = dict[str, str]


def manifest(value: int) -> str:
    return f"v: {value}\n"


def task(path: str, mark: str) -> str:
    return f"---\nid: {path[6:9]}\n---\n## Acceptance Criteria\n\n- [{mark}] Update a for {path[6:9]}\n"


OPEN = {path: task(path, " ") for path in TASKS}
DONE = {path: task(path, "x") for path in TASKS}
FIRST: Files = {**OPEN, A: manifest(1)}


class Certified(NamedTuple):
    task: str
    before: str
    after: str
    document: bytes


class Commit(NamedTuple):
    """`uses` is the certificate that it was honestly made with, if any, by number."""

    parents: tuple[int, ...]
    files: Files
    uses: int | None = None
    back: int | None = None
    named: bool = False


@dataclass
class History:
    work: Work
    commits: list[Commit] = field(default_factory=lambda: [Commit((), FIRST)])
    certificates: list[Certified] = field(default_factory=list)
    main: int = 0

    def past(self, of: int) -> set[int]:
        found, waiting = set(), [of]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += self.commits[each].parents
        return found

    def parted(self, one: int, other: int) -> list[int]:
        both = self.past(one) & self.past(other)
        return [each for each in both if not any(each != more and each in self.past(more) for more in both)]

    def merged(self, one: int, other: int) -> dict[str, str | None]:
        """None: a conflict."""
        found: dict[str, str | None] = {}
        for path in FIRST:
            bases = {self.commits[each].files[path] for each in self.parted(one, other)}
            mine, theirs = self.commits[one].files[path], self.commits[other].files[path]
            if mine == theirs or bases == {theirs}:
                found[path] = mine
            else:
                found[path] = theirs if bases == {mine} else None
        return found

    def used(self, at: int) -> set[int]:
        return {uses for each in self.past(at) if (uses := self.commits[each].uses) is not None}

    def act(self, kind: str, at: int, other: int, number: int, choice: int) -> None:
        on_main = kind.startswith("main ")
        last = len(self.commits) - 1
        at, other = self.main if on_main else last - at % (last + 1), last - other % (last + 1)
        files = self.commits[at].files
        made = getattr(self, kind.removeprefix("main "))(at, other, files, number, choice)
        if made is not None:
            self.commits.append(made)
            if on_main:
                self.main = len(self.commits) - 1

    def prove(self, at: int, _: int, files: Files, number: int, choice: int) -> Commit | None:
        path = TASKS[choice % len(TASKS)]
        if files[path] == DONE[path]:
            return None
        after = {**files, path: DONE[path], A: manifest(number % 3 + 1)}
        document = self.issue(files, after, path)
        self.certificates.append(Certified(path, files[A], after[A], document))
        return Commit((at,), after, len(self.certificates) - 1, named=bool(choice & 4))

    def pick(self, at: int, _: int, files: Files, number: int, choice: int) -> Commit | None:
        """The same certified commit once more, wherever it fits."""
        if not self.certificates:
            return None
        which = number % len(self.certificates)
        one = self.certificates[which]
        if files[one.task] == DONE[one.task] or files[A] != one.before:
            return None
        return Commit((at,), {**files, one.task: DONE[one.task], A: one.after}, which, named=bool(choice & 1))

    def back(self, at: int, _: int, files: Files, number: int, choice: int) -> Commit | None:
        fitting = [each for each in sorted(self.used(at)) if files[A] == self.certificates[each].after]
        if not fitting:
            return None
        which = fitting[-1 - number % len(fitting)]
        one = self.certificates[which]
        return Commit((at,), {**files, one.task: OPEN[one.task], A: one.before}, back=which)

    def edit(self, at: int, _: int, files: Files, number: int, choice: int) -> Commit:
        return Commit((at,), {**files, A: manifest(number % 4 + 1)})

    def mark(self, at: int, _: int, files: Files, number: int, choice: int) -> Commit:
        """A box opened or ticked by hand, with or without the file that somebody's certificate has for it."""
        path = TASKS[choice % len(TASKS)]
        text = OPEN[path] if files[path] == DONE[path] else DONE[path]
        return Commit((at,), {**files, path: text, A: manifest(number % 3 + 1) if choice & 4 else files[A]})

    def merge(self, at: int, other: int, files: Files, number: int, choice: int) -> Commit | None:
        """As git does it; a conflict is settled by what one of the sides has."""
        if other in self.past(at):
            return None
        found = self.merged(at, other)
        sides = files, self.commits[other].files
        parents = (at, other) if number & 1 else (other, at)
        return Commit(parents, {path: text or sides[choice & 1][path] for path, text in found.items()})

    def choose(self, at: int, other: int, files: Files, number: int, choice: int) -> Commit | None:
        """A merge in which each file is what one of the sides has, and the manifest sometimes neither."""
        if at == other:
            return None
        sides = files, self.commits[other].files
        after = {path: sides[choice >> place & 1][path] for place, path in enumerate(FIRST)}
        if choice & 16:
            after[A] = manifest(number % 4 + 1)
        return Commit((at, other), after)

    def issue(self, before: Files, after: Files, path: str) -> bytes:
        changes = tuple(Change(each, blob(before[each]), blob(after[each])) for each in sorted(FIRST)
                        if before[each] != after[each])  # fmt: skip
        part = RepositoryPart("w", "main", self.base, "0" * 40, changes, self.root)
        signer = keys.load(self.work.home / ".config" / "executor" / "keys" / "alice.pem")
        parsed = as_task(after[path].encode(), path)
        team = Team(self.work, self.work.root)
        team.clock[0] = team.clock[0].replace(minute=0, second=0)
        return certificates.issue(
            team.facts(signer, path, parsed, parsed.criteria, part, blob(after[path]).blob), signer
        )

    @property
    def base(self) -> str:
        return BASES[self.work.root][0]

    @property
    def root(self) -> str:
        return BASES[self.work.root][1]

    def findings(self, swapped: bool) -> set[int]:
        """The commits that have one, where all of them are judged at once; `swapped`: parents in the other order."""
        lines = []
        for mark, each in enumerate(self.commits[1:], 1):
            parents = [self.base if parent == 0 else f":{parent}" for parent in each.parents]
            message = f"{mark}\n"
            if each.named and each.uses is not None:
                document = self.certificates[each.uses].document
                message += f"\n{CERTIFICATE_TRAILER}: {certificates.digest_of(certificates.parse(document)[0])}\n"
            lines.append(stanza(mark, parents[::-1] if swapped else parents, message, each.files))
        base = last = f":{self.main}" if self.main else self.base
        documents = {f"reports/certificates/{certificates.DESCRIPTOR}-{number}.md": each.document.decode()
                     for number, each in enumerate(self.certificates)}  # fmt: skip
        inner = {parent for each in self.commits for parent in each.parents} | {self.main}
        for mark in sorted(set(range(1, len(self.commits))) - inner):
            files = {**self.commits[self.main].files, **documents}
            lines.append(stanza(mark + len(self.commits), [last, f":{mark}"], "all\n", files))
            last = f":{mark + len(self.commits)}"
        lines += [f"reset refs/heads/base\nfrom {base}\n\n", f"reset refs/heads/made\nfrom {last}\n\n"]
        subprocess.run(["git", "fast-import", "--quiet", "--force"], input="".join(lines).encode(), cwd=self.work.root,
                       env=ENVIRONMENT, check=True, capture_output=True)  # fmt: skip
        listed = self.work.git("log", "--format=%H %s", "refs/heads/made").splitlines()
        marks = {commit: subject for commit, _, subject in (line.partition(" ") for line in listed)}
        judged = judge(self.work.root, "refs/heads/base", "refs/heads/made")
        return {int(marks[each.commit]) for each in judged.findings if each.refuses and marks[each.commit] != "all"}


BASES: dict[Path, tuple[str, str]] = {}


def stanza(mark: int, parents: list[str], message: str, files: Files) -> str:
    where = "".join(f"{'merge' if number else 'from'} {each}\n" for number, each in enumerate(parents))
    data = "".join(f"M 100644 inline {path}\n{data_of(text)}" for path, text in files.items())
    return (
        f"commit refs/heads/made\nmark :{mark}\ncommitter T <t@example.com> 1700000000 +0000\n"
        f"{data_of(message)}{where}{data}\n"
    )


def data_of(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


def blob(text: str) -> Blob:
    data = text.encode()
    return Blob("100644", sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest())


@pytest.fixture(scope="session")
def fields(planned: Work, tmp_path_factory: pytest.TempPathFactory) -> Work:
    work = planned.copy(tmp_path_factory.mktemp("fields"))
    for path, text in FIRST.items():
        work.write(path, text)
    BASES[work.root] = (work.commit("Fields"), work.git("rev-list", "--max-parents=0", "HEAD").strip())
    return work


KINDS = ["prove", "prove", "pick", "back", "edit", "edit", "mark", "merge", "merge", "merge", "merge", "choose",
         "main prove", "main pick", "main back", "main edit", "main merge"]  # fmt: skip
number = st.integers(0, 31)
acts = st.lists(st.tuples(st.sampled_from(KINDS), number, number, number, number), min_size=8, max_size=16)


HIDDEN = [
    ("prove", 0, 0, 1, 0),
    ("edit", 1, 0, 1, 0),
    ("edit", 0, 0, 3, 0),
    ("merge", 2, 1, 0, 0),
    ("merge", 0, 1, 0, 0),
]
"""An edit behind the certified change that was made by hand besides, in merges without a conflict."""


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=acts)
@example(acts=HIDDEN)
def test_any_history(fields: Work, acts: list[tuple[str, int, int, int, int]]) -> None:
    history = History(fields)
    for each in acts:
        history.act(*each)
    bad = history.findings(swapped=False)
    assert bad == history.findings(swapped=True)
    accepted = [each for each in range(len(history.commits)) if not bad & history.past(each)]
    assert [(each, wrong) for each in accepted if (wrong := what_is_wrong(history, each))] == []


def what_is_wrong(history: History, head: int) -> str | None:
    """Why this must not have been accepted."""
    base = history.commits[history.main].files
    end = history.merged(head, history.main)
    spent = history.used(history.main)
    for path in TASKS:
        if end[path] != DONE[path] or base[path] == DONE[path]:
            continue
        proofs = [each for number, each in enumerate(history.certificates)
                  if each.task == path and number not in spent]  # fmt: skip
        if not proofs:
            return f"{path} is ticked by nothing"
        went_on = end[A] == base[A] != FIRST[A]
        words = any(each.before == each.after for each in proofs)
        if end[A] is None or went_on or words:
            continue
        if not any(end[A] in led_to(each, history.certificates) for each in proofs):
            return f"{path} is ticked, and the manifest is {end[A]}"
    return None


def led_to(begin: Certified, others: list[Certified]) -> set[str]:
    found = {begin.after}
    for _ in others:
        found |= {each.after for each in others if each is not begin and each.before in found}
    return found


def test_the_model_finds_what_is_wrong(fields: Work) -> None:
    """It would see a hand edit and a forged tick if the gate did not."""
    history = History(fields)
    history.act("prove", 0, 0, 1, 0)
    assert what_is_wrong(history, 1) is None
    history.act("edit", 0, 0, 3, 0)
    assert what_is_wrong(history, 2) is not None
    history.act("mark", 1, 0, 0, 1)
    assert what_is_wrong(history, 3) is not None
    assert Counter(each.uses for each in history.commits) == {None: 3, 0: 1}
