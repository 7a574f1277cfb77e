"""How far a screening is, in words: for the list, for its own page, for each event while it runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import asdict

from service.clock import CHINA
from service.pages.console_uploads import name_of
from service.pages.wording import page_words
from service.schemas.screening_answers import Screening
from service.screenings.jobs import UNFINISHED, Job, State
from service.screenings.progress import describe_job

Json = dict[str, Any]
_MINUTE = 60


def list_screenings(owned: Iterable[Job], *, language: str, now: float) -> list[Json]:
    """Return the screenings of a key for the list."""
    return [tell_screening(job, language=language, now=now) for job in owned]


def tell_screening(job: Job, *, language: str, now: float) -> Json:
    """Return one screening with its words: state, times in China, name of its file, how far it is."""
    words, told = page_words(language), describe_job(job, now=now, language=language)
    return {
        **asdict(told),
        "name": name_of(job.id),
        "says": words[f"screen_state.{job.state}"],
        "documents": words["comma"].join(words[f"status.{status}"] for status in job.options.statuses),
        "created": moment_in_china(job.created_at),
        "finished": moment_in_china(job.finished_at) if job.finished_at else "",
        "expires": moment_in_china(job.expires_at),
        "going": job.state in UNFINISHED,
        "progress_says": progress_words(told, words),
    }


def tell_progress(job: Job, *, language: str, now: float) -> Json:
    """Return what an event tells: the state, the share done, the same in a sentence."""
    told = describe_job(job, now=now, language=language)
    says = progress_words(told, page_words(language))
    return {"state": told.state, "share": told.progress.share, "says": says}


def progress_words(told: Screening, words: Mapping[str, str]) -> str:
    """Return rows done, rate and time left in a sentence."""
    rows, progress = told.rows, told.progress
    if told.state is State.QUEUED:
        return words["screen_queued"]
    if rows.total is None:
        return words["screen_reading"]
    said = [words["screen_rows_done"].format(f"{rows.done:,}", f"{rows.total:,}")]
    if progress.rows_per_second:
        said.append(words["screen_rate"].format(f"{progress.rows_per_second:,.0f}"))
    if progress.seconds_left:
        said.append(_time_left(progress.seconds_left, words))
    return words["comma_between"].join(said) + words["screen_stop"]


def moment_in_china(seconds: float) -> str:
    """Return a time as people in China read it."""
    return datetime.fromtimestamp(seconds, CHINA).strftime("%Y-%m-%d %H:%M")


def _time_left(seconds: float, words: Mapping[str, str]) -> str:
    if seconds >= _MINUTE:
        return words["screen_minutes_left"].format(math.ceil(seconds / _MINUTE))
    return words["screen_seconds_left"].format(max(1, round(seconds)))
