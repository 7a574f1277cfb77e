"""A catalogue as CPSV-AP 3.2.0 in JSON-LD, each measure a public service, and as the French table of aid schemes.

Names and classes are those of https://semiceu.github.io/CPSV-AP/releases/3.2.0/; the context stands in the file, so
that it is read without asking anybody. What a document does not tell is left out, even where the shapes want it:
`missing` lists that.

A row is a support measure that binds; drafts are none, for the table has no column to say so. Codes of places that the
table asks for (COG) exist for China as a whole only: narrower places stand among the conditions.
"""

from __future__ import annotations

import csv
import io
import json
import uuid  # noqa: TID251 - worked out of the id of a measure; nothing is drawn
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

from matcher.answers.grants import GrantWords
from rules.catalogue.catalogue import Catalogue
from rules.language.grants import Grant
from rules.language.labels import Labeller
from rules.language.measures import Effect, Instrument, Leaf, Measure, MeasureKind, effect
from seeds.documents import Document, DocumentStatus
from seeds.regions import region_label

Json = dict[str, Any]

CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_STATUS = {
    DocumentStatus.IN_FORCE: "http://purl.org/adms/status/Completed",
    DocumentStatus.DRAFT: "http://purl.org/adms/status/UnderDevelopment",
    DocumentStatus.REPEALED: "http://purl.org/adms/status/Withdrawn",
}
_LANGUAGE = {"@id": "http://publications.europa.eu/resource/authority/language/ZHO"}
_ASKING = frozenset({"within", "any_of", "all_of"})
_TERRITORY = "http://data.europa.eu/88u/dataset/atu-type"


def as_cpsv(catalogue: Catalogue, base: str) -> Json:
    """Return every support measure of a catalogue as a graph whose ids begin with `base`."""
    return {"@context": CONTEXT, "@graph": list(_Writer(catalogue, base).nodes())}


class _Writer:
    def __init__(self, catalogue: Catalogue, base: str) -> None:
        self._catalogue, self._base = catalogue, base
        self._labellers = {
            language: Labeller(catalogue.facts, catalogue.vocabularies, language) for language in ("zh", "en")
        }

    def nodes(self) -> Iterator[Json]:
        """Yield each node once: services with what is theirs, then what several share."""
        shared: dict[str, Json] = {}
        for measure in self._catalogue.measures.values():
            if measure.kind is not MeasureKind.SUPPORT:
                continue
            document = self._catalogue.documents[measure.document]
            authorities = list(self._authorities(measure, document))
            for node in (*authorities, self._law(document), *self._places(measure, document), *self._concepts(measure)):
                shared[node["@id"]] = node
            requirements = list(self._requirements(measure))
            yield self._service(measure, document, [one["@id"] for one in authorities], requirements)
            yield self._rule(measure, document)
            yield from requirements
            yield from self._own(measure)
        yield self._dataset()
        yield from shared.values()

    def _iri(self, kind: str, name: str) -> str:
        return f"{self._base}{kind}/{quote(name)}"

    def _dataset(self) -> Json:
        version = self._catalogue.version
        return {
            "@id": self._iri("catalogue", version),
            "@type": "dcat:Dataset",
            "dct:identifier": version,
            "dct:title": [_text("策配目录库", "zh"), _text("Cepei catalogue", "en")],
        }

    def _service(self, measure: Measure, document: Document, authorities: list[str], required: list[Json]) -> Json:
        grant = self._catalogue.grants.get(measure.id, Grant())
        parts = {
            "cv:hasCompetentAuthority": authorities,
            "cv:holdsRequirement": [one["@id"] for one in required],
            "cpsv:hasInput": [self._iri("evidence", f"{measure.id}.{one.id}") for one in grant.materials],
            "cv:hasChannel": [self._iri("channel", f"{measure.id}.{place}") for place in range(len(grant.channels))],
            "cpsv:produces": [self._iri("output", measure.id)],
            "cv:sector": [self._iri("sector", one) for one in asked_values(measure, "sector")],
            "dct:spatial": [self._iri("place", one) for one in asked_values(measure, "region") or (document.region,)],
            "cv:relatedService": [self._iri("measure", one) for one in measure.supersedes],
        }
        return {
            "@id": self._iri("measure", measure.id),
            "@type": "cpsv:PublicService",
            "dct:identifier": measure.id,
            "dct:title": _both(measure.title, measure.title_en),
            "dct:description": [_text(measure.source.quote, "zh")],
            "dct:language": [_LANGUAGE],
            "adms:status": {"@id": _STATUS[document.status]},
            "cv:hasLegalResource": [{"@id": self._iri("document", document.id)}],
            "cpsv:follows": [{"@id": self._iri("rule", measure.id)}],
            "cv:thematicArea": [{"@id": self._iri("instrument", one)} for one in measure.instruments],
            "dct:isPartOf": [{"@id": self._iri("catalogue", self._catalogue.version)}],
            **{name: [{"@id": one} for one in ids] for name, ids in parts.items() if ids},
        }

    def _rule(self, measure: Measure, document: Document) -> Json:
        return {
            "@id": self._iri("rule", measure.id),
            "@type": "cpsv:Rule",
            "dct:identifier": f"{document.id}#{measure.source.clause}",
            "dct:title": [_text(f"《{document.title}》{measure.source.clause}", "zh")],
            "dct:description": [_text(measure.source.quote, "zh")],
            "dct:language": [_LANGUAGE],
            "cpsv:implements": [{"@id": self._iri("document", document.id)}],
        }

    def _requirements(self, measure: Measure) -> Iterator[Json]:
        for place, condition in enumerate(measure.conditions):
            yield {
                "@id": self._iri("requirement", f"{measure.id}.{place}"),
                "@type": "cv:Requirement",
                "dct:identifier": f"{measure.id}.{place}",
                "dct:title": [_text(one.label(condition), language) for language, one in self._labellers.items()],
                "cv:fulfils": [{"@id": self._iri("rule", measure.id)}],
            }

    def _own(self, measure: Measure) -> Iterator[Json]:
        """Yield what is produced, the papers to hand in and the channels."""
        grant = self._catalogue.grants.get(measure.id, Grant())
        instrument = self._catalogue.vocabularies["instruments"][measure.instrument]
        yield {
            "@id": self._iri("output", measure.id),
            "@type": "cv:Output",
            "dct:identifier": measure.id,
            "dct:title": [_text(instrument.label("zh"), "zh"), _text(instrument.label("en"), "en")],
        }
        materials = self._catalogue.vocabularies["materials"]
        for one in grant.materials:
            yield {
                "@id": self._iri("evidence", f"{measure.id}.{one.id}"),
                "@type": "cv:Evidence",
                "dct:identifier": f"{measure.id}.{one.id}",
                "dct:title": [_text(materials[one.id].label("zh"), "zh"), _text(materials[one.id].label("en"), "en")],
                "dct:description": [_text(one.cite.quote, "zh")],
            }
        for place, channel in enumerate(grant.channels):
            yield {
                "@id": self._iri("channel", f"{measure.id}.{place}"),
                "@type": "cv:Channel",
                "dct:identifier": f"{measure.id}.{place}",
                "dct:description": [_text(" ".join(filter(None, (channel.name, channel.url))) or channel.by, "zh")],
            }

    def _authorities(self, measure: Measure, document: Document) -> Iterator[Json]:
        """Yield who answers for the clause, else who issued the document."""
        named = tuple(one.name for one in document.clause(measure.source.clause).departments)
        for name in named or document.issuers:
            yield {
                "@id": self._iri("organisation", f"{document.region}.{name}"),
                "@type": "cv:PublicOrganisation",
                "dct:identifier": f"{document.region}.{name}",
                "dct:title": [_text(name, "zh")],
                "skos:prefLabel": [_text(name, "zh")],
                "dct:spatial": [{"@id": self._iri("place", document.region)}],
            }

    def _law(self, document: Document) -> Json:
        days = {"eli:date_document": document.out_on, "eli:date_no_longer_in_force": document.valid_to}
        return {
            "@id": self._iri("document", document.id),
            "@type": "eli:LegalResource",
            "dct:identifier": document.number or document.id,
            "dct:title": [_text(document.title, "zh")],
            **({"dct:source": {"@id": document.source_url}} if document.source_url else {}),
            **{name: {"@value": str(day), "@type": "xsd:date"} for name, day in days.items() if day},
        }

    def _places(self, measure: Measure, document: Document) -> Iterator[Json]:
        regions = self._catalogue.vocabularies["regions"]
        for code in dict.fromkeys((*asked_values(measure, "region"), document.region)):
            labels = [_text(region_label(regions, code, language), language) for language in ("zh", "en")]
            types = ["dct:Location", _TERRITORY, "skos:Concept"]
            yield {"@id": self._iri("place", code), "@type": types, "skos:notation": code, "skos:prefLabel": labels}

    def _concepts(self, measure: Measure) -> Iterator[Json]:
        named = [("instrument", str(one)) for one in measure.instruments]
        named += [("sector", one) for one in asked_values(measure, "sector")]
        for kind, name in named:
            entry = self._catalogue.vocabularies[f"{kind}s"][name]
            yield {
                "@id": self._iri(kind, name),
                "@type": "skos:Concept",
                "skos:prefLabel": [_text(entry.label("zh"), "zh"), _text(entry.label("en"), "en")],
            }


def asked_values(measure: Measure, fact: str) -> tuple[str, ...]:
    """Return the values of a fact that is a set which conditions ask for, in the order written."""
    tests = (one for one in measure.tests if one.fact == fact and one.operator in _ASKING and not one.stated)
    return tuple(dict.fromkeys(str(value) for test in tests for value in test.expected))


def _both(zh: str, en: str) -> list[Json]:
    return [_text(zh, "zh"), *([_text(en, "en")] if en else [])]


def _text(words: str, language: str) -> Json:
    return {"@value": words, "@language": language}


def missing(graph: Iterable[Json]) -> Iterator[tuple[str, str]]:
    """Yield each node with a property that its class must have and it lacks."""
    for node in graph:
        for kind in node["@type"] if isinstance(node["@type"], list) else [node["@type"]]:
            yield from ((node["@id"], name) for name in _MUST.get(kind, ()) if not node.get(name))


_NAMED = ("dct:identifier", "dct:title")
_MUST = {
    "cpsv:PublicService": (*_NAMED, "dct:description", "cv:hasCompetentAuthority"),
    "cpsv:Rule": (*_NAMED, "dct:description"),
    "cv:Requirement": _NAMED,
    "cv:Evidence": _NAMED,
    "cv:Output": _NAMED,
    "cv:Channel": ("dct:identifier",),
    "cv:PublicOrganisation": ("skos:prefLabel", "dct:spatial"),
}
"""What the shapes of CPSV-AP 3.2.0 (SHACL) ask of each class at least once."""


COLUMNS = (
    "id", "titre", "promesse", "description", "eligibilite", "types_aides", "porteurs", "programmes_parents",
    "url_source", "cibles", "eligibilite_geographique", "eligibilite_geographique_exclusions", "date_ouverture",
    "date_cloture", "date_mise_a_jour", "base_juridique", "eligibilite_effectif_minimal",
    "eligibilite_effectif_maximal", "eligibilite_categorie_taille_entreprise", "eligibilite_annees_existence_minimal",
    "eligibilite_forme_juridique", "eligibilite_forme_juridique_exclusions", "ciblage_secteur_activite",
    "ciblage_naf", "ciblage_naf_exclusions", "chainage_paiement",
)  # fmt: skip
"""The columns of dispositif-aide-professionnels v0.2.0, in its order."""

REQUIRED = (
    "id", "titre", "description", "eligibilite", "types_aides", "porteurs", "cibles", "eligibilite_geographique",
    "date_mise_a_jour", "ciblage_secteur_activite",
)  # fmt: skip
LONGEST_DESCRIPTION = 5_000
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:cepei:measure")
_CHINA = "PAYS-99216"
_MONEY = frozenset({Instrument.SUBSIDY, Instrument.FUND, Instrument.FINANCE, Instrument.RD_FUNDING})
_NO_CONDITION = {"zh": "文件未写明条件", "en": "the document states no condition"}
_ALL_SECTORS = "tous secteurs d'activité"


def rows(catalogue: Catalogue, on: date, language: str) -> Iterator[dict[str, str]]:
    """Yield a row for each support measure that binds on a day; a cell is empty where the document does not tell."""
    labeller = Labeller(catalogue.facts, catalogue.vocabularies, language)
    for measure in catalogue.measures.values():
        document = catalogue.documents[measure.document]
        if measure.kind is MeasureKind.SUPPORT and effect(measure, document, on) is Effect.IN_FORCE:
            told = _row(catalogue, measure, document, labeller)
            yield {column: told.get(column, "") for column in COLUMNS}


def as_csv(catalogue: Catalogue, on: date, language: str) -> str:
    """Return the table as the schema wants it: CSV in UTF-8 with a row of headings."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(catalogue, on, language))
    return out.getvalue()


def _row(catalogue: Catalogue, measure: Measure, document: Document, labeller: Labeller) -> dict[str, str]:
    grant = catalogue.grants.get(measure.id, Grant())
    words = GrantWords(labeller)
    conditions = [labeller.label(condition) for condition in measure.conditions]
    description = "\n".join((measure.source.quote, *map(words.benefit, grant.benefits)))
    sectors = [labeller.value("sector", value) for value in asked_values(measure, "sector")]
    law = {"libelle": " ".join(filter(None, (document.title, document.number))), "lien": document.source_url}
    checked = document.checked_on or document.out_on
    return {
        "id": str(uuid.uuid5(_NAMESPACE, measure.id)),
        "titre": measure.title_in(labeller.language),
        "description": description[:LONGEST_DESCRIPTION],
        "eligibilite": "\n".join(f"• {one}" for one in conditions or [_NO_CONDITION[labeller.language]]),
        "types_aides": "|".join(dict.fromkeys(_type_of(catalogue, one) for one in measure.instruments)),
        "porteurs": _json(_bearers(measure, document)),
        "url_source": document.source_url or "",
        "cibles": "professionnels",
        "eligibilite_geographique": _CHINA,
        "date_mise_a_jour": _moment(checked),
        "base_juridique": _json([{name: value for name, value in law.items() if value}]),
        "ciblage_secteur_activite": "|".join(dict.fromkeys(sectors)) or _ALL_SECTORS,
        **_days(catalogue, measure),
        **_employees(measure),
    }


def _type_of(catalogue: Catalogue, instrument: Instrument) -> str:
    """Return the kind of aid; the list of the schema grows, and names no kind but money and information."""
    label = catalogue.vocabularies["instruments"][instrument].label("en")
    return "financement" if instrument in _MONEY else label


def _bearers(measure: Measure, document: Document) -> list[dict[str, object]]:
    departments = document.clause(measure.source.clause).departments
    named = [(one.name, ["instructeur"] if one.lead else []) for one in departments]
    return [{"nom": name, "roles": roles} for name, roles in named or [(name, []) for name in document.issuers]]


def _days(catalogue: Catalogue, measure: Measure) -> dict[str, str]:
    """Return the days of applications where there is one period and it has its days once."""
    periods = catalogue.periods(measure)
    if len(periods) != 1 or periods[0].yearly:
        return {}
    return {"date_ouverture": _moment(periods[0].opens), "date_cloture": _moment(periods[0].closes)}


def _employees(measure: Measure) -> dict[str, str]:
    """Return the least and the most employees that conditions of their own ask for."""
    alone = (one.test for one in measure.conditions if isinstance(one, Leaf))
    asked = {test.operator: test.expected[0] for test in alone if test.fact == "employees"}
    bounds = {"eligibilite_effectif_minimal": "at_least", "eligibilite_effectif_maximal": "at_most"}
    return {column: f"{asked[operator]:g}" for column, operator in bounds.items() if operator in asked}


def _moment(day: date | None) -> str:
    return f"{day.isoformat()}T00:00:00Z" if day else ""


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)
