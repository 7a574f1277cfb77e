"""What can be wrong with a file or a value, as codes with parameters; their words in two languages; strict YAML.

Who finds a fault names a code of seeds/messages. YAML is read as plain data: no duplicate keys, no surprising types
(NO, on, 12:30 and dates stay text).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml

LANGUAGES = ("zh", "en")
_FOLDER = Path(__file__).parent / "messages"
# The same as SafeLoader, ten times as fast where libyaml is there; the strict reader's own faults are worded here.
_PlainLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Bilingual(NamedTuple):
    """A parameter that differs by language."""

    zh: str
    en: str


class Words(NamedTuple):
    """The message and the hint ("" for none) of one code, and the parameters that the hint cannot do without.

    `otherwise` is the hint where one of them is not known.
    """

    message: str
    hint: str
    needs: frozenset[str]
    otherwise: str


@cache
def load_messages(language: str) -> Mapping[str, Words]:
    """Load the words of one of LANGUAGES by code; they are read once."""
    raw = yaml.load((_FOLDER / f"{language}.yaml").read_text("utf-8"), Loader=_PlainLoader)  # noqa: S506 - a SafeLoader
    return {code: _words_of(**one) for code, one in raw.items()}


def _words_of(message: str, hint: str = "", otherwise: str = "") -> Words:
    return Words(message, hint, holes(hint), otherwise)


def holes(text: str) -> frozenset[str]:
    """Return the names of the parameters of a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def worded(code: str, params: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return the message and the hint of a code in English ("en") or Chinese (any other language).

    Several values are a tuple; a list is one value, as somebody sent it. A hint has nothing to say when a parameter of
    it is not known (None or ""): another one stands in its place, or none.
    """
    language = "en" if language == "en" else "zh"
    message, hint, needs, otherwise = load_messages(language)[code]
    filled = {name: _shown(value, language) for name, value in params.items()}
    says = all(filled.get(name) not in (None, "") for name in needs)
    return message.format(**filled), hint.format(**filled) if says else otherwise


def bilingual(code: str) -> Bilingual:
    """Return the message of a code without parameters, to be a parameter itself."""
    return Bilingual(*(load_messages(language)[code].message for language in LANGUAGES))


def _shown(value: object, language: str) -> object:
    if isinstance(value, Bilingual):
        return value.en if language == "en" else value.zh
    if isinstance(value, tuple):
        return list(value) if language == "en" else "、".join(map(str, value))
    return _quotable(value) if isinstance(value, str | list | dict) else value


LONGEST_QUOTED = 600


def _quotable(value: str | list[Any] | dict[str, Any]) -> object:
    """Return what somebody sent as it can stand in a message: not endless, nothing that a terminal or page obeys."""
    text = str(value)
    if len(text) <= LONGEST_QUOTED and text.isprintable():
        return value
    shown = (one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text[:LONGEST_QUOTED])
    return "".join(shown) + ("…" if len(text) > LONGEST_QUOTED else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: `file` is the name as shown to people, `pointer` an RFC 6901 JSON pointer into it.

    `code` names its words, `params` fill them.
    """

    file: str
    pointer: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def worded(self, language: str) -> tuple[str, str]:
        """Return the message and the hint."""
        return worded(self.code, self.params, language)

    def line(self, language: str) -> str:
        """Return the fault on one line: file, pointer, message, hint."""
        message, hint = self.worded(language)
        if language == "zh":
            return f"{self.file}#{self.pointer}：{message}{f'（{hint}）' if hint else ''}"
        text = f"{self.file}#{self.pointer}: {message}"
        return f"{text} ({hint})" if hint else text

    def __str__(self) -> str:
        """Render the fault in English."""
        return self.line("en")


class SeedError(Exception):
    """One or more faults found while loading; nothing is loaded when any is found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep every fault, in the order found."""
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Render every fault in English, one a line."""
        return "\n".join(map(str, self.faults))


class CodedError(Exception):
    """What is wrong with one thing, as a code and its parameters; who knows its place makes a fault of it."""

    def __init__(self, code: str, /, **params: Any) -> None:  # noqa: ANN401 - parameters of a message
        """Keep the code and what its words need."""
        self.code, self.params = code, params
        super().__init__(code)

    def worded(self, language: str) -> tuple[str, str]:
        """Return the message and the hint."""
        return worded(self.code, self.params, language)

    def __str__(self) -> str:
        """Return the message in English."""
        return self.worded("en")[0]


class WrongValueError(CodedError, ValueError):
    """A value is not what it should be."""


_CORE_SCHEMA = (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"null|~|", "n~\0"),
    ("tag:yaml.org,2002:int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)([eE][-+]?[0-9]+)?", "-+0123456789"),
)


_NOWHERE: tuple[str, dict[str, int]] = ("not_yaml_anywhere", {})


class _StrictLoader(_PlainLoader):  # type: ignore[misc]
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


@cache
def load_words(folder: Path, language: str) -> Mapping[str, str]:
    """Load a table of words, FOLDER/zh.yaml or en.yaml (any other language is Chinese), by key; it is read once."""
    return MappingProxyType(load_yaml(folder / ("en.yaml" if language == "en" else "zh.yaml")))
