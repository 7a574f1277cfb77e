"""Reports as labelled companies, in the form of tests/golden/cases.yaml that `cepei eval` reads.

A label names the measure as every label does, then the fact and the words that the condition cites, then what it
should come out as. Where a condition that stands on its own should be unmet, the measure must not come back at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from rules.catalogue import Catalogue
from service.evaluation import SHORT_NAMES
from service.feedback import Report
from service.feedback_reading import stated_conditions

_SHORT = {document: short for short, document in SHORT_NAMES.items()}
_HEAD = "# Reported by readers: judge each before it is added to the labelled companies.\n"


def cases_yaml(reports: Iterable[Report], shelf: Catalogue) -> str:
    """Return the reports that carry a profile as a YAML list; one that fits no condition any more is named only."""
    cases, gone = [], []
    for report in reports:
        case = labelled_case(report, shelf)
        if case:
            cases.append(case)
        elif report.statement.profile is not None:
            gone.append(f"# {report.id}: the catalogue has no such condition any more ({report.statement.measure})\n")
    listed = yaml.safe_dump(cases, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None)
    return _HEAD + "".join(gone) + listed


def labelled_case(report: Report, shelf: Catalogue) -> dict[str, Any] | None:
    """Return a report as a labelled company; None without a profile or when its condition is no longer there."""
    said = report.statement
    if said.profile is None or said.measure not in shelf.measures:
        return None
    words = _cited_words(report, shelf)
    if not words:
        return None
    measure = _measure_label(shelf, said.measure)
    case: dict[str, Any] = {"id": f"feedback-{report.id}", "profile": dict(said.profile)}
    if said.comment:
        case["note"] = said.comment
    if said.should_be == "unmet" and said.condition.isdigit():
        case["never"] = [measure]
    case["conditions"] = [[*measure, said.fact, words, said.should_be]]
    return case


def _measure_label(shelf: Catalogue, measure_id: str) -> list[str]:
    source = shelf.measures[measure_id].source
    return [_SHORT.get(source.document, source.document), source.clause, _as_words(source.quote)]


def _cited_words(report: Report, shelf: Catalogue) -> str:
    """Return what the condition cites; alternatives when it was not told which condition on that fact is meant."""
    said = report.statement
    cited = [
        _as_words(condition.cite.quote)
        for place, condition in stated_conditions(shelf, said.measure)
        if condition.fact == said.fact and said.condition in ("", place)
    ]
    return "|".join(dict.fromkeys(cited))


def _as_words(quote: str) -> str:
    """Return a quote as a label writes it: without white space, and without the sign between alternatives."""
    return max("".join(quote.split()).split("|"), key=len)
