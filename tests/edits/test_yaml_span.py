"""The span-editing core: after an edit only the meant values and bytes differ, whatever the file looks like.

Oracles that are not our own parser: PyYAML's pure-Python composer (another scanner and parser than the libyaml that the
code uses) and the text itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import yaml as pyyaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from executor.tools.yaml_span import (
    AddEntry,
    CannotEdit,
    InsertKey,
    Mapping,
    NotYaml,
    RemoveEntry,
    RemoveKey,
    Replace,
    ReplaceBlock,
    Scalar,
    Sequence,
    Yaml,
    apply,
    compose,
    find,
    parse_path,
    plain_is_string,
    show_path,
    walk,
    written,
)

# -- random YAML ------------------------------------------------------------------------------------------------------

WORDS = [
    "a",
    "image",
    "tag",
    "ünï",
    "x-y",
    "1.20",
    "v1.2.3",
    "8080",
    "true",
    "it's",
    'say "hi"',
    "a: b",
    "日本",
    "# no",
    "",
    "${V}",
]
SCALARS = [*WORDS, "1.2.3@sha256:abc", "{{ .x }}", "a,b", "- a", "x" * 90, "two words", "💥 boom", "null", "0x1F"]


class Writer:
    """Writes random YAML in every style by hand. Deterministic for a seed; may write what is no YAML (then skipped)."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.anchors: list[str] = []
        self.tails = ["", "", "", " # c", "  # é: 'x", " "] + (["\t# tab"] if self.chance(0.1) else [])

    def file(self) -> bytes:
        parts = []
        for number in range(self.random.choice([1, 1, 1, 2, 3])):
            self.anchors = []
            start = "---\n" if number or self.chance(0.5) else ""
            parts.append(start + self.comment("") + self.block(0, 0) + ("...\n" if self.chance(0.1) else ""))
        text = "".join(parts)
        if self.chance(0.3):
            text = text.replace("\n", "\r\n")
        if self.chance(0.3):
            text = text.rstrip("\r\n")
        return (b"\xef\xbb\xbf" if self.chance(0.2) else b"") + text.encode()

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def comment(self, indent: str) -> str:
        return f"{indent}# note: é [x] {{y}} 'z\n" if self.chance(0.15) else ""

    def tail(self) -> str:
        return self.random.choice(self.tails) + "\n" + ("\n" if self.chance(0.1) else "")

    def anchor(self) -> str:
        if not self.chance(0.15):
            return ""
        self.anchors.append(self.random.choice(["v", "w", "v1"]))
        return f"&{self.anchors[-1]} "

    def scalar(self, flow: bool) -> str:
        value = self.random.choice(SCALARS)
        style = self.random.choice("'\"ppp")
        if style == "p" and not plain_is_string(value, flow=flow) and value not in ("1.20", "8080", "true", "null", ""):
            style = '"'
        if style == "p":
            return value if value or not flow else "''"
        return (
            "'" + value.replace("'", "''") + "'"
            if style == "'"
            else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        )

    def flow(self, depth: int) -> str:
        kind = self.random.choice("ssslma" if depth < 3 else "s")
        if kind == "a" and self.anchors:
            return "*" + self.random.choice(self.anchors) + " "
        if kind in "sa":
            return self.anchor() + self.scalar(flow=True)
        count = self.random.randrange(4)
        space, comma = self.random.choice(["", " "]), self.random.choice([",", ", ", " , "])
        if kind == "l":
            return f"[{space}{comma.join(self.flow(depth + 1) for _ in range(count))}{space}]"
        keys = self.random.sample(["a", "b", "'c'", '"d"', "é"], count)
        return f"{{{space}{comma.join(f'{key}: {self.flow(depth + 1)}' for key in keys)}{space}}}"

    def block(self, level: int, depth: int) -> str:
        indent = " " * level
        if self.chance(0.4) and depth:
            return "".join(
                self.comment(indent) + f"{indent}-{self.value(level + 2, depth, '')}"
                for _ in range(self.random.randint(1, 3))
            )
        keys = self.random.sample(
            ["name", "image", "tag", '"q k"', "'s'", "é", "k.8/s", "values", "x"], self.random.randint(1, 4)
        )
        return "".join(self.comment(indent) + f"{indent}{key}:{self.value(level, depth, indent)}" for key in keys)

    def value(self, level: int, depth: int, indent: str) -> str:
        kind = self.random.choice("sssffbba|>" if depth < 4 else "sf")
        if kind == "a" and self.anchors:
            return f" *{self.random.choice(self.anchors)}" + self.tail()
        if kind == "f":
            return " " + self.anchor() + self.flow(1) + self.tail()
        if kind == "b":
            return (
                " "
                + self.anchor().rstrip()
                + self.tail()
                + self.block(level + self.random.choice([1, 2, 2, 4]), depth + 1)
            )
        if kind in "|>":
            inner = " " * (level + 2)
            return (
                f" {self.anchor()}{kind}{self.random.choice(['', '-', '+'])}\n{inner}first é # x\n\n{inner}image: a:1\n"
                + ("\n" if self.chance(0.2) else "")
            )
        text = self.scalar(flow=False)
        return (" " if text else "") + (self.anchor() if text else "") + text + self.tail()


def composed(data: bytes) -> Yaml:
    """Random YAML that both libyaml and PyYAML's own parser can read; other texts are no examples."""
    try:
        result = compose(data)
        list(oracle(data))
    except (NotYaml, pyyaml.YAMLError):
        assume(False)
    return result


def oracle(data: bytes) -> Iterator[tuple[str, str]]:
    """(what, value) of every node by PyYAML's own pure-Python parser."""
    for event in pyyaml.parse(data.decode("utf-8-sig"), Loader=pyyaml.SafeLoader):
        kind = type(event).__name__.removesuffix("Event")
        anchor = getattr(event, "anchor", None)
        yield f"{kind} {anchor or ''} {getattr(event, 'tag', None) or ''}", getattr(event, "value", "")


FILES = st.integers(min_value=0, max_value=2**32).map(lambda seed: Writer(seed).file())
VALUES = st.one_of(
    st.sampled_from(
        [
            "1.2.4",
            "1.20",
            "4.20",
            "41",
            "1e3",
            "0x1",
            "yes",
            "null",
            "2024-01-02",
            "~",
            "",
            "v1",
            "main-1234567",
            "12e456",
        ]
    ),
    st.sampled_from(
        [
            "a b",
            "a: b",
            "a #b",
            "[x]",
            "é",
            "tab\there",
            "line\nbreak",
            "'",
            '"',
            "\\",
            "*a",
            "&a",
            "!x",
            "%",
            "@",
            "`",
            "-",
            "?",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12),
)
PROPERTY = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


@PROPERTY
@given(FILES, st.randoms(use_true_random=False), VALUES)
def test_replacing_a_scalar_changes_its_value_and_its_bytes_and_nothing_else(
    data: bytes, pick: random.Random, value: str
) -> None:
    yaml = composed(data)
    scalars = [each for each in yaml.nodes.values() if isinstance(each, Scalar)]
    target = pick.choice(scalars)
    try:
        after = apply(yaml, [Replace(target, value)])
    except CannotEdit as refused:
        assert target.style in ("|", ">") or refused.proof
        return
    assert after[: target.start] == data[: target.start]
    assert after[len(after) - (len(data) - target.end) :] == data[target.end :]
    before_events, after_events = list(oracle(data)), list(oracle(after))
    assert len(before_events) == len(after_events)
    differing = [i for i, (one, two) in enumerate(zip(before_events, after_events, strict=True)) if one != two]
    assert differing in ([], [target.event])
    assert after_events[target.event][1] == value


@PROPERTY
@given(FILES, VALUES)
def test_a_replaced_scalar_is_that_string_to_a_yaml_1_1_reader(data: bytes, value: str) -> None:
    yaml = composed(data)
    target = next((each for each in yaml.nodes.values() if isinstance(each, Scalar) and each.style == ""), None)
    assume(target is not None and value)
    try:
        after = apply(yaml, [Replace(target, value)])
    except CannotEdit:
        return
    nodes = [
        node
        for node in _resolved(after)
        if isinstance(node, pyyaml.ScalarNode) and node.start_mark.index == _char(after, target.start)
    ]
    assert [node.tag for node in nodes if node.value == value] == ["tag:yaml.org,2002:str"] or target.anchor


def _char(data: bytes, offset: int) -> int:
    at = data[:offset].decode("utf-8-sig")
    return len(at) + (1 if data[offset : offset + 1] == b" " else 0)


def _resolved(data: bytes) -> Iterator[pyyaml.Node]:
    try:
        roots = list(pyyaml.compose_all(data.decode("utf-8-sig"), Loader=pyyaml.SafeLoader))
    except pyyaml.composer.ComposerError:  # duplicate anchors: legal, and refused by this one
        assume(False)
    todo = [each for each in roots if each is not None]
    seen = set()
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, pyyaml.SequenceNode):
            todo += node.value
        elif isinstance(node, pyyaml.MappingNode):
            todo += [each for pair in node.value for each in pair]


@PROPERTY
@given(FILES, st.randoms(use_true_random=False), VALUES)
def test_entries_and_keys_come_and_go_alone(data: bytes, pick: random.Random, value: str) -> None:
    yaml = composed(data)
    collections = [each for each in yaml.nodes.values() if isinstance(each, Sequence | Mapping)]
    assume(collections)
    target = pick.choice(collections)
    edit = _some_edit(target, pick, value)
    assume(edit is not None)
    try:
        after = apply(yaml, [edit])
    except CannotEdit:
        return
    before_events, after_events = list(oracle(data)), list(oracle(after))
    added = isinstance(edit, AddEntry | InsertKey)
    if added:
        count = 1 if isinstance(edit, AddEntry) else 2
        assert before_events == after_events[: target.last] + after_events[target.last + count :]
        assert after_events[target.last + count - 1][1] == value
    else:
        gone = target.items[edit.index] if isinstance(edit, RemoveEntry) else None
        first, last = (gone.event, gone.last) if gone else _pair(target, edit.key)
        assert after_events == before_events[:first] + before_events[last + 1 :]
    _lines_kept(data, after, added)


def _some_edit(target: Sequence | Mapping, pick: random.Random, value: str):
    if isinstance(target, Sequence):
        if pick.random() < 0.5 or not target.items:
            return AddEntry(target, value)
        return RemoveEntry(target, pick.randrange(len(target.items)))
    keys = [key.value for key, _ in target.entries if isinstance(key, Scalar)]
    if pick.random() < 0.5 or not keys:
        return InsertKey(target, "brandNew", value)
    return RemoveKey(target, pick.choice(keys))


def _pair(target: Mapping, name: str) -> tuple[int, int]:
    return next(
        (key.event, value.last) for key, value in target.entries if isinstance(key, Scalar) and key.value == name
    )


def _lines_kept(before: bytes, after: bytes, added: bool) -> None:
    """Adding keeps every line but at most one (a flow collection's); removing adds none but at most one."""
    longer, shorter = (after, before) if added else (before, after)
    kept = longer.splitlines()
    lost = 0
    for line in shorter.splitlines():
        if line in kept:
            kept.remove(line)
        else:
            lost += 1
    assert lost <= 1


# -- single shapes ----------------------------------------------------------------------------------------------------


def edited(before: str, path: str, value: str, *, document: int = 0, literal: bool = False) -> str:
    yaml = compose(before.encode())
    node = find(yaml, yaml.documents[document], parse_path(path)).node
    assert isinstance(node, Scalar)
    return apply(yaml, [Replace(node, value, literal)]).decode()


@pytest.mark.parametrize(
    ("before", "path", "value", "after"),
    [
        ("tag: 1.2.3\n", "tag", "1.2.4", "tag: 1.2.4\n"),
        ("tag: 1.2.3 # keep\n", "tag", "1.20", 'tag: "1.20" # keep\n'),
        ("tag: 4.20\n", "tag", "4.20", 'tag: "4.20"\n'),
        ("tag: '1.2.3'\n", "tag", "1.20", "tag: '1.20'\n"),
        ('tag: "1.2.3"\n', "tag", "1.2.4", 'tag: "1.2.4"\n'),
        ("tag:\n", "tag", "1.2.4", "tag: 1.2.4\n"),
        ("tag: # none\n", "tag", "1.2.4", "tag: 1.2.4 # none\n"),
        ("tag: &v 1.2.3\nuse: *v\n", "tag", "1.2.4", "tag: &v 1.2.4\nuse: *v\n"),
        ("tag: !!str 1.2\n", "tag", "1.3", 'tag: !!str "1.3"\n'),
        ("tag: &v # why\n  1.2.3\n", "tag", "1.2.4", "tag: &v # why\n  1.2.4\n"),
        ("image: { repository: r, tag: v1 }\n", "image.tag", "v2", "image: { repository: r, tag: v2 }\n"),
        ("image: {repository: r, tag: v1}\n", "image.tag", "a,b", 'image: {repository: r, tag: "a,b"}\n'),
        ("a: 1\t# tab\ntag: 1.2.3\t# tab\n", "tag", "1.2.4", "a: 1\t# tab\ntag: 1.2.4\t# tab\n"),
        ("a: &x 1\nb: &x 2\ntag: 1.2.3", "tag", "1.2.4", "a: &x 1\nb: &x 2\ntag: 1.2.4"),
        ("\ufeffé: ü\r\ntag: 1.2.3\r\n", "tag", "1.2.4", "\ufeffé: ü\r\ntag: 1.2.4\r\n"),
        ("x: &b {tag: 1}\ny:\n  <<: *b\n", "y.tag", "2.0.1", "x: &b {tag: 2.0.1}\ny:\n  <<: *b\n"),
        ("v: ${V:=1.2.3}\n", "v", "${V:=1.2.4}", "v: ${V:=1.2.4}\n"),
        ("v: {a: '{{ x }}'}\n", "v.a", "{{ y }}", "v: {a: '{{ y }}'}\n"),
        ("long: one\n  two\n  three\nb: 1\n", "long", "x", "long: x\nb: 1\n"),
        ("? tag\n: 1.2.3\n", "tag", "1.2.4", "? tag\n: 1.2.4\n"),
    ],
)
def test_shapes(before: str, path: str, value: str, after: str) -> None:
    assert edited(before, path, value) == after


def test_a_number_stays_a_number_where_it_is_meant_as_one() -> None:
    assert edited("replicas: 2 # two\n", "replicas", "3", literal=True) == "replicas: 3 # two\n"
    with pytest.raises(CannotEdit, match="no number"):
        edited("replicas: 2\n", "replicas", "017", literal=True)


def test_the_second_document_and_the_markers_between() -> None:
    text = "%YAML 1.1\n---\ntag: 1\n...\n# between\n---\ntag: 1.2.3\n--- # third\ntag: 1\n"
    assert edited(text, "tag", "1.2.4", document=1) == text.replace("1.2.3", "1.2.4")


@pytest.mark.parametrize("text", ["a: |\n  x\n", "a: >-\n  x\n", "a: !!float 1.5\n"])
def test_what_is_not_replaced(text: str) -> None:
    with pytest.raises(CannotEdit):
        edited(text, "a", "2.0.1")


def test_lines_of_a_literal_block_scalar() -> None:
    text = "data:\n  values.yaml: |\n    image:\n      tag: 1.2.3 # é\n\n    x: y\nb: 1\n"
    yaml = compose(text.encode())
    block = find(yaml, yaml.documents[0], ("data", "values.yaml")).node
    assert isinstance(block, Scalar)
    after = apply(yaml, [ReplaceBlock(block, block.value.replace("1.2.3", "1.2.4"))]).decode()
    assert after == text.replace("1.2.3", "1.2.4")
    with pytest.raises(CannotEdit):
        apply(yaml, [ReplaceBlock(block, block.value + "more: 1\n")])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\nb: 2\n", 'a: 1\nb: 2\nnew: "1.20"\n'),
        ("a: 1\nb: 2", 'a: 1\nb: 2\nnew: "1.20"'),
        ("a: 1\r\nb: 2 # x\r\n# end\r\n", 'a: 1\r\nb: 2 # x\r\nnew: "1.20"\r\n# end\r\n'),
        ("a: 1\nb:\n  - |\n    x\n\n\n---\nc: 1\n", 'a: 1\nb:\n  - |\n    x\nnew: "1.20"\n\n\n---\nc: 1\n'),
        ("a:\n", 'a:\nnew: "1.20"\n'),
    ],
)
def test_a_missing_last_key(before: str, after: str) -> None:
    yaml = compose(before.encode())
    root = yaml.documents[0]
    assert isinstance(root, Mapping)
    assert apply(yaml, [InsertKey(root, "new", "1.20")]).decode() == after


def test_a_key_in_the_indentation_of_a_mapping_in_a_list() -> None:
    yaml = compose(b"l:\n  - name: a # x\n    v: 1\n  - name: b\n")
    item = find(yaml, yaml.documents[0], parse_path("l[0]")).node
    assert isinstance(item, Mapping)
    assert apply(yaml, [InsertKey(item, "t", "x")]) == b"l:\n  - name: a # x\n    v: 1\n    t: x\n  - name: b\n"


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        ("i:\n  - name: a\n    digest: sha256:1 # gone\n    newTag: x\n", "digest", "i:\n  - name: a\n    newTag: x\n"),
        ("i:\n  - digest: sha256:1\n    name: a\n", "digest", "i:\n  - name: a\n"),
        ("i:\n  - name: a\n    digest: sha256:1", "digest", "i:\n  - name: a"),
        ("i: [{name: a, digest: d}]\n", "digest", "i: [{name: a}]\n"),
        ("i: [{digest: d, name: a}]\n", "digest", "i: [{name: a}]\n"),
        ("i: [{name: a, digest: {of: d}}]\n", "digest", "i: [{name: a}]\n"),
        (
            "i:\n  - name: a\n    digest: # all\n      of: d\n\n      # too\n      by: [x]\n    # stays\n    b: 1\n",
            "digest",
            "i:\n  - name: a\n    # stays\n    b: 1\n",
        ),
        ("i:\n  - name: a\n    digest:\n    - d\n    - e\n", "digest", "i:\n  - name: a\n"),
        ("i:\n  - name: a\n    digest:\n      of: d", "digest", "i:\n  - name: a"),
        ("i:\n  - name: a\n    digest: |\n      one\n      two\n    b: 1\n", "digest", "i:\n  - name: a\n    b: 1\n"),
        ("i:\n  - name: a\n    digest: [d,\n      e]\n    b: 1\n", "digest", "i:\n  - name: a\n    b: 1\n"),
    ],
)
def test_a_key_goes_line_and_all(before: str, key: str, after: str) -> None:
    yaml = compose(before.encode())
    item = find(yaml, yaml.documents[0], parse_path("i[0]")).node
    assert isinstance(item, Mapping)
    assert apply(yaml, [RemoveKey(item, key)]).decode() == after


@pytest.mark.parametrize(
    ("before", "entry", "after"),
    [
        ("r:\n  - a\n  - b # x\n", "c", "r:\n  - a\n  - b # x\n  - c\n"),
        ("r:\n- a\nz: 1\n", "c", "r:\n- a\n- c\nz: 1\n"),
        ("r:\n  - 'a'", "c", "r:\n  - 'a'\n  - 'c'"),
        ("r: [a, b]\n", "c", "r: [a, b, c]\n"),
        ("r: []\n", "c", "r: [c]\n"),
        (
            "r:\n  - name: a\n    v: 1\n",
            {"name": "b", "v": "2"},
            'r:\n  - name: a\n    v: 1\n  - name: b\n    v: "2"\n',
        ),
    ],
)
def test_entries_are_added(before: str, entry: str | dict[str, str], after: str) -> None:
    yaml = compose(before.encode())
    sequence = find(yaml, yaml.documents[0], ("r",)).node
    assert isinstance(sequence, Sequence)
    assert apply(yaml, [AddEntry(sequence, entry)]).decode() == after


@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        ("r:\n  - a # x\n  # about b\n  - b\n  - c\n", 1, "r:\n  - a # x\n  # about b\n  - c\n"),
        ("r:\n  - a\n  - b", 1, "r:\n  - a"),
        ("r:\n- a\n# about b\n- b\n", 0, "r:\n# about b\n- b\n"),
        ("r:\n  - name: a\n    v:\n      - 1\n  - name: b\n", 0, "r:\n  - name: b\n"),
        ("r: [a, b, c]\n", 1, "r: [a, c]\n"),
        ("r: [a, b]\n", 0, "r: [b]\n"),
        ("r: [a]\n", 0, "r: []\n"),
        ("r: [\n  a,\n  b\n]\n", 1, "r: [\n  a,\n]\n"),
        ("r: [\n  a,\n  b, # c\n]\n", 0, "r: [\n  b, # c\n]\n"),
        ("r: [\n  a,\n  b]\n", 1, "r: [\n  a]\n"),
    ],
)
def test_entries_are_removed(before: str, index: int, after: str) -> None:
    yaml = compose(before.encode())
    sequence = find(yaml, yaml.documents[0], ("r",)).node
    assert isinstance(sequence, Sequence)
    assert apply(yaml, [RemoveEntry(sequence, index)]).decode() == after


@pytest.mark.parametrize(
    ("text", "index"),
    [("r:\n  - only\n", 0), ("r:\n  - &x a\n  - *x\n", 0), ("r:\n  - - a\n    - b\n", 0)],
)
def test_entries_that_are_not_removed(text: str, index: int) -> None:
    yaml = compose(text.encode())
    sequence = find(yaml, yaml.documents[0], ("r",)).node
    assert isinstance(sequence, Sequence)
    with pytest.raises(CannotEdit):
        apply(yaml, [RemoveEntry(sequence, index)])


def test_an_anchor_that_an_alias_would_lose_is_not_touched() -> None:
    yaml = compose(b"a: &x 1\nb:\n  - &x 2\n  - 3\nc: *x\n")
    sequence = find(yaml, yaml.documents[0], ("b",)).node
    assert isinstance(sequence, Sequence)
    with pytest.raises(CannotEdit, match=r"\*x would stand for something else"):
        apply(yaml, [RemoveEntry(sequence, 0)])


def test_several_edits_of_one_file_compose() -> None:
    yaml = compose(b"i:\n- name: a\n  newTag: 1.0.0\n  digest: sha256:1\n- name: b\n  newTag: 2.0.0\n")
    root = yaml.documents[0]
    tags = [find(yaml, root, parse_path(f"i[{n}].newTag")).node for n in (0, 1)]
    item = find(yaml, root, parse_path("i[0]")).node
    assert isinstance(item, Mapping)
    edits = [Replace(each, "3.0.0") for each in tags if isinstance(each, Scalar)]
    after = apply(yaml, [*edits, RemoveKey(item, "digest")])
    assert after == b"i:\n- name: a\n  newTag: 3.0.0\n- name: b\n  newTag: 3.0.0\n"


def test_users_of_an_anchor_are_found_also_through_what_holds_it() -> None:
    yaml = compose(b"base: &b\n  image: &i {tag: 1.2.3}\nx:\n  <<: *b\ny: *i\nz: 1\n")
    found = find(yaml, yaml.documents[0], parse_path("base.image.tag"))
    assert [yaml.line(each.start) for each in yaml.users(found.node)] == [4, 5]
    through = find(yaml, yaml.documents[0], parse_path("x.image.tag"))
    assert through.node is found.node
    assert [each.name for each in through.through] == ["b"]


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"a: 1\nb: \xff\n", 2), (b"a: 1\nb: [\n", 3), (b"a: *x\n", 1), ("a: 1".encode("utf-16"), 1), (b"a: \x00\n", 1)],
)
def test_what_cannot_be_read_says_where(data: bytes, line: int) -> None:
    with pytest.raises(NotYaml) as caught:
        compose(data)
    assert caught.value.line == line


STRINGS = (
    "1.20 4.20 41 1e3 0x1 0o7 017 0b1 yes No ON y n null ~ NULL true .5 5. 1_000 1:30 2024-01-02 .inf .NaN nan Infinity"
    " 12e456 = <<"
)


@pytest.mark.parametrize(
    "value",
    [
        *STRINGS.split(),
        "",
        "- a",
        "a: b",
        "a #b",
        "[a",
        "{a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "a:",
        " a",
        "a ",
        "a?",
    ],
)
def test_what_needs_quotes_gets_them(value: str) -> None:
    text = written(value, "")
    assert text[0] == text[-1] == '"'
    assert pyyaml.safe_load(text) == value


@pytest.mark.parametrize(
    ("value", "block", "flow"),
    [
        ("1.2.3-rc.1", True, True),
        ("sha256:0a-b_c", True, True),
        ("a?b", True, False),
        ("a{b", True, False),
        ("a[b]", True, False),
        ("a`b", False, False),
    ],
)
def test_what_may_stand_plain(value: str, block: bool, flow: bool) -> None:
    assert (written(value, "", flow=False) == value, written(value, "", flow=True) == value) == (block, flow)


@given(st.text(max_size=20))
def test_any_string_in_any_style_is_read_back(value: str) -> None:
    for style in ("", "'", '"'):
        for flow in (True, False):
            text = written(value, style, flow=flow)
            assert pyyaml.safe_load(f"[{text}]" if flow else f"a: {text}") == ([value] if flow else {"a": value})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("spec.values.image.tag", ("spec", "values", "image", "tag")),
        ('metadata.annotations["a.b/c"]', ("metadata", "annotations", "a.b/c")),
        (r"metadata.labels.a\.b/c", ("metadata", "labels", "a.b/c")),
        ("/spec/containers/0/a~1b", ("spec", "containers", "0", "a/b")),
        (".spec.l[2].x", ("spec", "l", 2, "x")),
    ],
)
def test_paths(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path
    if not text.startswith("/"):
        assert parse_path(show_path(path)) == path


@pytest.mark.parametrize("text", ["", "a..b", "a[", "a]b", "[x=y"])
def test_no_paths(text: str) -> None:
    with pytest.raises(ValueError, match=r"path"):
        parse_path(text)


def test_entries_by_key_and_duplicate_keys() -> None:
    yaml = compose(b"l:\n- {name: a, v: 1}\n- {name: b, v: 2}\nx: 1\nx: 2\n")
    root = yaml.documents[0]
    node = find(yaml, root, parse_path("l[name=b].v")).node
    assert isinstance(node, Scalar)
    assert node.value == "2"
    with pytest.raises(ValueError, match="there twice"):
        find(yaml, root, ("x",))
    with pytest.raises(ValueError, match="no key"):
        find(yaml, root, ("nope",))


def test_walk_gives_every_node_its_path() -> None:
    yaml = compose(b"a: [1, {b: 2}]\n")
    assert {show_path(path) for path, _ in walk(yaml, yaml.documents[0]) if path} == {"a", "a[0]", "a[1]", "a[1].b"}
