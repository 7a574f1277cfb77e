"""Settings: every fault at once, each with its variable; a limit wherever more than this machine may ask."""

import pytest

from service.settings import (
    PUBLIC_RATE_LIMIT,
    EmbedOrigin,
    Settings,
    SettingsError,
    allowed_origins,
    is_loopback,
    load_settings,
)


def test_nothing_set_is_a_private_service_without_a_limit():
    settings = load_settings({})
    assert (settings.host, settings.port, settings.rate_limit, settings.proxies) == ("127.0.0.1", 8000, "", 0)
    assert settings.workers >= 2


@pytest.mark.parametrize(
    ("environ", "limit"),
    [
        ({"CEPEI_HOST": "0.0.0.0"}, PUBLIC_RATE_LIMIT),
        ({"CEPEI_HOST": "::"}, PUBLIC_RATE_LIMIT),
        ({"CEPEI_HOST": "0.0.0.0", "CEPEI_RATE_LIMIT": "off"}, ""),
        ({"CEPEI_HOST": "::1"}, ""),
        ({"CEPEI_RATE_LIMIT": "10/second"}, "10/second"),
        ({"CEPEI_RATE_LIMIT": "100 per 5 minutes"}, "100 per 5 minutes"),
    ],
    ids=str,
)
def test_matches_are_limited_where_strangers_can_ask(environ, limit):
    assert load_settings({"CEPEI_RATE_STORE": "rate.sqlite", **environ}).rate_limit == limit


def test_all_faults_come_at_once_each_with_its_variable():
    environ = {
        "PORT": "0", "CEPEI_WORKERS": "many", "CEPEI_RATE_LIMIT": "fast", "CEPEI_PROXIES": "-1", "CEPEI_BODY_BYTES": "١٠٢٤",
        "CEPEI_LOG_LEVEL": "loud",
    }  # fmt: skip
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    assert {fault.split()[0] for fault in caught.value.faults} == set(environ)


def test_a_limit_without_a_shared_store_is_refused():
    with pytest.raises(SettingsError, match="CEPEI_RATE_STORE"):
        load_settings({"CEPEI_RATE_LIMIT": "5/minute"})


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("a.b", False),
    ],
)
def test_loopback_is_known_by_its_address(host, private):
    assert is_loopback(host) is private


def test_an_empty_variable_counts_as_not_set():
    assert load_settings({"PORT": " ", "CEPEI_HOST": ""}) == load_settings({})


def test_settings_cannot_be_changed():
    with pytest.raises(AttributeError):
        Settings().port = 1


def test_nobody_may_embed_until_an_origin_is_named():
    assert load_settings({}).embed_origins == ()


def test_origins_are_read_as_browsers_write_them():
    stated = " https://WWW.Example.gov.cn:443 , http://localhost:8090,https://b.example=0a1b2c3d4e5f, http://[::1]:80,"
    assert load_settings({"CEPEI_EMBED_ORIGINS": stated}).embed_origins == (
        EmbedOrigin(origin="https://www.example.gov.cn"),
        EmbedOrigin(origin="http://localhost:8090"),
        EmbedOrigin(origin="https://b.example", key="0a1b2c3d4e5f"),
        EmbedOrigin(origin="http://[::1]"),
    )


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ("*", "no origin"),
        ("https://*.gov.cn", "no origin"),
        ("https://a.gov.cn/", "no origin"),
        ("https://a.gov.cn/path", "no origin"),
        ("https://user@a.gov.cn", "no origin"),
        ("https://政务.cn", "no origin"),
        ("https://a.gov.cn; script-src *", "no origin"),
        ("a.gov.cn", "no origin"),
        ("null", "no origin"),
        ("ftp://a.gov.cn", "no origin"),
        ("http://a.gov.cn", "must begin with https"),
        ("http://localhost.evil.example", "must begin with https"),
        ("https://a.gov.cn:0", "names no port"),
        ("https://a.gov.cn:65536", "names no port"),
        ("https://a.gov.cn,https://A.gov.cn:443", "stands there twice"),
        ("https://a.gov.cn=", "id of a key"),
        ("https://a.gov.cn=cepei_0a1b2c3d4e5f", "id of a key"),
    ],
)
def test_what_is_no_origin_stops_the_start_and_says_why(stated, why):
    with pytest.raises(SettingsError) as caught:
        load_settings({"CEPEI_EMBED_ORIGINS": stated})
    (fault,) = caught.value.faults
    assert fault.startswith("CEPEI_EMBED_ORIGINS: ")
    assert why in fault


def test_an_origin_bound_to_a_key_shows_frames_with_that_key_only():
    origins = load_settings({"CEPEI_EMBED_ORIGINS": "https://a.cn,https://b.cn=0a1b2c3d4e5f"}).embed_origins
    assert allowed_origins(origins) == ("https://a.cn",)
    assert allowed_origins(origins, "0a1b2c3d4e5f") == ("https://a.cn", "https://b.cn")
    assert allowed_origins(origins, "ffffffffffff") == ("https://a.cn",)
