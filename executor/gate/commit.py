"""`verify --commit`: the certified tree becomes a commit, with its certificate, or nothing happens.

    the certificate checks, by the base's keys → hooks, on an index of its own → commit object → note → branch

The user's index and work tree are not touched: our paths are staged as they are certified (verification saw to it), and
everything else in them is the user's. The note is in place before the branch moves, so at no moment is there a commit
on the branch without its certificate. Every ref moves by compare-and-swap.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from executor.config import CommitEntry
from executor.errors import RepositoryError
from executor.gate import certificate as certificates
from executor.gate import notes
from executor.gate.case import Case, Subject
from executor.gate.certificate import Blob, Certificate, Change, Rejected
from executor.gate.hooks import Hooks, NotCommitted
from executor.gate.message import CERTIFICATE_TRAILER, TASK_TRAILER, message, trailers
from executor.gate.objects import Objects
from executor.gate.verdict import APPROVING
from executor.gate.verify import Verified, trusted_at
from executor.values import dataclass


@dataclass(frozen=True)
class Committed:
    """A commit of ours in one repository. `pushed` names the remote, where it was configured."""

    repository: str
    commit: str
    branch: str
    pushed: str | None = None


def commit(verified: Verified) -> tuple[Committed, ...]:
    """Commit what was verified, the task's own repository last. Raises NotCommitted with nothing changed there."""
    certificate = _certificate(verified)
    case = verified.case
    config = case.workspace.home.config.commit
    subjects = [each for each in case.subjects.values() if each.changes]
    subjects.sort(key=lambda each: each is case.home)
    prepared = [_prepare(case, each, certificate, config) for each in subjects]
    done = []
    for each in prepared:
        each.publish(certificate)
        done.append(Committed(each.subject.repository.name, each.commit, each.branch, _push(each, config)))
    return tuple(done)


def _certificate(verified: Verified) -> Certificate:
    """The same look at the certificate that the gate will take, with the keys that the base commit trusts."""
    case = verified.case
    if verified.certificate is None:
        why = "; ".join(verified.warnings) or "not every check was selected"
        raise NotCommitted(f"there is no certificate: {why}", remedy="executor keys new NAME, commit trusted_keys")
    try:
        certificate = certificates.check(verified.certificate, trusted_at(case.home))
    except Rejected as error:
        raise NotCommitted(
            f"the certificate would not be believed: {error}",
            remedy="commit .executor/trusted_keys with your key first (executor keys new NAME writes it)",
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
    hooks: Hooks

    def publish(self, certificate: Certificate) -> None:
        objects, base = self.subject.objects, self.subject.base
        if self.tip == self.commit:
            notes.add(objects, self.commit, certificate.document)
        ref = f"refs/heads/{self.branch}"
        if not objects.swap(ref, self.tip, base, f"commit (executor): {certificate.facts.task.id}"):
            if self.tip == self.commit:
                notes.remove(objects, self.commit)
            raise NotCommitted(
                f"{self.branch} moved from {base} to {objects.resolve(ref)} meanwhile; nothing was committed",
                place=str(objects.root), remedy="executor verify it again",
            )  # fmt: skip
        self.hooks.after_commit()


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
        _still_ours(file.read_text(encoding="utf-8", errors="replace"), certificate)
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
    wanted = objects.attempt("config", "--type=bool", "--get", "commit.gpgSign").output.strip()
    sign = ["-S"] if wanted == "true" else []
    parents = ["-p", parent] if parent else []
    done = objects.attempt("commit-tree", *sign, *parents, "-F", str(file), tree)
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
        made = _commit_tree(objects, tree, parent, file)
    objects.run("update-index", "--add", "--cacheinfo", f"{blob.mode},{blob.blob},{path}")
    return made


# Push


def _push(prepared: _Prepared, config: CommitEntry) -> str | None:
    """Branch and notes together, without force: what is not a fast-forward is refused by git."""
    if not config.push:
        return None
    objects = prepared.subject.objects
    refs = [f"{prepared.tip}:refs/heads/{prepared.branch}"]
    if prepared.tip == prepared.commit:
        _with_theirs(objects, config.remote, prepared.commit)
        refs.append(f"{notes.REF}:{notes.REF}")
    done = objects.attempt("push", "--porcelain", "--atomic", config.remote, *refs)
    if done.exit_code != 0:
        raise RepositoryError(
            f"committed as {prepared.commit}, but not pushed: {' '.join((done.output + done.errors).split())}",
            place=str(objects.root), remedy=f"git pull --rebase, then git push {config.remote} {' '.join(refs)}",
        )  # fmt: skip
    return config.remote


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
