"""The closed list of reason codes, its remedies and its page are one."""

from __future__ import annotations

import runpy
from pathlib import Path

from executor.reasons import REMEDY, ReasonCode

ROOT = Path(__file__).parents[2]


def test_every_code_has_a_remedy() -> None:
    assert set(REMEDY) == set(ReasonCode)


def test_the_page_is_written_from_the_table() -> None:
    page = runpy.run_path(str(ROOT / "scripts" / "write_reasons.py"))["text"]()
    assert (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8") == page, "run: python scripts/write_reasons.py"


def test_every_code_is_used() -> None:
    """A code that nothing gives is a promise that nobody keeps."""
    files = [path for path in (ROOT / "executor").rglob("*.py") if path.name != "reasons.py"]
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    unused = [code.name for code in ReasonCode if f"ReasonCode.{code.name}" not in source]
    assert not unused
