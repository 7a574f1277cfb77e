"""A new measure tried on the tenants of a screening by a form: its words are pasted, its conditions chosen.

The form is kept beside the screening under the hash of what it says: its answer can be reloaded and gone back to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import flask
import orjson

from rules.catalogue.catalogue import Catalogue
from rules.language.condition_parsing import PackError
from rules.language.facts import NUMERIC, FactError, parse_fact_value
from rules.language.labels import Labeller
from rules.language.measures import Instrument, MeasureKind
from seeds.faults import SeedError, worded
from seeds.vocabulary import printable
from service.complaints import RequestError
from service.drafts.items import Draft
from service.drafts.preview import parse_document, parse_draft, stored_preview, with_document
from service.intake.queries import STATUSES
from service.pages.console.entry import blueprint, console_page, go_to
from service.pages.console.job import ONE, finished_job, reported_faults, shown_job
from service.pages.wording import page_words
from service.screenings.stored.folders import write_whole
from service.screenings.stored.jobs import Job
from service.web.lookups import parts_of, read_value
from service.web.requests import link, page_language
from service.web.serving import engine, folders

Json = dict[str, Any]
_DOCUMENT, _EVERYWHERE = "trial", "CN"
_NUMBERS = 3
"""So many conditions on a number the form has."""
_MOST_LETTERS, _LONGEST_QUOTE = 2000, 120
_FIELDS = (
    "title", "text", "status", "place", "instrument", "kind", "sector", "stage", "certification",
    *(f"{name}-{place}" for place in range(_NUMBERS) for name in ("fact", "side", "value")),
)  # fmt: skip
_SIDES = ("at_least", "at_most", "more_than", "less_than")
_NAME = re.compile(r"[0-9a-f]{32}")
_MOST_KEPT = 20
_TENANTS = 100


class _UnreadError(Exception):
    """A field of the form that cannot be read; the message says which, and why."""


@blueprint.get(f"{ONE}/trial")
def trial(screening_id: str) -> flask.Response:
    """Show the form, and the answer of one that was sent."""
    job = finished_job(screening_id)
    asked = _kept(job, flask.request.args.get("asked", ""))
    return _trial_page(job, asked or {}, outcome=asked is not None)


@blueprint.post(f"{ONE}/trial")
def send_trial(screening_id: str) -> flask.Response:
    """Keep what the form says and go on to its answer."""
    job = finished_job(screening_id)
    given = {name: flask.request.form.get(name, "").strip()[:_MOST_LETTERS] for name in _FIELDS}
    asked = {name: text for name, text in given.items() if text}
    body = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    name, folder = hashlib.sha256(body).hexdigest()[:32], folders().of(job.id).path
    kept = sorted(folder.glob("trial-*.json"), key=lambda path: path.stat().st_mtime)
    for old in kept[: max(0, len(kept) + 1 - _MOST_KEPT)]:
        old.unlink(missing_ok=True)
    write_whole(folder / f"trial-{name}.json", body)
    return go_to(link("console.trial", screening_id=job.id, asked=name))


def _kept(job: Job, name: str) -> dict[str, str] | None:
    file = folders().of(job.id).path / f"trial-{name}.json"
    if not _NAME.fullmatch(name) or not file.is_file():
        return None
    asked: dict[str, str] = orjson.loads(file.read_bytes())
    return asked


def _trial_page(job: Job, asked: dict[str, str], *, outcome: bool) -> flask.Response:
    faults: tuple[str, ...] = ()
    shown: Json = {"outcome": None, "conditions": [], "quote": ""}
    if outcome:
        try:
            draft = _draft(asked)
            shown |= _outcome(job, draft, asked)
        except _UnreadError as error:
            faults = (str(error),)
        except (PackError, SeedError) as error:
            faults = tuple(_sentence(*fault.worded(page_language())) for fault in error.faults)
        except RequestError as error:
            faults = reported_faults(error)
    choices = _choices(engine().catalogue)
    return console_page(
        "console_trial.html", status=422 if faults else 200, job=shown_job(job), asked=asked, faults=faults,
        choices=choices, numbers=range(_NUMBERS), most=_TENANTS, letters=_MOST_LETTERS, **shown,
    )  # fmt: skip


def _sentence(message: str, hint: str) -> str:
    return message + (page_words(page_language())["in_brackets"].format(hint) if hint else "")


def _outcome(job: Job, draft: Draft, asked: Mapping[str, str]) -> Json:
    catalogue = draft.alone
    labeller = Labeller(catalogue.facts, catalogue.vocabularies, page_language())
    told = stored_preview(draft, parts_of(job), job.options, ["form", dict(asked)])
    conditions = [labeller.label(condition) for condition in draft.measure.conditions]
    return {"outcome": told, "conditions": conditions, "quote": draft.measure.source.quote}


def _choices(catalogue: Catalogue) -> Json:
    language = page_language()
    words, vocabularies = page_words(language), catalogue.vocabularies
    return {
        "instruments": [(one.value, vocabularies["instruments"][one.value].label(language)) for one in Instrument],
        "kinds": [(kind.value, words[f"kind_badge.{kind}"]) for kind in MeasureKind],
        "statuses": [(status, words[f"status.{status}"]) for status in STATUSES],
        "stages": [(one, entry.label(language)) for one, entry in vocabularies["stages"].entries.items()],
        "certifications": [
            (one, entry.label(language)) for one, entry in vocabularies["certifications"].entries.items()
        ],
        "facts": [(fact.id, fact.label(language)) for fact in catalogue.facts.values() if fact.type in NUMERIC],
        "sides": [(side, words[f"screen_side.{side}"]) for side in _SIDES],
    }


def _draft(asked: Mapping[str, str]) -> Draft:
    """Return the measure that a form describes; raise _UnreadError, or SeedError with all that is wrong."""
    words, catalogue = page_words(page_language()), engine().catalogue
    for name in ("title", "text"):
        if name not in asked:
            raise _UnreadError(words["screen_trial_needed"].format(words[f"screen_trial.{name}"]))
    region = _read("region", asked["place"], "place") if "place" in asked else _EVERYWHERE
    text = f"{asked['title']}\n{asked['text']}"
    given = {"id": _DOCUMENT, "title": asked["title"], "text": text, "region": region}
    document = parse_document(catalogue, {**given, "status": asked.get("status", STATUSES[0])})
    quote = re.split(r"(?<=[。；])", asked["text"].replace("\r", "").split("\n")[0])[0][:_LONGEST_QUOTE]
    at = document.text.find(quote)
    if at < 0:
        raise _UnreadError(words["screen_trial_quote"])
    holding = document.clauses_at(at)
    measure = {
        "id": f"{_DOCUMENT}-1",
        "title": asked["title"],
        "instrument": asked.get("instrument", Instrument.SUBSIDY.value),
        "kind": asked.get("kind", MeasureKind.SUPPORT.value),
        "strength": "support",
        "source": {"clause": holding[0].path if holding else "0", "quote": quote},
        "conditions": list(_conditions(asked, quote)),
    }
    return parse_draft(with_document(catalogue, document), _DOCUMENT, {"measure": measure})


def _conditions(asked: Mapping[str, str], quote: str) -> Iterator[Json]:
    if "sector" in asked:
        yield {"fact": "sector", "within": [_read("sector", asked["sector"], "sector")], "cite": quote}
    if "stage" in asked:
        yield {"fact": "stage", "any_of": [asked["stage"]], "cite": quote}
    if "certification" in asked:
        yield {"fact": "certifications", "any_of": [asked["certification"]], "cite": quote}
    for place in range(_NUMBERS):
        name, value, side = (asked.get(f"{field}-{place}", "") for field in ("fact", "value", "side"))
        if name and value:
            yield {"fact": name, side if side in _SIDES else _SIDES[0]: _number(name, value), "cite": quote}


def _number(name: str, text: str) -> float | str:
    """Return a number as a pack has it; raise _UnreadError where it is none of its fact."""
    words, catalogue = page_words(page_language()), engine().catalogue
    number = float(text) if re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{1,6})?", text) else text
    fact = catalogue.facts.get(name)
    told = words["screen_trial_unread"].format(fact.label(page_language()) if fact else printable(name), text)
    if fact is None:
        raise _UnreadError(told)
    try:
        parse_fact_value(fact, number, catalogue.vocabularies)
    except FactError as error:
        said = _sentence(*worded(error.code, error.params, page_language()))
        raise _UnreadError(told + words["semicolon"] + said) from error
    return number


def _read(name: str, text: str, field: str) -> str:
    """Return what words mean; raise _UnreadError, with what they may mean, where that is not surely one thing."""
    words = page_words(page_language())
    read = read_value(engine(), name, text, page_language())
    if read.value:
        return read.value
    perhaps = words["comma"].join(one.label for one in read.suggestions)
    told = words["screen_trial_unread"].format(words[f"screen_trial.{field}"], text)
    raise _UnreadError(told + (words["screen_region_perhaps"].format(perhaps) if perhaps else ""))
