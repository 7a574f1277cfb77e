"""The French table of aid schemes for companies (schema.data.gouv.fr, etalab/schema-dispositif-aide, v0.2.0).

A row is a support measure that binds; drafts are none, for the table has no column to say so. Codes of places that the
table asks for (COG) exist for China as a whole only: narrower places stand among the conditions.
"""

from __future__ import annotations

import csv
import io
import json
import uuid  # noqa: TID251 - worked out of the id of a measure; nothing is drawn
from collections.abc import Iterator
from datetime import date

from matcher.answers.grants import GrantWords
from matcher.exchange.cpsv import asked_values
from rules.catalogue.catalogue import Catalogue
from rules.language.grants import Grant
from rules.language.labels import Labeller
from rules.language.measures import Effect, Instrument, Leaf, Measure, MeasureKind, effect
from seeds.documents import Document

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
