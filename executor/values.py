"""`dataclass` for this program: the standard one to the type checker, a quick one at run time.

Making one frozen, slotted class of the standard library takes about 0.5 ms, because it compiles up to eight methods
from text, and the module itself 8 ms; `explain` needs 150 such classes and has 0.15 s for everything. Here `__init__`
is compiled for a class of which many objects are created; comparing, hashing and showing are ordinary functions. That
values are frozen and slotted is checked by mypy, which sees `dataclasses.dataclass` itself, and not again while the
program runs. docs/decisions.md has the figures.

For the standard library these classes are dataclasses (`dataclasses.asdict`, `fields`, `is_dataclass`, pydantic): what
it wants to see is made when it asks for it. Inheritance and `field` work as there; `InitVar` and `KW_ONLY` do not.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import asdict as asdict  # noqa: PLC0414 - an alias that mypy takes for the original
    from dataclasses import dataclass as dataclass  # noqa: PLC0414
    from dataclasses import field as field  # noqa: PLC0414
    from dataclasses import replace as replace  # noqa: PLC0414
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, kw_only=False):
        """Use as `dataclasses.dataclass`, with these four options."""
        if cls is None:
            return lambda given: _made(given, frozen=frozen, eq=eq, kw_only=kw_only)
        return _made(cls, frozen=frozen, eq=eq, kw_only=kw_only)

    def field(*, default=..., default_factory=None, repr=True, compare=True):  # noqa: A002 - its name there
        """Use as `dataclasses.field`, with these four options."""
        return Field(default, default_factory, repr, compare)

    def replace(value, /, **changes):
        """As `dataclasses.replace`."""
        given = {name: getattr(value, name) for name in value.__fields__ if name not in changes}
        return value.__class__(**given, **changes)

    def asdict(value, /):
        """As `dataclasses.asdict`."""
        return {name: _plain(getattr(value, name)) for name in value.__fields__}

    def _plain(value):
        if hasattr(value, "__fields__"):
            return asdict(value)
        if isinstance(value, (list, tuple)):
            return type(value)(_plain(each) for each in value)
        return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value


class Field:
    """`default` is `...` where there is none; `annotation` is the text of the type."""

    __slots__ = ("annotation", "compare", "default", "default_factory", "name", "shown")

    name: str
    annotation: str

    def __init__(self, default: Any, default_factory: Any = None, shown: bool = True, compare: bool = True) -> None:
        self.default, self.default_factory = default, default_factory
        self.shown, self.compare = shown, compare

    @property
    def required(self) -> bool:
        return self.default is ... and self.default_factory is None


def fields(cls: Any) -> tuple[Field, ...]:
    """The fields of such a class, or of an object of it, in order."""
    found: dict[str, Field] = cls.__fields__
    return tuple(found.values())


def is_dataclass(cls: Any) -> bool:
    return hasattr(cls, "__fields__")


def _made(cls: Any, *, frozen: bool, eq: bool, kw_only: bool) -> Any:
    own = cls.__dict__
    found: dict[str, Field] = {}
    for base in reversed(cls.__mro__[1:]):
        found.update(base.__dict__.get("__fields__", ()))
    for name, annotation in own.get("__annotations__", {}).items():
        if not annotation.startswith("ClassVar"):
            found[name] = _field(cls, name, annotation)
    cls.__fields__ = found
    setattr(cls, "__match_args__", tuple(found))  # noqa: B010 - mypy takes it for final
    cls.__dataclass_fields__ = _STANDARD
    cls.__kw_only__ = kw_only
    if "__init__" not in own:
        cls.__init__ = _init_that_compiles(cls)
    if eq and "__eq__" not in own:
        cls.__compared__ = _getter([name for name, each in found.items() if each.compare])
        cls.__eq__ = _equal
        if "__hash__" not in own or own["__hash__"] is None:
            cls.__hash__ = _hash if frozen else None
    if "__repr__" not in own:
        cls.__repr__ = _show
    return cls


def _field(cls: Any, name: str, annotation: str) -> Field:
    """The field that the class body describes; its default, as in the standard library, is the class's attribute."""
    default = cls.__dict__.get(name, ...)
    made = default if isinstance(default, Field) else Field(default)
    made.name, made.annotation = name, annotation
    if made is default:
        if made.default is ...:
            delattr(cls, name)
        else:
            setattr(cls, name, made.default)
    return made


def _getter(names: list[str]) -> Any:
    """value → what of it is compared; one value for one name, a tuple for several."""
    return staticmethod(attrgetter(*names) if names else lambda value: ())


_WORTH_COMPILING = 10
"""So many objects are filled one field after the other before the class gets a compiled constructor: that costs as much
as 30 of them."""


def _init_that_compiles(cls: Any) -> Any:
    objects = 0

    def init(self: Any, *given: Any, **named: Any) -> None:
        nonlocal objects
        objects += 1
        if objects > _WORTH_COMPILING or not _filled(self, given, named):
            cls.__init__ = _compiled(cls)
            cls.__init__(self, *given, **named)

    return init


def _filled(self: Any, given: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """False where the arguments do not fit: what is wrong with them is for the compiled constructor to say."""
    if given and self.__kw_only__:
        return False
    values = dict(zip(self.__fields__, given, strict=False))
    count = len(values) + len(named)
    values.update(named)
    for name, each in self.__fields__.items():
        if name in values:
            value = values[name]
        elif each.default_factory is not None:
            value, count = each.default_factory(), count + 1
        elif each.default is not ...:
            value, count = each.default, count + 1
        else:
            return False
        object.__setattr__(self, name, value)
    fits = count == len(self.__fields__) and len(given) <= count
    if fits and hasattr(self, "__post_init__"):
        self.__post_init__()
    return fits


def _compiled(cls: Any) -> Any:
    """`def __init__(self, a, b=…): self.a = a …`, as the standard library writes it, from the same names."""
    takes, does, known = ["self", "*"] if cls.__kw_only__ else ["self"], [], {"_missing": ...}
    for name, each in cls.__fields__.items():
        takes.append(name if each.required else f"{name}={'_missing' if each.default_factory else f'_{name}_default'}")
        known[f"_{name}_default"] = each.default_factory or each.default
        made = f"_{name}_default() if {name} is _missing else {name}" if each.default_factory else name
        does.append(f"  self.{name} = {made}")
    if hasattr(cls, "__post_init__"):
        does.append("  self.__post_init__()")
    text = f"def __init__({', '.join(takes).removesuffix(', *')}):\n" + ("\n".join(does) or "  pass")
    made_here: dict[str, Any] = {}
    exec(text, known, made_here)  # noqa: S102 - made of names of fields, as in the standard library
    made_here["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return made_here["__init__"]


class _Standard:
    """`__dataclass_fields__`, by which the standard library knows its own, made when somebody looks at it."""

    def __get__(self, value: Any, owner: Any) -> Any:
        import dataclasses

        described = [(each.name, each.annotation, _standard(each)) for each in owner.__fields__.values()]
        made = dataclasses.make_dataclass(owner.__name__, described, kw_only=owner.__kw_only__)
        owner.__dataclass_fields__ = standard = vars(made)["__dataclass_fields__"]
        return standard


_STANDARD = _Standard()


def _standard(each: Field) -> Any:
    import dataclasses

    if each.default_factory is not None:
        return dataclasses.field(default_factory=each.default_factory, repr=each.shown, compare=each.compare)
    default = dataclasses.MISSING if each.default is ... else each.default
    return dataclasses.field(default=default, repr=each.shown, compare=each.compare)


def _equal(self: Any, other: Any) -> Any:  # NotImplemented is no bool
    if other.__class__ is not self.__class__:
        return NotImplemented
    return bool(self.__compared__(self) == self.__compared__(other))


def _hash(self: Any) -> int:
    return hash(self.__compared__(self))


def _show(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.shown)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"
