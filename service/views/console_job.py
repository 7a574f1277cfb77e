"""One screening in the console: how far it is, its summary, what can be done with it, its files."""

from __future__ import annotations

import time
from typing import Any

import flask

from rules.catalogue import Catalogue
from service.access import folders, jobs, own_screening
from service.answers import json_bytes
from service.opened import engine_of, forget, parts_of, results_file, run_again
from service.pages.console_columns import cells_left_open
from service.pages.console_state import tell_progress, tell_screening
from service.pages.console_summary import summarise
from service.pages.console_uploads import pass_name_on
from service.pages.frame import link
from service.pages.wording import page_words
from service.request_context import page_language
from service.screenings.changes import StoredChanges
from service.screenings.columns import columns_as_read
from service.screenings.events import event_stream
from service.screenings.jobs import UNFINISHED, Job, State
from service.serving import engine, serving
from service.tables.sources import Format
from service.views.console_entry import blueprint, console_page, go_to

ONE = "/screenings/<string(length=32):screening_id>"
Json = dict[str, Any]


@blueprint.get(ONE)
def screening(screening_id: str) -> flask.Response:
    """Show how far a screening is, or what it found."""
    job = own_screening(screening_id)
    if job.state is not State.FINISHED:
        return console_page("console_progress.html", job=shown_job(job))
    language, newest = page_language(), engine().catalogue.version
    shelf, words, columns = catalogue_of(job), page_words(language), columns_as_read(folders().of(job.id), language)
    return console_page(
        "console_summary.html",
        job=shown_job(job),
        summary=summarise(shelf, jobs().chunks(job.id), parts_of(job), words),
        columns=columns,
        open_columns=cells_left_open(columns, words),
        formats=tuple(form.value for form in Format),
        newer=newest if newest != job.catalogue else "",
    )


@blueprint.get(f"{ONE}/events")
def events(screening_id: str) -> flask.Response:
    """Send how far it is whenever that changes; the last event bears the name of the final state."""
    job, table, spoken = own_screening(screening_id), jobs(), page_language()

    def state() -> tuple[bool, str, bytes] | None:
        found = table.find(job.id, job.key_id)
        if found is None:
            return None
        ended = found.state not in UNFINISHED
        body = json_bytes(tell_progress(found, language=spoken, now=time.time()))
        return ended, "ended" if ended else "progress", body

    return event_stream(state, most=max(1, serving().settings.threads - 2))


@blueprint.post(f"{ONE}/cancel")
def cancel(screening_id: str) -> flask.Response:
    """Stop a screening; one that has ended meanwhile is shown as it is."""
    jobs().cancel(own_screening(screening_id).id)
    return go_to(link("console.screening", screening_id=screening_id))


@blueprint.post(f"{ONE}/rerun")
def rerun(screening_id: str) -> flask.Response:
    """Screen the same file again with the catalogue of now."""
    rerun_id = run_again(screening_id).id
    pass_name_on(screening_id, rerun_id)
    return go_to(link("console.screening", screening_id=rerun_id))


@blueprint.get(f"{ONE}/delete")
def confirm(screening_id: str) -> flask.Response:
    """Ask whether a screening is really to go."""
    return console_page("console_delete.html", job=shown_job(own_screening(screening_id)))


@blueprint.post(f"{ONE}/delete")
def delete(screening_id: str) -> flask.Response:
    """Delete a screening, its file and its results."""
    forget(screening_id)
    return go_to(link("console.home", deleted="yes"))


@blueprint.get(f"{ONE}/results.<form>")
def download(screening_id: str, form: str) -> flask.Response:
    """Give the results as a file."""
    return results_file(screening_id, form)


def shown_job(job: Job) -> Json:
    """Return what every page of a screening shows of it."""
    told = tell_screening(job, language=page_language(), now=time.time())
    told["rerun_of"] = job.previous or ""
    told["changes"] = job.state is State.FINISHED and StoredChanges.read(folders().of(job.id)) is not None
    return told


def catalogue_of(job: Job) -> Catalogue:
    """Return the catalogue that decided; the rest of this request speaks of that one."""
    flask.g.engine = engine_of(job.catalogue)
    return engine().catalogue
