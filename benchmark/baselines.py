"""Simple means, answering the same questions in the same shape, of measures that the API lists and nothing else.

`bm25` is a search box: BM25 over the character bigrams of the source quotes, every hit called possible, the sentence
itself its evidence. `everything` shows all measures in the order of their ids, `nothing` shows none: what a score is
worth stands between them.
"""

import json
from collections.abc import Callable, Sequence
from itertools import count

import bm25s
import numpy as np

from service.evaluation import Ask, Json
from tests.golden.baselines import bigrams, typed

MOST = 20


def baselines(ask: Ask) -> dict[str, Ask]:
    """Return each baseline as a service of its own; documents are served by the real one."""
    measures = list_measures(ask)
    search = search_box(measures)
    return {
        "bm25": answering(ask, search),
        "everything": answering(ask, lambda _: measures),
        "nothing": answering(ask, lambda _: []),
    }


def list_measures(ask: Ask) -> list[Json]:
    """Return every measure of the service."""
    found: list[Json] = []
    for page in count(1):
        answer = json.loads(ask(f"/v1/measures?per_page=100&page={page}", None)[1])
        found += answer["items"]
        if page >= answer["pages"]:
            return sorted(found, key=lambda one: one["id"])
    return found


def search_box(measures: list[Json]) -> Callable[[Json], list[Json]]:
    """Return what finds measures by the words of a profile."""
    index = bm25s.BM25()
    index.index([bigrams(one["source"]["quote"]) for one in measures], show_progress=False)

    def search(profile: Json) -> list[Json]:
        words = [word for word in dict.fromkeys(bigrams(typed(profile))) if word in index.vocab_dict]
        if not words:
            return []
        scores = index.get_scores(words)
        return [measures[place] for place in np.argsort(-scores, kind="stable") if scores[place] > 0]

    return search


def answering(ask: Ask, find: Callable[[Json], Sequence[Json]]) -> Ask:
    """Return a service whose matches are what `find` finds."""

    def answer(path: str, body: Json | None) -> tuple[int, bytes]:
        if body is None:
            return ask(path, None)
        first, most = body.get("offset", 0), body.get("limit", MOST)
        found = enumerate(find(body["profile"]), 1)
        shown = [recommendation(rank, one) for rank, one in found if first < rank <= first + most]
        return 200, json.dumps({"recommendations": shown, "questions": []}, ensure_ascii=False).encode()

    return answer


def recommendation(rank: int, measure: Json) -> Json:
    """Return a measure as a match would show it, with nothing claimed that was not worked out."""
    is_draft = measure["document"]["status"] == "draft"
    return {
        "rank": rank,
        "relevance": "general",
        "verdict": "possible",
        "effect": "draft" if is_draft else "in_force",
        "score": 1 / rank,
        "measure": measure,
        "conditions": [],
        "evidence": [{**measure["source"], "matches": []}],
        "caveats": [{"code": "draft"}] if is_draft else [],
    }
