"""The form of a profile: its fields with label, hint and choices, and how what was typed becomes a profile and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from types import MappingProxyType
from typing import Any

from rules.catalogue.catalogue import Catalogue
from rules.language.facts import FactDefinition, FactType
from rules.language.labels import Labeller
from rules.language.measures import Conditional, leaves
from seeds.profile_fields import Kind as Field
from seeds.profile_fields import profile_fields
from seeds.vocabulary import Vocabulary
from service.pages.wording import page_words


class InputKind(StrEnum):
    """How a field is typed."""

    TEXT = "text"
    LINES = "lines"
    CHOICE = "choice"
    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a profile on the page; `autocomplete` is the browser's word for it, if it has one.

    `vocabulary` names the words offered while typing, or all choices of a choice.
    """

    name: str
    kind: InputKind
    main: bool = False
    autocomplete: str = "off"
    vocabulary: str = ""


_KINDS = {
    Field.TEXT: InputKind.TEXT, Field.SCOPE: InputKind.TEXT, Field.CODE: InputKind.TEXT, Field.PLACE: InputKind.TEXT,
    Field.LIST: InputKind.LINES,
    Field.WHOLE: InputKind.NUMBER, Field.MONEY: InputKind.MONEY, Field.DATE: InputKind.DATE, Field.FLAG: InputKind.FLAG,
}  # fmt: skip
"""How a field is typed that does not say otherwise, by its kind."""


FIELDS = tuple(
    FormField(
        name=name,
        kind=InputKind(form.typed) if form.typed else _KINDS[field.kind],
        main=form.main,
        autocomplete=form.autocomplete,
        vocabulary=field.vocabulary,
    )
    for name, field in ((name, profile_fields().by_id[name]) for name in profile_fields().form)
    if (form := field.form)
)
BY_NAME: Mapping[str, FormField] = MappingProxyType({field.name: field for field in FIELDS})

DECLARED = "facts."
"""What the name of a declared fact begins with."""

KIND_OF_FACT = MappingProxyType(
    {
        FactType.SET: InputKind.LINES,
        FactType.NUMBER: InputKind.NUMBER,
        FactType.MONEY: InputKind.MONEY,
        FactType.SHARE: InputKind.SHARE,
        FactType.RATE: InputKind.SHARE,
        FactType.DATE: InputKind.DATE,
        FactType.FLAG: InputKind.FLAG,
        FactType.ATTESTATION: InputKind.FLAG,
    }
)
_BY_LINE = (InputKind.LINES, InputKind.CHOICE)
_FLAGS = {"yes": True, "no": False}
_WHOLE = re.compile(r"[0-9]{1,12}")
_CHINESE_DATE = re.compile(r"([0-9]{4})[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})日?")


def is_field(name: str) -> bool:
    """Tell whether a form field belongs to the profile."""
    return name in BY_NAME or (name.startswith(DECLARED) and name != DECLARED)


def read_profile(typed: Mapping[str, str], published: Mapping[str, FactDefinition] | None = None) -> dict[str, Any]:
    """Return the profile that the typed values state; a field left empty is missing.

    `published` are the facts whose types are known; any other declared fact is answered with yes or no.
    """
    stated = {name: text.strip() for name, text in typed.items() if is_field(name) and text.strip()}
    profile = {field.name: _READERS[field.kind](stated[field.name]) for field in FIELDS if field.name in stated}
    facts = {
        fact: _READERS[kind_of_fact(fact, published or {})](stated[DECLARED + fact])
        for fact in (name.removeprefix(DECLARED) for name in stated if name.startswith(DECLARED))
    }
    return {**profile, "facts": facts} if facts else profile


def kind_of_fact(fact: str, published: Mapping[str, FactDefinition]) -> InputKind:
    """Return how a declared fact is typed; a condition of a measure is answered with yes or no."""
    return KIND_OF_FACT[published[fact].type] if fact in published else InputKind.FLAG


def typed_of(profile: Mapping[str, Any]) -> dict[str, str]:
    """Return what would have to be typed to state a profile: the inverse of read_profile."""
    typed = {
        name: _written(value, BY_NAME[name].kind)
        for name, value in profile.items()
        if name in BY_NAME and value is not None
    }
    declared = profile.get("facts") or {}
    return typed | {DECLARED + fact: _written(value, InputKind.LINES) for fact, value in declared.items()}


def _written(value: object, kind: InputKind) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ("\n" if kind in _BY_LINE else "、").join(map(str, value))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(text: str) -> int | str:
    narrow = unicodedata.normalize("NFKC", text).replace(",", "")
    return int(narrow) if _WHOLE.fullmatch(narrow) else text


def _day(text: str) -> str:
    match = _CHINESE_DATE.fullmatch(unicodedata.normalize("NFKC", text))
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else text


_READERS: dict[InputKind, Callable[[str], Any]] = {
    InputKind.TEXT: str,
    InputKind.LINES: _lines,
    InputKind.CHOICE: _lines,
    InputKind.NUMBER: _number,
    InputKind.MONEY: str,
    InputKind.SHARE: str,
    InputKind.DATE: _day,
    InputKind.FLAG: lambda text: _FLAGS.get(text, text),
}


MOST_CHOICES = 8
"""A vocabulary of more entries is typed with suggestions, not chosen from a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField(FormField):
    """A field with its words; `choices` are (value, words), empty when the field is typed freely."""

    label: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class Fields:
    """Shows fields in one language, against one catalogue."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        """Look up what the conditions of the catalogue read."""
        self._catalogue = catalogue
        self._language = language
        self._words = page_words(language)
        self._drafter = Labeller(catalogue.facts, catalogue.vocabularies, language)
        tiers = (tier for grant in catalogue.grants.values() for item in grant.benefits for tier in item.tiers)
        asking: Iterable[Conditional] = chain(catalogue.measures.values(), tiers)
        conditions = (condition for one in asking for condition in one.conditions)
        self._leaves = {leaf.test.fact: leaf for condition in conditions for leaf in leaves(condition)}

    @property
    def asked_for(self) -> Iterable[str]:
        """Return the facts, and the ids of conditions, that some measure of the catalogue reads."""
        return self._leaves.keys()

    def of_form(self, typed: Mapping[str, str]) -> list[ShownField]:
        """Return the fields of the form: the fixed ones, the facts that conditions read, and what is declared."""
        asked = [
            fact for fact, known in self._catalogue.facts.items() if known.field == "facts" and fact in self._leaves
        ]
        declared = [name.removeprefix(DECLARED) for name, text in typed.items() if name.startswith(DECLARED) and text]
        has_papers = any(grant.materials for grant in self._catalogue.grants.values())
        names = [one.name for one in FIELDS if has_papers or one.vocabulary != "materials" or typed.get(one.name)]
        names += [DECLARED + fact for fact in dict.fromkeys((*asked, *declared))]
        return [self.named(name) for name in names]

    def named(self, name: str) -> ShownField:
        """Return one field by its name in the form."""
        return self._fixed(BY_NAME[name]) if name in BY_NAME else self._declared(name.removeprefix(DECLARED))

    def of_fact(self, fact: str) -> ShownField:
        """Return the field that answers a fact or a condition of a measure."""
        known = self._catalogue.facts.get(fact)
        return self.named(DECLARED + fact if known is None or known.field == "facts" else known.field)

    def question(self, fact: str) -> str:
        """Return the question that asks for a fact; a condition of a measure asks for itself."""
        known = self._catalogue.facts.get(fact)
        if known is not None:
            return known.question(self._language)
        return self._words["ask_whether"].format(self._drafter.label(self._leaves[fact]))

    def _fixed(self, field: FormField) -> ShownField:
        entries = self._choices(field.vocabulary) if field.kind is InputKind.CHOICE else ()
        return ShownField(
            name=field.name,
            kind=field.kind,
            label=self._words[f"field.{field.name}"],
            hint=self._words[f"hint.{field.name}"],
            main=field.main,
            autocomplete=field.autocomplete,
            vocabulary="" if entries else field.vocabulary,
            choices=entries or self._yes_or_no(field.kind),
        )

    def _declared(self, fact: str) -> ShownField:
        known, kind = self._catalogue.facts.get(fact), kind_of_fact(fact, self._catalogue.facts)
        vocabulary = known.vocabulary if known is not None and known.type is FactType.SET else ""
        entries = self._choices(vocabulary) if vocabulary else ()
        unit = "" if known is None else known.unit_en if self._language == "en" else known.unit
        return ShownField(
            name=DECLARED + fact,
            kind=InputKind.CHOICE if entries else kind,
            label=self._label(fact),
            hint=self._words["hint_unit"].format(unit) if unit else self._words.get(f"hint_{kind}", ""),
            vocabulary="" if entries else vocabulary,
            choices=entries or self._yes_or_no(kind),
        )

    def _label(self, fact: str) -> str:
        """Return the name of a declared fact; one that nobody asks for is called by its id."""
        known = self._catalogue.facts.get(fact)
        if known is None and fact not in self._leaves:
            return fact
        label = known.label(self._language) if known else self._drafter.label(self._leaves[fact])
        return label[:1].upper() + label[1:]

    def _yes_or_no(self, kind: InputKind) -> tuple[tuple[str, str], ...]:
        return (("yes", self._words["yes"]), ("no", self._words["no"])) if kind is InputKind.FLAG else ()

    def _choices(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the entries of a short vocabulary, written as people would type them."""
        vocabulary: Vocabulary = self._catalogue.vocabularies[name]
        if len(vocabulary.entries) > MOST_CHOICES:
            return ()
        return tuple((entry.zh, entry.label(self._language)) for entry in vocabulary.entries.values())
