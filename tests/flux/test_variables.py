"""Flux's substitution: the table is bash's (tldp.org, "Parameter Substitution"), as fluxcd/pkg envsubst tests it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.flux.variables import substitute, unresolved

LETTERS = {"v": "abcdEFGH28ij", "z": "abcABC123ABCabc", "path": "/home/bozo/ideas/thoughts.for.today", "d": "foo1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abcdEFGH28ij", "abcdEFGH28ij"),
        ("${v}", "abcdEFGH28ij"),
        ("$v stays", "$v stays"),
        ("${#v}", "12"),
        ("${v^}", "AbcdEFGH28ij"),
        ("${v^^}", "ABCDEFGH28IJ"),
        ("${v,,}", "abcdefgh28ij"),
        ("${path:11}", "ideas/thoughts.for.today"),
        ("${path:11:5}", "ideas"),
        ("${path: -5}", "today"),
        ("${v=xyz}", "abcdEFGH28ij"),
        ("${none}", ""),
        ("${none=xyz}", "xyz"),
        ("${none:=xyz}", "xyz"),
        ("${none:-xyz}", "xyz"),
        ("x ${none=${d}}", "x foo1"),
        ("x: ${none=prefix${d}-suffix}", "x: prefixfoo1-suffix"),
        ("${z/%abc/XYZ}", "abcABC123ABCXYZ"),
        ("${z/#abc/XYZ}", "XYZABC123ABCabc"),
        ("${z//abc/xyz}", "xyzABC123ABCxyz"),
        ("${z/abc/xyz}", "xyzABC123ABCabc"),
        ("${path#*/}", "home/bozo/ideas/thoughts.for.today"),
        ("${path##*/}", "thoughts.for.today"),
        ("${path%.*}", "/home/bozo/ideas/thoughts.for"),
        ("${path%%.*}", "/home/bozo/ideas/thoughts"),
        ("$${v}", "${v}"),
        ("a ${v}$${v}$v${v}", "a abcdEFGH28ij${v}$vabcdEFGH28ij"),
        ("$${x=${d}}", "${x=foo1}"),
        (r"${path/\//-}", "-home/bozo/ideas/thoughts.for.today"),
        ("\\\\a ${none=${d}}", "\\\\a foo1"),
        ("${v", "${v"),
        ("${}", "${}"),
        ("{ ${a b} }", "{ ${a b} }"),
    ],
)
def test_substitute(text: str, expected: str) -> None:
    assert substitute(text, LETTERS) == expected


def test_what_only_the_cluster_knows_stays() -> None:
    assert substitute("${v} ${none} ${none:=x}", LETTERS, complete=False) == "abcdEFGH28ij ${none} ${none:=x}"


@given(st.text(alphabet="${}ab:=-/\n#%^", max_size=30))
def test_never_raises_and_leaves_text_without_dollars_alone(text: str) -> None:
    substitute(text, {"a": "1"})
    assert substitute(text.replace("$", ""), {"a": "1"}) == text.replace("$", "")


def test_unresolved() -> None:
    assert unresolved("a: ${X}\nb: $${Y}\nc: $Z ${W:=1}\n") == [(1, "${X}"), (3, "${W:=1}")]
