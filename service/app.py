"""The application: `create_app` is its table of contents."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service.agents import view as agents
from service.api import (
    changes,
    dossiers,
    public,
    screening_results,
    screenings,
    sending,
    worklist,
)
from service.catalogues.editions import Editions, OpenEditions
from service.data_folder import LOOKS
from service.intake.reader_host import Bounds
from service.intake.readers import Readers
from service.logs import configure_logs
from service.metrics import Metrics
from service.pages import documentation
from service.pages import sending as forms
from service.pages.browse import view as browse
from service.pages.check import page as check
from service.pages.console import forms as console_forms
from service.pages.console import results as console
from service.pages.contract import page as contract
from service.pages.editor import draft, drafts, editing
from service.pages.editor import publishing as editor
from service.pages.embed import view as embed
from service.pages.frame import problem_page
from service.settings import Settings, SettingsError
from service.store import Store
from service.web.blueprints import Api, create_api
from service.web.errors import register_error_handlers
from service.web.rate_limit import create_limiter
from service.web.requests import SPOOL, Request, add_headers, begin_request, log_request
from service.web.serving import EXTENSION, LiveEngine, Serving, count_request, open_engine

if TYPE_CHECKING:
    from service.signing import Signatures

PAGES = (
    check,
    embed,
    documentation,
    browse,
    *(console, console_forms),
    *(editor, draft, drafts, editing),
    forms,
)
RESOURCES = (
    *(public.matching, public.measures, public.documents, public.vocabularies, public.tables),
    *(changes.blueprint, sending.blueprint, public.calendar, public.exchange),
    *(screenings.blueprint, screening_results.blueprint, screening_results.pairs, screening_results.files),
    *(worklist.blueprint, dossiers.blueprint, screening_results.preview, changes.subscriptions),
    *(sending.reports, public.health),
)
"""What the contract describes, in its order."""


def create_app(settings: Settings) -> flask.Flask:
    """Create the application that serves the catalogue of `settings`."""
    configure_logs(settings.log_level)
    app = flask.Flask("service", template_folder="pages/templates", static_folder="static")
    app.request_class = Request
    # One byte more than is allowed, so that a body cut off there is seen to be too large.
    app.config.update(MAX_CONTENT_LENGTH=settings.body_bytes + 1, MAX_FORM_MEMORY_SIZE=settings.body_bytes)
    app.before_request(begin_request)
    metrics = Metrics(settings.metrics_folder)
    live = LiveEngine(settings.catalogue, partial(open_engine, settings, metrics))
    limiter, store = create_limiter(app, settings), Store(settings.data)
    app.config[SPOOL] = store.folder / LOOKS
    # A file that is looked at holds a thread that others may need.
    readers = Readers(Bounds(settings.reader_bytes, settings.look_seconds), most=max(1, settings.threads - 2))
    editions = OpenEditions(Editions(settings.catalogue), most=max(1, settings.threads - 2))
    app.extensions[EXTENSION] = Serving(
        settings=settings,
        live=live,
        metrics=metrics,
        limiter=limiter,
        store=store,
        readers=readers,
        editions=editions,
        signatures=_signatures(settings),
    )
    register_error_handlers(app, problem_page)
    api = create_api(app)
    register_resources(api)
    app.register_blueprint(contract.create_docs(api))
    app.register_blueprint(agents.blueprint)
    for blueprint in dict.fromkeys(page.blueprint for page in PAGES):  # pages of one kind share theirs
        app.register_blueprint(blueprint)
    for step in (log_request, count_request, add_headers):  # Flask calls the last one registered first
        app.after_request(step)
    if settings.proxies:  # X-Forwarded-For and -Proto are believed from so many hops in front, and from nobody else
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    return app


def _signatures(settings: Settings) -> Signatures | None:
    """Return what signs answers, None where nothing was configured; raise SettingsError for a file that is no key."""
    if settings.signing_key is None and not settings.former_keys:
        return None
    signing = import_module("service.signing")
    try:
        made: Signatures = signing.load_signatures(settings.signing_key, settings.former_keys)
    except signing.SigningKeyError as error:
        raise SettingsError((f"CEPEI_SIGNING_KEY, CEPEI_FORMER_KEYS: {error}",)) from error
    return made


def register_resources(api: Api) -> None:
    """Register every documented resource."""
    for resource in RESOURCES:
        api.register_blueprint(resource)
