"""The input contract of source 003: `executor run --input` reads it as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from executor.errors import UsageError
from executor.job import Call


class Input(BaseModel):
    """One call. `task_path` is relative to the folder that the command was started in, or absolute."""

    model_config = ConfigDict(extra="forbid", strict=True)

    task_id: str
    task_path: Annotated[str, Field(pattern=r"^[^\x00]+$")]
    criteria_filter: Annotated[list[str | int], Field(min_length=1)] = ["all"]
    dry_run: bool = False
    skip_verification: bool = False


def read_call(text: str, start: Path) -> Call:
    """The call that the JSON `text` asks for. Raises UsageError naming the key that is wrong; the task's id is compared
    with the file's by the workflow."""
    try:
        given = Input.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise UsageError(
            f"--input: {where}: {first['msg']}", remedy="executor schema input prints what belongs there"
        ) from None
    return Call(
        given.task_path,
        start,
        tuple(str(each) for each in given.criteria_filter),
        given.dry_run,
        given.skip_verification,
        task_id=given.task_id,
    )


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Input.model_json_schema()}
