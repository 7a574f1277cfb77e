"""Why a screening failed and what to do about it, in words; faults of the file itself stand in service/tables."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from service.schemas.column_answers import Failure
from service.screenings.jobs import Job, State
from service.tables.messages import word

Json = dict[str, Any]


class _Words(NamedTuple):
    zh: str
    en: str
    hint_zh: str
    hint_en: str


_FAILURES = {
    "catalogue_unavailable": _Words(
        "政策目录不可用", "the catalogue is not available",
        "请联系运行服务的人员，之后重新运行", "tell whoever runs the service, then run it again",
    ),
    "records_exceeded": _Words(
        "今日记录数不够", "not enough records left today",
        "请明日重新运行", "run it again tomorrow",
    ),
    "too_many_records": _Words(
        "名单有 {rows:,} 家企业，今日还可筛查 {left:,} 家；没有筛查，也没有计数",
        "the register has {rows:,} companies and {left:,} can be screened today; nothing was screened or counted",
        "请明日重新运行，或先上传较短的名单", "run it again tomorrow, or send a shorter register first",
    ),
    "more_than_a_day": _Words(
        "名单有 {rows:,} 家企业，每日最多筛查 {most:,} 家；没有筛查，也没有计数",
        "the register has {rows:,} companies and {most:,} can be screened a day; nothing was screened or counted",
        "请拆分成较短的名单，或请运行服务的人员调整上限",
        "cut it into shorter ones, or ask whoever runs the service for a higher limit",
    ),
    "internal_error": _Words(
        "服务内部错误", "internal error", "请重新运行；仍然出错请联系运行服务的人员",
        "run it again; if it fails again, tell whoever runs the service",
    ),
}  # fmt: skip


_STATES = {
    State.QUEUED: ("排队中", "queued"),
    State.RUNNING: ("进行中", "running"),
    State.FINISHED: ("已完成", "finished"),
    State.FAILED: ("已失败", "failed"),
    State.CANCELLED: ("已取消", "cancelled"),
}


def state_words(state: State) -> dict[str, str]:
    """Return a state in both languages, as parameters of a message."""
    chinese, english = _STATES[state]
    return {"state_zh": chinese, "state_en": english}


def describe_failure(job: Job, language: str) -> Failure | None:
    """Return why a screening failed: code, message, hint; None when it did not."""
    if job.failure is None:
        return None
    told: Json = orjson.loads(job.failure) if job.failure.startswith("{") else {"code": job.failure, "params": {}}
    message, hint = _worded(told["code"], told["params"], language)
    return Failure(code=told["code"], message=message, hint=hint or None)


def _worded(code: str, params: Json, language: str) -> tuple[str, str]:
    if code not in _FAILURES:
        return word(code, params, language)
    words = _FAILURES[code]
    if code == "records_exceeded" and params:
        words = _FAILURES["more_than_a_day" if params["rows"] > params["most"] else "too_many_records"]
    message, hint = (words.en, words.hint_en) if language == "en" else (words.zh, words.hint_zh)
    return message.format(**params), hint
