"""The fields of a profile as people see them: label, hint and choices; declared facts beside the fixed fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rules.catalogue import Catalogue
from rules.conditions import Leaf, leaves
from rules.drafting import Drafter
from rules.facts import FactDefinition, FactType
from seeds.vocabulary import Vocabulary
from service.pages.form import BY_NAME, DECLARED, FIELDS, FormField, Kind, kind_of_fact
from service.pages.wording import page_words

MOST_CHOICES = 8
"""A vocabulary of more entries is typed with suggestions, not chosen from a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """One field with its words; `choices` are (value, words), empty when the field is typed freely."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    main: bool = False
    autocomplete: str = "off"
    vocabulary: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class Fields:
    """Shows fields in one language, against one catalogue."""

    def __init__(self, catalogue: Catalogue, language: str) -> None:
        """Look up what the conditions of the catalogue read."""
        self._catalogue = catalogue
        self._language = language
        self._words = page_words(language)
        self._drafter = Drafter(catalogue.facts, catalogue.vocabularies, language)
        self._leaves = {leaf.test.fact: leaf for leaf in _all_leaves(catalogue)}

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
        names = [field.name for field in FIELDS]
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
        entries = self._choices(field.vocabulary) if field.kind is Kind.CHOICE else ()
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
        return ShownField(
            name=DECLARED + fact,
            kind=Kind.CHOICE if entries else kind,
            label=self._label(fact),
            hint=self._unit(known) or self._words.get(f"hint_{kind}", ""),
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

    def _unit(self, known: FactDefinition | None) -> str:
        unit = "" if known is None else known.unit_en if self._language == "en" else known.unit
        return self._words["hint_unit"].format(unit) if unit else ""

    def _yes_or_no(self, kind: Kind) -> tuple[tuple[str, str], ...]:
        return (("yes", self._words["yes"]), ("no", self._words["no"])) if kind is Kind.FLAG else ()

    def _choices(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the entries of a short vocabulary, written as people would type them."""
        vocabulary: Vocabulary = self._catalogue.vocabularies[name]
        if len(vocabulary.entries) > MOST_CHOICES:
            return ()
        return tuple((entry.zh, entry.label(self._language)) for entry in vocabulary.entries.values())


def _all_leaves(catalogue: Catalogue) -> Iterator[Leaf]:
    for measure in catalogue.measures.values():
        for condition in measure.conditions:
            yield from leaves(condition)
