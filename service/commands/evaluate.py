"""cepei eval: labelled companies against the service, in this process or at an address."""

from __future__ import annotations

import argparse
import json
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path

from service.app import create_app
from service.commands.check import load_cases
from service.commands.console import Exit, refusal, tell
from service.commands.match import open_engine
from service.evaluation import GOALS, Ask, Json, evaluate_cases
from service.settings import Settings, load_settings

SECONDS = 30


def add_to(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("cases", type=Path, help="a YAML list of labelled companies")
    parser.add_argument("--url", help="a running service, for example http://127.0.0.1:8000; this process if not given")
    parser.add_argument("--catalogue", type=Path, help="catalogue file (CEPEI_CATALOGUE)")
    parser.add_argument("--by-kind", action="store_true", help="print how many supports and directions each case got")
    parser.add_argument("--misses", action="store_true", help="print each label that was missed")
    raising = "a goal these cases reach, above what any cases have to: must@10=0.96"
    parser.add_argument(
        "--at-least", type=_raised_goal, action="append", default=[], metavar="KIND=SHARE", help=raising
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write counts and misses there")


def run(options: argparse.Namespace) -> int:
    """Print the share of each kind of check; done when every goal is reached."""
    cases, goals = load_cases(options.cases)
    report = evaluate_cases(cases, _service_of(options), dict(options.at_least), {**GOALS, **goals})
    *shares, conclusion = report.lines()
    for line in (
        *(report.by_kind if options.by_kind else ()),
        *shares,
        *(report.misses if options.misses else ()),
        conclusion,
    ):
        tell(line)
    if options.json:
        content = {"tally": report.counts, "misses": report.misses}
        options.json.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    return Exit.FAULTS_FOUND if report.short else Exit.DONE


def _raised_goal(text: str) -> tuple[str, float]:
    kind, _, share = text.partition("=")
    if kind not in GOALS or not 0 < float(share) <= 1:
        raise ValueError(text)
    return kind, float(share)


def _service_of(options: argparse.Namespace) -> Ask:
    if options.url:
        return _remote(options.url.rstrip("/"))
    catalogue = options.catalogue or load_settings().catalogue
    open_engine(catalogue)  # a missing or damaged catalogue is reported before the first question
    client = create_app(Settings(catalogue=catalogue, log_level="error")).test_client()

    def ask(path: str, body: Json | None) -> tuple[int, bytes]:
        answer = client.get(path) if body is None else client.post(path, json=body)
        return answer.status_code, answer.data

    return ask


def _remote(base: str) -> Ask:
    if not base.startswith(("http://", "https://")):
        raise refusal("no_http", address=base)

    def ask(path: str, body: Json | None) -> tuple[int, bytes]:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(base + path, data=data, headers={"Content-Type": "application/json"})  # noqa: S310 - http was checked
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                return int(answer.status), bytes(answer.read())
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read()
        except (OSError, HTTPException, ValueError) as error:
            raise refusal("no_answer", address=base, reason=error) from error

    return ask
