"""The fast reader against PyYAML's own composer."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from executor.tools.yaml_read import Items, Map, NotYaml, Scalar, read

TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from("\n"), max_size=12)
VALUES = st.recursive(
    TEXT | st.sampled_from(["true", "1.20", "null", "${APP}", "{{ x }}", "a: b", "# c", "- d", "latest", "'", '"']),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXT.filter(lambda key: key != "<<"), inner, max_size=3)
    ),
    max_leaves=12,
)


def plain(node: Any) -> Any:
    if isinstance(node, Map):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, Items):
        return [plain(each) for each in node]
    return None if node is None else str(node)


DOCUMENTS = st.lists(
    st.dictionaries(TEXT.filter(lambda key: key != "<<"), VALUES, min_size=1, max_size=4), min_size=1, max_size=3
)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.sampled_from([True, False, None]), st.sampled_from([None, '"', "'", "|", ">"]), st.booleans())
def test_reads_what_pyyaml_reads(documents: list[Any], flow: bool | None, style: str | None, wide: bool) -> None:
    text = yaml.dump_all(
        documents, default_flow_style=flow, default_style=style, width=1000 if wide else 20, allow_unicode=True
    ).encode()
    expected = list(yaml.load_all(text, Loader=yaml.CBaseLoader))
    assert [plain(each) for each in read(text)] == expected


def lines_of(node: Any) -> dict[str, int]:
    found = {}
    for key, value in node.items():
        found[key] = value.line
        if isinstance(value, Map):
            found |= {f"{key}.{inner}": line for inner, line in lines_of(value).items()}
    return found


def test_lines_survive_a_mark_and_carriage_returns() -> None:
    text = b"\xef\xbb\xbf# first\r\na: 1\r\nb:\r\n  c: 'x'\r\n  d: |\r\n    long\r\n  e: 2\r\n"
    assert lines_of(read(text)[0]) == {"a": 2, "b": 4, "b.c": 4, "b.d": 5, "b.e": 7}


def test_quotes_and_tags_are_told_apart() -> None:
    found = read(b"a: 1.20\nb: '1.20'\nc: |\n  1.20\nd: !!str 1.20\n")[0]
    assert isinstance(found, Map)
    assert [found[key].plain for key in "abcd"] == [True, False, False, True]
    assert found["d"].tag == "tag:yaml.org,2002:str"


def test_anchors_aliases_and_merge_keys() -> None:
    found = read(b"base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nagain: *b\nlist:\n  <<: [{x: 9}, *b]\n")[0]
    assert isinstance(found, Map)
    assert found["use"] == {"x": "1", "y": "3"}
    assert found["again"] is found["base"]
    assert found["list"] == {"x": "9", "y": "2"}


def test_legal_yaml_that_pyyaml_refuses() -> None:
    found = read(b"a: &v 1\nb: *v\nc: &v 2\nd: *v\ne: x\t# tab before a comment\n")[0]
    assert found == {"a": "1", "b": "1", "c": "2", "d": "2", "e": "x"}


def test_keys_that_stand_twice() -> None:
    found = read(b"a: 1\nb: 2\na: 3\n")[0]
    assert isinstance(found, Map)
    assert found["a"] == "3"
    assert found.twice == [("a", 3)]


def test_containers_as_keys_and_templates() -> None:
    found = read(b"? {a: b}\n: c\n? [x]\n: {d: e}\nf: {{ .Values.x }}\n")[0]
    assert isinstance(found, Map)
    assert len(found) == 3
    assert next(iter(found.values())) == "c"


def test_documents_are_counted_as_yaml_counts_them() -> None:
    assert read(b"") == []
    assert read(b"# nothing\n") == []
    assert [type(each) for each in read(b"---\n---\na: 1\n...\n---\n- x\n--- text\n")] == [
        type(None), Map, Items, Scalar,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"a: 1\nb: [\nc: 2\n", 3),
        (b"a: 1\n b: 2\n", 2),
        (b"a: *nowhere\n", 1),
        (b"a: {{- if x }}\n", 1),
        (b"a: \xff\xfe\n", 1),
        (b"a: \x00\n", 1),
        (b"\ta: 1\n", 1),
    ],
)
def test_what_is_no_yaml_has_a_line(text: bytes, line: int) -> None:
    with pytest.raises(NotYaml) as caught:
        read(text)
    assert caught.value.line == line


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet="ab: -[]{}#&*!|>'\"%@`\n\t,?", max_size=40).map(str.encode))
def test_nothing_else_is_ever_raised(data: bytes) -> None:
    try:
        assert isinstance(read(data), list)
    except NotYaml as error:
        assert error.line >= 1


def test_depth_does_not_overflow() -> None:
    assert len(read(b"[" * 5000 + b"]" * 5000)) == 1
