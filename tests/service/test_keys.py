"""API keys: a keyed hash is all that is kept, an old or revoked key opens nothing, and only the terminal sees a key."""

import stat
from pathlib import Path

import pytest

from service.cli import main
from service.keys import Keys, Role, server_secret
from service.store import Store


@pytest.fixture
def keys(tmp_path, clock):
    return Keys(Store(tmp_path / "data.sqlite"), clock=clock)


def test_a_key_is_found_again_and_nothing_like_it_is(keys):
    key, text = keys.add(Role.OPERATOR, label="park")
    assert keys.find(text) == key
    other = "A" if text[-1] != "A" else "B"
    for wrong in (
        "",
        text[:-1],
        text[:-1] + other,
        text + "x",
        f" {text}",
        key.id,
        text.upper(),
        "cepei_000000000000_" + "A" * 43,
    ):
        assert keys.find(wrong) is None


def test_an_expired_key_and_a_revoked_one_open_nothing(keys, clock):
    _, short = keys.add(Role.PUBLIC, days=1)
    revoked, text = keys.add(Role.EDITOR)
    assert keys.revoke(revoked.id)
    assert not keys.revoke(revoked.id)
    assert keys.find(text) is None
    clock.now += 86_399
    assert keys.find(short) is not None
    clock.now += 1
    assert keys.find(short) is None


def test_no_file_holds_a_key_and_only_the_owner_reads_the_secret(keys, tmp_path):
    _, text = keys.add(Role.OPERATOR)
    secret = text.rsplit("_", 1)[-1].encode()
    for file in tmp_path.iterdir():
        assert secret not in file.read_bytes()
        assert text.encode() not in file.read_bytes()
    assert stat.S_IMODE((tmp_path / "key-secret").stat().st_mode) == 0o600


def test_a_key_of_another_server_opens_nothing(keys, tmp_path):
    _, text = keys.add(Role.OPERATOR)
    secret = tmp_path / "key-secret"
    secret.write_bytes(bytes(32))
    assert keys.find(text) is None


def test_the_secret_is_made_once(tmp_path):
    assert server_secret(tmp_path / "new") == server_secret(tmp_path / "new")
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["key-secret"]


def test_the_command_adds_lists_and_revokes(tmp_path, capsys):
    data = str(tmp_path / "data.sqlite")
    assert main(["keys", "--data", data, "add", "operator", "--label", "park"]) == 0
    made = capsys.readouterr()
    text = made.out.strip()
    assert Keys(Store(Path(data))).find(text) is not None
    assert text not in made.err
    assert main(["keys", "--data", data, "list"]) == 0
    listed = capsys.readouterr().out
    assert listed.split()[1:3] == ["operator", "valid"]
    assert text not in listed
    assert main(["keys", "--data", data, "revoke", listed.split()[0]]) == 0
    assert Keys(Store(Path(data))).find(text) is None
    assert main(["keys", "--data", data, "revoke", "nothing"]) == 2
    assert main(["keys", "--data", data, "add", "public", "--days", "0"]) == 2


def test_a_data_file_that_cannot_be_used_is_reported(tmp_path, capsys):
    (tmp_path / "data.sqlite").mkdir()
    assert main(["keys", "--data", str(tmp_path / "data.sqlite"), "list"]) == 2
    assert "cannot be used" in capsys.readouterr().err
