"""What the pages tell people to type works as it stands there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from executor import config

from .work import Work

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"))


def test_openssl_recipe(done: Work) -> None:
    script = "set -eu\n" + "\n".join(blocks("certificate.md", "sh")).replace("ada", "alice")
    ran = subprocess.run(
        ["bash", "-c", script], cwd=done.root, env=done.environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert "Verified Successfully" in lines[0]
    text = done.document().decode()
    assert lines[1].split()[0] in text and f"sha256:{lines[2].split()[0]}" in text
    assert lines[3] in text, "the certified tree is HEAD's"


@pytest.mark.parametrize("page", ["verification.md", "ci.md"])
def test_settings_are_settings(page: str) -> None:
    for block in blocks(page, "toml"):
        config.read(block.encode())
