"""The commit: exactly what was certified, as git itself would make it, or nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support import git

from executor.gate import notes
from executor.gate.objects import Objects

from .pushes import ROOT, push, remote
from .work import LIGHT, SETTINGS, TASK, Work, run, start

TRAILERS = "%(trailers:key=Executor-Task,valueonly)%(trailers:key=Executor-Certificate,valueonly)"


def hook(work: Work, name: str, body: str) -> None:
    path = work.root / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def nothing_committed(work: Work, head: str) -> None:
    assert work.head() == head
    assert work.git("status", "--porcelain", TASK, SETTINGS) == f"M  {SETTINGS}\nM  {TASK}\n"
    assert SETTINGS in work.git("diff", "--cached", "--name-only")
    work.git("fsck", "--strict")


def test_commit(light: Work) -> None:
    head = light.head()
    answer = light.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    assert light.head("HEAD~1") == head
    assert light.git("show", "--name-only", "--format=", "HEAD").split() == [SETTINGS, TASK]
    assert light.git("status", "--porcelain") == "", "index and work tree agree with HEAD"
    task, digest = light.git("log", "-1", f"--format={TRAILERS}").split()
    assert task == "TASK-001" and digest.startswith("sha256:")
    assert light.git("log", "-1", "--format=%s").strip() == "✨ INFRASTRUCTURE: Raise nginx"
    assert "🔬 **Verification**" in light.git("log", "-1", "--format=%b")
    assert light.git("notes", "--ref=executor", "show", "HEAD").encode() == light.document()
    assert answer.json["commit"] == [{"repository": "platform", "commit": light.head()}]
    light.git("fsck", "--strict")


def test_second_call_finds_it_done(done: Work) -> None:
    head = done.head()
    answer = done.verify("--commit")
    assert answer.code == 0 and answer.json["commit"][0]["commit"] == head
    assert done.head() == head


def test_other_work_of_the_user_stays_as_it_is(light: Work) -> None:
    light.write("staged.txt", "staged\n")
    light.git("add", "staged.txt")
    light.write("notes.txt", "staged\n")
    light.git("add", "notes.txt")
    light.write("notes.txt", "edited further\n")
    light.write("untracked.txt", "x\n")
    before = light.git("diff", "--cached", "--", "staged.txt", "notes.txt"), light.git("diff")
    assert light.verify("--commit").code == 0
    assert (light.git("diff", "--cached"), light.git("diff")) == before
    assert light.git("status", "--porcelain") == "MM notes.txt\nA  staged.txt\n?? untracked.txt\n"


def test_without_a_key(light: Work) -> None:
    head = light.head()
    answer = light.verify("--commit", env={"XDG_CONFIG_HOME": "/nonexistent"})
    assert answer.code == 1 and "executor keys new" in answer.err
    nothing_committed(light, head)


def test_with_a_key_that_the_base_does_not_trust(light: Work, tmp_path: Path) -> None:
    """Adding it to the file in the work tree is not enough: the change itself must not say who is trusted."""
    assert light.call("keys", "new", "mallory", "--folder", str(tmp_path / "keys")).code == 0
    head = light.head()
    answer = light.verify("--commit", "--key", str(tmp_path / "keys" / "mallory.pem"))
    assert answer.code == 1 and "not trusted" in answer.err
    assert light.head() == head


def test_failed_verification_does_not_commit(light: Work) -> None:
    head = light.head()
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.git("add", TASK)
    assert light.verify("--commit").code == 1
    assert light.head() == head


# Hooks


def test_hooks_run_on_the_index_of_the_commit(light: Work) -> None:
    light.write("staged.txt", "staged\n")
    light.git("add", "staged.txt")
    hook(light, "pre-commit", "git diff --cached --name-only > .git/seen")
    hook(light, "commit-msg", 'echo "Change-Id: I123" >> "$1"')
    hook(light, "post-commit", "git rev-parse HEAD > .git/after; exit 1")
    answer = light.verify("--commit")
    assert answer.code == 0, answer.err
    assert light.read(".git/seen").split() == [SETTINGS, TASK], "the user's other staged work is not seen"
    assert "Change-Id: I123" in light.git("log", "-1", "--format=%b")
    assert light.read(".git/after").strip() == light.head()


def test_hook_says_no(light: Work) -> None:
    head = light.head()
    hook(light, "pre-commit", "echo too late on a Friday >&2; exit 1")
    answer = light.verify("--commit")
    assert answer.code == 1 and "too late on a Friday" in answer.err
    nothing_committed(light, head)


@pytest.mark.parametrize(
    "body",
    [
        f"sed -i 's/1.26/1.27/' {SETTINGS}",
        f"sed -i 's/1.26/1.27/' {SETTINGS}; git add {SETTINGS}",
        "echo x > more.txt; git add more.txt",
        f"git rm --quiet --cached {SETTINGS}",
        f"sed -i 's/1.26/1.27/' {SETTINGS}; exit 1",
    ],
)
def test_hook_that_changes_bytes(light: Work, body: str) -> None:
    head = light.head()
    hook(light, "pre-commit", body)
    answer = light.verify("--commit")
    assert answer.code == 1 and "changed what was verified" in answer.err
    assert "+++" in answer.err or "diff --git" in answer.err, "the diff is shown"
    nothing_committed(light, head)


@pytest.mark.parametrize(
    "body",
    [
        f"chmod +x {SETTINGS}",
        f"cp {SETTINGS} same; rm {SETTINGS}; ln -s same {SETTINGS}",
        f"rm {SETTINGS}; ln -s /etc/passwd {SETTINGS}",
        f"rm {SETTINGS}; mkdir {SETTINGS}",
        f"rm {SETTINGS}; mkfifo {SETTINGS}",
    ],
)
def test_hook_that_changes_what_a_file_is(light: Work, body: str) -> None:
    head = light.head()
    mode = (light.root / SETTINGS).lstat().st_mode
    hook(light, "pre-commit", body)
    answer = light.verify("--commit")
    assert answer.code == 1 and f"{SETTINGS}: mode" in answer.err and "root:" not in answer.err
    assert (light.root / SETTINGS).lstat().st_mode == mode
    nothing_committed(light, head)


def test_hook_that_drops_the_trailers(light: Work) -> None:
    head = light.head()
    hook(light, "commit-msg", 'echo "short" > "$1"')
    answer = light.verify("--commit")
    assert answer.code == 1 and "trailers" in answer.err
    nothing_committed(light, head)


def test_hooks_path_is_honoured(light: Work) -> None:
    light.git("config", "core.hooksPath", ".githooks")
    path = light.root / ".githooks" / "pre-commit"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\nexit 7\n")
    path.chmod(0o755)
    assert "exit code 7" in light.verify("--commit").err


def test_hooks_do_not_get_the_key(light: Work) -> None:
    hook(light, "pre-commit", "env > .git/environment")
    key = light.home / ".config" / "executor" / "keys" / "alice.pem"
    answer = light.verify("--commit", env={"EXECUTOR_KEY": str(key), "EXECUTOR_KEY_PASSPHRASE": "secret words"})
    assert answer.code == 0, answer.err
    assert "EXECUTOR_KEY" not in light.read(".git/environment")


# Refs


def test_branch_that_moves_meanwhile(light: Work) -> None:
    """A hook commits something else: the branch is not where it was when it was verified."""
    hook(light, "pre-commit", 'git update-ref refs/heads/main "$(git commit-tree -m theirs -p HEAD HEAD^{tree})"')
    answer = light.verify("--commit")
    assert answer.code == 1 and "moved" in answer.err
    assert light.git("log", "-1", "--format=%s").strip() == "theirs"
    listed = light.git("notes", "--ref=executor", "list").split() if _has_notes(light) else []
    assert listed == [], "no note of a commit that never came"


def _has_notes(work: Work) -> bool:
    return bool(work.git("for-each-ref", notes.REF).strip())


def test_ssh_signature_where_the_user_signs(light: Work) -> None:
    key = light.home / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    allowed = light.home / "allowed"
    allowed.write_text(f"test@example.com {key.with_suffix('.pub').read_text()}")
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", str(key)), ("commit.gpgSign", "true"),
                        ("gpg.ssh.allowedSignersFile", str(allowed))):  # fmt: skip
        light.git("config", name, value)
    assert light.verify("--commit").code == 0
    assert light.git("log", "-1", "--format=%G?").strip() == "G"
    light.git("config", "log.showSignature", "true")
    again = light.verify("--commit")
    assert again.code == 0 and light.head() in again.json["check_results"][0]["actual"]
    light.git("commit", "--quiet", "--amend", "--no-edit", "--date=2020-01-01T00:00:00Z")
    assert light.call("certificate", "check", "HEAD").code == 0, "found by the digest that the message names"


def test_message_is_read_as_it_was_written(light: Work) -> None:
    light.git("config", "i18n.commitEncoding", "ISO-8859-1")
    assert light.verify("--commit").code == 0
    assert "✨" in light.git("log", "-1", "--encoding=UTF-8", "--format=%s")


def test_signature_that_cannot_be_made(light: Work) -> None:
    head = light.head()
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", "/nowhere"), ("commit.gpgSign", "true")):
        light.git("config", name, value)
    answer = light.verify("--commit")
    assert answer.code == 1 and "git made no commit" in answer.err
    nothing_committed(light, head)


# Configuration


def with_config(folder: Path, toml: str) -> Work:
    work = start(folder, {**LIGHT, "executor.toml": toml})
    run(work)
    return work


def test_message_is_configurable(tmp_path: Path) -> None:
    work = with_config(tmp_path, '[commit]\ntitle = "{id}: {title}"\nbody = "{what}"\n')
    assert work.verify("--commit").code == 0
    assert work.git("log", "-1", "--format=%s").strip() == "TASK-001: Raise nginx"
    assert work.git("log", "-1", "--format=%b").startswith("Set it\n")


@pytest.mark.parametrize(
    "title", ["{nonsense}", "{title:>9999999999}", "{title.__class__}", "{ti{{tle}", "{title", "}"]
)
def test_message_with_an_unknown_field(tmp_path: Path, title: str) -> None:
    work = start(tmp_path, {**LIGHT, "executor.toml": f'[commit]\ntitle = "{title}"\n'})
    answer = work.call("run", "TASK-001")
    assert answer.code == 2 and "executor.toml:2" in answer.err


def test_certificate_in_a_follow_up_commit(tmp_path: Path) -> None:
    work = with_config(tmp_path, '[commit]\ncertificate = "commit"\n')
    work.write(".gitignore", "reports/TASK-001*\n")
    work.commit("Keep certificates", ".gitignore")
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    (path,) = work.git("show", "--name-only", "--format=", "HEAD").split()
    assert path.startswith("reports/certificates/gitops_verification_task_001_")
    assert work.git("show", "--name-only", "--format=", "HEAD~1").split() == [SETTINGS, TASK]
    assert work.git("status", "--porcelain") == ""
    assert work.call("certificate", "check", "HEAD~1").code == 0
    assert work.call("certificate", "check", "HEAD").code == 0
    assert work.call("gate", "--base", "HEAD~2").code == 0
    assert work.verify("--commit").code == 0, "a second call finds it done"


def in_a_commit(folder: Path) -> Work:
    work = with_config(folder, '[commit]\ncertificate = "commit"\n')
    work.write(".gitignore", "reports/TASK-001*\n")
    work.commit("Keep certificates", ".gitignore")
    return work


def test_branch_that_moves_before_a_follow_up_commit(tmp_path: Path) -> None:
    """Nothing of it stays in the index."""
    work = in_a_commit(tmp_path)
    hook(work, "pre-commit", 'git update-ref refs/heads/main "$(git commit-tree -m theirs -p HEAD HEAD^{tree})"')
    answer = work.verify("--commit")
    assert answer.code == 1 and "moved" in answer.err
    assert work.git("diff", "--cached", "--name-only").split() == [SETTINGS, TASK]


def test_killed_between_a_follow_up_commit_and_the_index(tmp_path: Path) -> None:
    work = in_a_commit(tmp_path)
    assert work.verify("--commit").code == 0
    (path,) = work.git("show", "--name-only", "--format=", "HEAD").split()
    work.git("rm", "--quiet", "--cached", path)
    assert work.verify("--commit").code == 0
    assert work.git("status", "--porcelain") == ""


def test_certified_commit_and_its_certificate_squashed(tmp_path: Path) -> None:
    work = in_a_commit(tmp_path)
    assert work.verify("--commit").code == 0
    work.git("reset", "--quiet", "--soft", "HEAD~2")
    work.git("commit", "--quiet", "-m", "Squashed")
    assert work.call("certificate", "check", "HEAD").code == 0
    work.replace(SETTINGS, "1.26", "1.27")
    work.git("commit", "--quiet", "--amend", "--all", "--no-edit")
    assert work.call("certificate", "check", "HEAD").code == 1


def test_remote_that_is_not_there(tmp_path: Path) -> None:
    work = with_config(tmp_path, "[commit]\npush = true\n")
    answer = work.verify("--commit")
    assert answer.code == 1 and "not pushed" in answer.err
    assert answer.json["next_action"] == f"Mend what git says, then: executor verify -C {work.root} TASK-001 --commit"
    bare = remote(work, tmp_path)
    assert work.verify("--commit").code == 0 and git(bare, "rev-parse", "main").strip() == work.head()


def test_follow_up_commit_that_brings_more_than_a_certificate(tmp_path: Path) -> None:
    work = in_a_commit(tmp_path)
    assert work.verify("--commit").code == 0
    work.replace(SETTINGS, "1.26", "1.27")
    work.git("commit", "--quiet", "--amend", "--all", "--no-edit")
    assert work.call("certificate", "check", "HEAD").code == 1


def test_whether_git_signs_is_not_guessed(light: Work) -> None:
    head = light.head()
    light.git("config", "commit.gpgSign", "perhaps")
    answer = light.verify("--commit")
    assert answer.code == 1 and "mend commit.gpgSign" in answer.err
    nothing_committed(light, head)


def test_part_of_the_checks_commits_nothing_and_says_why(light: Work) -> None:
    answer = light.verify("--checks", "boxes", "--commit")
    assert answer.code == 1 and "keys new" not in answer.err
    assert answer.err.rstrip().endswith(
        f"not every check was selected; executor verify -C {light.root} TASK-001 --commit"
    )


def test_push_only_where_configured(tmp_path: Path) -> None:
    work = with_config(tmp_path, "[commit]\npush = true\n")
    bare = remote(work, tmp_path)
    answer = work.verify("--commit")
    assert answer.code == 0, answer.err
    assert git(bare, "rev-parse", "main").strip() == work.head()
    assert git(bare, "notes", "--ref=executor", "show", "main").encode() == work.document()


def test_no_push_by_default(light: Work, tmp_path: Path) -> None:
    bare = remote(light, tmp_path)
    before = git(bare, "for-each-ref")
    assert light.verify("--commit").code == 0
    assert git(bare, "for-each-ref") == before


def test_push_is_fast_forward_only(tmp_path: Path) -> None:
    work = with_config(tmp_path, "[commit]\npush = true\n")
    bare = remote(work, tmp_path)
    theirs = git(bare, "commit-tree", "-m", "theirs", "-p", "main", "main^{tree}").strip()
    git(bare, "update-ref", "refs/heads/main", theirs)
    answer = work.verify("--commit")
    assert answer.code == 1 and "not pushed" in answer.err
    assert answer.json["commit"] == [{"repository": "platform", "commit": work.head()}], "committed here all the same"
    assert answer.json["next_action"] in answer.err
    assert git(bare, "rev-parse", "main").strip() == theirs
    first, again = answer.json["next_action"].split(", then: ")
    assert first == "git pull --rebase origin main" and again == f"executor verify -C {work.root} TASK-001 --commit"
    work.git(*first.split()[1:])
    assert work.call("certificate", "check", "HEAD").code == 0, "found by the digest that the commit names"
    answer = work.call(*again.split()[1:])
    assert answer.code == 0 and "pushed to origin" in answer.out
    assert git(bare, "rev-parse", "main").strip() == work.head()
    assert git(bare, "notes", "--ref=executor", "list").count("\n") == 1
    assert work.call(*again.split()[1:]).code == 0, "nothing is left to push"


def test_next_command_is_said_and_works(light: Work, tmp_path: Path) -> None:
    bare = remote(light, tmp_path)
    answer = light.verify("--commit")
    assert answer.json["next_action"] in answer.err
    light.git(*answer.json["next_action"].partition(": git ")[2].split())
    assert git(bare, "notes", "--ref=executor", "show", "main").encode() == light.document()


def test_push_over_foreign_notes(tmp_path: Path) -> None:
    """Somebody else's certificates are there already; both stay."""
    work = with_config(tmp_path, "[commit]\npush = true\n")
    bare = remote(work, tmp_path)
    git(bare, "notes", "--ref=executor", "add", "-m", "theirs", "main~1")
    assert work.verify("--commit").code == 0
    assert len(git(bare, "notes", "--ref=executor", "list").splitlines()) == 2


def test_certificates_of_two_people(light: Work, server: Path, tmp_path: Path) -> None:
    """Who comes second fetches the notes of the first, by the command that is said; they add up."""
    other = light.copy(tmp_path / "other")
    for each in (light, other):
        assert each.verify("--commit").code == 0
    assert push(light).returncode == 0
    mine = ("HEAD:refs/heads/task-001", notes.REF)
    refused = push(other, *mine)
    assert refused.returncode != 0 and "fetch first" in refused.stdout
    assert notes.FETCH in (ROOT / "docs" / "certificate.md").read_text(encoding="utf-8")
    for command in notes.FETCH.split(" && "):
        other.git(*command.split()[1:])
    pushed = push(other, *mine)
    assert pushed.returncode == 0, pushed.stderr
    assert len(git(server, "notes", "--ref=executor", "list").splitlines()) == 2


# Notes


def test_notes_of_gits_own_layouts(light: Work) -> None:
    """Flat and in folders: git reads ours, we read git's."""
    objects = Objects(light.root)
    first, second = light.head("HEAD~1"), light.head()
    light.git("notes", "--ref=executor", "add", "-m", "by git", first)
    notes.add(objects, second, b"by us\n")
    assert light.git("notes", "--ref=executor", "show", second) == "by us\n"
    assert notes.show(objects, first) == b"by git\n"
    notes.add(objects, first, b"again\n")
    assert light.git("notes", "--ref=executor", "show", first) == "again\n"
    assert len(light.git("notes", "--ref=executor", "list").splitlines()) == 2
    notes.remove(objects, second)
    assert notes.show(objects, second) is None
    assert dict(notes.every(objects)).keys() == {first}


def test_notes_of_many_writers(light: Work) -> None:
    """Compare-and-swap: nobody's note is lost."""
    from concurrent.futures import ThreadPoolExecutor

    objects = Objects(light.root)
    commits = [light.git("commit-tree", "-m", str(n), "HEAD^{tree}").strip() for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: notes.add(objects, each, each.encode()), commits))
    assert dict(notes.every(objects)).keys() == set(commits)


@pytest.mark.parametrize("what", ["blob", "dangling", "junk"])
def test_notes_that_are_none(light: Work, what: str) -> None:
    """Nothing is committed, and the way out that is named is one."""
    head = light.head()
    if what == "blob":
        light.git("update-ref", notes.REF, light.head(f"HEAD:{SETTINGS}"))
    else:
        path = light.root / ".git" / notes.REF
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("junk\n" if what == "junk" else "1" * 40 + "\n")
    answer = light.verify("--commit")
    assert answer.code == 2 and "leads to no notes" in answer.err and answer.json["commit"] == []
    assert light.head() == head
    if what != "junk":
        light.git(*answer.err.rsplit(": git ", 1)[1].split())
        assert light.verify("--commit").code == 0


INTERRUPT = """\
[ "$1" = committed ] && grep -q refs/heads/main && [ ! -e .git/once ] || exit 0
touch .git/once
kill -INT "$(ps -o ppid= -p "$PPID" | tr -d ' ')"
sleep 1
"""


def test_interrupted_right_behind_the_branch(light: Work) -> None:
    """All or nothing: the branch goes back to where it was, and the second call commits."""
    head = light.head()
    hook(light, "reference-transaction", INTERRUPT)
    assert light.verify("--commit").code == 130
    assert (light.root / ".git" / "once").exists()
    nothing_committed(light, head)
    assert light.git("notes", "--ref=executor", "list") == ""
    answer = light.verify("--commit")
    assert answer.code == 0 and light.head("HEAD~1") == head


def test_hook_that_removes_the_message(light: Work) -> None:
    head = light.head()
    hook(light, "commit-msg", 'rm "$1"')
    assert light.verify("--commit").code == 1
    nothing_committed(light, head)


def test_task_file_that_was_renamed_since_the_run(light: Work) -> None:
    """The old name goes with the same commit."""
    light.git("mv", TASK, "tasks/TASK-001-raise.md")
    assert light.verify("--commit").code == 0
    assert light.git("ls-tree", "--name-only", "HEAD", "tasks/").split() == ["tasks/TASK-001-raise.md"]
    assert light.git("status", "--porcelain") == ""


def test_certificate_that_is_not_here(light: Work, tmp_path: Path) -> None:
    """A fresh clone has no notes: that is said, and not that nothing was run."""
    assert light.verify("--commit").code == 0
    bare = remote(light, tmp_path)
    git(bare, "fetch", "--quiet", str(light.root), "main:main", f"{notes.REF}:{notes.REF}")
    light.git("update-ref", "-d", notes.REF)
    answer = light.verify("--commit")
    analysis = answer.json["failure_analysis"]
    assert answer.code == 1 and analysis["root_cause"] == "the certificate is not here"
    for command in analysis["remediation"][0].split(" && "):
        light.git(*command.split()[1:])
    assert light.verify("--commit").code == 0


def test_work_of_others_on_top(light: Work) -> None:
    """Nobody edited what a run here left: it was committed, and others went on."""
    assert light.verify("--commit").code == 0
    light.replace(TASK, "title: Raise nginx", "title: Raise nginx again")
    light.commit("Words", TASK)
    answer = light.verify("--commit")
    assert answer.code == 1 and answer.json["status"] == "NEEDS_FURTHER_REVIEW"
    assert "not committed" in answer.json["next_action"] and light.git("status", "--porcelain") == ""
