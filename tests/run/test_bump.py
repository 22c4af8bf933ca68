"""`executor bump`: a person's change of a version, without a task."""

from __future__ import annotations

import json
from pathlib import Path

from support import executor, git, make_repository, snapshot

from run.sample import FILES, RELEASE


def test_it_changes_the_file_and_shows_both_diffs(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "ops", FILES)
    ran = executor(root, "bump", "ffl", "--version", "0.1.18", "--chart")
    assert ran.exit_code == 0, ran.stderr
    assert (root / "apps/ffl/release.yaml").read_text() == RELEASE.replace("0.1.17", "0.1.18")
    assert "+      version: 0.1.18" in ran.stdout
    assert "rendered: HelmRelease apps/ffl spec.chart.spec.version: 0.1.17 → 0.1.18" in ran.stdout
    assert git(root, "diff", "--cached", "--name-only") == "", "nothing is staged"
    assert executor(root, "bump", "ffl", "--version", "0.1.18").exit_code == 0, "already so"


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "ops", FILES)
    before = snapshot(root)
    ran = executor(root, "bump", "ffl", "--version", "0.1.18", "--dry-run", "--json")
    document = json.loads(ran.stdout)
    assert (document["changed"], document["dry_run"]) == (True, True)
    assert "+      version: 0.1.18" in document["diff"]
    assert snapshot(root) == before


def test_what_cannot_be_done_says_so(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "ops", FILES)
    before = snapshot(root)
    lower = executor(root, "bump", "ffl", "--version", "0.1.0")
    assert (lower.exit_code, "apps/ffl/release.yaml:11" in lower.stderr, "(--rollback)" in lower.stderr) == (1, 1, 1)
    unknown = executor(root, "bump", "fll", "--version", "0.2.0")
    assert (unknown.exit_code, "ffl" in unknown.stderr) == (1, True)
    assert executor(root, "bump", "ffl", "--version", "2.x").exit_code == 1
    assert executor(root, "bump", "ffl", "--version", "0.1.18", "-n", "elsewhere").exit_code == 1
    assert snapshot(root) == before
    assert executor(root, "bump", "ffl", "--version", "0.1.0", "--rollback").exit_code == 0


def test_a_value_of_flux_is_refused(tmp_path: Path) -> None:
    owned = RELEASE.replace("version: 0.1.17", 'version: 0.1.17 # {"$imagepolicy": "flux-system:ffl:tag"}')
    root = make_repository(tmp_path / "ops", {**FILES, "apps/ffl/release.yaml": owned})
    assert executor(root, "bump", "ffl", "--version", "0.1.18").exit_code == 4
