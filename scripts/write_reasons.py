"""Write docs/reasons.md from the table in executor/reasons.py; a test compares the two."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from executor.reasons import REMEDY, ReasonCode

PATH = Path(__file__).parent.parent / "docs" / "reasons.md"


def text() -> str:
    rows = [f"| `{code}` | {REMEDY[code]} |" for code in ReasonCode]
    head = [
        "# Reason codes",
        "",
        "The closed list of `reason_code` in reports and in `explain --json`. The code names the kind of reason; the",
        "`reason` beside it is a sentence with the place, what was found there and what to do.",
        "",
        "| code | what to do |",
        "|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
