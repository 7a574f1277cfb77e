"""What readers report as wrong: taken strictly, stored without identity, listed for editors, exported as labels."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from service.app import create_app
from service.cli import main
from service.feedback.reports import stated_conditions
from service.feedback.store import Feedback, ReportFilter, ReportState, Statement
from service.keys import Role
from service.screenings.jobs.worker import Worker
from service.settings import Settings
from service.store import Store
from tests.service.operators import Operator

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SECRET = "绝密生物科技有限公司"
CODE = "91110000600037341L"
PROFILE = {
    "name": SECRET, "uscc": CODE, "external_id": "row-17", "city": "蚌埠市", "products": ["聚乳酸"], "founded_on": "2019-05-10",
    "employees": 0,
}  # fmt: skip
KEPT = {"city": "蚌埠市", "products": ["聚乳酸"], "founded_on": "2019-05-10", "employees": 0}
REPORT = {
    "measure_id": "ah-bengbu-wuhu-highland",
    "fact": "region",
    "condition": "0",
    "verdict": "met",
    "should_be": "unmet",
}


@pytest.fixture(scope="module")
def served(serve):
    with serve(CEPEI_SCREENING_WORKER="off") as server:
        yield server


@pytest.fixture(scope="module")
def editor(served):
    return Operator(served, Role.EDITOR)


@pytest.fixture
def fresh(tmp_path):
    return Feedback(Store(tmp_path / "data.sqlite"))


def report(served, **changes):
    answer = served.post({**REPORT, **changes}, "/v1/feedback")
    assert answer.status == 201, answer.body
    return answer.json


def complaints(answer):
    assert answer.status == 422, answer.body
    return {(error["pointer"], error["code"]) for error in answer.json["errors"]}


def find(editor, report_id):
    items = editor.get("/v1/feedback?per_page=100").json["items"]
    return next(item for item in items if item["id"] == report_id)


def test_a_report_is_stored_and_listed_for_editors_in_words(served, editor):
    taken = report(served, comment="蚌埠不在皖北？\n请核对", catalogue="abc", lang="en")
    assert taken["profile_stored"] is False
    listed = find(editor, taken["id"])
    assert listed["label"] == "注册地在安徽省"
    assert listed["state"] == "open"
    assert listed["comment"] == "蚌埠不在皖北？ 请核对"
    assert (listed["catalogue"], listed["lang"], listed["profile"]) == ("abc", "en", None)


@pytest.mark.parametrize("consent", [False, True])
def test_a_profile_is_stored_with_consent_only_and_never_whose_it_is(served, editor, consent):
    taken = report(served, share_profile=consent, profile=PROFILE)
    assert taken["profile_stored"] is consent
    assert find(editor, taken["id"])["profile"] == (KEPT if consent else None)


def test_no_file_of_the_service_holds_the_company(served):
    report(served, share_profile=True, profile=PROFILE)
    body = urlencode({**REPORT, "share_profile": "on", "profile": json.dumps(PROFILE)}).encode()
    served.call("POST", "/feedback", body=body, headers=FORM)
    folder = Path(served.given["CEPEI_DATA"]).parent
    written = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file()) + served.get("/metrics").body
    written += served.log.read_bytes() + served.errors.read_bytes()
    assert b"/v1/feedback" in written
    for secret in (SECRET, CODE, "row-17"):
        assert secret.encode() not in written
        assert json.dumps(secret).strip('"').encode() not in written


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"measure_id": "ah-bengbu-wuhu-highlnd"}, ("/measure_id", "no_such_thing")),
        ({"fact": "regoin", "condition": ""}, ("/fact", "no_such_thing")),
        ({"condition": "9"}, ("/condition", "no_such_thing")),
        ({"fact": "sector"}, ("/fact", "no_such_thing")),
        ({"verdict": "mett"}, ("/verdict", "not_one_of")),
        ({"should_be": "met"}, ("", "same_verdict")),
        ({"comment": "字" * 501}, ("/comment", "too_long")),
        ({"share_profile": "yes"}, ("/share_profile", "not_flag")),
        ({"share_profile": True}, ("", "no_profile")),
        ({"share_profile": True, "profile": {"uscc": "123"}}, ("/profile/uscc", "credit_code_length")),
        ({"share_profile": True, "profile": {"facts": {"shoe_size": 3}}}, ("/profile/facts/shoe_size", "bad_fact")),
        ({"email": "a@b.c"}, ("/email", "unknown_field")),
    ],
    ids=str,
)
def test_what_does_not_exist_is_refused_at_its_place(served, changes, expected):
    assert expected in complaints(served.post({**REPORT, **changes}, "/v1/feedback"))


@pytest.mark.parametrize(
    ("changes", "nearest"),
    [
        ({"measure_id": "ah-bengbu-wuhu-highlnd"}, "ah-bengbu-wuhu-highland"),
        ({"fact": "regoin", "condition": ""}, "region"),
    ],
    ids=str,
)
def test_the_nearest_name_is_offered(served, changes, nearest):
    (error,) = served.post({**REPORT, **changes}, "/v1/feedback").json["errors"]
    assert nearest in error["hint"]


def test_only_editors_read_and_close(served, editor):
    taken = report(served)
    operator = Operator(served)
    for method, path in (
        ("GET", "/v1/feedback"),
        ("GET", "/v1/feedback/cases.yaml"),
        ("POST", f"/v1/feedback/{taken['id']}/close"),
    ):
        assert served.call(method, path).status == 401
        assert operator.call(method, path).status == 403
    assert find(editor, taken["id"])["state"] == "open"


def test_editors_page_filter_and_close_once(served, editor):
    taken = [report(served, measure_id="gl-nansha", fact="region", condition="") for _ in range(3)]
    listed = editor.get("/v1/feedback?measure=gl-nansha&state=open&per_page=2").json
    assert (listed["total"], listed["pages"]) == (3, 2)
    assert [item["id"] for item in listed["items"]] == [one["id"] for one in reversed(taken[1:])]
    path, json_body = f"/v1/feedback/{taken[0]['id']}/close", {"Content-Type": "application/json"}
    closed = editor.call("POST", path, '{"note": "已改正"}'.encode(), **json_body)
    assert (closed.status, closed.json["state"], closed.json["note"]) == (200, "closed", "已改正")
    assert editor.call("POST", path, b"{}", **json_body).status == 409
    assert editor.call("POST", "/v1/feedback/nothing/close", b"{}", **json_body).status == 404
    assert editor.get("/v1/feedback?measure=gl-nansha&state=closed").json["total"] == 1


def test_the_form_answers_with_a_page_that_says_thank_you(served, editor):
    stated = {**REPORT, "comment": "<script>alert(1)</script>", "share_profile": "on", "profile": json.dumps(PROFILE)}
    answer = served.call("POST", "/feedback?lang=en", body=urlencode(stated).encode(), headers=FORM)
    assert answer.status == 303
    assert answer.headers["Location"] == "/feedback/thanks?measure=ah-bengbu-wuhu-highland&lang=en"
    page = served.get(answer.headers["Location"])
    assert page.status == 200
    assert "your report has arrived" in page.body.decode()
    (listed,) = [item for item in editor.get("/v1/feedback").json["items"] if item["comment"] == stated["comment"]]
    assert listed["profile"] == KEPT


def test_without_the_tick_the_form_does_not_even_read_the_profile(served):
    stated = urlencode({**REPORT, "profile": "{no json"}).encode()
    assert served.call("POST", "/feedback", body=stated, headers=FORM).status == 303
    ticked = urlencode({**REPORT, "profile": "{no json", "share_profile": "on"}).encode()
    refused = served.call("POST", "/feedback", body=ticked, headers={**FORM, "Accept": "text/html"})
    assert refused.status == 400
    assert refused.headers["Content-Type"].startswith("text/html")


def test_reports_share_the_budget_of_matches(limited):
    caller = {"X_Forwarded_For": "192.0.2.3"}
    body, form = urlencode(REPORT).encode(), {**FORM, "X-Forwarded-For": "192.0.2.3"}
    assert [limited.post({"profile": {}}, **caller).status for _ in range(3)] == [200] * 3
    assert limited.post(REPORT, "/v1/feedback", **caller).status == 201
    assert limited.call("POST", "/feedback", body=body, headers=form).status == 303
    assert limited.post(REPORT, "/v1/feedback", **caller).status == 429
    assert limited.call("POST", "/feedback", body=body, headers=form).status == 429


def test_an_exported_report_is_scored_by_eval(served, editor, catalogue_file, tmp_path, capsys):
    """Two right conclusions are disputed and one wrong one is not: eval misses exactly the disputed ones."""
    shared = {"share_profile": True, "profile": PROFILE}
    disputed = report(served, **shared, comment='不对: "引号" # 井号')
    agreed = report(served, **{**shared, "verdict": "unknown", "should_be": "met"})
    file, data = tmp_path / "cases.yaml", served.given["CEPEI_DATA"]
    assert main(["feedback", "--data", data, "export", str(file), "--catalogue", str(catalogue_file)]) == 0
    assert file.read_bytes() == editor.get("/v1/feedback/cases.yaml").body
    assert main(["eval", str(file), "--catalogue", str(catalogue_file), "--misses"]) == 1
    missed = [line for line in capsys.readouterr().out.splitlines() if "feedback-" in line]
    assert any(line.startswith("condition ") and disputed["id"] in line for line in missed)
    assert any(line.startswith("never ") and disputed["id"] in line for line in missed)
    assert not any(agreed["id"] in line for line in missed)


def test_labels_name_every_condition_of_the_catalogue(catalogue, catalogue_file, fresh, tmp_path, capsys):
    """A report of what is right, for one company and a measure with parts, is exported and found met by eval."""
    profile = {"city": "合肥市", "products": ["聚乳酸"]}
    nested = dict(stated_conditions(catalogue, "ah-other-cities"))
    assert [place for place in nested if "." in place]
    for place, stated, should_be in (("0", "unmet", "met"), ("2", "met", "unmet"), ("2.0", "unmet", "met")):
        fact = nested[place].fact
        fresh.add(
            Statement(
                measure="ah-other-cities",
                fact=fact,
                condition=place,
                verdict=stated,
                should_be=should_be,
                profile=profile,
            ),
            days=1,
        )
    file = tmp_path / "cases.yaml"
    data = str(tmp_path / "data.sqlite")
    assert main(["feedback", "--data", data, "export", str(file), "--catalogue", str(catalogue_file)]) == 0
    assert main(["eval", str(file), "--catalogue", str(catalogue_file), "--misses"]) == 0, capsys.readouterr().out
    assert "condition 3/3" in " ".join(capsys.readouterr().out.split())


def test_the_command_lists_and_closes(fresh, tmp_path, capsys):
    data = str(tmp_path / "data.sqlite")
    kept = fresh.add(
        Statement(measure="m", fact="f", condition="2", verdict="met", should_be="unknown", comment="说明"), days=1
    )
    assert main(["feedback", "--data", data, "list"]) == 0
    assert capsys.readouterr().out.split()[2:] == ["open", "-", "m", "f@2", "met", "->", "unknown", "说明"]
    assert main(["feedback", "--data", data, "close", kept.id, "--note", "done"]) == 0
    assert main(["feedback", "--data", data, "close", kept.id]) == 2
    assert fresh.find(kept.id).state is ReportState.CLOSED
    capsys.readouterr()
    assert main(["feedback", "--data", data, "list"]) == 0
    assert capsys.readouterr().out == ""


def test_a_report_is_deleted_when_its_time_is_over(tmp_path):
    now = [1000.0]
    feedback = Feedback(Store(tmp_path / "data.sqlite"), clock=lambda: now[0])
    stated = Statement(measure="m", fact="f", condition="", verdict="met", should_be="unmet")
    feedback.add(stated, days=1)
    now[0] += 86_399
    feedback.add(stated, days=1)
    assert feedback.count(ReportFilter()) == 2
    now[0] += 1
    assert len(feedback.listed(ReportFilter())) == 1


def test_the_worker_deletes_what_is_overdue(tmp_path):
    settings = Settings(data=tmp_path / "data.sqlite")
    feedback = Feedback(Store(settings.data), clock=lambda: 0.0)
    feedback.add(Statement(measure="m", fact="f", condition="", verdict="met", should_be="unmet"), days=1)
    Worker(settings).sweep()
    assert feedback.count(ReportFilter()) == 0


def test_a_full_store_takes_no_more(monkeypatch, tmp_path, catalogue_file):
    monkeypatch.setattr("service.feedback.store.MOST_REPORTS", 1)
    client = create_app(Settings(catalogue=catalogue_file, data=tmp_path / "d.sqlite", log_level="error")).test_client()
    assert client.post("/v1/feedback", json=REPORT).status_code == 201
    full = client.post("/v1/feedback", json=REPORT)
    assert (full.status_code, full.json["code"]) == (503, "feedback_full")
