"""Forms and the plain data of an item: what was typed, read back into it; which item a form can show without loss.

The name of an input is the pointer of what it holds; names with ~ are the form's own. What is typed is judged by the
strict parser, as a pack is; here nothing is refused, and what cannot be read stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.language.facts import FactDefinition, FactType
from rules.language.measures import Combination
from seeds.documents import UNKNOWN, Document
from seeds.vocabulary import Vocabulary
from service.drafts.passages import passage_of
from service.drafts.schema import FIELDS_OF, Field, Widget

Json = dict[str, Any]
Tree = dict[str, Any]
"""What was typed, by the steps of the names: a tree below, or the texts of one name."""
MOST_INPUTS, DEEPEST = 4000, 24
LEAF_KEYS = frozenset({"fact", "open", "cite", "clause"})
OPEN_END, NOTHING = "?", "-"
"""How a bound that the text leaves open, and nothing paid, are typed."""
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,6})?")
_IN_BRACKETS = re.compile(r"（([^（）]{1,80})）$")
_BETWEEN = re.compile("[至~～]")
_SEPARATED = re.compile("[、,，;；\n]")


class FormError(ValueError):
    """What was sent is no form of ours: too many inputs, or one below another."""


def tree_of(sent: Iterable[tuple[str, list[str]]]) -> Tree:
    """Return what was typed as a tree by the names of inputs; raise FormError."""
    root: Tree = {}
    for number, (name, texts) in enumerate(sent):
        steps = name.removeprefix("/").split("/")
        if number > MOST_INPUTS or len(steps) > DEEPEST:
            raise FormError
        at: Any = root
        for step in steps[:-1]:
            at = at.setdefault(step, {})
            if not isinstance(at, dict):
                raise FormError
        if isinstance(at.get(steps[-1]), dict):
            raise FormError
        at[steps[-1]] = [text.replace("\r\n", "\n").strip() for text in texts]
    return root


def text_in(tree: Tree, key: str) -> str:
    """Return what was typed under a name, "" where nothing was."""
    found = tree.get(key)
    return found[0] if isinstance(found, list) and found else ""


def _below(tree: Tree, key: str) -> Tree:
    found = tree.get(key)
    return found if isinstance(found, dict) else {}


def _items(tree: Tree, key: str) -> list[Tree]:
    """Return the items of a list, in order."""
    below = _below(tree, key)
    return [_below(below, step) for step in sorted((one for one in below if one.isdigit()), key=int)]


def number_or_text(text: str) -> int | float | str:
    """Return a number that was typed, else the text."""
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def names_in(text: str) -> list[str]:
    """Return several names that were typed in one line."""
    return [name.strip() for name in _SEPARATED.split(text) if name.strip()]


def span_in(text: str) -> Any:  # noqa: ANN401 - an amount, or from and to
    """Return an amount that was typed, or the two ends of a range."""
    parts = [part.strip() for part in _BETWEEN.split(text)]
    values = [None if part == OPEN_END else number_or_text(part) for part in parts if part]
    return values if len(values) > 1 else (values[0] if values else "")


def typed_span(value: object) -> str:
    """Return an amount or a range as it is typed."""
    if value == []:
        return NOTHING
    ends = value if isinstance(value, list) else [value]
    return "至".join(OPEN_END if one is None else str(one) for one in ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReader:
    """Reads forms of one draft: `facts` and `vocabularies` are those of its catalogue and of its own pack."""

    document: Document
    facts: Mapping[str, FactDefinition]
    vocabularies: Mapping[str, Vocabulary]

    def body(self, block: str, tree: Tree, before: Json) -> Json:
        """Return an item as typed; its keys stand as they did, and those that no form has stay as they are."""
        clause = text_in(_below(tree, "source"), "clause") if block.startswith("measure") else self._title_clause()
        found = self._block(FIELDS_OF[block], tree, clause)
        covered = {one.key for one in FIELDS_OF[block]}
        kept = {key: value for key, value in before.items() if key not in covered}
        if block == "document":
            found |= {one.key: UNKNOWN for one in FIELDS_OF[block] if one.key in before and one.key not in found}
        return _in_order({**kept, **found}, before)

    def _block(self, fields: tuple[Field, ...], tree: Tree, clause: str) -> Json:
        found: Json = {}
        for field in fields:
            if field.widget is Widget.CITE and field.key == "cite":
                found |= self._cite(_below(tree, "cite"), clause)
            elif (value := self._typed(field, tree, clause)) not in (None, ""):
                found[field.key] = value
        return found

    def _title_clause(self) -> str:
        """Return where words that hold for a whole document are looked for first, as in packs."""
        return self.document.clauses_at(self.document.heading_start)[0].path

    def _typed(self, field: Field, tree: Tree, clause: str) -> Any:  # noqa: ANN401 - any part of an item
        """Return what was typed in one field; None or "" where nothing was."""
        below = _below(tree, field.key)
        parts: Mapping[Widget, Callable[[], Any]] = {
            Widget.CHOICES: lambda: _or_none(_several(tree, field.key)),
            Widget.CITED_FLAG: lambda: self._stated(below, clause, "") if text_in(below, "on") else None,
            Widget.CITED_NUMBER: lambda: self._stated(below, clause, "value"),
            Widget.CITE: lambda: self._source(below),
            Widget.VALUE: lambda: self.value(field.fact, tree, field.key) if _several(tree, field.key) else None,
            Widget.FACTS: lambda: self._facts(below),
            Widget.CONDITION: lambda: self.condition(below, clause) if below else None,
            Widget.CONDITIONS: lambda: self._conditions(field, tree, clause),
            Widget.BLOCK: lambda: self._block(FIELDS_OF[field.block], below, clause) if below else None,
            Widget.BLOCKS: lambda: _or_none(
                [self._block(FIELDS_OF[field.block], one, clause) for one in _items(tree, field.key)]
            ),
        }
        if field.widget in parts:
            return parts[field.widget]()
        return _OF_TEXT.get(field.widget, str)(text_in(tree, field.key))

    def _stated(self, tree: Tree, clause: str, key: str) -> Any:  # noqa: ANN401 - a number or flag, alone or cited
        """Return a number or a flag, with the words it is stated in where they are named."""
        stated = number_or_text(text_in(tree, key)) if key else True
        cite = self._cite(_below(tree, "cite"), clause)
        return {**({key: stated} if key else {}), **cite} if stated != "" and "cite" in cite else stated

    def _facts(self, tree: Tree) -> Json:
        rows = [one for one in tree.values() if isinstance(one, dict) and text_in(one, "~fact")]
        return {text_in(one, "~fact"): self.value(text_in(one, "~fact"), one, "~value") for one in rows}

    def _conditions(self, field: Field, tree: Tree, clause: str) -> Any:  # noqa: ANN401 - one or several
        found = [self.condition(one, clause) for one in _items(tree, field.key)]
        return found[0] if len(found) == 1 and text_in(_below(tree, field.key), "~one") else _or_none(found)

    def _cite(self, tree: Tree, clause: str) -> Json:
        """Return the words cited as packs write them: words of the own clause alone, others with theirs."""
        words, said, number = (text_in(tree, key) for key in ("quote", "clause", "nth"))
        nth = number_or_text(number)
        if not words:
            return {"clause": said} if said else {}
        if not said and nth == "":
            here = passage_of(self.document, words, clause=clause)
            words = here.quote if here else words
            said = here.clause if here and here.clause != clause else ""
        if nth != "":
            return {"cite": {**({"clause": said} if said else {}), "quote": words, "nth": nth}}
        if text_in(tree, "~beside") and said:
            return {"clause": said, "cite": words}
        return {"cite": {"clause": said, "quote": words} if said else words}

    def _source(self, tree: Tree) -> Json | None:
        words, clause, number = (text_in(tree, key) for key in ("quote", "clause", "nth"))
        here = passage_of(self.document, words, clause=clause) if words and not number else None
        if here and here.clause != clause and not clause:
            clause = here.clause
        nth = number_or_text(number)
        found = {"clause": clause, "quote": here.quote if here else words, **({"nth": nth} if nth != "" else {})}
        return found if words or clause else None

    def condition(self, tree: Tree, clause: str) -> Json:
        """Return a condition as typed."""
        for word in Combination:
            if word in tree or text_in(tree, "~group") == word:
                inner = [self.condition(one, clause) for one in _items(tree, word)]
                return {str(word): inner[0] if word is Combination.NOT and inner else inner}
        if "manual" in tree:
            texts = {key: text_in(tree, key) for key in ("manual", "text", "text_en")}
            return {key: text for key, text in texts.items() if text or key == "manual"} | self._cite(
                _below(tree, "cite"), clause
            )
        fact, operator = text_in(tree, "fact"), text_in(tree, "~operator")
        found: Json = {"fact": fact}
        if operator:
            found[operator] = self.value(fact, tree, "~value")
        if text_in(tree, "open"):
            found["open"] = True
        return found | self._cite(_below(tree, "cite"), clause)

    def value(self, fact_id: str, tree: Tree, key: str) -> Any:  # noqa: ANN401 - a value of any fact
        """Return what was typed as the value of a fact; a name with an id in brackets, as it is offered, is the id."""
        fact, texts = self.facts.get(fact_id), tree.get(key)
        given = [text for text in texts if text] if isinstance(texts, list) else []
        if fact is not None and fact.type is FactType.SET:
            several = [self._entry(fact, name) for text in given for name in self._written(fact, text)]
            return several[0] if len(several) == 1 and text_in(tree, f"{key}~one") else several
        text = given[0] if given else ""
        if text in ("true", "false"):
            return text == "true"
        return text if fact is not None and fact.type is FactType.DATE else number_or_text(text)

    def _written(self, fact: FactDefinition, text: str) -> list[str]:
        """Return the names of one line; a name that has a comma in it is one name."""
        vocabulary = self.vocabularies[fact.vocabulary]
        return [text] if vocabulary.find(text) else names_in(text)

    def _entry(self, fact: FactDefinition, text: str) -> str:
        vocabulary = self.vocabularies[fact.vocabulary]
        in_brackets = _IN_BRACKETS.search(text)
        return in_brackets[1] if in_brackets and in_brackets[1] in vocabulary else text


def _several(tree: Tree, key: str) -> list[str]:
    found = tree.get(key)
    return [text for text in found if text] if isinstance(found, list) else []


def _or_none(items: list[Any]) -> list[Any] | None:
    return items or None


def _read_numbers(text: str) -> list[Any] | None:
    return _or_none([number_or_text(one) for one in names_in(text)])


def _read_amounts(text: str) -> list[Any] | None:
    return _or_none([[] if one == NOTHING else span_in(one) for one in names_in(text)])


def _read_reach(text: str) -> Any:  # noqa: ANN401 - a word or a list of ids
    return text if text in REACHES else _or_none(names_in(text))


REACHES = ("document", "other_policies")


_OF_TEXT: Mapping[Widget, Callable[[str], Any]] = {
    Widget.FLAG: lambda text: True if text else None,
    Widget.NUMBER: number_or_text,
    Widget.AMOUNT: span_in,
    Widget.AMOUNTS: _read_amounts,
    Widget.NUMBERS: _read_numbers,
    Widget.NAMES: lambda text: _or_none(names_in(text)),
    Widget.REACH: _read_reach,
}


def _in_order(fresh: Json, before: Json) -> Json:
    """Return data with the keys that were there before first, in their order, whole way down."""
    keys = [key for key in before if key in fresh] + [key for key in fresh if key not in before]
    return {key: _ordered(fresh[key], before.get(key)) for key in keys}


def _ordered(fresh: Any, before: Any) -> Any:  # noqa: ANN401 - plain data of any shape
    if isinstance(fresh, dict):
        return _in_order(fresh, before if isinstance(before, dict) else {})
    if isinstance(fresh, list):
        was = before if isinstance(before, list) else []
        return [_ordered(one, was[place] if place < len(was) else None) for place, one in enumerate(fresh)]
    return fresh


def is_same(one: Any, other: Any) -> bool:  # noqa: ANN401 - plain data of any shape
    """Tell whether two say the same to the strict parser: a flag that is off, nothing, or a number as text aside."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {*_said(one), *_said(other)}
        return all(is_same(one.get(key), other.get(key)) for key in keys)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(is_same(a, b) for a, b in zip(one, other, strict=True))
    return type(one) is type(other) and one == other if isinstance(one, bool) else str(one) == str(other)


def _said(part: Json) -> Iterator[str]:
    return (key for key, value in part.items() if value not in (False, None, [], "") or value == 0)


_FRESH: Mapping[str, Callable[[str], Any]] = {
    "block": lambda _: {},
    "fact": lambda fact: {"fact": fact},
    "manual": lambda _: {"manual": "", "text": ""},
    **{str(word): lambda _, word=word: {str(word): []} for word in Combination},  # type: ignore[misc]
}


def changed(body: Json, wish: str, chosen: Mapping[str, str]) -> tuple[Json, str]:
    """Return an item with a row more or less, as a button of its form wishes, and where that was.

    A wish is 「add POINTER KIND」 or 「remove POINTER」; `chosen` has the fact to add. Raises FormError for another.
    """
    try:
        does, pointer, *kind = wish.split(" ")
        *steps, last = pointer.removeprefix("/").split("/")
        at: Any = body
        for step in steps:
            at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
        if does == "add":
            return body, _added(at, last, pointer, kind[0], chosen.get(f"~new{pointer.replace('/', ':')}", ""))
        _removed(at, last)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise FormError from error
    return body, "/" + "/".join(steps)


def _removed(at: Any, key: str) -> None:  # noqa: ANN401 - a part of an item
    if isinstance(at, list):
        del at[int(key)]
    elif key.isdigit():  # a fact of an example, or a condition that stands alone
        del at[list(at)[int(key)]]
    else:
        del at[key]


def _added(at: Any, key: str, pointer: str, kind: str, fact: str) -> str:  # noqa: ANN401 - a part of an item
    """Add a row to the list that `key` names; return its pointer."""
    held = at[int(key)] if isinstance(at, list) else at.get(key)
    if key == "facts" and kind == "fact":
        rows = at.setdefault(key, {})
        rows.setdefault(fact, None)
        return f"{pointer}/{list(rows).index(fact)}"
    if key in ("addressee", "beneficiary", "benefit", "window"):
        at[key] = _FRESH[kind](fact)
        return pointer
    rows = held if isinstance(held, list) else [held] if held else []
    rows.append(_FRESH[kind](fact))
    at[key] = rows
    return f"{pointer}/{len(rows) - 1}"
