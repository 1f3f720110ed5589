"""Neither a customer's data nor a secret leaves the columns that are made for them."""

import logging
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.test import Client

from oms.foundation.models import OutboxEvent, SecondFactor
from oms.outlets.models import WebhookEndpoint
from orders.models import ChannelAccount, Payment
from tests.factories import NOW
from tests.security.canary import CARD, EMAIL, NAME, PERSONAL, PHONE, home_and_back, left_of
from tests.security.surfaces import filled, surfaces
from tests.security.world import build

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SECRETS = {"webhook_secret": "whsec_c2VjcmV0Y2FuYXJ5", "credentials": "credential-canary"}
NUMBERED = ("object_id", "id", "pk", "history_id", "content_type_id", "position")
NAMED = ("number", "sku", "code", "tracking_number", "account", "app_label", "url")
TOKEN, KEY = "tok_canary_secret", "JBSWY3DPEHPK3PXPCANARYKEY2345672"


@pytest.fixture
def told(caplog):
    """Keep whatever any logger says, down to the smallest word, but for the database's own statements."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)
    logging.getLogger("faker").setLevel(logging.WARNING)
    return caplog


def words_in(text, words):
    """Return the words that stand in a text."""
    return [word for word in words if word.lower() in text.lower()]


def test_F99_pii_never_logged(told, capfd, client):
    """A whole life, requests that are refused, and one that breaks."""
    home_and_back()
    hostile = {"external_id": EMAIL, "customer": {"name": NAME, "email": EMAIL, "phone": PHONE}, "card": CARD}
    for path in ("/api/v1/orders/", "/inbound/canary/", "/api/v1/nowhere/", "/login/"):
        client.post(
            path, hostile, "application/json", headers={"Authorization": f"Bearer {CARD}", "Idempotency-Key": "x"}
        )
    client.get(f"/api/v1/customers/?email={EMAIL}")
    client.post("/login/", {"username": EMAIL, "password": CARD})
    call_command("diagnostics")
    printed = capfd.readouterr()
    for text in (told.text, printed.out, printed.err):
        assert words_in(text, (*PERSONAL, CARD)) == []
    assert mail.outbox, "the canary was written to, so there was something to tell"


def test_F99_facts_carry_ids_and_no_customer():
    """What is put on a queue names rows."""
    home_and_back()
    payloads = [str(event.payload) for event in OutboxEvent.objects.all()]
    assert len(payloads) > 5
    assert [text for text in payloads if words_in(text, PERSONAL)] == []


@pytest.fixture
def secrets():
    """Return every secret of a shop, each one unmistakable."""
    world = build()
    account = ChannelAccount.objects.get(pk=world.own.account.pk)
    account.webhook_secret, account.credentials = SECRETS["webhook_secret"], SECRETS["credentials"]
    account.save()
    endpoint = world.own.rows[WebhookEndpoint]
    endpoint.secret = SECRETS["webhook_secret"] + "2"
    endpoint.save()
    payment = world.own.rows[Payment]
    payment.token = TOKEN
    payment.save()
    boss = User.objects.create_superuser("boss")
    SecondFactor(user=boss, name="app", confirmed=False, key=KEY, made_at=NOW).save()
    return SimpleNamespace(world=world, boss=boss, words=(*SECRETS.values(), endpoint.secret, TOKEN, KEY))


def test_F98_secret_never_readable(secrets, told, capfd):
    """Neither a dump of the database, nor any page that an administrator can open, nor a log shows one."""
    assert left_of(secrets.words) == []
    desk = Client(raise_request_exception=False)
    desk.force_login(secrets.boss)
    opened = 0
    for surface in surfaces():
        row = secrets.world.own.rows.get(surface.model) if surface.row else None
        if surface.method != "GET" or surface.side != "console" or (surface.row and row is None):
            continue
        places = dict.fromkeys(NAMED, "x") | dict.fromkeys(NUMBERED, getattr(row, "pk", 1))
        answer = desk.get("/" + filled(surface.route, {**places, "act": "x", "action_name": surface.act or "x"}))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert words_in(body.decode("utf-8", "ignore"), secrets.words) == [], surface.route
        opened += answer.status_code == 200
    call_command("diagnostics")
    assert opened > 60
    assert words_in(told.text + capfd.readouterr().out, secrets.words) == []
