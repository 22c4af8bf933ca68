"""What differs between two renderings."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from executor.flux.difference import difference, dotted


def document(name: str, kind: str = "ConfigMap", **more: Any) -> bytes:
    return yaml.safe_dump({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}).encode()


def said(before: list[bytes], after: list[bytes]) -> list[str]:
    return [str(each) for each in difference(before, after, "x").changes]


def test_order_of_documents_does_not_matter() -> None:
    one, two = document("one"), document("two")
    assert said([one, two], [two, one]) == []


def test_fields_entries_and_whole_objects() -> None:
    before = [document("one", data={"a": "1", "b": "2"}), document("gone")]
    after = [document("one", data={"a": "9", "c": "3"}), document("new")]
    assert said(before, after) == [
        "ConfigMap one data.a: 1 → 9",
        "ConfigMap one data.b: 2 → nothing",
        "ConfigMap one data.c: nothing → 3",
        "ConfigMap gone removed",
        "ConfigMap new added",
    ]


def test_types_count() -> None:
    assert said([document("a", spec={"tag": 4.20})], [document("a", spec={"tag": "4.20"})]) == [
        "ConfigMap a spec.tag: 4.2 → 4.20"
    ]
    assert said([document("a", spec={"on": True})], [document("a", spec={"on": 1})]) == [
        "ConfigMap a spec.on: true → 1"
    ]
    assert said([document("a", spec={"x": None})], [document("a", spec={})]) == [
        "ConfigMap a spec.x: nothing → nothing"
    ]


def test_one_entry_more_is_one_change() -> None:
    before = document("a", spec={"list": [{"name": "x"}, {"name": "y"}]})
    after = document("a", spec={"list": [{"name": "w"}, {"name": "x"}, {"name": "y"}]})
    assert said([before], [after]) == ['ConfigMap a spec.list[0]: nothing → {"name": "w"}']


def test_inside_of_texts() -> None:
    before = document("a", data={"values.yaml": "a: 1\nb: {c: 2}\n", "x.json": '{"k": 1}', "text": "one\ntwo\n"})
    after = document("a", data={"values.yaml": "a: 1\nb: {c: 3}\n", "x.json": '{"k": 2}', "text": "one\nthree\n"})
    found = difference([before], [after], "x").changes
    assert [(each.field[-1], each.within) for each in found] == [
        ("text", ()),
        ("values.yaml", ("b", "c")),
        ("x.json", ("k",)),
    ]
    comment = document("a", data={"values.yaml": "a: 1 # x\nb: {c: 2}\n"})
    other = document("a", data={"values.yaml": "a: 1 # y\nb: {c: 2}\n"})
    assert [each.within for each in difference([comment], [other], "x").changes] == [()]


def test_generated_names_are_one_object_and_their_references_follow() -> None:
    pod = {"volumes": [{"configMap": {"name": "values-hmg6f82fh6"}}]}
    before = [document("values-hmg6f82fh6", data={"a": "1"}), document("web", "Pod", spec=pod)]
    pod_after = {"volumes": [{"configMap": {"name": "values-t2ftmd4k65"}}]}
    after = [document("values-t2ftmd4k65", data={"a": "2"}), document("web", "Pod", spec=pod_after)]
    found = difference(before, after, "x")
    assert [str(each) for each in found.changes] == ["ConfigMap values data.a: 1 → 2"]
    assert {each.path for each in found.renamed} == {"metadata.name", "spec.volumes[0].configMap.name"}


def test_a_reference_to_something_else_is_a_change() -> None:
    before = [document("web", "Pod", spec={"configMap": {"name": "values-hmg6f82fh6"}})]
    after = [document("web", "Pod", spec={"configMap": {"name": "values-t2ftmd4k65"}})]
    assert len(difference(before, after, "x").changes) == 1


def test_two_objects_of_one_name_are_both_compared() -> None:
    first, second = document("a", data={"x": "1"}), document("a", data={"x": "2"})
    assert len(said([first, second], [first, document("a", data={"x": "3"})])) == 1


def test_dotted() -> None:
    assert dotted(("spec", "values", 0, "image", "app.kubernetes.io/name")) == (
        'spec.values[0].image["app.kubernetes.io/name"]'
    )


LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


@settings(max_examples=150, deadline=None)
@given(before=st.dictionaries(st.text(max_size=4), TREES, max_size=4), after=TREES)
def test_no_change_means_equal(before: dict[str, Any], after: Any) -> None:
    """Whatever differs as values shows; what does not differ shows nothing."""
    old, new = {"spec": before}, {"spec": after if isinstance(after, dict) else before}
    found = said([document("a", **old)], [document("a", **new)])
    same = yaml.safe_dump(old) == yaml.safe_dump(new)
    assert bool(found) != same
