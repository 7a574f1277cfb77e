"""Scores answers against labelled companies, from outside: it sees only what the API says.

A label names a measure as [document, clause, words]: its source stands in that document and clause, and its
quote contains one of the words (alternatives split by |). White space and bracket width never count. A label of
`conditions` goes on: [document, clause, words, fact, cited words, met|unmet|unknown]. A case with `fits` lists every
measure worth showing: must, should and fits are right, `marginal` ones count half among ten, all else is wrong; what
is called applicable has to stand in one of the four.
"""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

Json = dict[str, Any]
Ask = Callable[[str, Json | None], tuple[int, bytes]]
"""Sends one request (a GET, or a POST when there is a body) and returns status and body."""

LIMIT = 20
MOST = 100
LONGEST_SOURCE = 120
GOALS = {
    "http": 1.0,
    "must@5": 0.75,
    "must@10": 0.95,
    "should@20": 0.85,
    "precision@5": 0.8,
    "precision@10": 0.7,
    "never": 1.0,
    "quote": 0.95,
    "applicable": 0.9,
    "applicable-is-meant": 0.9,
    "condition": 1.0,
    "silent": 1.0,
    "asks": 1.0,
    "verbatim": 1.0,
    "evidence": 1.0,
    "brief": 1.0,
    "logic": 1.0,
    "draft": 1.0,
    "order": 1.0,
    "same": 1.0,
}
"""The share each kind of check has to reach, whatever the cases; a set of cases may ask for more."""

SHORT_NAMES = {"gd": "gd-biomanufacturing-2025", "ah": "ah-biomanufacturing-2024-draft", "gl": "gd-life-health-draft"}
"""What labels call the shipped documents; any other name is an id."""

_RELEVANCE = {"direct": 0, "sector": 1, "general": 2}
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})


class Score(NamedTuple):
    """One check: its kind, how it came out (a share of 1 where it is no yes or no), and what to say of a miss."""

    kind: str
    ok: float
    what: str = ""


@dataclass(slots=True)
class Report:
    """All scores of a run; `misses` and `by_kind` (one a case) are lines to read, `seconds` one time a case."""

    goals: Mapping[str, float] = field(default_factory=lambda: GOALS)
    counts: dict[str, tuple[float, int]] = field(default_factory=lambda: dict.fromkeys(GOALS, (0, 0)))
    misses: list[str] = field(default_factory=list)
    by_kind: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, case: str, score: Score) -> None:
        """Count one score."""
        got, of = self.counts[score.kind]
        self.counts[score.kind] = (got + score.ok, of + 1)
        if score.ok < self.goals[score.kind]:
            self.misses.append(f"{score.kind:19} {case:24} {score.what}")

    @property
    def short(self) -> list[str]:
        """Return the kinds that did not reach their goal."""
        return [kind for kind, (got, of) in self.counts.items() if of and got / of < self.goals[kind]]

    def lines(self) -> Iterator[str]:
        """Yield the report as printed: one line a kind, the times, the conclusion."""
        for kind, (got, of) in self.counts.items():
            if of:
                mark = "   SHORT" if kind in self.short else ""
                yield f"{kind:19} {got:5.4g}/{of:<4} {got / of:6.1%}  goal {self.goals[kind]:.0%}{mark}"
        if self.seconds:
            times = sorted(self.seconds)
            median, worst = 1000 * times[len(times) // 2], 1000 * times[-1]
            yield f"latency    median {median:.1f} ms, worst {worst:.1f} ms over {len(times)} calls"
        yield f"short of goal: {', '.join(self.short)}" if self.short else "all goals reached"


def evaluate_cases(
    cases: Sequence[Json],
    ask: Ask,
    at_least: Mapping[str, float] = MappingProxyType({}),
    goals: Mapping[str, float] = MappingProxyType(GOALS),
) -> Report:
    """Ask for every case twice and score the answers; `at_least` raises `goals`, by kind."""
    raised = {kind: max(goal, at_least.get(kind, 0.0)) for kind, goal in goals.items()}
    report, texts = Report(goals=raised), _ServedTexts(ask)
    for case in cases:
        question = {"profile": case["profile"], "limit": LIMIT}
        began = time.perf_counter()
        status, body = ask("/v1/match", question)
        report.seconds.append(time.perf_counter() - began)
        report.add(case["id"], Score("http", status == 200, f"{status} {body[:300]!r}"))  # noqa: PLR2004 - HTTP's own number
        if status == 200:  # noqa: PLR2004
            same, answer = ask("/v1/match", question)[1] == body, json.loads(body)
            report.by_kind.append(f"{case['id']:24} {_kinds_of(answer)}")
            scores = (*_scores(case, answer, texts), *_meant(case, ask), *_decided(case, ask))
            for score in (Score("same", same, "two answers differ"), *scores):
                report.add(case["id"], score)
    return report


class _ServedTexts:
    """The documents' texts as served, each asked for once."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._texts: dict[str, str] = {}

    def holds(self, passage: Json) -> bool:
        """Tell whether a passage and its matches stand word for word where they say."""
        name = passage["document"]
        if name not in self._texts:
            self._texts[name] = json.loads(self._ask(f"/v1/documents/{name}", None)[1])["text"]
        text = self._texts[name]
        verbatim = text[passage["start"] : passage["end"]] == passage["quote"] and passage["quote"].strip() != ""
        return verbatim and all(text[m["start"] : m["end"]] == m["text"] for m in passage.get("matches", ()))


def _scores(case: Json, answer: Json, texts: _ServedTexts) -> Iterator[Score]:
    found = answer["recommendations"]
    yield from _ranked(case, found)
    if "fits" in case:
        yield from _precise(case, found)
    yield from _unwanted(case, found)
    yield from _quoted(case, found)
    asked = {question["field"] for question in answer.get("questions", ())}
    for name in case.get("asks", ()):
        yield Score("asks", name in asked, f"{name} not asked; asked {sorted(asked)}")
    keys = [(_RELEVANCE[r["relevance"]], -r["score"], r["measure"]["id"]) for r in found]
    is_ordered = keys == sorted(keys) and [r["rank"] for r in found] == list(range(1, len(found) + 1))
    yield Score("order", is_ordered, "not by relevance, score, id")
    for recommendation in found:
        yield from _honest(recommendation, texts)


def _ranked(case: Json, found: list[Json]) -> Iterator[Score]:
    for label in case.get("must", ()):
        rank = _rank_of(found, label)
        yield Score("must@5", rank is not None and rank <= 5, f"{label} rank {rank}")  # noqa: PLR2004 - the kind's name
        yield Score("must@10", rank is not None and rank <= 10, f"{label} rank {rank}")  # noqa: PLR2004
    for label in case.get("should", ()):
        rank = _rank_of(found, label)
        yield Score("should@20", rank is not None and rank <= 20, f"{label} rank {rank}")  # noqa: PLR2004
    for label in case.get("applicable", ()):
        verdicts = [r["verdict"] for r in found if _is_it(r, label)]
        yield Score("applicable", "applicable" in verdicts, f"{label} is {verdicts or 'not there'}")


def _precise(case: Json, found: list[Json]) -> Iterator[Score]:
    """Yield the share of what is shown first that is worth showing; nothing shown where something fits is none."""
    right = [*case.get("must", ()), *case.get("should", ()), *case["fits"]]
    for first, marginal in ((5, 0.0), (10, 0.5)):
        points = [
            1.0 if any(_is_it(one, label) for label in right)
            else marginal if any(_is_it(one, label) for label in case.get("marginal", ()))
            else 0.0
            for one in found[:first]
        ]  # fmt: skip
        if points or right:
            shown = [one["measure"]["id"] for one, worth in zip(found, points, strict=False) if not worth]
            yield Score(f"precision@{first}", sum(points) / max(len(points), 1), f"not worth showing: {shown}")


def _meant(case: Json, ask: Ask) -> Iterator[Score]:
    """Yield whether each measure called applicable, on whatever page, is one that the exhaustive lists name at all."""
    if "fits" in case:
        named = [label for name in ("must", "should", "fits", "marginal") for label in case.get(name, ())]
        for one in _everything(case, ask, include=("general",)):
            if one["verdict"] == "applicable":
                meant = any(_is_it(one, label) for label in named)
                yield Score("applicable-is-meant", meant, f"{one['measure']['id']} is called applicable")


def _kinds_of(answer: Json) -> str:
    """Return how many supports and directions are applicable and possible, in force and in drafts."""
    by_kind = answer.get("totals", {}).get("by_kind", {})
    return "; ".join(
        f"{kind} "
        + ", ".join(f"{verdict} {one['in_force']} in force + {one['draft']} draft" for verdict, one in all_.items())
        for kind, all_ in by_kind.items()
    )


def _unwanted(case: Json, found: list[Json]) -> Iterator[Score]:
    for label in case.get("never", ()):
        yield Score("never", _rank_of(found, label) is None, f"{label} came back")
    for name in case.get("never_doc", ()):
        wrong = [r["measure"]["id"] for r in found if r["measure"]["source"]["document"] == _document(name)]
        yield Score("never", not wrong, f"{name}: {wrong[:3]}")
    if "max_applicable" in case:
        sure = [r["measure"]["id"] for r in found if r["verdict"] == "applicable"]
        yield Score("silent", len(sure) <= case["max_applicable"], f"{len(sure)} said to be applicable: {sure[:3]}")


def _quoted(case: Json, found: list[Json]) -> Iterator[Score]:
    for words, passage in case.get("quote", {}).items():
        mine = [r for r in found if _has_words(r["measure"]["source"]["quote"], words)]
        yield Score("quote", _is_quoted(passage, mine), f"no evidence of {words} holds {passage}")
    if "quote_any" in case:
        any_quoted = any(_is_quoted(passage, found[:10]) for passage in case["quote_any"])
        yield Score("quote", any_quoted, f"{case['quote_any']} not quoted")


def _decided(case: Json, ask: Ask) -> Iterator[Score]:
    """Yield how single conditions came out, of measures that do not apply too."""
    if not case.get("conditions"):
        return
    found = list(_everything(case, ask, include=("general", "not_applicable")))
    for document, clause, words, fact, cited, verdict in case["conditions"]:
        mine = [one for one in found if _is_it(one, (document, clause, words))]
        stated = [condition for one in mine for condition in _with_parts(one["conditions"])]
        meant = [one for one in stated if one.get("fact") == fact and _has_words(one["cite"]["quote"], cited)]
        verdicts = [one["verdict"] for one in meant]
        what = f"{[document, clause, words]} {fact} is {verdicts or 'not there'}, not {verdict}"
        yield Score("condition", verdict in verdicts, what)


def _everything(case: Json, ask: Ask, include: Sequence[str] = ()) -> Iterator[Json]:
    """Yield every recommendation of a case, page by page."""
    asked, offset = {"profile": case["profile"], "include": list(include), "limit": MOST}, 0
    while True:
        status, body = ask("/v1/match", {**asked, "offset": offset})
        found = json.loads(body)["recommendations"] if status == 200 else []  # noqa: PLR2004 - HTTP's own number
        yield from found
        offset += len(found)
        if len(found) < MOST:
            return


def _with_parts(conditions: Sequence[Json]) -> Iterator[Json]:
    for condition in conditions:
        yield condition
        yield from _with_parts(condition.get("parts", ()))


def _honest(recommendation: Json, texts: _ServedTexts) -> Iterator[Score]:
    """Yield the checks that need no label: every quote verbatim, every verdict logical, every draft reported."""
    measure, name = recommendation["measure"], recommendation["measure"]["id"]
    cites = [condition["cite"] for condition in recommendation["conditions"]]
    passages = [measure["source"], *recommendation["evidence"], *cites]
    yield Score("verbatim", all(map(texts.holds, passages)), f"{name}: a quote is not in the document where it says")
    yield Score("evidence", bool(recommendation["evidence"]), f"{name}: no evidence")
    yield Score("brief", len(measure["source"]["quote"]) <= LONGEST_SOURCE, f"{name}: source quote too long")
    verdicts = {condition["verdict"] for condition in recommendation["conditions"]}
    expected = "applicable" if verdicts <= {"met"} else "not_applicable" if "unmet" in verdicts else "possible"
    is_logical = recommendation["verdict"] == expected
    yield Score("logic", is_logical, f"{name}: {recommendation['verdict']} against its conditions")
    if measure["document"]["status"] == "draft":
        reported = any(caveat["code"] == "draft" for caveat in recommendation["caveats"])
        yield Score("draft", recommendation["effect"] == "draft" and reported, f"{name}: a draft that does not say so")


def _rank_of(found: list[Json], label: Sequence[str]) -> int | None:
    return next((rank for rank, recommendation in enumerate(found, 1) if _is_it(recommendation, label)), None)


def _is_it(recommendation: Json, label: Sequence[str]) -> bool:
    document, clause, words = label
    source = recommendation["measure"]["source"]
    return (
        source["document"] == _document(document)
        and source["clause"] == str(clause)
        and _has_words(source["quote"], words)
    )


def _document(name: str) -> str:
    return SHORT_NAMES.get(name, name)


def _has_words(quote: str, words: str) -> bool:
    return any(_fold(word) in _fold(quote) for word in words.split("|"))


def _is_quoted(passage: str, recommendations: list[Json]) -> bool:
    return any(_fold(passage) in _fold(evidence["quote"]) for r in recommendations for evidence in r["evidence"])


def _fold(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text))).translate(_QUOTES)


def is_case(case: object) -> bool:
    """Tell whether a labelled case has the two things every case needs."""
    return isinstance(case, Mapping) and isinstance(case.get("id"), str) and isinstance(case.get("profile"), Mapping)
