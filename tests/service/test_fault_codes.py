"""Every code that the source names has words, with the parameters that they need; every word has a code that is named."""

import ast
from functools import cache
from pathlib import Path

from seeds.wording import holes, load_messages
from service.errors import KINDS
from service.problems import PUBLISHED
from service.screenings.jobs import State

ROOT = Path(__file__).parents[2]
SOURCES = [
    path for package in ("seeds", "rules", "matcher", "service") for path in sorted((ROOT / package).rglob("*.py"))
]
CODE_AT = {
    "Fault": "code", "Complaint": "code", "RowFault": "code", "expect_list": "code", "AmountError": 0, "TaxonomyError": 0,
    "WrongValueError": 0, "CellError": 0, "LeftOpenError": 0, "TableRefusedError": 0, "ClusterError": 0, "refusal": 0,
    "say": 0, "Broken": 0, "bilingual": 0, "ReadingError": 1, "FactError": 1, "CorrectionFault": 1, "_read_shape": 1,
    "add": 1, "broken_row": 2, "_fault": 2,
}  # fmt: skip
"""What takes a code, and at which place or by which name."""

PARAMS_AT = {"Fault": "params", "Complaint": "params", "RowFault": "params", "CorrectionFault": 2, "_fault": 3}
"""What takes the parameters as a mapping; all else takes them by name."""

WITHOUT_PARAMS = {"expect_list", "_read_shape", "Broken", "bilingual"}
"""What leaves the parameters to another place."""

WORDED_BY_PAGES = {"no_statuses", "foreign_form"}


@cache
def tree_of(path):
    return ast.parse(path.read_text("utf-8"))


def calls():
    """Yield each call that takes a code: where, its name, the call."""
    for path in SOURCES:
        for call in (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            other = (name == "say" and "matcher" in path.parts) or (
                name == "add" and "faults" not in ast.unparse(call.func)
            )
            if name in CODE_AT and not other:
                yield f"{path.relative_to(ROOT)}:{call.lineno}", name, call


def argument(call, place):
    if isinstance(place, int):
        return call.args[place] if place < len(call.args) else None
    return next((keyword.value for keyword in call.keywords if keyword.arg == place), None)


def constants(node):
    """Return the texts that an expression may be, where it names them."""
    if isinstance(node, ast.IfExp):
        return constants(node.body) | constants(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def params_of(name, call):
    """Return the names of the parameters that a call gives, None where they are not written there."""
    if name in WITHOUT_PARAMS:
        return None
    if name in PARAMS_AT:
        given = argument(call, PARAMS_AT[name])
        if given is None:
            return set()
        is_plain = isinstance(given, ast.Dict) and all(isinstance(key, ast.Constant) for key in given.keys)
        return {key.value for key in given.keys} if is_plain else None
    names = {keyword.arg for keyword in call.keywords}
    return None if None in names else names


def named():
    """Yield where each code is named that is written at its call, with the parameters given there."""
    for where, name, call in calls():
        for code in constants(argument(call, CODE_AT[name])) - WORDED_BY_PAGES:
            yield where, code, params_of(name, call)


def test_every_code_that_is_named_has_words_and_gets_the_parameters_they_need():
    table = load_messages("en")
    found = list(named())
    assert len(found) > 200
    assert [(where, code) for where, code, _ in found if code not in table] == []
    short = [
        (where, code, needed - params)
        for where, code, params in found
        if code in table
        and params is not None
        and (needed := holes(table[code].message) | (table[code].needs - {"nearest"})) - params
    ]
    assert short == []


def test_every_word_is_named_somewhere():
    texts = {f"problem_{kind}" for kind in KINDS} | {f"state_{state}" for state in State}
    for path in SOURCES:
        if path.name != "problems.py" and "pages" not in path.parts:
            texts |= {node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant)}
    assert load_messages("en").keys() - texts == set()


def test_what_is_published_under_another_code_has_words_and_facts_are_all_published_as_bad_facts():
    assert PUBLISHED.keys() <= load_messages("en").keys()
    of_facts = {
        code for _, name, call in calls() if name == "FactError" for code in constants(argument(call, CODE_AT[name]))
    }
    assert {code for code, published in PUBLISHED.items() if published == "bad_fact"} == of_facts
