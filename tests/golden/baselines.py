"""Scores what a search box would find for labelled companies, beside the product, on the same cases.

    python -m tests.golden.baselines CATALOGUE CASES [CASES ...]

The search box is BM25 over the character bigrams of the source quotes of the company's own province (of every document
where no province is named); fused is its order and the product's by reciprocal rank. It sees no vocabulary, condition or
clause. A case that the product refuses counts as found nowhere.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import bm25s
import numpy as np

from matcher.places.reader import resolve_place
from rules.catalogue.catalogue import Catalogue
from rules.catalogue.content import open_catalogue
from seeds.vocabulary import simplify
from service.app import create_app
from service.commands.evaluate import load_cases
from service.evaluation import SHORT_NAMES
from service.settings import Settings

KINDS = {"must@5": ("must", 5), "must@10": ("must", 10), "should@20": ("should", 20)}
TYPED = ("sector", "products", "technologies", "stage", "needs", "business_scope")
FUSED_FROM = 60
"""What is added to each rank before it is inverted, as in the paper that proposed it (Cormack and others, 2009)."""


class SearchBox:
    """The quotes of a catalogue as a search box finds them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.measures = list(catalogue.measures.values())
        self._catalogue = catalogue
        self._provinces = np.array([catalogue.documents[one.document].region[:2] for one in self.measures])
        self._index = bm25s.BM25()
        self._index.index([bigrams(one.source.quote) for one in self.measures], show_progress=False)

    def find(self, profile: dict) -> list[str]:
        """Return the ids of measures, the likeliest first, none that shares no bigram."""
        words = [word for word in dict.fromkeys(bigrams(typed(profile))) if word in self._index.vocab_dict]
        if not words:
            return []
        scores = self._index.get_scores(words)
        provinces = self._provinces_of(profile)
        scores = np.where(np.isin(self._provinces, provinces), scores, 0.0) if provinces else scores
        order = np.argsort(-scores, kind="stable")
        return [self.measures[place].id for place in order if scores[place] > 0]

    def _provinces_of(self, profile: dict) -> list[str]:
        regions = self._catalogue.vocabularies["regions"]
        places = [resolve_place(str(profile[name]), regions) for name in ("city", "target_city") if profile.get(name)]
        return [code[:2] for place in places for code in place.codes if code[:2].isdigit()]


def bigrams(text: str) -> list[str]:
    """Return the pairs of neighbouring characters of a text, without what stands between words."""
    plain = "".join(filter(str.isalnum, simplify(text)))
    return [plain[place : place + 2] for place in range(len(plain) - 1)]


def typed(profile: dict) -> str:
    """Return what a profile says beside its place, as somebody would paste it into a search box."""
    values = (profile.get(name) or "" for name in TYPED)
    return "\n".join(" ".join(map(str, value)) if isinstance(value, list) else str(value) for value in values)


def fused(*orders: Sequence[str]) -> list[str]:
    """Return several orders as one, by reciprocal rank."""
    scores: dict[str, float] = {}
    for order in orders:
        for rank, measure_id in enumerate(order, 1):
            scores[measure_id] = scores.get(measure_id, 0.0) + 1 / (FUSED_FROM + rank)
    return sorted(scores, key=lambda measure_id: (-scores[measure_id], measure_id))


def shares(cases: Sequence[dict], catalogue: Catalogue, find: Callable[[dict], Sequence[str]]) -> Iterator[float]:
    """Yield the share of labels found, for each of KINDS."""
    found = [find(case["profile"]) for case in cases]
    for labels, first in KINDS.values():
        hits = [
            any(is_it(catalogue.measures[measure_id], label) for measure_id in order[:first])
            for case, order in zip(cases, found, strict=True)
            for label in case.get(labels, ())
        ]
        yield sum(hits) / max(len(hits), 1)


def is_it(measure, label) -> bool:
    """Tell whether a label names a measure."""
    document, clause, words = label
    quote = simplify("".join(measure.source.quote.split()))
    return (
        measure.document == SHORT_NAMES.get(document, document)
        and measure.source.clause == str(clause)
        and any(simplify("".join(word.split())) in quote for word in words.split("|"))
    )


def main() -> int:
    path, *files = map(Path, sys.argv[1:])
    catalogue = open_catalogue(path)
    box, client = SearchBox(catalogue), create_app(Settings(catalogue=path, log_level="error")).test_client()

    def product(profile: dict) -> list[str]:
        answer = client.post("/v1/match", json={"profile": profile, "limit": 100, "detail": "brief"})
        return [one["measure"]["id"] for one in answer.json.get("recommendations", ())]

    finders = {
        "product": product,
        "BM25": box.find,
        "fused": lambda profile: fused(product(profile), box.find(profile)),
    }
    for file in files:
        cases, _ = load_cases(file)
        print(f"{file.name}: {len(cases)} companies" + "".join(f"{kind:>12}" for kind in KINDS))
        for name, find in finders.items():
            line = "".join(f"{share:>12.1%}" for share in shares(cases, catalogue, find))
            print(f"  {name:{len(file.name) + 14}}{line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
