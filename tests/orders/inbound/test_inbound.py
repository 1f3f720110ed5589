"""The door for webhooks."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from oms.foundation.inbox import CONSUMERS, Ignored, work_inbox
from oms.foundation.models import InboxMessage
from oms.foundation.signing import signature, signed_headers
from orders.models import SandboxCharge
from orders.payments.sandbox import event_body
from orders.services import asking
from tests.factories import make_actor, make_channel, take_order

pytestmark = pytest.mark.django_db
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"type": "test", "amount": 1}'


@pytest.fixture
def account():
    """An account with a secret."""
    account = make_channel("web")
    account.adapter, account.webhook_secret = "generic", SECRET
    account.save()
    return account


def stamp(**ago) -> int:
    """Return the time of the clock, or some time before."""
    return int((timezone.now() - timedelta(**ago)).timestamp())


def deliver(path="/inbound/web/", body=BODY, headers=None, message_id="msg_1", secret=SECRET, **changes):
    """Deliver a message as its sender would; changes replace headers, None leaves one out."""
    signed = signed_headers(secret, message_id, stamp(), body) if headers is None else headers
    sent = {name: value for name, value in {**signed, **changes}.items() if value is not None}
    return Client(enforce_csrf_checks=True).post(path, body, content_type="application/json", headers=sent)


def test_a_genuine_message_is_stored_raw_before_it_is_answered(account):
    answer = deliver()

    assert (answer.status_code, answer.json()) == (200, {"stored": True, "new": True})
    message = InboxMessage.objects.get()
    assert bytes(message.body) == BODY
    assert (message.source, message.kind, message.account) == ("account:web", "generic", "web")
    assert (message.message_id, message.state) == ("msg_1", "received")


def test_F05_webhook_repeated_has_one_effect(account, monkeypatch):
    done = []
    monkeypatch.setitem(CONSUMERS, "generic", lambda message, actor: done.append(message.pk))

    answers = {deliver().status_code for _ in range(50)}
    work_inbox(make_actor(now=timezone.now()), 100)
    work_inbox(make_actor(now=timezone.now()), 100)

    assert answers == {200}
    assert InboxMessage.objects.count() == 1
    assert len(done) == 1


def test_a_repeat_of_a_message_is_told_to_be_known(account):
    deliver()

    assert deliver().json() == {"stored": True, "new": False}


def test_equal_ids_of_two_accounts_are_two_messages(account):
    other = make_channel("other")
    other.webhook_secret = SECRET
    other.save()

    deliver()
    deliver("/inbound/other/")

    assert InboxMessage.objects.count() == 2


def other_mac(message_id: str, at: int, body: bytes, digest=hashlib.sha256, key: bytes = b"") -> str:
    """Return a signature made in another way than the standard's."""
    key = key or base64.b64decode(SECRET.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, f"{message_id}.{at}.".encode() + body, digest).digest()).decode()


def mutations():
    """Yield twelve ways to alter a genuine message: (name, body, headers)."""
    at, good = stamp(), signed_headers(SECRET, "msg_1", stamp(), BODY)
    yield "another secret", BODY, signed_headers("whsec_" + "A" * 32, "msg_1", at, BODY)
    yield "altered body", BODY.replace(b"1", b"9"), good
    yield "encoded again", json.dumps(json.loads(BODY), separators=(",", ":")).encode(), good
    yield "longer body", BODY + b"\n", good
    yield "another id", BODY, good | {"webhook-id": "msg_2"}
    yield "another time", BODY, good | {"webhook-timestamp": str(at - 10)}
    yield "old time", BODY, signed_headers(SECRET, "msg_1", stamp(minutes=6), BODY)
    yield "no signature", BODY, {name: value for name, value in good.items() if name != "webhook-signature"}
    yield "no time", BODY, {name: value for name, value in good.items() if name != "webhook-timestamp"}
    yield "no id", BODY, {name: value for name, value in good.items() if name != "webhook-id"}
    yield "another digest", BODY, good | {"webhook-signature": other_mac("msg_1", at, BODY, hashlib.sha1)}
    yield "another version", BODY, good | {"webhook-signature": good["webhook-signature"].replace("v1,", "v2,")}
    yield "secret as text", BODY, good | {"webhook-signature": other_mac("msg_1", at, BODY, key=SECRET.encode())}
    yield "not a number", BODY, good | {"webhook-timestamp": "٣"}
    yield "empty signature", BODY, good | {"webhook-signature": "v1,"}


@pytest.mark.parametrize("number", range(15))
def test_F08_bad_signature_refused(account, number):
    _, body, headers = list(mutations())[number]
    headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}

    answer = deliver(body=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert answer.json()["detail"] == "The message is not signed as this account signs."
    assert InboxMessage.objects.count() == 0


def test_F09_old_webhook_replayed_has_no_effect(account):
    headers = signed_headers(SECRET, "msg_1", stamp(hours=3), BODY)

    assert deliver(headers=headers).status_code == 401
    assert InboxMessage.objects.count() == 0


def test_F09_within_minutes_it_has_no_second_effect(account, monkeypatch):
    done = []
    monkeypatch.setitem(CONSUMERS, "generic", lambda message, actor: done.append(message.pk))
    headers = signed_headers(SECRET, "msg_1", stamp(), BODY)

    deliver(headers=headers)
    work_inbox(make_actor(now=timezone.now()), 100)
    replayed = deliver(headers=headers)
    work_inbox(make_actor(now=timezone.now()), 100)

    assert (replayed.status_code, replayed.json()["new"]) == (200, False)
    assert len(done) == 1


def test_both_secrets_open_the_door_while_they_rotate(account):
    account.webhook_secret = f"whsec_{'B' * 32} {SECRET}"
    account.save()

    assert deliver().status_code == 200


def test_an_account_without_a_secret_is_closed(account):
    account.webhook_secret = ""
    account.save()

    assert deliver(headers={**signed_headers("x", "msg_1", stamp(), BODY)}).status_code == 401


@pytest.mark.parametrize("path", ["/inbound/nobody/", "/inbound/off/"])
def test_an_unknown_or_closed_account_is_not_found(account, path):
    off = make_channel("off")
    off.webhook_secret, off.is_active = SECRET, False
    off.save()

    assert deliver(path).status_code == 404
    assert InboxMessage.objects.count() == 0


def test_a_body_above_one_mebibyte_is_refused(account):
    assert deliver(body=b" " * 1_048_577).status_code == 413
    assert deliver(body=b" " * 1_048_576).status_code == 200
    assert InboxMessage.objects.count() == 1


def test_reading_the_door_is_refused(account):
    assert Client().get("/inbound/web/").status_code == 405


def test_secrets_of_the_caller_are_not_kept(account):
    deliver(authorization="Bearer abc", cookie="session=1")

    assert {"authorization", "cookie"} & set(InboxMessage.objects.get().headers) == set()


@pytest.mark.parametrize("adapter", ["api", "generic", "sandbox_gateway", "sandbox_carrier"])
def test_each_adapter_of_ours_signs_by_the_standard(account, adapter):
    account.adapter = adapter
    account.save()

    assert deliver().status_code == 200
    assert InboxMessage.objects.get().kind == adapter


def test_a_message_nobody_consumes_is_kept_and_ignored(account, monkeypatch):
    def ignore(message, actor):
        raise Ignored("no meaning")

    monkeypatch.setitem(CONSUMERS, "generic", ignore)
    deliver()

    work_inbox(make_actor(now=timezone.now()), 100)

    assert InboxMessage.objects.get().state == "ignored"


def test_the_signature_covers_bytes_not_text(account):
    body = b"\xff\xfe not utf-8"

    assert deliver(body=body).status_code == 200
    assert bytes(InboxMessage.objects.get().body) == body
    assert signature(SECRET, "a", 1, b"a") != signature(SECRET, "a", 1, b"b")


def test_what_the_sandbox_gateway_posts_settles_the_payment():
    account = make_channel("pay")
    account.adapter, account.webhook_secret = "sandbox_gateway", SECRET
    account.save()
    order = take_order(token="tok_pending")
    asking.ask_gateways(make_actor(now=timezone.now()), 10)
    charge = SandboxCharge.objects.get()
    charge.status = "ok"

    answer = deliver("/inbound/pay/", event_body(charge))
    work_inbox(make_actor(now=timezone.now()), 10)

    assert answer.status_code == 200
    assert InboxMessage.objects.get().state == "done"
    assert order.payments.get().state == "authorized"
