"""What a JSON schema cannot say, told to schemathesis: check digits, published facts, and when a company was founded.

`schemathesis.toml` at the root loads this file for every run, also for `schemathesis run openapi.yaml`.
"""

import datetime as dt

import schemathesis
from hypothesis import strategies as st
from stdnum.cn import uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MANUAL_AND_PUBLISHED = {"leading_enterprise": True, "listed": False, "employees": 12, "rd_intensity": 0.05}


def _with_check_digit(parts: tuple[str, str, str]) -> str:
    body = "".join(parts)
    return body + uscc.calc_check_digit(body)


def _credit_codes() -> st.SearchStrategy[str]:
    head = st.sampled_from(["91", "92", "12", "53"])
    region = st.text("0123456789", min_size=6, max_size=6)
    organisation = st.text(ALPHABET, min_size=9, max_size=9)
    return st.tuples(head, region, organisation).map(_with_check_digit)


schemathesis.openapi.format("cn-uscc", _credit_codes())


@schemathesis.hook
def map_body(context, body):  # noqa: ARG001 - schemathesis' signature
    """Keep generated facts to published ones, and founding dates to the past, in bodies that are meant to be good."""
    if isinstance(body, dict) and isinstance(body.get("profile"), dict):
        profile = body["profile"]
        if isinstance(profile.get("facts"), dict) and all(_is_fact(value) for value in profile["facts"].values()):
            profile["facts"] = dict(list(MANUAL_AND_PUBLISHED.items())[: len(profile["facts"])])
        if _is_date(profile.get("founded_on")) and _is_date(body.get("on", "2026-01-01")):
            profile["founded_on"] = min(profile["founded_on"], body.get("on", "2026-01-01"))
    return body


def _is_fact(value: object) -> bool:
    scalars = value if isinstance(value, list) and len(value) <= 200 else [value]
    return all(
        isinstance(scalar, bool | int | float) or (isinstance(scalar, str) and len(scalar) <= 200) for scalar in scalars
    )


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False
