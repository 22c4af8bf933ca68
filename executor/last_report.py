"""`executor report`: the last report of a task, or of the last run in this repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from executor import report
from executor.errors import UsageError
from executor.intake import load, locate
from executor.repository import open_workspace
from executor.tools import files


def find(task: str | None, start: Path) -> dict[str, Any]:
    """The document. Raises UsageError where there is none, or the file holds none."""
    if task is not None:
        workspace, path = locate(task, start)
        name = load(path, workspace)[0].id
        found = workspace.home.root / workspace.home.config.report_folder / f"{name}.json"
    else:
        home = open_workspace(start).home
        reports = [each for each in (home.root / home.config.report_folder).glob("*.json") if each.is_file()]
        reports.sort(key=lambda each: each.stat().st_mtime)
        if not reports:
            raise UsageError("no run has left a report here yet", remedy="executor run TASK.md")
        found = reports[-1]
    try:
        data = files.read(found)
    except FileNotFoundError:
        raise UsageError(f"there is no report of {task} yet", remedy=f"executor run {task}") from None
    except OSError as error:
        raise UsageError(f"{found}: cannot be read: {error.strerror}") from None
    wrong = report.fault(data)
    if wrong is not None:
        raise UsageError(f"{found}: not a report: {wrong}", remedy="remove it and run the task again")
    document: dict[str, Any] = json.loads(data)
    return document
