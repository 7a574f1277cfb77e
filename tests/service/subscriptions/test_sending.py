"""One message to an address that somebody else chose: inner hosts are never reached, and receivers can check it."""

import base64
import hashlib
import hmac
import re
import socket
import ssl
import time

import pytest

from service.subscriptions.sending import Sender, UrlError, is_public, read_url, sign
from service.subscriptions.store import Message, MessageState
from tests.service.subscriptions.conftest import HOST

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the example of the specification


UNUSED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For senders that never come to TLS: the usual one takes long to load."""


def message(**changes):
    given = {
        "id": "msg_1", "subscription": "1", "body": '{"type":"catalogue.changed"}', "state": MessageState.WAITING,
        "attempts": 1, "next_at": 0.0, "made_at": 0.0, "ended_at": None, "status": None, "fault": "",
    }  # fmt: skip
    return Message(**{**given, **changes})


def test_a_signature_is_the_one_of_the_specification():
    signed = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


PUBLIC = ("8.8.8.8", "1.1.1.1", "114.114.114.114", "2400:3200::1", "2606:4700:4700::1111")
INNER = (
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%lo", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:0:0:0:0:80ff:fffe", "2001:db8::1", "3fff::1", "localhost", "", "2130706433",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_may_be_reached(address):
    assert is_public(address)


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_never_reached_whatever_a_name_says(address):
    """Nothing connects: the address is refused before a socket is made."""
    assert not is_public(address)
    for resolved in ([address], ["8.8.8.8", address]):
        attempt = Sender(resolve=lambda _host, _port, found=resolved: found, context=UNUSED).send(
            f"https://{HOST}/", message(), SECRET, 0.0
        )
        assert (attempt.status, attempt.fault) == (None, "url_inner")


REFUSED = {
    "http://example.com/": "url_not_https",
    "ftp://example.com/": "url_not_https",
    "file:///etc/passwd": "url_not_https",
    "https:///hook": "url_inner",
    "https://user:word@example.com/": "url_with_user",
    "https://example.com@169.254.169.254/": "url_with_user",
    "https://example.com/#part": "url_with_user",
    "https://localhost/": "url_inner",
    "https://LOCALHOST:8443/": "url_inner",
    "https://localhost./": "url_inner",
    "https://service.localhost/": "url_inner",
    "https://printer.local/": "url_inner",
    "https://metadata.google.internal/": "url_inner",
    "https://intranet/": "url_inner",
    "https://127.0.0.1/": "url_inner",
    "https://127.1/": "url_inner",
    "https://0x7f000001/": "url_inner",
    "https://0x7f.0.0.0x1/": "url_inner",
    "https://0177.0.0.1/": "url_inner",
    "https://2130706433/": "url_inner",
    "https://10.1.2.3:8443/": "url_inner",
    "https://169.254.169.254/latest/meta-data/": "url_inner",
    "https://[::1]/": "url_inner",
    "https://[::ffff:169.254.169.254]/": "url_inner",
    "https://[fd00:ec2::254]/": "url_inner",
    "https://[fe80::1%25eth0]/": "url_inner",
    "https://example.com:22/": "url_port",
    "https://example.com:0/": "url_port",
    "https://example.com:65536/": "url_unreadable",
    "https://[::1/": "url_unreadable",
    "https://exa mple.com/": "url_unreadable",
    "https://example.com/\r\nHost: inner": "url_unreadable",
    "https://example.com\\@127.0.0.1/": "url_unreadable",
    "https://１２７.0.0.1/": "url_unreadable",
    "https://例子.中国/": "url_unreadable",
    "https://example.com/" + "x" * 2000: "url_unreadable",
}


@pytest.mark.parametrize(("url", "code"), REFUSED.items(), ids=lambda text: text[:40])
def test_an_address_that_can_only_do_harm_is_refused_with_its_reason(url, code):
    with pytest.raises(UrlError) as refused:
        read_url(url)
    assert refused.value.code == code
    assert (
        Sender(resolve=lambda *_: pytest.fail("it was resolved"), context=UNUSED)
        .send(url, message(), SECRET, 0.0)
        .fault
        == code
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://a-b.example.com.cn:8443/x?y=z",
        "https://xn--fsqu00a.xn--fiqs8s/",
        "https://8.8.8.8/",
    ],
)
def test_an_address_of_a_receiver_is_read(url):
    assert read_url(url).geturl() == url


def test_a_receiver_can_check_what_came(receiver):
    attempt = receiver.sender().send(receiver.url, message(), SECRET, 1_800_000_000.9)
    assert (attempt.status, attempt.fault) == (200, "")
    ((path, headers, body),) = receiver.came
    assert path == "/hook?from=cepei"
    assert headers["Host"] == f"{HOST}:{receiver.port}"
    assert headers["Content-Type"] == "application/json"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_1", "1800000000")
    key = base64.b64decode(SECRET.split("_", 1)[1])
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert [f"v1,{expected}"] == headers["webhook-signature"].split(" ")


def test_the_connection_goes_where_the_one_look_at_the_name_said(receiver):
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    sender = receiver.sender(resolve=lambda *_: next(answers), allows=lambda address: address == "127.0.0.1")
    assert sender.send(receiver.url, message(), SECRET, 0.0).status == 200
    assert sender.send(receiver.url, message(), SECRET, 0.0).fault == "url_inner"
    assert len(receiver.came) == 1


def test_the_handbook_checks_a_message_as_a_receiver_would(root):
    (block,) = re.findall(r"```python\n(.*?)```", (root / "docs/handbook/portal.md").read_text("utf-8"), re.DOTALL)
    told = {}
    exec(block, told)
    for age, secret, body, holds in (
        (0, SECRET, b"{}", True), (0, SECRET, b"{} ", False), (0, SECRET[:-1] + "x", b"{}", False), (301, SECRET, b"{}", False),
    ):  # fmt: skip
        moment = int(time.time()) - age
        headers = {
            "webhook-id": "msg_1", "webhook-timestamp": str(moment),
            "webhook-signature": f"v1,AAAA {sign(SECRET, 'msg_1', moment, b'{}')}",
        }  # fmt: skip
        assert told["is_from_cepei"](secret, headers, body) is holds


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(receiver, status):
    receiver.answers.append((status, {"Location": f"https://{HOST}:{receiver.port}/inner"}))
    attempt = receiver.sender().send(receiver.url, message(), SECRET, 0.0)
    assert (attempt.status, attempt.was_taken) == (status, False)
    assert len(receiver.came) == 1


def drip(handler):
    """Answer a byte now and then, for much longer than anybody waits."""
    for _ in range(100):
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.05)


def flood(handler):
    """Answer with a line that never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000)


def chatter(handler):
    handler.wfile.write(b"220 mail.example.com ESMTP\r\n")


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (drip, "receiver_slow"),
        (flood, "receiver_no_http"),
        (chatter, "receiver_no_http"),
        (lambda _: None, "receiver_no_http"),
    ],
    ids=["drip", "flood", "chatter", "nothing"],
)
def test_a_receiver_that_says_too_much_or_too_slowly_is_left(receiver, answer, fault):
    receiver.answers.append((answer, {}))
    began = time.monotonic()
    attempt = receiver.sender(seconds=0.4).send(receiver.url, message(), SECRET, 0.0)
    assert (attempt.status, attempt.fault) == (None, fault)
    assert time.monotonic() - began < 3


def test_a_certificate_must_be_of_that_host(receiver):
    other = receiver.url.replace(HOST, "other.example.com")
    assert receiver.sender().send(other, message(), SECRET, 0.0).fault == "receiver_tls"
    unknown = Sender(resolve=lambda *_: ["127.0.0.1"], allows=lambda _: True)
    assert unknown.send(receiver.url, message(), SECRET, 0.0).fault == "receiver_tls"
    assert receiver.came == []


def test_a_host_that_is_not_there_is_a_fault_and_no_more(receiver):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = f"https://{HOST}:{free.getsockname()[1]}/"
        assert receiver.sender().send(gone, message(), SECRET, 0.0).fault == "receiver_unreachable"

    def nobody(*_):
        raise socket.gaierror

    assert receiver.sender(resolve=nobody).send(receiver.url, message(), SECRET, 0.0).fault == "receiver_unknown"
    assert receiver.sender(resolve=lambda *_: []).send(receiver.url, message(), SECRET, 0.0).fault == "receiver_unknown"


@pytest.mark.parametrize(("said", "seconds"), [("120", 120.0), ("9" * 6, 86_400.0), ("soon", 0.0), ("-1", 0.0)])
def test_when_a_receiver_wants_to_be_asked_again_is_heard_within_a_day(receiver, said, seconds):
    receiver.answers.append((503, {"Retry-After": said}))
    assert receiver.sender().send(receiver.url, message(), SECRET, 0.0).retry_after == seconds
