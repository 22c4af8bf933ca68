"""`dataclass` for this program: the standard one to the type checker, a quick one at run time.

Making one frozen, slotted class of the standard library takes about 0.5 ms, because it compiles up to eight methods
from text; `explain` needs 150 such classes and has 0.15 s for everything. Here only `__init__` is made so, by the
standard library; comparing, hashing and showing are ordinary functions. That values are frozen is checked by mypy,
which sees `dataclasses.dataclass` itself, and not again while the program runs. docs/decisions.md has the figures.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - an alias that mypy takes for the original
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """Use as `dataclasses.dataclass`, with these three options."""
        if cls is None:
            return lambda given: dataclass(given, frozen=frozen, slots=slots, eq=eq)
        cls.__doc__ = cls.__doc__ or cls.__name__  # else the standard library spells out the signature, at a price
        compares = eq and "__eq__" not in cls.__dict__
        hashes = frozen and eq and "__hash__" not in cls.__dict__
        shows = "__repr__" not in cls.__dict__
        made = dataclasses.dataclass(cls, eq=False, repr=False, slots=slots)
        if compares:
            made.__eq__ = _equal
            made.__hash__ = None
        if hashes:
            made.__hash__ = _hash
        if shows:
            made.__repr__ = _show
        return made


def _compared(value: Any) -> tuple[Any, ...]:
    return tuple(getattr(value, field.name) for field in value.__dataclass_fields__.values() if field.compare)


def _equal(self: Any, other: object) -> Any:  # NotImplemented is no bool
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _compared(self) == _compared(other)


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _show(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"
