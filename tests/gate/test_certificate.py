"""The document: its form, its one truth, and that no byte of it can be changed unseen."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executor.gate import certificate as certificates
from executor.gate import envelope, keys
from executor.gate import verdict as v
from executor.gate.certificate import Blob, Change, CheckPart, CriterionPart, Facts, ManualPart, Rejected
from executor.gate.verdict import CertificateStatus, Recorded, decide

from .work import TASK, Work

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[keys.SigningKey, keys.TrustedKey]:
    path, trusted = keys.create("alice", tmp_path_factory.mktemp("keys"), days=10, now=NOW)
    return keys.load(path), trusted


def facts(key: keys.SigningKey, **changes: object) -> Facts:
    checks = tuple(CheckPart(g, g, "pass", "git status", "x", "y", "0" * 64) for g in v.GROUPS[1])
    change = Change("tasks/TASK-001.md", None, Blob("100644", "a" * 40))
    made = Facts(
        id="TASK-001-x",
        issued=certificates.time_text(NOW),
        component="task_001",
        verifier=certificates.VerifierPart("executor", "0", key.id, "alice"),
        checks_version=1,
        task=certificates.TaskPart("TASK-001", "Raise it", "tasks/TASK-001.md", "build", None, None, "a" * 40),
        repositories=(certificates.RepositoryPart("platform", "main", "b" * 40, "c" * 40, (change,)),),
        criteria=(CriterionPart(1, "Bump `it`\n## SIGNATURE", 12, "proved", "0" * 64),),
        checks=checks,
        configuration_sha256="0" * 64,
        places=(certificates.PlacePart("platform", "tasks/TASK-001.md", 12, "- [x] Bump `it`"),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


# The form of source 004


def test_form_of_source_004(key: tuple[keys.SigningKey, keys.TrustedKey]) -> None:
    text = certificates.issue(facts(key[0]), key[0]).decode()
    headings = re.findall(r"(?m)^#+ .*$", text)
    assert headings == [
        "# GITOPS_VERIFICATION CERTIFICATE", "## REVIEW SCOPE", "## FINDINGS", "## DECISION/OUTCOME", "## EVIDENCE",
        "## SIGNATURE",
    ]  # fmt: skip
    for line in ("**Component**: ", "**Agent**: ", "**Date**: 2026-05-04 03:02:01 UTC", "**Certificate ID**: ",
                 "**Status**: APPROVED", "**Rationale**: ", "**Conditions**: none", "Agent: ",
                 "Timestamp: 2026-05-04 03:02:01 UTC", "Certificate Hash: sha256:"):  # fmt: skip
        assert re.search(rf"(?m)^{re.escape(line)}", text), line
    assert "- tasks/TASK-001.md:12: - [x] Bump `it`" in text


def test_file_name(key: tuple[keys.SigningKey, keys.TrustedKey]) -> None:
    assert facts(key[0]).file_name == "gitops_verification_task_001_20260504_030201.md"
    assert certificates.component_of("OPS.12/Ärger") == "ops_12_rger"


def test_statement_is_in_toto(key: tuple[keys.SigningKey, keys.TrustedKey]) -> None:
    document = certificates.issue(facts(key[0]), key[0])
    first, second = (envelope.statement_of(envelope.payload_of(each)[0]) for each in certificates.parse(document))
    assert first["_type"] == second["_type"] == "https://in-toto.io/Statement/v1"
    assert {"name": "platform:tree", "digest": {"gitTree": "c" * 40}} in first["subject"]
    assert first["subject"] == second["subject"]
    assert second["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert second["predicate"]["result"] == "PASSED"
    assert second["predicate"]["passedTests"] == list(v.GROUPS[1])


# Who may be believed


def test_good_one_is_believed_later_too(key: tuple[keys.SigningKey, keys.TrustedKey]) -> None:
    """Its key's validity lies in the past by now; what was signed in it still counts."""
    document = certificates.issue(facts(key[0]), key[0])
    checked = certificates.check(document, {key[1].id: key[1]}, now=NOW + timedelta(days=4000))
    assert checked.decision.status is CertificateStatus.APPROVED


def rejected(document: bytes, *trusted: keys.TrustedKey, now: datetime = NOW) -> str:
    with pytest.raises(Rejected) as caught:
        certificates.check(document, {each.id: each for each in trusted}, now=now)
    return str(caught.value)


def test_unknown_key(key: tuple[keys.SigningKey, keys.TrustedKey], tmp_path: Path) -> None:
    document = certificates.issue(facts(key[0]), key[0])
    assert "not trusted" in rejected(document)
    other = keys.create("bob", tmp_path, days=1, now=NOW)[1]
    assert "not trusted" in rejected(document, other)


def test_known_id_with_another_key(key: tuple[keys.SigningKey, keys.TrustedKey], tmp_path: Path) -> None:
    """A signature by bob that says it is alice's."""
    bob = keys.load(keys.create("bob", tmp_path, days=1)[0])
    made = facts(key[0])
    fake = json.loads(envelope.sealed(certificates.statement_for(made), bob))
    fake["signatures"][0]["keyid"] = key[1].id
    document = certificates.render(made, envelope.canonical(fake), envelope.canonical(fake))
    assert "not that of alice" in rejected(document, key[1])


@pytest.mark.parametrize("moment", [NOW - timedelta(seconds=1), NOW + timedelta(days=10, seconds=1)])
def test_outside_of_validity(key: tuple[keys.SigningKey, keys.TrustedKey], moment: datetime) -> None:
    document = certificates.issue(facts(key[0], issued=certificates.time_text(moment)), key[0])
    assert "validity" in rejected(document, key[1], now=NOW + timedelta(days=100))


def test_from_the_future(key: tuple[keys.SigningKey, keys.TrustedKey]) -> None:
    document = certificates.issue(facts(key[0], issued=certificates.time_text(NOW + timedelta(hours=1))), key[0])
    assert "still to come" in rejected(document, key[1])


def resigned(made: Facts, key: keys.SigningKey, **predicate: object) -> bytes:
    """A trusted key signs a statement that does not follow from its own facts."""
    statement = certificates.statement_for(made)
    statement["predicate"].update(predicate)
    sealed = envelope.sealed(statement, key)
    return certificates.render(made, sealed, envelope.sealed(certificates.test_result(statement), key))


def test_status_is_computed_not_read(key: tuple[keys.SigningKey, keys.TrustedKey]) -> None:
    failing = facts(key[0], criteria=(CriterionPart(1, "x", 1, "disproved", "0" * 64),))
    assert failing.decision.status is CertificateStatus.REQUIRES_REMEDIATION
    assert "does not follow" in rejected(resigned(failing, key[0], status="APPROVED"), key[1])


def test_subjects_follow_from_facts(key: tuple[keys.SigningKey, keys.TrustedKey]) -> None:
    made = facts(key[0])
    statement = certificates.statement_for(made)
    statement["subject"][0]["digest"]["gitTree"] = "d" * 40
    sealed = envelope.sealed(statement, key[0])
    document = certificates.render(made, sealed, envelope.sealed(certificates.test_result(statement), key[0]))
    assert "subjects" in rejected(document, key[1])


def test_unknown_keys_in_the_statement(key: tuple[keys.SigningKey, keys.TrustedKey]) -> None:
    assert "another form" in rejected(resigned(facts(key[0]), key[0], more="x"), key[1])


# Any byte


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_byte_changed_is_rejected(key: tuple[keys.SigningKey, keys.TrustedKey], data: st.DataObject) -> None:
    document = certificates.issue(facts(key[0]), key[0])
    place = data.draw(st.integers(0, len(document) - 1))
    way = data.draw(st.sampled_from(["replace", "insert", "delete"]))
    byte = bytes([data.draw(st.integers(0, 255))])
    end = place if way == "insert" else place + 1
    tampered = document[:place] + (b"" if way == "delete" else byte) + document[end:]
    if tampered != document:
        rejected(tampered, key[1])


def test_every_byte_of_the_envelopes(key: tuple[keys.SigningKey, keys.TrustedKey]) -> None:
    """Also those that base64 and JSON would let pass: each bit that a decoder might not look at."""
    document = certificates.issue(facts(key[0]), key[0])
    first = document.index(b"```json certificate")
    for place in range(first, len(document), 7):
        rejected(document[:place] + bytes([document[place] ^ 1]) + document[place + 1 :], key[1])


def test_openssl_alone_can_check_it(certified: Work, tmp_path: Path) -> None:
    """As docs/certificate.md says."""
    shown = certified.call("certificate", "show", "HEAD", "--signed", str(tmp_path))
    assert shown.code == 0
    public = certified.read(".executor/trusted_keys").split()[-1]
    (tmp_path / "key.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{public}\n-----END PUBLIC KEY-----\n")
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "signed.bin",
               "-sigfile", "signature.bin"]  # fmt: skip
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    signed = bytearray((tmp_path / "signed.bin").read_bytes())
    signed[100] ^= 1
    (tmp_path / "signed.bin").write_bytes(bytes(signed))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


# The status, a pure function

PASSED = [Recorded(group, "pass", group) for group in v.GROUPS[1]]
PROVED = [Recorded("criterion 1", "proved")]


def test_all_passed() -> None:
    assert decide(1, PASSED, PROVED).status is CertificateStatus.APPROVED


@pytest.mark.parametrize("word", ["error", "skip", "timeout", "not run", "", "PASS", "unknown"])
def test_other_words_never_approve(word: str) -> None:
    for place in range(len(PASSED)):
        checks = [*PASSED[:place], Recorded("x", word, PASSED[place].group), *PASSED[place + 1 :]]
        assert decide(1, checks, PROVED).status is CertificateStatus.NEEDS_FURTHER_REVIEW
    assert decide(1, PASSED, [*PROVED, Recorded("criterion 2", word)]).status not in v.APPROVING


@pytest.mark.parametrize("group", v.GROUPS[1])
def test_a_group_that_did_not_run_never_approves(group: str) -> None:
    checks = [each for each in PASSED if each.group != group]
    assert decide(1, checks, PROVED).status is CertificateStatus.NEEDS_FURTHER_REVIEW


@pytest.mark.parametrize("group", v.GROUPS[1])
def test_a_failure_never_approves(group: str) -> None:
    found = decide(1, [*PASSED, Recorded("again", "fail", group)], PROVED).status
    integrity = group in ("claims", "paths", "task-file", "boxes")
    assert found is (CertificateStatus.REJECTED if integrity else CertificateStatus.REQUIRES_REMEDIATION)


def test_nothing_ticked_and_unknown_version_never_approve() -> None:
    assert decide(1, PASSED, []).status is CertificateStatus.NEEDS_FURTHER_REVIEW
    assert decide(2, PASSED, PROVED).status is CertificateStatus.NEEDS_FURTHER_REVIEW
    assert decide(1, [], []).status is CertificateStatus.NEEDS_FURTHER_REVIEW


def test_conditions() -> None:
    manual = decide(1, PASSED, [Recorded("criterion 1", "manual", note="bob: did it")])
    assert manual.status is CertificateStatus.CONDITIONALLY_APPROVED
    assert manual.conditions == ("criterion 1 is a person's word: bob: did it",)
    warned = decide(1, [*PASSED, Recorded("build", "warn", "kustomize", "not covered")], PROVED)
    assert warned.conditions == ("build: not covered",)


def test_manual_part_is_named(key: tuple[keys.SigningKey, keys.TrustedKey]) -> None:
    made = facts(
        key[0], criteria=(CriterionPart(3, "Document", 9, "manual", "0" * 64, manual=ManualPart("bob", "wiki")),)
    )
    text = certificates.issue(made, key[0]).decode()
    assert "- Criterion 3 manual by bob: wiki: Document" in text
    assert "**Status**: CONDITIONALLY_APPROVED" in text


# The command


def test_check_of_a_commit(done: Work) -> None:
    answer = done.call("certificate", "check", "HEAD")
    assert answer.code == 0, answer.out
    assert "Signed by alice" in answer.out and "exactly what was certified" in answer.out


def test_check_of_a_file_outside_of_any_repository(certified: Work, tmp_path: Path) -> None:
    (tmp_path / "c.md").write_bytes(certified.document())
    (tmp_path / "keys").write_text(certified.read(".executor/trusted_keys"))
    stranger = Work(tmp_path, tmp_path / "home")
    answer = stranger.call("certificate", "check", "c.md", "--keys", str(tmp_path / "keys"))
    assert answer.code == 0, answer.err + answer.out


def test_other_tree_is_rejected(done: Work) -> None:
    """Another commit with the same note: its tree is another."""
    note = done.git("notes", "--ref=executor", "show", "HEAD")
    done.replace("apps/prod/kustomization.yaml", "1.26", "1.27")
    done.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    (done.home / "note").write_text(note)
    done.git("notes", "--ref=executor", "add", "--force", f"--file={done.home / 'note'}", "HEAD")
    answer = done.call("certificate", "check", "HEAD")
    assert answer.code == 1 and "not what was certified" in answer.out


def test_keys_of_the_work_tree_do_not_count(done: Work, tmp_path: Path) -> None:
    """Whoever may write the files could else bring the key along."""
    (done.root / ".executor" / "trusted_keys").write_text("# nobody\n")
    assert done.call("certificate", "check", "HEAD").code == 0
    done.commit("Trust nobody", ".executor/trusted_keys")
    answer = done.call("certificate", "check", "HEAD~1")
    assert answer.code == 1 and "not trusted" in answer.out


def test_show_writes_it_under_its_own_name(done: Work, tmp_path: Path) -> None:
    answer = done.call("certificate", "show", "HEAD", "--output", str(tmp_path))
    (path,) = tmp_path.glob("gitops_verification_task_001_*.md")
    assert answer.out.strip() == str(path)
    assert path.read_bytes() == done.document()


def test_commit_without_a_certificate(done: Work) -> None:
    """Nothing was called wrongly; nothing is proved."""
    for command in ("check", "show"):
        answer = done.call("certificate", command, "HEAD~1")
        assert answer.code == 1 and "has no certificate here" in answer.err
        assert done.call("certificate", command, "nonsense").code == 2
    assert done.call("certificate", "show", TASK).code == 2, "no certificate, and not printed as one"


def test_merge_has_none_of_its_own(done: Work) -> None:
    certified = done.head()
    done.git("switch", "--quiet", "--create", "other", "HEAD~1")
    done.git("merge", "--quiet", "--no-ff", "--no-edit", certified)
    answer = done.call("certificate", "check", "HEAD")
    assert answer.code == 1 and f"executor certificate show {certified[:12]}" in answer.err


def test_places_that_cannot_be_written(done: Work) -> None:
    done.write("file", "x\n")
    assert done.call("gate", "--base", "HEAD~1", "--junit", "file/gate.xml").code == 2
    assert done.call("certificate", "show", "--output", "file/below").code == 2
    assert done.call("gate", "--base", "HEAD~1", "--notes", "refs/notes/none").code == 2
    assert done.call("gate", "--base", "HEAD~1", "--junit", "out/gate.xml").code == 0
    assert (done.root / "out" / "gate.xml").is_file(), "as started in -C"
