"""The data file: a transaction that reads before it writes is not lost to a quicker writer."""

import sqlite3
import threading

import pytest

from service.store import Store


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
