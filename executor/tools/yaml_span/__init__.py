"""The span-editing core: YAML as nodes that know their bytes, splices, proofs. Knows nothing of tasks or Flux."""

from executor.tools.yaml_span.compose import Alias, Mapping, Node, NotYaml, Scalar, Sequence, Yaml, compose
from executor.tools.yaml_span.edit import (
    AddEntry,
    Edit,
    InsertKey,
    RemoveEntry,
    RemoveKey,
    Replace,
    ReplaceBlock,
    apply,
)
from executor.tools.yaml_span.path import (
    Found,
    Path,
    PathError,
    Select,
    Step,
    find,
    lookup,
    parse_path,
    path_of,
    show_path,
    walk,
)
from executor.tools.yaml_span.proof import CannotEdit
from executor.tools.yaml_span.quoting import plain_is_string, plain_kind, written

__all__ = [
    "AddEntry",
    "Alias",
    "CannotEdit",
    "Edit",
    "Found",
    "InsertKey",
    "Mapping",
    "Node",
    "NotYaml",
    "Path",
    "PathError",
    "RemoveEntry",
    "RemoveKey",
    "Replace",
    "ReplaceBlock",
    "Scalar",
    "Select",
    "Sequence",
    "Step",
    "Yaml",
    "apply",
    "compose",
    "find",
    "lookup",
    "parse_path",
    "path_of",
    "plain_is_string",
    "plain_kind",
    "show_path",
    "walk",
    "written",
]
