"""Complete profiles drawn with a fixed seed: as companies write them, and as facts that nobody has to read.

Nothing is missing, too broad or in doubt, so that two values are enough to decide them.
"""

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

from matcher.profiles.words import ABBREVIATION
from matcher.registers.reader import Tenants
from rules.catalogue.content import Content
from rules.compiled.bit_planes import FactColumn, NumberColumn, whole_answers
from rules.language.facts import Answer
from seeds.vocabulary import Vocabulary
from tests.bench.register import PLACES, PRODUCTS
from tests.bench.synthetic import ATTESTATIONS, SEED

Row = dict[str, Any]


def complete_profiles(content: Content, size: int) -> Iterator[Row]:
    """Yield profiles as JSON has them: a place, sectors, products, certifications, figures, declared facts."""
    draw = random.Random(SEED)
    places = draw.sample([entry for entry in _narrowest(content.vocabularies["regions"]) if entry.isdigit()], PLACES)
    sectors, stages, certifications = (
        [content.vocabularies[name][entry].zh for entry in _narrowest(content.vocabularies[name])]
        for name in ("sectors", "stages", "certifications")
    )
    products = draw.sample(
        _clear_spellings(content.vocabularies["concepts"], content.vocabularies["sectors"]), PRODUCTS
    )
    for _ in range(size):
        employees = draw.randrange(5, 2000)
        yield {
            "city": draw.choice(places),
            "sector": draw.sample(sectors, draw.randint(1, 2)),
            "products": draw.sample(products, draw.randint(1, 3)),
            "stage": [draw.choice(stages)],
            "certifications": draw.sample(certifications, draw.randint(1, 3)),
            "employees": employees,
            "rd_staff": draw.randrange(employees),
            "annual_revenue_cny": (revenue := float(draw.randrange(10**6, 10**9))),
            "rd_spend_cny": round(revenue * draw.uniform(0.005, 0.15), 2),
            "founded_on": date(draw.randrange(1995, 2026), draw.randrange(1, 13), 1).isoformat(),
            "foreign_invested": draw.random() < 0.1,
            "facts": {name: draw.random() < 0.5 for name in ATTESTATIONS},
        }


def _narrowest(vocabulary: Vocabulary) -> list[str]:
    """Return the entries that hold no other and whose name means nothing else."""
    alone = [entry for entry in vocabulary.entries if len(vocabulary.taxonomy.descendants(entry)) == 1]
    return [entry for entry in alone if entry.isdigit() or vocabulary.find(vocabulary[entry].zh) == (entry,)]


def _clear_spellings(concepts: Vocabulary, sectors: Vocabulary) -> list[str]:
    """Return every spelling that means one entry and leaves the stated sector sure.

    Beside another sector a short Latin name is in doubt; beside the name of a trade, the sector is.
    """
    made = [
        entry for entry in concepts.entries.values() if not any("sells" in sectors[of].extra for of in entry.sectors)
    ]
    spellings = {spelling for entry in made for spelling in entry.spellings()}
    return sorted(spelling for spelling in spellings if len(concepts.find(spelling)) == 1 and not _is_short(spelling))


def _is_short(spelling: str) -> bool:
    return spelling.isascii() and sum(map(str.isalnum, spelling)) in ABBREVIATION


def resolved(tenants: Tenants) -> list[Row]:
    """Return the facts of each row: a list of ids where a fact of the catalogue's is a set, else one value.

    Raises ValueError for an answer in doubt: such a row has no two-valued decision.
    """
    columns = {fact: _values(column, tenants.size) for fact, column in tenants.facts.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(column: FactColumn, size: int) -> list[Any]:
    if isinstance(column, NumberColumn):
        return column.numbers.tolist()
    answers, places = whole_answers(column, size)
    values = [_of_answer(answer) for answer in answers]
    if all(len(value) < 2 for value in values):
        return [values[place][0] for place in places.tolist()]
    return [values[place] for place in places.tolist()]


def _of_answer(answer: Answer | None) -> list[Any]:
    if answer is None:
        return []
    if answer.one_of or answer.doubtful or answer.unreadable:
        raise ValueError(f"in doubt: {answer}")
    return sorted({*answer.sure, *answer.inferred})
