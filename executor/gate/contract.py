"""The verification's input contract: `executor verify --input` reads it as JSON (contracts.md, "Verification")."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from executor.config import LONGEST_WAIT
from executor.errors import UsageError
from executor.gate.verify import Call


class Input(BaseModel):
    """One call. `task_path` is relative to the folder that the command was started in, or absolute."""

    model_config = ConfigDict(extra="forbid", strict=True)

    task_id: str
    task_path: Annotated[str, Field(pattern=r"^[^\x00]+$")]
    execution_report: dict[str, Any] | None = None
    timeout_seconds: float = Field(default=300, gt=0, le=LONGEST_WAIT)
    checks_to_run: Annotated[list[str], Field(min_length=1)] = ["all"]


def read_call(text: str, start: Path, **rest: Any) -> Call:
    """The call that the JSON `text` asks for. Raises UsageError naming the key that is wrong."""
    try:
        given = Input.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise UsageError(f"--input: {where}: {first['msg']}", remedy="see docs/verification.md") from None
    return Call(
        given.task_path,
        start,
        tuple(given.checks_to_run),
        given.timeout_seconds,
        report=given.execution_report,
        task_id=given.task_id,
        **rest,
    )


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Input.model_json_schema()}
