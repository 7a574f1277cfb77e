"""The data file: a transaction that reads before it writes is not lost to a quicker writer."""

import sqlite3
import threading

import pytest

from service.store import MIGRATIONS, Store


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "data.sqlite")
    store.change("CREATE TABLE counts (n INTEGER)", {})
    return store


def test_a_transaction_that_reads_first_keeps_other_writers_waiting(store):
    store.change("INSERT INTO counts VALUES (0)", {})
    other = threading.Thread(target=store.change, args=("UPDATE counts SET n = n + 10", {}))
    with store.transaction():
        count = store.row("SELECT n FROM counts")["n"]
        other.start()
        other.join(0.3)
        store.change("UPDATE counts SET n = :n", {"n": count + 1})
    other.join()
    assert store.row("SELECT n FROM counts") == {"n": 11}


def test_a_transaction_that_fails_leaves_nothing(store):
    def fail():
        with store.transaction():
            store.change("INSERT INTO counts VALUES (1)", {})
            store.change("INSERT INTO nothing VALUES (1)", {})

    with pytest.raises(sqlite3.OperationalError):
        fail()
    assert store.rows("SELECT n FROM counts") == []


def test_parts_of_an_older_program_are_decided_again_only_where_the_screening_has_not_ended(tmp_path, monkeypatch):
    path, older = tmp_path / "data.sqlite", tuple(step for step in MIGRATIONS if step[0] < "0004")
    with monkeypatch.context() as patch:
        patch.setattr("service.store.MIGRATIONS", older)
        old = Store(path)
        for name, state in (("a", "queued"), ("b", "running"), ("c", "finished")):
            row = {"id": name, "key_id": "k", "state": state, "format": "csv", "options": "{}"}
            with old.transaction() as database:
                database.table("screenings").insert({**row, "created_at": 1.0, "expires_at": 2.0})
                database.table("chunks").insert(
                    {"screening": name, "number": 0, "rows": 1, "rejected": 0, "summary": "{}"}
                )
    assert [row["screening"] for row in Store(path).rows("SELECT screening FROM chunks")] == ["c"]
