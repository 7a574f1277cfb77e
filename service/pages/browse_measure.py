"""One measure laid open for checking: conditions with the words they rest on, its sentence in its clause, examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from matcher.description import describe_measure
from rules.catalogue import Catalogue
from rules.conditions import Condition, Leaf, Quote, leaves
from rules.drafting import Drafter
from rules.measures import Example, Measure
from seeds.regions import region_label
from service.measure_filters import departments_of
from service.pages.benefits import benefit_words
from service.pages.browse_entries import departments, document_entry, in_reading_order, measure_name, place_name
from service.pages.browse_search import Place, marked

Json = dict[str, Any]
Words = Mapping[str, str]

MOST_RELATED = 8


def measure_page(shelf: Catalogue, measure: Measure, words: Words) -> Json:
    """Return everything the page of a measure shows."""
    language = words["language"]
    document, drafter = shelf.documents[measure.document], Drafter(shelf.facts, shelf.vocabularies, language)
    described = describe_measure(shelf, measure, language)
    instruments = shelf.vocabularies["instruments"]
    return {
        **measure_name(measure, language),
        "other_title": measure.title if language == "en" else "",
        "instruments": [instruments[one].label(language) for one in measure.instruments],
        "attracts": measure.attracts,
        "strength": words[f"strength.{measure.strength}"],
        "benefit": benefit_words(described.benefit, words),
        "window": _window(measure, words),
        "document": document_entry(shelf, document, words),
        "departments": departments(shelf, measure),
        "remarks": [remark.text for remark in document.remarks],
        "clause": place_name(document, measure.source.clause, words),
        "path": measure.source.clause,
        "paragraphs": list(_paragraphs(shelf, measure)),
        "conditions": [_condition(shelf, one, drafter, words) for one in measure.conditions],
        "context": [_clause(shelf, measure, path, words) for path in measure.context if path != measure.source.clause],
        "examples": [_example(shelf, measure, one, drafter, words) for one in measure.examples],
        "others": {
            name: [measure_name(shelf.measures[id_], language) for id_ in ids if id_ in shelf.measures]
            for name, ids in (("excludes", measure.excludes), ("supersedes", measure.supersedes))
        },
    }


def related(shelf: Catalogue, measure: Measure, words: Words) -> Json:
    """Return the other measures of the clause, and for each leading department how many others it answers for."""
    others = in_reading_order(shelf, (one for one in shelf.measures.values() if one.id != measure.id))
    here = [one for one in others if one.document == measure.document]
    clause = [one for one in here if one.source.clause == measure.source.clause]
    responsible = departments_of(shelf, measure)
    leading = [one.name for one in responsible if one.lead] or [one.name for one in responsible[:1]]
    return {
        "clause": [measure_name(one, words["language"]) for one in clause],
        "departments": [_of_department(shelf, here, name, words) for name in leading],
    }


def _of_department(shelf: Catalogue, others: Iterable[Measure], name: str, words: Words) -> Json:
    theirs = [one for one in others if name in {each.name for each in departments_of(shelf, one)}]
    names = [measure_name(one, words["language"]) for one in theirs[:MOST_RELATED]]
    return {"name": name, "count": len(theirs), "measures": names}


def _paragraphs(shelf: Catalogue, measure: Measure) -> Iterator[Json]:
    """Yield the paragraphs of the clause, the operative sentence marked where it stands."""
    document, source = shelf.documents[measure.document], measure.source
    clause, start = document.clause(source.clause), document.clause(source.clause).start
    for line in document.text[clause.start : clause.end].split("\n"):
        end = start + len(line)
        pieces = marked(document.text, start, end, [Place(source.start, source.end)])
        yield {"pieces": pieces, "holds": any(piece.marked for piece in pieces)}
        start = end + 1


def _condition(shelf: Catalogue, condition: Condition, drafter: Drafter, words: Words) -> Json:
    found = tuple(leaves(condition))
    return {
        "label": drafter.label(condition),
        "kind": _kind_of(shelf, found[0], words) if isinstance(condition, Leaf) else words["browse_combined"],
        "open": any(leaf.test.scope for leaf in found),
        "manual": any(leaf.test.operator == "manual" for leaf in found),
        "expected": _expected(condition, drafter) if isinstance(condition, Leaf) else [],
        "cites": [_cite(shelf, quote, words) for quote in dict.fromkeys(leaf.cite for leaf in found)],
    }


def _kind_of(shelf: Catalogue, leaf: Leaf, words: Words) -> str:
    fact = shelf.facts.get(leaf.test.fact)
    return fact.label(words["language"]) if fact else words["browse_manual"]


def _expected(leaf: Leaf, drafter: Drafter) -> list[str]:
    """Return the values asked for; a condition that only a person can settle asks for none."""
    if leaf.test.operator == "manual":
        return []
    return [drafter.value(leaf.test.fact, value) for value in leaf.test.expected]


def _cite(shelf: Catalogue, quote: Quote, words: Words) -> Json:
    name = place_name(shelf.documents[quote.document], quote.clause, words)
    return {"document": quote.document, "path": quote.clause, "clause": name, "quote": quote.quote}


def _clause(shelf: Catalogue, measure: Measure, path: str, words: Words) -> Json:
    document = shelf.documents[measure.document]
    return {"path": path, "name": place_name(document, path, words), "text": document.clause_text(path).split("\n")}


def _window(measure: Measure, words: Words) -> str:
    if measure.window is None:
        return ""
    opens, closes = measure.window.opens, measure.window.closes
    return words["browse_window"].format(opens or words["browse_open_end"], closes or words["browse_open_end"])


def _example(shelf: Catalogue, measure: Measure, example: Example, drafter: Drafter, words: Words) -> Json:
    given = [
        words["named"].format(_fact_name(shelf, measure, fact, words), _values(shelf, fact, value, drafter, words))
        for fact, value in example.facts.items()
    ]
    return {"given": given, "verdict": example.verdict.value, "says": words[f"verdict.{example.verdict}"]}


def _fact_name(shelf: Catalogue, measure: Measure, fact: str, words: Words) -> str:
    """Return the name of a fact; of one that a condition of this measure asks in its own words, those words."""
    if fact in shelf.facts:
        return shelf.facts[fact].label(words["language"])
    stated = (leaf for condition in measure.conditions for leaf in leaves(condition) if leaf.test.fact == fact)
    leaf = next(stated, None)
    if leaf is None:
        return fact
    return leaf.text_en if words["language"] == "en" and leaf.text_en else leaf.text


def _values(shelf: Catalogue, fact: str, value: Any, drafter: Drafter, words: Words) -> str:  # noqa: ANN401 - a fact's
    values = value if isinstance(value, list | tuple) else [value]
    regions = fact in shelf.facts and shelf.facts[fact].vocabulary == "regions"
    if regions:
        places = (region_label(shelf.vocabularies["regions"], str(one), words["language"]) for one in values)
        return words["semicolon"].join(places)
    return words["comma"].join(drafter.value(fact, one) for one in values)
