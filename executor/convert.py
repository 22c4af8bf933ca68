"""Plain data (TOML, YAML, JSON) to frozen dataclasses, strictly: no unknown key, no wrong type, nothing coerced.

pydantic does the same with better messages and costs 0.16 s at start on the class of machine that `explain` has to
answer on in 0.15 s (docs/decisions.md); it is used where documents leave the program.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from executor.values import fields, is_dataclass

T = TypeVar("T")


class ConversionError(ValueError):
    """`path` is where in the data (keys and indexes from the top), `message` what was found there and what belongs."""

    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


def convert(cls: type[T], data: Any, path: tuple[str | int, ...] = ()) -> T:
    """`data`, a mapping, as the dataclass `cls`. Raises ConversionError at the first thing that does not fit."""
    if not isinstance(data, Mapping):
        raise ConversionError(path, f"found {_named(data)}, expected a table of keys")
    known = _fields(cls)  # type: ignore[arg-type]  # typeshed: a type is not seen as hashable here
    for key in data:
        if key not in known:
            from difflib import get_close_matches

            near = get_close_matches(str(key), known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"known keys: {', '.join(sorted(known))}"
            raise ConversionError((*path, key), f'unknown key "{key}"; {hint}')
    missing = [name for name, (_, required) in known.items() if required and name not in data]
    if missing:
        raise ConversionError(path, f'missing key "{missing[0]}"')
    return cls(**{key: _value(known[key][0], value, (*path, key)) for key, value in data.items()})


@functools.cache
def _fields(cls: type) -> dict[str, tuple[Any, bool]]:
    """Name → (type, required). Cached: resolving annotations costs more than a conversion."""
    hints = typing.get_type_hints(cls)
    return {each.name: (hints[each.name], each.required) for each in fields(cls)}


def _value(expected: Any, value: Any, path: tuple[str | int, ...]) -> Any:
    origin = typing.get_origin(expected)
    if expected is Any:
        return value
    if origin is typing.Union or origin is types.UnionType:
        return _one_of(typing.get_args(expected), value, path)
    if origin is typing.Literal:
        choices = typing.get_args(expected)
        if value not in choices:
            raise ConversionError(path, f"found {value!r}, expected one of {', '.join(map(str, choices))}")
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ConversionError(path, f"found {_named(value)}, expected a list")
        item = typing.get_args(expected)[0]
        return tuple(_value(item, each, (*path, i)) for i, each in enumerate(value))
    if origin in (dict, Mapping):
        if not isinstance(value, Mapping):
            raise ConversionError(path, f"found {_named(value)}, expected a table of keys")
        item = typing.get_args(expected)[1]
        return {str(key): _value(item, each, (*path, key)) for key, each in value.items()}
    if is_dataclass(expected):
        return convert(typing.cast(type[Any], expected), value, path)
    return _scalar(expected, value, path)


def _one_of(choices: tuple[Any, ...], value: Any, path: tuple[str | int, ...]) -> Any:
    if value is None and type(None) in choices:
        return None
    errors = []
    for choice in choices:
        if choice is not type(None):
            try:
                return _value(choice, value, path)
            except ConversionError as error:
                errors.append(error)
    raise max(errors, key=lambda error: len(error.path))


def _scalar(expected: Any, value: Any, path: tuple[str | int, ...]) -> Any:
    if isinstance(expected, type) and issubclass(expected, Enum):
        try:
            return expected(value)
        except ValueError:
            known = ", ".join(str(each.value) for each in expected)
            raise ConversionError(path, f"found {value!r}, expected one of {known}") from None
    if expected is float and type(value) is int:
        return float(value)
    if type(value) is not expected:  # exact: True is no int here, and 1.20 is no version
        raise ConversionError(path, f"found {_named(value)}, expected {_KINDS.get(expected, expected.__name__)}")
    return value


_KINDS = {str: "a string in quotes", int: "a whole number", float: "a number", bool: "true or false"}


def _named(value: Any) -> str:
    kind = {str: "the string", int: "the number", float: "the number", bool: "the truth value"}.get(type(value))
    if kind:
        return f"{kind} {value!r}"
    return "nothing" if value is None else f"a {'table' if isinstance(value, Mapping) else type(value).__name__}"
