"""Verification, certificate, commit, gate: what decides whether a change may be believed, and proves it afterwards.

verify      claims of the runs → own look at tree, registry and task file → verdicts (`verify.py`, `checks/`)
certify     verdicts → statement → signed certificate, Markdown and DSSE in one (`certify.py`, `certificate.py`)
commit      certified tree → hooks → commit, note, branch, by compare-and-swap (`commit.py`, `notes.py`)
gate        commits of a proposal → is each covered by certificates that the base trusts (`gate.py`)

reads       `claims` (reports), `objects` (git), `history` (commits, notes), `policy` and `keys` (the base), `committed`
judges      `checks/` and `case` (a look each), `verdict` (a pure function), `cover` (which certificates lead from
            before to after), `envelope` and `certificate.check` (did a trusted key sign it), `inspect` (is it of this)
writes      `verify` (task file, documents: `_take_back`, `_keep`), `commit`, `notes`, `tick`, `keys.create`; `scratch`
            in folders of its own. The gate writes nothing.
"""
