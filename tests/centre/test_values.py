"""Our quick dataclass is one to everybody who looks: same constructor, equality, hash, and to the standard library."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from pydantic import TypeAdapter

from executor.patterns import pattern
from executor.values import asdict, dataclass, field, fields, replace


@dataclass(frozen=True, slots=True)
class Base:
    kind: ClassVar[str] = "base"
    name: str
    size: int = 1


@dataclass(frozen=True)
class Below(Base):
    """`secret` is neither shown nor compared."""

    size: int = 2
    parts: tuple[str, ...] = ()
    found: Mapping[str, Any] = field(default_factory=dict)
    secret: str = field(default="", repr=False, compare=False)

    @property
    def long(self) -> bool:
        return self.size > 2


@dataclass
class Open:
    name: str
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seen.append(self.name)


@dataclass(frozen=True, eq=False)
class Itself:
    name: str


@dataclass(frozen=True, kw_only=True)
class Named:
    size: int = 1
    name: str


def test_named_arguments_only() -> None:
    for _ in range(20):  # filled one by one at first, compiled later: the same
        assert Named(name="a") == Named(size=1, name="a")
        with pytest.raises(TypeError):
            Named("a")  # type: ignore[misc, call-arg]
    assert TypeAdapter(Named).json_schema()["required"] == ["name"]


def test_constructor_defaults_and_order() -> None:
    made = Below("a", parts=("b",))
    assert (made.name, made.size, made.parts, made.found, made.secret) == ("a", 2, ("b",), {}, "")
    assert Below("a", 5).long
    assert made.found is not Below("a").found
    assert Open("x").seen == ["x"]
    assert [each.name for each in fields(Below)] == ["name", "size", "parts", "found", "secret"]
    with pytest.raises(TypeError, match="name"):
        Below()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unknown"):
        Below("a", unknown=1)  # type: ignore[call-arg]


def test_equality_hash_and_repr() -> None:
    assert Base("a") == Base("a") != Base("b")
    assert Base("a") != Below("a", 1)
    assert len({Base("a"), Base("a"), Base("b")}) == 2
    assert Below("a", secret="x") == Below("a", secret="y")
    assert repr(Below("a", secret="x")) == "Below(name='a', size=2, parts=(), found={})"
    assert Itself("a") != Itself("a")
    with pytest.raises(TypeError, match="unhashable"):
        hash(Open("a"))


def test_the_standard_library_sees_a_dataclass() -> None:
    made = Below("a", 3, ("b",), {"c": 1})
    assert dataclasses.is_dataclass(Below)
    assert not isinstance(getattr(Below, "kind", None), dataclasses.Field)
    wanted = {"name": "a", "size": 3, "parts": ("b",), "found": {"c": 1}, "secret": ""}
    assert dataclasses.asdict(made) == asdict(made) == wanted
    nested = Below("b", 1, (made,), {"of": [made, None]})  # type: ignore[arg-type]
    assert dataclasses.asdict(nested) == asdict(nested)
    assert dataclasses.replace(made, size=4) == replace(made, size=4) == Below("a", 4, ("b",), {"c": 1})
    assert [each.name for each in dataclasses.fields(Base)] == ["name", "size"]
    assert TypeAdapter(Base).json_schema()["required"] == ["name"]
    assert pickle.loads(pickle.dumps(made)) == made
    match made:
        case Below(name, size):
            assert (name, size) == ("a", 3)


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    words = pattern(r"(\w)\w*")
    assert not hasattr(type(words), "match")
    assert [each[1] for each in words.finditer("to be")] == ["t", "b"]
    assert words.fullmatch("be") is not None
    assert words.pattern == r"(\w)\w*"
    assert words.sub(r"\1", "to be") == "t b"
