"""An item of a draft as the fields of a form: labels, lists to choose from, what is wrong beside the field it is of.

Which fields there are says service/drafts/schema.py, how they are read back service/drafts/forms.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from matcher.answers import saying
from rules.language.condition_parsing import operators_for
from rules.language.facts import FLAGS, FactDefinition, FactType
from rules.language.measures import Combination
from seeds.documents import UNKNOWN
from seeds.faults import Fault, load_words
from seeds.regions import region_label
from service.drafts.forms import LEAF_KEYS, FormReader, typed_span
from service.drafts.schema import FIELDS_OF, Field, Widget
from service.pages.wording import page_words

Json = dict[str, Any]
_FEW = 40
"""A vocabulary with no more entries is ticked; of a larger one names are typed, with suggestions."""


_ALWAYS = frozenset({"kind", "when", "facts", "verdict", "by", "with", "rule", "id", "type", "amount", "rate", "cite"})
"""What is shown of a block that has something already, empty or not."""
_TICKED = frozenset({"checks", "flag"})


@dataclass(slots=True, kw_only=True)
class Node:
    """One field, or a group or list of them; `pointers` are those of faults that are told here."""

    pointer: str
    label: str
    shape: str
    values: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    suggested: str = ""
    hint: str = ""
    parts: list[Node] = field(default_factory=list)
    more: list[Node] = field(default_factory=list)
    adds: list[str] = field(default_factory=list)
    removable: bool = False
    pointers: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)
    focus: bool = False

    @property
    def id(self) -> str:
        """Return the id that the field has on the page."""
        return "f" + "".join(one if one.isalnum() else "-" for one in self.pointer)

    @property
    def is_typed(self) -> bool:
        """Tell whether people type or choose something in it."""
        return self.shape not in ("item", "condition", "list", "group", "cite", "hidden", "told")

    @property
    def is_sent(self) -> bool:
        """Tell whether a browser sends something of it when nobody has touched it."""
        return (self.is_typed and (bool(self.values) or self.shape not in _TICKED)) or self.shape in ("hidden", "told")

    @property
    def has_something(self) -> bool:
        """Tell whether anything is typed or wrong in it or below."""
        below = any(one.has_something for one in (*self.parts, *self.more))
        return below or bool(self.faults) or any(self.values) or self.shape in ("item", "condition")

    def walk(self) -> Iterator[Node]:
        """Yield it and all below."""
        yield self
        for one in (*self.parts, *self.more):
            yield from one.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormMaker:
    """Makes the fields of one item in one language."""

    reader: FormReader
    language: str
    own: Mapping[str, str]
    """What an example may say beside published facts: the texts of the conditions that a person checks, by fact."""

    @property
    def words(self) -> Mapping[str, str]:
        """Return the words of pages."""
        return page_words(self.language)

    def fields(self, block: str, body: Json) -> Node:
        """Return the fields of an item."""
        root = Node(pointer="", label="", shape="item")
        root.parts, root.more = self._block(FIELDS_OF[block], body, "", block)
        return root

    def _label(self, block: str, key: str) -> str:
        return self.words.get(f"editor_key.{block}.{key}") or self.words[f"editor_key.{key}"]

    def _block(self, fields: Iterable[Field], body: Json, pointer: str, block: str) -> tuple[list[Node], list[Node]]:
        """Return the fields that are shown, and those folded away."""
        shown: list[Node] = []
        folded: list[Node] = []
        for one in fields:
            node = self._node(one, body, f"{pointer}/{one.key}", block.partition(" ")[0])
            is_first = one.usual and (not pointer or not body or one.key in _ALWAYS)
            (shown if is_first or node.has_something else folded).append(node)
        return shown, folded

    def _node(self, one: Field, body: Json, pointer: str, block: str) -> Node:
        value, label = body.get(one.key), self._label(block, one.key)
        hint = self.words.get(f"editor_hint.{block}.{one.key}") or self.words.get(f"editor_hint.{one.widget}", "")
        node = Node(pointer=pointer, label=label, shape="words", hint=hint, pointers=(pointer,))
        makers: Mapping[Widget, Callable[[], Node]] = {
            Widget.CITE: lambda: self._cite(node, value, body.get("clause") if one.key == "cite" else None),
            Widget.CONDITION: lambda: self._conditions(node, value, single=True),
            Widget.CONDITIONS: lambda: self._conditions(node, value, single=False),
            Widget.BLOCK: lambda: self._blocks(node, one, value),
            Widget.BLOCKS: lambda: self._blocks(node, one, value),
            Widget.FACTS: lambda: self._facts(node, value if isinstance(value, dict) else {}),
            Widget.VALUE: lambda: self._value(node, one.fact, None if value == UNKNOWN else value, name=pointer),
            Widget.CITED_FLAG: lambda: self._cited(node, value, is_flag=True),
            Widget.CITED_NUMBER: lambda: self._cited(node, value, is_flag=False),
        }
        return makers[one.widget]() if one.widget in makers else self._plain(node, one, value, block)

    def _plain(self, node: Node, one: Field, value: Any, block: str) -> Node:  # noqa: ANN401 - any plain value
        """Return a field of one input, or of several to tick."""
        match one.widget:
            case Widget.CHOICE | Widget.CHOICES | Widget.ENTRY | Widget.FACT:
                node.shape = "checks" if one.widget is Widget.CHOICES else "choice"
                node.options = self._options(one, block)
                node.values = list(map(str, value)) if isinstance(value, list) else [_typed(value)]
            case Widget.FLAG:
                node.shape, node.values = "flag", ["on"] if value is True else []
            case Widget.AMOUNT:
                node.values = ["" if value is None else typed_span(value)]
            case Widget.AMOUNTS:
                node.values = ["；".join(map(typed_span, value)) if isinstance(value, list) else ""]
            case _:
                many = isinstance(value, list)
                node.values = ["、".join(map(str, value)) if many else "" if value == UNKNOWN else _typed(value)]
                node.shape = "day" if one.widget is Widget.DAY else "words"
        return node

    def _options(self, one: Field, block: str) -> list[tuple[str, str]]:
        vocabularies, key = self.reader.vocabularies, one.key
        if one.widget is Widget.FACT:
            numbers = [fact for fact in self.reader.facts.values() if fact.type in (FactType.MONEY, FactType.NUMBER)]
            return sorted(((fact.id, fact.label(self.language)) for fact in numbers), key=lambda pair: pair[1])
        if one.widget is Widget.ENTRY or key in ("instrument", "also"):
            entries = vocabularies["materials" if one.widget is Widget.ENTRY else "instruments"].entries
            known = one.options or tuple(entries)
            return [(name, entries[name].label(self.language) if name in entries else name) for name in known]
        return [(name, self._choice(block, key, name)) for name in one.options]

    def _choice(self, block: str, key: str, value: str) -> str:
        """Return what a member of a closed list is called: as on other pages and in answers where they name it."""
        answers = load_words(saying.WORDS, self.language)
        for table, name in (
            (self.words, f"editor_choice.{block}.{value}"), (self.words, f"editor_choice.{key}.{value}"),
            (self.words, f"{_WORDS_OF.get((block, key), key)}.{value}"),
            (answers, f"{_ANSWERS_OF.get(key, key)}.{value}"),
        ):  # fmt: skip
            if name in table:
                return table[name]
        return value

    def _cite(self, node: Node, value: object, beside: object) -> Node:
        """Return the words that are cited: the quote, its clause where it is another, which of those that repeat."""
        raw = value if isinstance(value, dict) else {"quote": value or ""}
        clause = raw.get("clause") if raw.get("clause") is not None else beside
        said = {"quote": raw.get("quote"), "clause": clause, "nth": raw.get("nth")}
        node.shape, node.parts = "cite", [
            Node(
                pointer=f"{node.pointer}/{key}", label=self.words[f"editor_cite.{key}"], values=[_typed(text)],
                shape={"quote": "area", "clause": "clause", "nth": "number"}[key],
                pointers=(f"{node.pointer}/{key}", *((node.pointer,) if key == "quote" else ())),
            )
            for key, text in said.items()
        ]  # fmt: skip
        node.pointers = ()  # what is wrong is told beside the quote
        if beside is not None and not isinstance(value, dict):
            node.parts.append(_hidden(f"{node.pointer}/~beside", "on"))
        return node

    def _cited(self, node: Node, value: object, *, is_flag: bool) -> Node:
        raw = value if isinstance(value, dict) else {}
        stated = (value is True or bool(raw)) if is_flag else raw.get("value", None if raw else value)
        key, shape = ("on", "flag") if is_flag else ("value", "words")
        values = (["on"] if stated else []) if is_flag else [_typed(stated)]
        own = Node(pointer=f"{node.pointer}/{key}", label=node.label, shape=shape, values=values,
                   pointers=(node.pointer, f"{node.pointer}/{key}"))  # fmt: skip
        cite = Node(pointer=f"{node.pointer}/cite", label=self.words["editor_key.cite_else"], shape="cite",
                    pointers=(f"{node.pointer}/cite",))  # fmt: skip
        node.shape, node.parts = "group", [own]
        node.more = [self._cite(cite, raw.get("cite"), raw.get("clause"))]
        if raw:
            node.parts, node.more = [*node.parts, *node.more], []
        return node

    def _blocks(self, node: Node, one: Field, value: object) -> Node:
        single = one.widget is Widget.BLOCK
        if single and one.block == "defaults":
            node.shape = "group"
            node.parts, node.more = self._block(
                FIELDS_OF["defaults"], value if isinstance(value, dict) else {}, node.pointer, "defaults"
            )
            return node
        given = [value] if single and value is not None else value if isinstance(value, list) else []
        node.shape = "list"
        for number, body in enumerate(given):
            item = Node(
                pointer=node.pointer if single else f"{node.pointer}/{number}", shape="item", removable=True,
                label=node.label if single else self._numbered(node.label, number),
            )  # fmt: skip
            item.pointers = (item.pointer,)
            item.parts, item.more = self._block(
                FIELDS_OF[one.block], body if isinstance(body, dict) else {}, item.pointer, one.block
            )
            node.parts.append(item)
        node.adds = [] if single and given else ["block"]
        return node

    def _numbered(self, label: str, number: int) -> str:
        return f"{label} {number + 1}"

    def _conditions(self, node: Node, value: object, *, single: bool) -> Node:
        given = value if isinstance(value, list) else [] if value is None else [value]
        node.shape, node.adds = "list", [] if single and given else ["fact", "manual", "all", "any", "not"]
        if isinstance(value, dict) and not single:
            node.more = [_hidden(f"{node.pointer}/~one", "on")]
        for number, raw in enumerate(given):
            pointer = node.pointer if single else f"{node.pointer}/{number}"
            label = node.label if single else self._numbered(self.words["editor_key.condition"], number)
            node.parts.append(self._condition(pointer, label, raw if isinstance(raw, dict) else {}))
        return node

    def _condition(self, pointer: str, label: str, raw: Json) -> Node:
        node = Node(pointer=pointer, label=label, shape="condition", removable=True, pointers=(pointer,))
        group = next((word for word in Combination if word in raw), None)
        if group is not None:
            inner = Node(pointer=f"{pointer}/{group}", label=self.words[f"editor_group.{group}"], shape="list")
            node.parts = [_hidden(f"{pointer}/~group", group), self._conditions(inner, raw[group], single=False)]
            return node
        cite = Node(pointer=f"{pointer}/cite", label=self.words["editor_key.cite"], shape="cite")
        cite.pointers = (cite.pointer,)
        cited = self._cite(cite, raw.get("cite"), raw.get("clause"))
        node.parts = [*(self._manual(pointer, raw) if "manual" in raw else self._leaf(pointer, raw)), cited]
        return node

    def _manual(self, pointer: str, raw: Json) -> Iterator[Node]:
        for key in ("text", "text_en", "manual"):
            yield Node(
                pointer=f"{pointer}/{key}", label=self.words[f"editor_key.{key}"], shape="words",
                hint=self.words.get(f"editor_hint.{key}", ""), values=[_typed(raw.get(key))],
                pointers=(f"{pointer}/{key}",),
            )  # fmt: skip

    def _leaf(self, pointer: str, raw: Json) -> Iterator[Node]:
        name, operator = _typed(raw.get("fact")), next((key for key in raw if key not in LEAF_KEYS), "")
        fact = self.reader.facts.get(name)
        yield Node(pointer=f"{pointer}/fact", shape="told", label=self._named(name), values=[name])
        known = sorted(operators_for(fact)) if fact else []
        options = [(one, self.words[f"editor_operator.{one}"]) for one in known]
        label = self.words["editor_key.operator"]
        yield Node(pointer=f"{pointer}/~operator", label=label, shape="choice", options=options, values=[operator])
        value = Node(pointer=f"{pointer}/~value", label=self.words["editor_key.value_of"], shape="words")
        value.pointers = (f"{pointer}/{operator}",) if operator else ()
        yield self._value(value, name, raw.get(operator), name=value.pointer)
        if fact and fact.type is FactType.SET:
            yield Node(pointer=f"{pointer}/open", label=self.words["editor_key.open"], shape="flag",
                       values=["on"] if raw.get("open") is True else [], pointers=(f"{pointer}/open",))  # fmt: skip

    def _named(self, fact_id: str) -> str:
        fact = self.reader.facts.get(fact_id)
        return fact.label(self.language) if fact else self.own.get(fact_id) or fact_id

    def _value(self, node: Node, fact_id: str, value: object, *, name: str) -> Node:
        """Return the input of a value of a fact: its entries to tick or to type, yes or no, a day, a number."""
        fact = self.reader.facts.get(fact_id)
        node.pointer = name
        given = value if isinstance(value, list) else [] if value is None else [value]
        if fact is not None and fact.type is FactType.SET:
            self._entries(node, fact, [str(one) for one in given])
            if value is not None and not isinstance(value, list):
                node.more = [_hidden(f"{name}~one", "on")]
        elif fact is None or fact.type in FLAGS:
            node.shape = "choice"
            node.options = [("true", self.words["editor_yes"]), ("false", self.words["editor_no"])]
            node.values = ["true" if value is True else "false" if value is False else _typed(value)]
        else:
            node.values = [_typed(value)]
            node.shape = "day" if fact.type is FactType.DATE else "words"
            node.hint = self.words.get(f"editor_hint.{fact.type}", "").format(_unit(fact, self.language))
        return node

    def _entries(self, node: Node, fact: FactDefinition, given: list[str]) -> None:
        vocabulary = self.reader.vocabularies[fact.vocabulary]
        is_region = vocabulary.name == "regions"

        def label(name: str) -> str:
            named = (
                region_label(vocabulary, name, self.language) if is_region else vocabulary[name].label(self.language)
            )
            return named if node.shape == "checks" else f"{named}（{name}）"

        if len(vocabulary.entries) <= _FEW:
            node.shape, node.values = "checks", given
            node.options = [(name, entry.label(self.language)) for name, entry in vocabulary.entries.items()]
            node.options += [(name, name) for name in given if name not in vocabulary]
            return
        node.shape, node.suggested = "names", fact.vocabulary
        node.values = [self.offered(fact.vocabulary, name) if name in vocabulary else name for name in given]
        node.hint = self.words["editor_hint.entries"]

    def offered(self, vocabulary: str, name: str) -> str:
        """Return an entry as it is offered and typed: its name, with its id in brackets."""
        entries = self.reader.vocabularies[vocabulary]
        is_region = vocabulary == "regions"
        named = region_label(entries, name, self.language) if is_region else entries[name].label(self.language)
        return f"{named}（{name}）"

    def _facts(self, node: Node, value: Json) -> Node:
        """Return what an example says of its company, a fact a row."""
        node.shape, node.adds = "list", ["fact"]
        for number, (name, stated) in enumerate(value.items()):
            pointer = f"{node.pointer}/{number}"
            item = Node(pointer=pointer, label=self._named(name), shape="condition", removable=True)
            row = Node(pointer=f"{pointer}/~value", label=self._named(name), shape="words")
            row.pointers = (f"{node.pointer}/{name}",)
            item.parts = [
                _hidden(f"{pointer}/~fact", name), self._value(row, name, stated, name=row.pointer)
            ]  # fmt: skip
            node.parts.append(item)
        return node


_WORDS_OF = {
    ("measure", "kind"): "kind_badge", ("benefits", "kind"): "benefit", ("benefit", "kind"): "benefit",
    ("examples", "verdict"): "verdict",
}  # fmt: skip
"""Where the words of pages name the members of a closed list."""
_ANSWERS_OF = {"of": "base", "by": "cap_by"}


def _hidden(pointer: str, value: str) -> Node:
    return Node(pointer=pointer, label="", shape="hidden", values=[value])


def _typed(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _unit(fact: FactDefinition, language: str) -> str:
    return fact.unit_en if language == "en" else fact.unit


def place_faults(root: Node, faults: Iterable[tuple[Fault, str]], colon: str) -> list[tuple[str, str]]:
    """Put each fault, with its words, beside the field it is of; return for each the id to go to and what to say."""
    by_pointer: dict[str, Node] = {}
    for node in root.walk():
        for pointer in node.pointers:
            by_pointer.setdefault(pointer, node)
    told = []
    for fault, words in faults:
        pointer = fault.pointer
        while pointer and pointer not in by_pointer:
            pointer = pointer.rpartition("/")[0]
        at = by_pointer.get(pointer)
        if at is not None:
            at.faults.append(words)
        told.append((at.id if at else "", f"{at.label}{colon}{words}" if at else words))
    return told


def walk_to(root: Node, pointer: str) -> Node | None:
    """Return the node at a pointer."""
    return next((node for node in root.walk() if node.pointer == pointer), None)
