"""YAML as plain data: no duplicate keys, no surprising types (NO, on, 12:30 and dates stay text)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from seeds.errors import Fault, SeedError

_CORE_SCHEMA = (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"null|~|", "n~\0"),
    ("tag:yaml.org,2002:int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)([eE][-+]?[0-9]+)?", "-+0123456789"),
)


_NOWHERE: tuple[str, dict[str, int]] = ("not_yaml_anywhere", {})
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, ten times as fast where libyaml is there


class _StrictLoader(_Loader):  # type: ignore[misc]
    """SafeLoader with the YAML 1.2 core scalars only and no duplicate keys."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name and shape PyYAML reads

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """Refuse a key that stands twice, which PyYAML would silently let win."""
        seen: set[str] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be plain text", key_node.start_mark)
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key_node.value!r} stands twice", key_node.start_mark
                )
            seen.add(key_node.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


for _tag, _pattern, _first in _CORE_SCHEMA:
    _firsts = ["" if c == "\0" else c for c in _first]
    _StrictLoader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), _firsts)


def parse_yaml(text: str, *, file: str) -> Any:  # noqa: ANN401 - YAML holds any plain data
    """Parse YAML `text`; raise SeedError naming `file` and the line when it cannot be read."""
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader subclass
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        code, place = ("not_yaml", {"line": mark.line + 1, "column": mark.column + 1}) if mark else _NOWHERE
        params = {**place, "problem": getattr(error, "problem", None) or str(error)}
        raise SeedError([Fault(file=file, pointer="", code=code, params=params)]) from error


def load_yaml(path: Path) -> Any:  # noqa: ANN401 - YAML holds any plain data
    """Read and parse a YAML file in UTF-8; raise SeedError naming the file when it cannot be read."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(file=path.name, pointer="", code="cannot_be_read", params={"reason": str(error)})
        raise SeedError([fault]) from error
    return parse_yaml(text, file=path.name)
