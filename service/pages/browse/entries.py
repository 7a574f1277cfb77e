"""Documents, departments and measures as the browsing pages list them, and one measure laid open for checking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from matcher.answers.catalogue_json import describe_grant, describe_measure
from rules.catalogue.catalogue import Catalogue
from rules.language.facts import parse_fact_value
from rules.language.labels import Labeller
from rules.language.measures import Condition, Example, Leaf, Measure, leaves
from seeds.documents import Document, DocumentStatus, clause_name
from seeds.regions import region_label
from service.pages.browse.search import Place, excerpt, in_order, marked, places_of
from service.pages.check.conditions import benefit_words
from service.pages.quotes import cited
from service.web.lookups import departments_of

Json = dict[str, Any]
Words = Mapping[str, str]

PARTS = ("leads", "shares", "answers")
"""What part a department has in a measure."""


def document_entry(catalogue: Catalogue, document: Document, words: Mapping[str, str]) -> Json:
    """Return what the pages say of a document; what it does not tell is None or ()."""
    region = catalogue.vocabularies["regions"][document.region]
    return {
        "id": document.id,
        "title": document.title,
        "number": document.number,
        "issuers": words["comma"].join(document.issuers),
        "issued_on": document.issued_on or document.written_on,
        "checked_on": document.checked_on,
        "is_draft": document.status is DocumentStatus.DRAFT,
        "in_force": document.status is DocumentStatus.IN_FORCE,
        "status": words[f"status.{document.status}"],
        "region": region.label(words["language"]),
        "source_url": document.source_url,
        "predecessor": document.predecessor,
    }


def document_entries(catalogue: Catalogue, words: Mapping[str, str]) -> list[Json]:
    """Return every document with how many measures it holds, those in force first."""
    counts = Counter(measure.document for measure in catalogue.measures.values())
    return [{**document_entry(catalogue, one, words), "measures": counts[one.id]} for one in in_order(catalogue)]


def in_reading_order(catalogue: Catalogue, measures: Iterable[Measure]) -> list[Measure]:
    """Return measures by document, those in force first, and within a document in the order of its text."""
    rank = {document.id: place for place, document in enumerate(in_order(catalogue))}
    return sorted(measures, key=lambda one: (rank[one.document], one.source.start, one.source.end, one.id))


def measure_entry(catalogue: Catalogue, measure: Measure, words: Mapping[str, str], query: str = "") -> Json:
    """Return a measure as a list shows it, with the words that answer to `query` where the policy speaks them."""
    language = words["language"]
    labeller = Labeller(catalogue.facts, catalogue.vocabularies, language)
    document = catalogue.documents[measure.document]
    return {
        **measure_name(measure, language),
        "instrument": catalogue.vocabularies["instruments"][measure.instrument].label(language),
        "kind": measure.kind,
        "document": document_entry(catalogue, document, words),
        "clause": place_name(document, measure.source.clause, words),
        "conditions": [labeller.label(condition) for condition in measure.conditions],
        "departments": departments(catalogue, measure),
        "excerpt": _excerpt(catalogue, measure, query) if query else [],
    }


def measure_name(measure: Measure, language: str) -> Json:
    """Return the id of a measure and its title in the language of the page."""
    return {"id": measure.id, "title": measure.title_en if language == "en" else measure.title}


def departments(catalogue: Catalogue, measure: Measure) -> dict[str, list[str]]:
    """Return the departments by their part, in printed order; nothing where the document names nobody."""
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    for name, part in parts_of(catalogue, measure):
        parts[part].append(name)
    return parts


def parts_of(catalogue: Catalogue, measure: Measure) -> list[tuple[str, str]]:
    """Return each department with its part: it leads, takes part under another, or answers with no leader named."""
    found = departments_of(catalogue, measure)
    other = "shares" if any(one.lead for one in found) else "answers"
    return [(one.name, "leads" if one.lead else other) for one in found]


def place_name(document: Document, path: str, words: Mapping[str, str]) -> str:
    """Return the name of a clause, of one without a heading that of the nearest around it that has one.

    What stands before the first number is title and preamble.
    """
    clause = document.clause(path)
    while not clause.heading and clause.parent:
        clause = document.clause(clause.parent)
    return clause_name(document, clause.path) if clause.heading else words["browse_preamble"]


def _excerpt(catalogue: Catalogue, measure: Measure, query: str) -> Sequence[Any]:
    """Return the operative sentence or, when it does not hold the words, the line of the clause that does."""
    document, source = catalogue.documents[measure.document], measure.source
    clause = document.clause(source.clause)
    places = places_of(document.text, catalogue.writings(query))
    if _within(places, source.start, source.end):
        return marked(document.text, source.start, source.end, places)
    around = _within(places, clause.start, clause.end)
    return excerpt(document.text, around) if around else []


def _within(places: Iterable[Place], start: int, end: int) -> list[Place]:
    return [place for place in places if start <= place.start and place.end <= end]


def department_index(catalogue: Catalogue, words: Words) -> list[Json]:
    """Return the departments by place, those of most measures first, each with its measures by document."""
    by_place: dict[str, dict[str, list[tuple[Measure, str]]]] = {}
    for measure in in_reading_order(catalogue, catalogue.measures.values()):
        place = by_place.setdefault(catalogue.documents[measure.document].region, {})
        for name, part in parts_of(catalogue, measure):
            place.setdefault(name, []).append((measure, part))
    regions = catalogue.vocabularies["regions"]
    return [
        {
            "id": place,
            "label": regions[place].label(words["language"]),
            "departments": [
                _department(catalogue, place, name, names[name], words)
                for name in sorted(names, key=lambda name: (-len(names[name]), name))
            ],
        }
        for place, names in by_place.items()
        if names
    ]


def without_department(catalogue: Catalogue, words: Words) -> list[Json]:
    """Return each document that names nobody for some of its measures, with how many those are."""
    unnamed = [one for one in catalogue.measures.values() if not departments_of(catalogue, one)]
    counts: dict[str, int] = {}
    for measure in in_reading_order(catalogue, unnamed):
        counts[measure.document] = counts.get(measure.document, 0) + 1
    return [
        {**document_entry(catalogue, catalogue.documents[id_], words), "count": count} for id_, count in counts.items()
    ]


def _department(
    catalogue: Catalogue, place: str, name: str, theirs: Sequence[tuple[Measure, str]], words: Words
) -> Json:
    documents: dict[str, list[Json]] = {}
    for measure, part in theirs:
        listed = documents.setdefault(measure.document, [])
        listed.append({**measure_name(measure, words["language"]), "leads": part == "leads"})
    counts = Counter(part for _, part in theirs)
    return {
        "anchor": f"d-{place}-{name}",
        "name": name,
        "count": len(theirs),
        "parts": [words[f"browse_{part}"].format(counts[part]) for part in PARTS if counts[part]],
        "documents": [
            {**document_entry(catalogue, catalogue.documents[id_], words), "measures": listed}
            for id_, listed in documents.items()
        ],
    }


MOST_RELATED = 8


def measure_page(catalogue: Catalogue, measure: Measure, words: Words) -> Json:
    """Return everything the page of a measure shows."""
    language = words["language"]
    document = catalogue.documents[measure.document]
    labeller = Labeller(catalogue.facts, catalogue.vocabularies, language)
    described = describe_measure(catalogue, measure, language)
    instruments = catalogue.vocabularies["instruments"]
    return {
        **measure_name(measure, language),
        "other_title": measure.title if language == "en" else "",
        "instruments": [instruments[one].label(language) for one in measure.instruments],
        "attracts": measure.attracts,
        "kind": measure.kind,
        "strength": words[f"strength.{measure.strength}"],
        "benefit": benefit_words(described.benefit, words),
        "window": _window(measure, words),
        "grant": _granted(catalogue, measure, labeller, words),
        "document": document_entry(catalogue, document, words),
        "departments": departments(catalogue, measure),
        "remarks": [remark.text for remark in document.remarks],
        "clause": place_name(document, measure.source.clause, words),
        "path": measure.source.clause,
        "citation": cited(document, measure.source.clause, measure.source.quote),
        "paragraphs": list(_paragraphs(catalogue, measure)),
        "conditions": [_condition(catalogue, one, labeller, words) for one in measure.conditions],
        "context": [
            {"path": path, "name": place_name(document, path, words), "text": document.clause_text(path).split("\n")}
            for path in measure.context
            if path != measure.source.clause
        ],
        "examples": [_example(catalogue, measure, one, labeller, words) for one in measure.examples],
        "others": {
            name: [measure_name(catalogue.measures[id_], language) for id_ in ids if id_ in catalogue.measures]
            for name, ids in (("excludes", measure.excludes), ("supersedes", measure.supersedes))
        },
    }


def compared(pair: Sequence[Json], words: Words) -> list[Json]:
    """Return what can be said of two measures, a row each: its name, both sides as lines, and whether they differ."""
    sides = [dict(_compared(one, words)) for one in pair]
    return [{"name": name, "sides": [side[name] for side in sides], "differs": sides[0][name] != sides[1][name]}
            for name in sides[0]]  # fmt: skip


def _compared(one: Json, words: Words) -> Iterator[tuple[str, list[str]]]:
    grant, named = one["grant"], one["departments"]
    untold = [words["browse_untold"]]
    yield words["browse_instrument"], one["instruments"]
    yield words["kind"], [words[f"kind.{one['kind']}"]]
    yield words["browse_status"], [one["document"]["status"]]
    yield words["browse_entry_document"], [f"《{one['document']['title']}》", one["clause"]]
    yield words["strength"], [one["strength"]]
    yield words["benefit"], (grant["benefits"] if grant else [one["benefit"]] if one["benefit"] else untold)
    yield words["conditions"], [each["label"] for each in one["conditions"]] or [words["browse_no_conditions"]]
    windows = grant.get("stated", {}).get("browse_window_name", []) if grant else [one["window"]] * bool(one["window"])
    yield words["browse_window_name"], windows or untold
    yield words["papers"], (grant["papers"] if grant else []) or untold
    yield words["browse_lead"], named["leads"] or untold
    yield words["departments"], [*named["leads"], *named["shares"], *named["answers"]] or untold
    held = (paragraph["pieces"] for paragraph in one["paragraphs"] if paragraph["holds"])
    yield words["browse_sentence"], ["".join(piece.text for piece in pieces if piece.marked) for pieces in held]


def related(catalogue: Catalogue, measure: Measure, words: Words) -> Json:
    """Return the other measures of the clause, and for each leading department how many others it answers for."""
    others = in_reading_order(catalogue, (one for one in catalogue.measures.values() if one.id != measure.id))
    here = [one for one in others if one.document == measure.document]
    clause = [one for one in here if one.source.clause == measure.source.clause]
    responsible = departments_of(catalogue, measure)
    leading = [one.name for one in responsible if one.lead] or [one.name for one in responsible[:1]]
    responsible_here = []
    for name in leading:
        theirs = [one for one in here if name in {each.name for each in departments_of(catalogue, one)}]
        names = [measure_name(one, words["language"]) for one in theirs[:MOST_RELATED]]
        responsible_here.append({"name": name, "count": len(theirs), "measures": names})
    return {
        "clause": [measure_name(one, words["language"]) for one in clause],
        "departments": responsible_here,
    }


def _paragraphs(catalogue: Catalogue, measure: Measure) -> Iterator[Json]:
    """Yield the paragraphs of the clause, the operative sentence marked where it stands."""
    document, source = catalogue.documents[measure.document], measure.source
    clause, start = document.clause(source.clause), document.clause(source.clause).start
    for line in document.text[clause.start : clause.end].split("\n"):
        end = start + len(line)
        pieces = marked(document.text, start, end, [Place(source.start, source.end)])
        yield {"pieces": pieces, "holds": any(piece.marked for piece in pieces)}
        start = end + 1


def _condition(catalogue: Catalogue, condition: Condition, labeller: Labeller, words: Words) -> Json:
    found = tuple(leaves(condition))
    kind, expected = words["browse_combined"], []
    if isinstance(condition, Leaf):
        fact = catalogue.facts.get(condition.test.fact)
        kind = fact.label(words["language"]) if fact else words["browse_manual"]
        if condition.test.operator != "manual":  # what only a person can settle asks for no value
            expected = [labeller.value(condition.test.fact, value) for value in condition.test.expected]
    return {
        "label": labeller.label(condition),
        "kind": kind,
        "open": any(leaf.test.scope for leaf in found),
        "manual": any(leaf.test.operator == "manual" for leaf in found),
        "expected": expected,
        "cites": [
            {
                "document": quote.document,
                "path": quote.clause,
                "clause": place_name(catalogue.documents[quote.document], quote.clause, words),
                "quote": quote.quote,
            }
            for quote in dict.fromkeys(leaf.cite for leaf in found)
        ],
    }


def _granted(catalogue: Catalogue, measure: Measure, labeller: Labeller, words: Words) -> Json:
    """Return what a measure of format 2 gives: phrases, and what else it says as quotes with their clauses."""
    if measure.id not in catalogue.grants:
        return {}
    grant = describe_grant(catalogue, catalogue.grants[measure.id], labeller)
    stated = {
        "browse_window_name": [period.cite for period in grant.windows],
        "channels": [channel.cite for channel in grant.channels],
        "beside": [rule.cite for rule in grant.stacking],
        "terms": [term.cite for term in grant.terms] + [one.cite for one in grant.definitions],
    }
    return {
        "benefits": [f"{words[f'benefit.{one.kind}']}{words['colon']}{one.words}" for one in grant.benefits],
        "papers": [paper.label for paper in grant.materials],
        "stated": {name: [quote.quote for quote in dict.fromkeys(quotes)] for name, quotes in stated.items() if quotes},
    }


def _window(measure: Measure, words: Words) -> str:
    if measure.window is None:
        return ""
    ends = (end or words["browse_open_end"] for end in (measure.window.opens, measure.window.closes))
    return words["browse_window"].format(*ends)


def _example(catalogue: Catalogue, measure: Measure, example: Example, labeller: Labeller, words: Words) -> Json:
    given = [
        words["named"].format(
            _fact_name(catalogue, measure, fact, words), _values(catalogue, fact, value, labeller, words)
        )
        for fact, value in example.facts.items()
    ]
    return {"given": given, "verdict": example.verdict.value, "says": words[f"verdict.{example.verdict}"]}


def _fact_name(catalogue: Catalogue, measure: Measure, fact: str, words: Words) -> str:
    """Return the name of a fact; of one that a condition of this measure asks in its own words, those words."""
    if fact in catalogue.facts:
        return catalogue.facts[fact].label(words["language"])
    stated = (leaf for condition in measure.conditions for leaf in leaves(condition) if leaf.test.fact == fact)
    leaf = next(stated, None)
    if leaf is None:
        return fact
    return leaf.text_en if words["language"] == "en" and leaf.text_en else leaf.text


def _values(catalogue: Catalogue, fact: str, value: Any, labeller: Labeller, words: Words) -> str:  # noqa: ANN401 - a fact's
    known = catalogue.facts.get(fact)
    values = [value] if known is None else list(parse_fact_value(known, value, catalogue.vocabularies))
    if fact in catalogue.facts and catalogue.facts[fact].vocabulary == "regions":
        places = (region_label(catalogue.vocabularies["regions"], str(one), words["language"]) for one in values)
        return words["semicolon"].join(places)
    return words["comma"].join(labeller.value(fact, one) for one in values)
