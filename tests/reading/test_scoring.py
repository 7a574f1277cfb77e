"""The scorer of reading counts clauses, fields and furniture as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.reading.__main__ import clause_paths, main

TEXT = "合肥市支持量子产业若干措施\n合政办〔2024〕12号\n一、支持范围\n（一）在本市注册。\n（二）有研发投入。\n二、附则\n本措施自2024年5月1日起施行。\n"
METADATA = {
    "title": "合肥市支持量子产业若干措施",
    "number": "合政办〔2024〕12号",
    "effective_from": "2024-05-01",
    "status": "in_force",
    "region": "340100",
}


def run(folder: Path, **changes: object) -> int:
    """Score one document against a label with some changes; return the exit status."""
    label = {"slug": "some-measures", "file": "some.txt", "outline": "1 1.1-1.2 2", "metadata": METADATA, **changes}
    (folder / "some.txt").write_text(TEXT, "utf-8")
    (folder / "label.yaml").write_text(yaml.safe_dump(label, allow_unicode=True), "utf-8")
    return main([str(folder), str(folder), "--verbose"])


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        pytest.param({}, 0, "outline precision: 1.000", id="all right"),
        pytest.param({"outline": "1 1.1-1.3 2"}, 1, "-1.3", id="a clause missing"),
        pytest.param({"outline": "1 1.1 2"}, 1, "+1.2", id="a clause too many"),
        pytest.param(
            {"outline": "1 1.1 2", "outline_optional": "1.2"}, 0, "outline recall: 1.000", id="one that may be"
        ),
        pytest.param(
            {"metadata": METADATA | {"region": "340000"}}, 1, "region: 340100, not 340000", id="a field wrong"
        ),
        pytest.param({"metadata": {"title": METADATA["title"]}}, 1, "invented: 4", id="fields nobody told"),
    ],
)
def test_what_is_read_wrongly_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, object], status: int, told: str
) -> None:
    assert run(tmp_path, **changes) == status
    assert told in capsys.readouterr().out


def test_runs_of_clauses_are_spelt_out() -> None:
    assert dict(clause_paths("0 2.1-2.3 2.1 c1")) == {"0": 1, "2.1": 2, "2.2": 1, "2.3": 1, "c1": 1}
