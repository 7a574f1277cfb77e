"""Forms of the console beside screenings: subscriptions made, muted and ended; a new measure tried on tenants.

What is asked and refused is that of the API; only what is shown stands here.

The form is kept beside the screening under the hash of what it says: its answer can be reloaded and gone back to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import flask
import orjson
from marshmallow import ValidationError

from rules.catalogue.catalogue import Catalogue
from rules.language.condition_parsing import PackError
from rules.language.facts import NUMERIC, FactError, parse_fact_value
from rules.language.labels import Labeller
from rules.language.measures import Instrument, MeasureKind
from seeds.faults import SeedError, worded
from seeds.vocabulary import printable
from service.api import changes as api
from service.complaints import Complaint, RequestError, complaints_of
from service.drafts.items import Draft
from service.drafts.preview import parse_document, parse_draft, stored_preview, with_document
from service.intake.queries import STATUSES
from service.pages.console.entry import blueprint, console_page, go_to, moment_in_china, name_of
from service.pages.console.job import ONE, finished_job, reported_faults, shown_job
from service.pages.wording import page_words
from service.screenings.stored.folders import write_whole
from service.screenings.stored.jobs import Job, State
from service.subscriptions.shapes import SubscriptionQuestion
from service.subscriptions.store import Message, MessageState, Subscription, Subscriptions
from service.web.lookups import parts_of, read_value
from service.web.requests import link, page_language
from service.web.serving import engine, folders, own_screenings, served_catalogue, serving, store

Json = dict[str, Any]
_ONE = "/screenings/subscriptions/<string(length=32):subscription_id>"
_ASKED = ("url", "region", "sector", "instrument", "screening", "language")


@blueprint.get("/screenings/subscriptions")
def list_subscriptions() -> flask.Response:
    """List the subscriptions of the key and offer a new one."""
    return _list_page()


@blueprint.post("/screenings/subscriptions")
def subscribe() -> flask.Response:
    """Make a subscription, and show the secret that its messages are signed with, this once."""
    form = flask.request.form
    asked = {name: form[name].strip() for name in _ASKED if form.get(name, "").strip()}
    try:
        made = api.subscribed(SubscriptionQuestion().load(asked))
    except ValidationError as error:
        return _list_page(status=422, complaints=complaints_of(error.messages), asked=asked)
    except RequestError as error:
        return _list_page(status=422, complaints=error.complaints, asked=asked)
    return _one_page(made, secret=Subscriptions(store()).secret(made.id))


@blueprint.get(_ONE)
def show_subscription(subscription_id: str) -> flask.Response:
    """Show a subscription: what it is about, what is muted, its messages."""
    return _one_page(api.own(subscription_id))


@blueprint.post(_ONE)
def change_subscription(subscription_id: str) -> flask.Response:
    """Mute an item or tell of it again, send a test or a dead message again, or end it all."""
    form, one = flask.request.form, api.own(subscription_id)
    item, message = form.get("item", "").strip(), form.get("message", "")
    wishes: Mapping[str, Callable[[], object]] = {
        "mute": lambda: api.mute(one.id, item),
        "unmute": lambda: api.unmute(one.id, item),
        "test": lambda: api.send_test(one.id),
        "again": lambda: api.send_again(one.id, message),
        "end": lambda: api.unsubscribe(one.id),
    }
    wish = form.get("do", "")
    try:
        wishes.get(wish, lambda: None)()
    except RequestError as error:
        return _one_page(one, status=422, complaints=error.complaints)
    if wish == "end":
        return go_to(link("console.list_subscriptions"))
    return go_to(link("console.show_subscription", subscription_id=one.id))


def _sentences(complaints: Iterable[Complaint]) -> list[str]:
    return [" ".join(part for part in one.worded(page_language()) if part) for one in complaints]


def _list_page(
    *, status: int = 200, complaints: Iterable[Complaint] = (), asked: Mapping[str, str] | None = None
) -> flask.Response:
    vocabularies = engine().catalogue.vocabularies
    listed = Subscriptions(store()).owned(flask.g.key.id)
    return console_page(
        "console_subscriptions.html",
        status=status, faults=_sentences(complaints), asked=asked or {}, listed=[_told(one) for one in listed],
        is_on=serving().settings.webhooks,
        instruments=[(str(one), vocabularies["instruments"][one].label(page_language())) for one in Instrument],
        screenings=[(job.id, name_of(job.id) or job.id[:8]) for job in own_screenings() if job.state is State.FINISHED],
    )  # fmt: skip


def _one_page(
    one: Subscription, *, status: int = 200, complaints: Iterable[Complaint] = (), secret: str = ""
) -> flask.Response:
    catalogue = served_catalogue()
    titles = {name: one.title for name, one in catalogue.documents.items()}
    titles |= {name: one.title_in(page_language()) for name, one in catalogue.measures.items()}
    muted = [(item, titles.get(item, item)) for item in one.wanted.muted]
    return console_page(
        "console_subscription.html",
        status=status, faults=_sentences(complaints), one=_told(one), secret=secret, muted=muted,
        messages=[_message(each) for each in Subscriptions(store()).messages(one.id)],
    )  # fmt: skip


def _told(one: Subscription) -> Json:
    """Return a subscription in the words of people."""
    vocabularies, filters = engine().catalogue.vocabularies, one.wanted.filters
    tables = {"region": "regions", "sector": "sectors", "instrument": "instruments"}
    about = [vocabularies[tables[name]][value].label(page_language()) for name, value in filters.items() if value]
    if one.wanted.screening:
        about.append(name_of(one.wanted.screening) or one.wanted.screening[:8])
    return {
        "id": one.id, "url": one.url, "about": about, "muted": len(one.wanted.muted), "ending": one.ending,
        "created": moment_in_china(one.created_at),
        "last": moment_in_china(one.message_at) if one.message_at else "",
        "dead": len(Subscriptions(store()).messages(one.id, state=MessageState.DEAD.value)),
    }  # fmt: skip


def _message(one: Message) -> Json:
    said = worded(one.fault, {}, page_language())[0] if one.fault else ""
    return {
        "id": one.id, "state": one.state.value, "attempts": one.attempts, "made": moment_in_china(one.made_at),
        "next": moment_in_china(one.next_at) if one.state is MessageState.WAITING else "",
        "outcome": str(one.status) if one.status else said,
    }  # fmt: skip


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
