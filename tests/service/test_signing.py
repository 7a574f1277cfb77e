"""Signed answers: by whom, whether anything was changed, after the key was changed too; and without a key as ever."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from service import cli
from service.app import create_app
from service.settings import Settings, SettingsError
from service.signing import SigningKeyError, Standing, checked, keys_of, load_signatures, unsigned
from tests.service.catalogues import conftest as editions

small, first = editions.small, editions.first
QUESTION = {
    "profile": {"city": "广州", "products": ["基因测序仪"]},
    "on": "2026-11-21",
    "include": ["question"],
    "limit": 2,
}


def written(folder, name, key=None):
    """Write a key as openssl does; return the files of its private and public half."""
    key = key or Ed25519PrivateKey.generate()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("signing")


@pytest.fixture(scope="module")
def files(folder):
    return written(folder, "present"), written(folder, "former")


@pytest.fixture(scope="module")
def client(first, folder, files):
    """A service that signs, after its key was changed."""
    (present, _), (_, former) = files
    settings = Settings(
        catalogue=first, data=folder / "data.sqlite", log_level="error", signing_key=present, former_keys=(former,)
    )
    return create_app(settings).test_client()


@pytest.fixture(scope="module")
def answer(client):
    return client.post("/v1/match", json=QUESTION).data


@pytest.fixture(scope="module")
def keys(client):
    return keys_of(client.get("/v1/keys").json)


def standing(body, keys):
    return checked(body, json.loads(body)["proof"], keys)


def test_an_answer_is_signed_and_says_by_which_key(client, answer, keys):
    proof = json.loads(answer)["proof"]
    assert [one["kid"] for one in client.get("/v1/keys").json["keys"]] == [one.kid for one in keys]
    assert len(keys) == 2
    assert proof["key"] == keys[0].kid
    assert standing(answer, keys) is Standing.GOOD
    assert client.post("/v1/match", json=QUESTION).data == answer, "same question, same bytes"


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace("可能相符".encode(), "条件相符".encode()).replace(b'"possible"', b'"applicable"'),
        lambda body: body.replace(b'"limit":2', b'"limit":3'),
        lambda body: body.replace(b'","signature":"', b'","signature":"A', 1)[:-1] + b"}",
        lambda body: json.dumps(json.loads(body), ensure_ascii=False).encode(),
        lambda body: body + b" ",
        lambda body: body.replace(b'"signature":"' + json.loads(body)["proof"]["signature"].encode(), b'"signature":"' + b"A" * 86),
    ],
    ids=["a verdict", "the question", "a longer signature", "written anew", "a byte more", "another signature"],
)  # fmt: skip
def test_what_was_changed_is_not_what_was_signed(answer, keys, change):
    changed = change(answer)
    assert changed != answer
    assert standing(changed, keys) is Standing.WRONG


def test_a_key_that_is_not_known_says_nothing_and_another_one_signs_otherwise(answer, keys, folder):
    stranger = load_signatures(written(folder, "stranger")[0], ())
    assert standing(answer, stranger.keys) is Standing.UNKNOWN_KEY
    assert standing(answer, keys[1:]) is Standing.UNKNOWN_KEY
    claimed = answer.replace(keys[0].kid.encode(), stranger.keys[0].kid.encode())
    assert standing(claimed, stranger.keys) is Standing.WRONG


def test_answers_of_a_former_key_are_verified_after_it_was_changed(first, folder, files, keys):
    (_, _), (former, _) = files
    before = create_app(
        Settings(catalogue=first, data=folder / "before.sqlite", log_level="error", signing_key=former)
    ).test_client()
    old = before.post("/v1/match", json=QUESTION).data
    assert json.loads(old)["proof"]["key"] == keys[1].kid
    assert standing(old, keys) is Standing.GOOD


def test_without_a_key_nothing_is_signed(first, folder, answer):
    plain = create_app(Settings(catalogue=first, data=folder / "plain.sqlite", log_level="error")).test_client()
    body = plain.post("/v1/match", json=QUESTION).data
    assert set(json.loads(body)["proof"]) == {"question", "catalogue", "engine"}
    assert unsigned(answer) == body
    assert standing(body, ()) is Standing.UNSIGNED
    assert plain.get("/v1/keys").json == {"keys": []}


def test_the_commands_verify_and_replay_a_signed_answer(client, answer, first, folder, capsys):
    stored, told = folder / "answer.json", folder / "keys.json"
    stored.write_bytes(answer + b"\n")
    told.write_bytes(client.get("/v1/keys").data)
    assert cli.main(["verify", str(stored), "--keys", str(told)]) == 0
    assert cli.main(["replay", str(stored), "--catalogue", str(first), "--keys", str(told)]) == 0
    assert "same" in capsys.readouterr().out
    stored.write_bytes(answer.replace(b'"rank":1', b'"rank":7', 1))
    assert cli.main(["verify", str(stored), "--keys", str(told)]) == 1
    assert cli.main(["replay", str(stored), "--catalogue", str(first), "--keys", str(told)]) == 1
    shown = capsys.readouterr().out
    assert "was changed" in shown
    assert "/recommendations/0/rank: 7 -> 1" in shown
    assert cli.main(["verify", str(stored)]) == 1, "no key is known here"
    told.write_text("{}")
    assert cli.main(["verify", str(stored), "--keys", str(told)]) == 2


def test_a_file_that_is_no_key_is_told_at_the_start(folder, files):
    (private, public), _ = files
    other, _ = written(folder, "p256", generate_private_key(SECP256R1()))
    for wrong, former in ((public, ()), (other, ()), (folder / "none.pem", ()), (private, (private,))):
        with pytest.raises(SigningKeyError, match=r"\.pem|\.pub"):
            load_signatures(wrong, former)
    with pytest.raises(SettingsError, match="CEPEI_SIGNING_KEY"):
        create_app(Settings(signing_key=public, log_level="error"))
