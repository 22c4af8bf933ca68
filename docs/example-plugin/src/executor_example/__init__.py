"""An operation of a project's own, and the sentence that asks for it: "Changelog mentions 1.2.0"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from executor.errors import Blocked, Failed
from executor.models import EVERY_TYPE, Artefact, Forecast, Performed, Risk
from executor.reasons import ReasonCode
from executor.recognise.plugins import Sentence


@dataclass(frozen=True)
class Mentions:
    """`version` has to stand in `file`."""

    version: str
    file: str = "CHANGELOG.md"


class ChangelogMentions:
    """Reads one file of the repository and looks for a version in it."""

    kind = "changelog.mentions"
    arguments = Mentions
    allowed = EVERY_TYPE
    risk = Risk.LOW
    rehearsable = True

    def makes(self, arguments: Mentions) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: Mentions, site: Any) -> Forecast:
        if not site.tree.is_file(arguments.file):
            raise Blocked(ReasonCode.NOT_FOUND, f"there is no {arguments.file} here; write one")
        return Forecast(f"look for {arguments.version} in {arguments.file}")

    def preflight(self, arguments: Mentions, toolbox: Any) -> None:
        """Nothing has to be there but the file."""

    def perform(self, arguments: Mentions, toolbox: Any) -> Performed:
        lines = toolbox.site.tree.read(arguments.file).decode().splitlines()
        version = re.compile(rf"(?<![\w.]){re.escape(arguments.version)}(?![\w.])")  # not 1.2.0 in 11.2.0
        found = [number for number, line in enumerate(lines, 1) if version.search(line)]
        if not found:
            raise Failed(ReasonCode.NOT_SEEN, f"{arguments.file} does not mention {arguments.version}")
        return Performed(
            False, f"{arguments.file} mentions {arguments.version}", {"line": f"{arguments.file}:{found[0]}"}
        )


OPERATION = ChangelogMentions()


def recognise(sentence: Sentence) -> Sequence[tuple[str, Mapping[str, Any]]] | None:
    """Exactly "Changelog mentions VERSION": every word is used up, or it is not ours."""
    texts = [text.casefold() for text, _ in sentence.words]
    if len(texts) == 3 and texts[:2] == ["changelog", "mentions"] and sentence.words[2][1] == "version":
        return [("changelog.mentions", {"version": sentence.words[2][0]})]
    return None
