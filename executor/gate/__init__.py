"""Verification, certificate, commit, gate: what decides whether a change may be believed, and proves it afterwards.

verify      claims of the runs → own look at tree, registry and task file → verdicts (`verify.py`, `checks/`)
certify     verdicts → statement → signed certificate, Markdown and DSSE in one document (`certificate.py`)
commit      certified tree → hooks → commit, note, branch, by compare-and-swap (`commit.py`, `notes.py`)
gate        commits of a proposal → is each covered by certificates that the base trusts (`gate.py`, `policy.py`)
"""
