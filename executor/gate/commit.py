"""`verify --commit`: the certified tree becomes a commit, with its certificate, or nothing happens.

    the certificate checks, by the base's keys → hooks, on an index of its own → commit object → note → branch

The user's index and work tree are not touched: our paths are staged as they are certified (verification saw to it), and
everything else in them is the user's. The note is in place before the branch moves, so at no moment is there a commit
on the branch without its certificate. Every ref moves by compare-and-swap.
"""

from __future__ import annotations

import contextlib
import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path

from executor.config import CommitEntry
from executor.errors import RepositoryError
from executor.gate import certificate as certificates
from executor.gate import keys, notes
from executor.gate.case import Case, Subject
from executor.gate.certificate import Blob, Certificate, Change, Rejected
from executor.gate.committed import brings_only_a_certificate
from executor.gate.hooks import Hooks, NotCommitted
from executor.gate.message import CERTIFICATE_TRAILER, TASK_TRAILER, message, trailers
from executor.gate.objects import Objects
from executor.gate.verdict import APPROVING
from executor.gate.verify import Verified, everything, trusted_at
from executor.values import dataclass


@dataclass(frozen=True)
class Committed:
    """A commit of ours in one repository. `pushed` names the remote, where it was configured; `problem` says why it did
    not get there, `next_step` what to type now."""

    repository: str
    commit: str
    branch: str
    pushed: str | None = None
    problem: str = ""
    next_step: str = ""


def commit(verified: Verified) -> tuple[Committed, ...]:
    """Commit what was verified, the task's own repository last, then push it where that is configured; after a call
    that was ended, what is left of that. Raises NotCommitted with nothing changed anywhere."""
    case = verified.case
    if verified.standing is not None:
        done = [_standing(case, verified.standing)]
    else:
        certificate = _certificate(verified)
        subjects = [each for each in case.subjects.values() if each.changes]
        subjects.sort(key=lambda each: each is case.home)
        config = case.workspace.home.config.commit
        done = [_prepare(case, each, certificate, config) for each in subjects]
        _publish(done, certificate)
    return tuple(_pushed(case, each) for each in done)


def _certificate(verified: Verified) -> Certificate:
    """The same look at the certificate that the gate will take, with the keys that each base commit trusts."""
    case = verified.case
    if verified.certificate is None:
        if tuple(verified.document["checks_run"]) != everything():
            raise NotCommitted("not every check was selected", remedy=f"executor verify {case.typed} --commit")
        if not verified.warnings:  # what was certified before is not as it was: nobody signed anything
            raise NotCommitted(verified.decision.rationale, remedy=verified.document["next_action"])
        raise NotCommitted("; ".join(verified.warnings),
                           remedy=f"commit {keys.TRUSTED_KEYS} with your key, then verify again")  # fmt: skip
    for subject in (case.home, *(each for each in case.subjects.values() if each.changes and each is not case.home)):
        try:
            certificate = certificates.check(verified.certificate, trusted_at(subject))
        except Rejected as error:
            line = f"the line of your key ({case.root / keys.TRUSTED_KEYS}, written by: executor keys new NAME)"
            raise NotCommitted(
                f"the certificate would not be believed in {subject.repository.name}: {error}",
                place=str(subject.objects.root),
                remedy=f"first commit there, in {keys.TRUSTED_KEYS}, {line}",
            ) from None
    if not verified.success or certificate.decision.status not in APPROVING:
        raise NotCommitted(f"{certificate.decision.status}: {certificate.decision.rationale}",
                           remedy=verified.document["next_action"])  # fmt: skip
    return certificate


@dataclass(frozen=True)
class _Prepared:
    """A commit object that no ref knows yet. `tip` is what the branch will point to: the commit, or the one behind it
    that brings the certificate."""

    subject: Subject
    branch: str
    commit: str
    tip: str
    hooks: Hooks | None = None

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"

    def publish(self, certificate: Certificate) -> None:
        objects, base = self.subject.objects, self.subject.base
        if self.tip == self.commit:
            notes.add(objects, self.commit, certificate.document)
        try:
            moved = not objects.swap(self.ref, self.tip, base, f"commit (executor): {certificate.facts.task.id}")
        except RepositoryError:
            notes.remove(objects, self.commit)
            raise
        if moved:
            notes.remove(objects, self.commit)
            raise NotCommitted(
                f"{self.branch} moved from {base} to {objects.resolve(self.ref)} meanwhile; nothing was committed",
                place=str(objects.root), remedy=f"executor verify {shlex.quote(certificate.facts.task.path)} --commit",
            )  # fmt: skip

    def take_back(self) -> None:
        """If it is there, and nothing on top of it. Index and work tree are as they were before."""
        objects, base = self.subject.objects, self.subject.base
        command = ("-d", self.ref, self.tip) if base is None else (self.ref, base, self.tip)
        if objects.attempt("update-ref", "-m", "commit (executor): taken back", *command).exit_code == 0:
            notes.remove(objects, self.commit)

    def keep_index(self) -> None:
        """The index has the certificate's file too; the rest of it is as it was certified. Where another git holds it,
        a second call does that."""
        if self.tip != self.commit:
            with contextlib.suppress(RepositoryError):
                self.subject.objects.put(self.subject.objects.changes(self.commit, self.tip), {})


def _publish(prepared: Sequence[_Prepared], certificate: Certificate) -> None:
    """All of them or none."""
    for number, each in enumerate(prepared):
        try:
            each.publish(certificate)
        except BaseException:
            for other in prepared[: number + 1]:  # ^C may come right behind a swap
                other.take_back()
            raise
    for each in prepared:
        each.keep_index()
        if each.hooks is not None:
            each.hooks.after_commit()


def _standing(case: Case, made: str) -> _Prepared:
    """What an earlier call committed, with the commit of its certificate where it has one."""
    objects = case.home.objects
    branch = case.home.state.branch
    if branch is None:
        raise NotCommitted("HEAD is detached", place=str(objects.root), remedy="git switch to a branch")
    after = objects.run("rev-list", "--first-parent", "--reverse", f"{made}..HEAD").decode().split()
    tip = after[0] if after and brings_only_a_certificate(objects, after[0]) else made
    found = _Prepared(case.home, branch, made, tip)
    if tip != made and objects.resolve("HEAD") == tip:
        found.keep_index()
    return found


def _prepare(case: Case, subject: Subject, certificate: Certificate, config: CommitEntry) -> _Prepared:
    objects = subject.objects
    branch = subject.state.branch
    if branch is None:
        raise NotCommitted("HEAD is detached", place=str(objects.root), remedy="git switch to a branch")
    text = message(certificate.facts, certificate.digest, config, subject.repository.name)
    with objects.index_of(subject.tree) as index, tempfile.TemporaryDirectory(prefix="executor-message-") as folder:
        hooks = Hooks(subject, index, config.hook_timeout_seconds)
        hooks.before_commit()
        file = Path(folder) / "COMMIT_EDITMSG"
        file.write_text(text, encoding="utf-8")
        hooks.on_message(file)
        _still_ours(file.read_text(encoding="utf-8", errors="replace") if file.is_file() else "", certificate)
        made = _commit_tree(objects, subject.tree, subject.base, file)
    tip = made
    if config.certificate == "commit" and subject is case.home:
        tip = _certificate_commit(case, subject, certificate, made)
    return _Prepared(subject, branch, made, tip, hooks)


def _still_ours(text: str, certificate: Certificate) -> None:
    """commit-msg hooks may add to a message; the trailers have to survive."""
    found = trailers(text)
    wanted = {TASK_TRAILER: [certificate.facts.task.id], CERTIFICATE_TRAILER: [certificate.digest]}
    if found != wanted:
        raise NotCommitted(f"a hook changed the trailers of the message: {found}", remedy="mend the commit-msg hook")


def _commit_tree(objects: Objects, tree: str, parent: str | None, file: Path) -> str:
    """Signed where `git commit` would sign: commit-tree itself does not look at commit.gpgSign."""
    wanted = objects.attempt("config", "--type=bool", "--get", "commit.gpgSign")
    if wanted.exit_code not in (0, 1):
        raise NotCommitted(f"git does not say whether it signs: {' '.join(wanted.errors.split())}",
                           place=str(objects.root), remedy="mend commit.gpgSign")  # fmt: skip
    sign = ["-S"] if wanted.output.strip() == "true" else []
    parents = ["-p", parent] if parent else []
    made = ("commit-tree", *sign, *parents, "-F", str(file), tree)
    done = objects.attempt("-c", "i18n.commitEncoding=UTF-8", *made)
    if done.exit_code != 0:
        said = " ".join(done.errors.split())
        remedy = "git config user.name and user.email" if "identity" in said.lower() else "mend what git says"
        raise NotCommitted(f"git made no commit: {said}", place=str(objects.root), remedy=remedy)
    return done.output.strip()


def _certificate_commit(case: Case, subject: Subject, certificate: Certificate, parent: str) -> str:
    """A follow-up commit that brings nothing but the certificate, below the report folder."""
    objects = subject.objects
    path = f"{case.workspace.home.config.report_folder}/certificates/{certificate.facts.file_name}"
    blob = Blob("100644", objects.store(certificate.document))
    tree = objects.tree_after(parent, [Change(path, None, blob)])
    with tempfile.TemporaryDirectory(prefix="executor-message-") as folder:
        file = Path(folder) / "message"
        task = certificate.facts.task.id
        file.write_text(f"Certificate of {task}\n\n{TASK_TRAILER}: {task}\n", encoding="utf-8")
        return _commit_tree(objects, tree, parent, file)


# Push


def _pushed(case: Case, prepared: _Prepared) -> Committed:
    """Branch and notes together, without force: what is not a fast-forward is refused by git, and stays committed."""
    config = case.workspace.home.config.commit
    objects, name = prepared.subject.objects, prepared.subject.repository.name
    here = f"git -C {shlex.quote(str(objects.root))}" if prepared.subject is not case.home else "git"
    remotes = objects.run("remote").decode().split()
    remote = remotes[0] if len(remotes) == 1 and not config.push else config.remote
    refs = shlex.join([remote, prepared.branch, *([notes.REF] if prepared.tip == prepared.commit else [])])
    if not config.push:
        step = f"Push it, and Flux reconciles by itself: {here} push {refs}"
        return Committed(name, prepared.commit, prepared.branch, next_step=step)
    said = _push(prepared, config.remote)
    if said:
        behind = f"{here} pull --rebase {shlex.join([remote, prepared.branch])}"
        step = f"{behind if '[rejected]' in said else 'Mend what git says'}, then: "
        step += f"executor verify {case.typed} --commit" if prepared.subject is case.home else f"{here} push {refs}"
        return Committed(name, prepared.commit, prepared.branch, problem=said, next_step=step)
    return Committed(name, prepared.commit, prepared.branch, config.remote, next_step="Flux reconciles by itself")


def _push(prepared: _Prepared, remote: str) -> str:
    """What git says against it; empty where it is there now, or was before."""
    objects = prepared.subject.objects
    there = objects.attempt("ls-remote", remote, prepared.ref).output.split()
    if there and objects.resolve(there[0]) and objects.is_ancestor(prepared.tip, there[0]):
        return ""
    refs = [f"{prepared.tip}:{prepared.ref}"]
    if prepared.tip == prepared.commit:
        _with_theirs(objects, remote, prepared.commit)
        refs.append(f"{notes.REF}:{notes.REF}")
    done = objects.attempt("push", "--porcelain", "--atomic", remote, *refs)
    said = [line for line in (done.output + done.errors).splitlines() if not line.startswith("hint:")]
    return "" if done.exit_code == 0 else " ".join(" ".join(said).split()) or "git does not say why"


def _with_theirs(objects: Objects, remote: str, commit: str) -> None:
    """Put our note on top of the remote's notes, where it has any that we do not have."""
    theirs = f"refs/notes/executor-{remote}"
    done = objects.attempt("fetch", "--quiet", "--no-write-fetch-head", remote, f"+{notes.REF}:{theirs}")
    head, ours = objects.resolve(theirs), objects.resolve(notes.REF)
    if done.exit_code != 0 or head is None or ours is None or objects.is_ancestor(head, ours):
        return
    known = objects.entries(head)
    missing = [Change(path, None, entry) for path, entry in objects.entries(ours).items() if path not in known]
    tree = objects.tree_after(head, missing)
    merged = (
        objects.run("commit-tree", tree, "-p", head, "-p", ours, "-m", "Certificates", env=notes.WHO).decode().strip()
    )
    objects.swap(notes.REF, merged, ours, f"notes: merged with {remote} for {commit[:12]}")
