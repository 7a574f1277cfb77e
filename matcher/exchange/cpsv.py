"""CPSV-AP 3.2.0 as JSON-LD: each support measure a public service, with its rule, requirements, papers and channels.

Names and classes are those of https://semiceu.github.io/CPSV-AP/releases/3.2.0/; the context stands in the file, so
that it is read without asking anybody. What a document does not tell is left out, even where the shapes want it:
`missing` lists that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from rules.catalogue.catalogue import Catalogue
from rules.language.grants import Grant
from rules.language.labels import Labeller
from rules.language.measures import Measure, MeasureKind
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
