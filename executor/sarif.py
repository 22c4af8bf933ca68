"""SARIF 2.1.0: findings with file and line, for the tools that show them beside a change."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import quote

from executor import __version__
from executor.tools.masking import Masker
from executor.values import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """`rule` is a key of the rules; `path` is relative to the repository, `line` counts from 1."""

    rule: str
    level: Literal["error", "warning", "note"]
    message: str
    path: str
    line: int


def write(tool: str, rules: Mapping[str, str], results: Iterable[Result]) -> str:
    """The document, without secrets: it is kept by CI. `rules`: id → one sentence."""
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": tool,
                        "version": __version__,
                        "rules": [{"id": name, "shortDescription": {"text": text}} for name, text in rules.items()],
                    }
                },
                "results": [_result(each) for each in results],
            }
        ],
    }
    return json.dumps(Masker.of_environment().whole(document), indent=2, ensure_ascii=False) + "\n"


def _result(result: Result) -> dict[str, Any]:
    artifact = {"uri": quote(os.fsencode(result.path)), "uriBaseId": "%SRCROOT%"}
    location = {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": result.line}}}
    return {
        "ruleId": result.rule,
        "level": result.level,
        "message": {"text": result.message},
        "locations": [location],
    }
