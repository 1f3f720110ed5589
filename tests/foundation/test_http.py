"""The outbound HTTP client."""

import socket
import time

import pytest
import requests
from django.db import transaction

from oms.foundation import http
from oms.foundation.http import Unreachable, call, check_target, is_public
from oms.foundation.refusals import Invalid
from tests.foundation.doors import make_certificate, serving

INSIDE_URLS = [
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://017700000001/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://0.0.0.0/",
    "https://0/",
    "https://10.0.0.7/hook",
    "https://172.16.31.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::8.8.8.8]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
]
BAD_URLS = [
    "http://93.184.216.34/",
    "https://93.184.216.34:8443/",
    "https://93.184.216.34:22/",
    "ftp://93.184.216.34/",
    "file:///etc/passwd",
    "gopher://93.184.216.34/",
    "https://user:secret@93.184.216.34/",
    "https://93.184.216.34@127.0.0.1/",
    "https://@93.184.216.34/",
    "https://93.184.216.34\\@127.0.0.1/",
    "https://127.0.0.1\\@93.184.216.34/",
    "https:///etc/passwd",
    "https://",
    "https://[::1/",
    "https://93.184.216.34:99999/",
    "https://93.184.216.34:port/",
    "//93.184.216.34/",
    "",
]


@pytest.mark.parametrize("url", INSIDE_URLS)
def test_F96_inside_target_refused(url):
    with pytest.raises(Invalid) as refused:
        check_target(url)

    assert refused.value.code in ("inside_target", "unknown_host", "bad_target")


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_target_that_is_no_plain_https_address_is_refused(url):
    with pytest.raises(Invalid) as refused:
        check_target(url)

    assert refused.value.code == "bad_target"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_an_address_of_the_public_internet_is_public(address):
    assert is_public(address)


@pytest.fixture
def resolver(monkeypatch):
    """Answer every name with the addresses of a list, one after the other, and keep what was asked."""
    asked, answers, real = [], [], socket.getaddrinfo

    def fake(host, port, *args, **kwargs):
        if host[0].isdigit() or ":" in host:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        return [entry for address in answers.pop(0) for entry in real(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    fake.asked, fake.answers = asked, answers
    return fake


def test_a_name_with_one_address_inside_is_refused(resolver):
    resolver.answers.append(["93.184.216.34", "10.0.0.1"])

    with pytest.raises(Invalid) as refused:
        check_target("https://hook.example/")

    assert refused.value.code == "inside_target"


def test_a_name_without_an_address_is_refused(resolver):
    resolver.answers.append([])

    with pytest.raises(Invalid) as refused:
        check_target("https://hook.example/")

    assert refused.value.code == "unknown_host"


def test_F96_a_name_rebound_after_the_check_is_not_asked_for_again(resolver, monkeypatch):
    resolver.answers += [["93.184.216.34"], ["127.0.0.1"]]
    reached = []

    def connect(address, *args, **kwargs):
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)

    with pytest.raises(Unreachable):
        call("POST", "https://hook.example/in", body=b"{}")

    assert reached == [("93.184.216.34", 443)]
    assert resolver.asked == ["hook.example"]


@pytest.fixture
def inside(settings):
    """Allow targets on this machine."""
    settings.ALLOW_INSIDE_TARGETS = True


def test_an_answer_is_status_and_body(inside):
    with serving(status=202, body=b"taken") as door:
        answer = call("POST", f"http://127.0.0.1:{door.port}/in?a=1", body=b"{}", headers={"X-Kind": "test"})

    assert answer == (202, b"taken")
    assert door.seen == [("/in?a=1", f"127.0.0.1:{door.port}", b"{}")]


def test_F96_a_redirect_is_not_followed(inside):
    with serving() as secret, serving(status=302, location=f"http://127.0.0.1:{secret.port}/") as door:
        status, _ = call("POST", f"http://127.0.0.1:{door.port}/")

    assert status == 302
    assert secret.seen == []


def test_an_answer_is_cut_at_its_limit(inside):
    with serving(body=b"x" * (http.ANSWER_LIMIT + 5)) as door:
        _, body = call("POST", f"http://127.0.0.1:{door.port}/")

    assert len(body) == http.ANSWER_LIMIT


def test_a_dripping_answer_ends_at_the_deadline(inside, monkeypatch):
    monkeypatch.setattr(http, "WHOLE_SECONDS", 0.4)
    begun = time.monotonic()

    with serving(body=b"x" * 100, drip=0.1) as door:
        with pytest.raises(Unreachable):
            call("POST", f"http://127.0.0.1:{door.port}/")
        waited = time.monotonic() - begun

    assert waited < 2


def test_a_closed_port_is_unreachable(inside):
    with serving() as door:
        pass

    with pytest.raises(Unreachable):
        call("POST", f"http://127.0.0.1:{door.port}/")


@pytest.mark.django_db
def test_a_call_inside_a_transaction_is_a_fault(inside):
    with serving() as door, transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        call("POST", f"http://127.0.0.1:{door.port}/")

    assert door.seen == []


def trust(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    """Let the client trust the certificate in a file, as it trusts the public authorities otherwise."""
    real = requests.Session.request
    monkeypatch.setattr(requests.Session, "request", lambda *args, **kwargs: real(*args, verify=file, **kwargs))


def answers(url: str) -> bool:
    """Tell whether a target answers."""
    try:
        return call("POST", url, body=b"{}") == (200, b"ok")
    except Unreachable:
        return False


@pytest.mark.parametrize(("asked", "proven"), [("hook.example", True), ("other.example", False)])
def test_tls_asks_the_pinned_address_for_the_name(inside, resolver, tmp_path, monkeypatch, asked, proven):
    file = make_certificate(tmp_path, "hook.example")
    trust(monkeypatch, file)
    resolver.answers.append(["127.0.0.1"])

    with serving(certificate=file) as door:
        answered = answers(f"https://{asked}:{door.port}/")

    assert answered == proven
    assert [host for _, host, _ in door.seen] == ([f"hook.example:{door.port}"] if proven else [])
