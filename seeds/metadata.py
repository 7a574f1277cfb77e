"""The fields of document.yaml: which there are, what each may hold, and the year that a title names.

Every field must be written; `unknown` says that the document does not tell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Any

from seeds.faults import Fault, WrongValueError

UNKNOWN = "unknown"
_DATE_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ID_SHAPE = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
_REGION_SHAPE = re.compile("CN|[0-9]{6}|(?:zone|group):[a-z0-9-]+")
_DIGEST_SHAPE = re.compile("[0-9a-f]{64}")
_YEAR = "(?:19|20)[0-9]{2}"
_SPAN_OF_YEARS = re.compile(
    f"(?<![0-9]){_YEAR}年?(?:[0-9]{{1,2}}月)?[-‐‑–—―~〜至到]{{1,2}}({_YEAR}(?![0-9])|[0-9]{{2}}(?=年))"
)
_FIVE_YEARS = re.compile("(?<![一二三四五六七八九])十([一二三四五六七八九])五(?![一二三四五六七八九十])")
_ONE_YEAR = re.compile(f"(?<![0-9])({_YEAR})年(?:度|前|远景|(?=[^0-9]{{0,30}}(?:工作|任务|申报|行动计划|实施计划)))")
_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_BEFORE_THE_PLANS = 1955


class DocumentStatus(StrEnum):
    """Whether a document binds: published and in force, still a draft, or repealed."""

    IN_FORCE = "in_force"
    DRAFT = "draft"
    REPEALED = "repealed"


def _read_words(value: object) -> str:
    if isinstance(value, str) and value.strip() == value != "":
        return value
    raise WrongValueError("no_words")


def _read_shape(shape: re.Pattern[str], code: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        words = _read_words(value)
        if shape.fullmatch(words):
            return words
        raise WrongValueError(code, value=words, form=shape.pattern)

    return read


def _read_date(value: object) -> date:
    words = _read_words(value)
    try:
        if _DATE_SHAPE.fullmatch(words):
            return date.fromisoformat(words)
    except ValueError:
        pass  # A day that no month has is reported like any other wrong form.
    raise WrongValueError("no_day", value=words)


def _read_list(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and value:
        return tuple(_read_words(member) for member in value)
    raise WrongValueError("no_names")


def _read_status(value: object) -> DocumentStatus:
    try:
        return DocumentStatus(_read_words(value))
    except ValueError:
        raise WrongValueError("no_status", value=value, known=", ".join(DocumentStatus)) from None


def _read_schema(value: object) -> int:
    if value == 1 and not isinstance(value, bool):
        return value
    raise WrongValueError("other_schema")


def _read_region(value: object) -> str:
    """Read a region; 100000 is how lists of six-digit codes write the whole country."""
    region = _read_shape(_REGION_SHAPE, "no_form_of_region")(value)
    return "CN" if region == "100000" else region


def _or_unknown(read: Callable[[object], Any], unknown: object = None) -> Callable[[object], Any]:
    return lambda value: unknown if value == UNKNOWN else read(value)


FIELDS: Mapping[str, Callable[[object], Any]] = {
    "schema": _read_schema,
    "id": _read_shape(_ID_SHAPE, "no_form_of_id"),
    "title": _read_words,
    "heading": _read_words,
    "number": _or_unknown(_read_words),
    "issuers": _or_unknown(_read_list, ()),
    "issued_on": _or_unknown(_read_date),
    "written_on": _or_unknown(_read_date),
    "published_on": _or_unknown(_read_date),
    "effective_from": _or_unknown(_read_date),
    "valid_to": _or_unknown(_read_date),
    "source_url": _or_unknown(_read_words),
    "checked_on": _or_unknown(_read_date),
    "status": _read_status,
    "region": _read_region,
    "sha256": _read_shape(_DIGEST_SHAPE, "no_form_of_digest"),
}
"""The keys of document.yaml in order, and how each is read."""


def parse_metadata(metadata: Mapping[str, Any], *, file: str) -> tuple[dict[str, Any], list[Fault]]:
    """Return the typed values of the metadata, `schema` left out, and every fault found in them."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for key in (key for key in metadata if key not in FIELDS):
        near = get_close_matches(str(key), FIELDS, n=1)
        code = "no_key_of_document_but_near" if near else "no_key_of_document"
        params = {"nearest": "".join(near), "known": ", ".join(FIELDS)}
        faults.append(Fault(file=file, pointer=f"/{key}", code=code, params=params))
    for name, read in FIELDS.items():
        if name not in metadata:
            faults.append(Fault(file=file, pointer=f"/{name}", code="key_missing"))
            continue
        try:
            values[name] = read(metadata[name])
        except WrongValueError as error:
            faults.append(Fault(file=file, pointer=f"/{name}", code=error.code, params=error.params))
    values.pop("schema", None)
    begins, ends = values.get("effective_from"), values.get("valid_to")
    if begins is not None and ends is not None and begins > ends:
        faults.append(Fault(file=file, pointer="/valid_to", code="ends_before_effect", params={"day": begins}))
    return values, faults


@cache
def last_year_named(title: str) -> int | None:
    """Return the last year of the period that a title names (2024-2027年, 十四五, 2025年度), else None."""
    words = "".join(unicodedata.normalize("NFKC", title).split())
    plans = [_BEFORE_THE_PLANS + 5 * (10 + int(found.translate(_NUMERALS))) for found in _FIVE_YEARS.findall(words)]
    written = _SPAN_OF_YEARS.findall(words) or _SPAN_OF_YEARS.findall(words.translate(_NUMERALS))
    years = [int(found if len(found) == len("2027") else f"20{found}") for found in written or _ONE_YEAR.findall(words)]
    return max((*years, *plans), default=None)
