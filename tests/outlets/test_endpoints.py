"""Webhook endpoints at the API and in the console."""

import json
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from oms.foundation.models import AuditLine, IdempotencyKey
from oms.foundation.signing import Signed, signed_headers, verify
from oms.outlets.models import Notification, WebhookDelivery, WebhookEndpoint
from tests.factories import NOW, make_api_key, make_channel
from tests.returns.world import shipped_order, tee

pytestmark = pytest.mark.django_db
PATH = "/api/v1/webhook-endpoints/"


@pytest.fixture(autouse=True)
def resolver(monkeypatch):
    """Let every name be a public host, but ``inside.example``."""

    def resolve(host, port):
        return ["10.0.0.1"] if host == "inside.example" else ["93.184.216.34"]

    monkeypatch.setattr("oms.foundation.http._resolve", resolve)


class Caller:
    """A channel's system with its key."""

    def __init__(self, code="web", **fields):
        self.client, self.account = Client(), make_channel(code)
        self.key = make_api_key(self.account, **fields)

    def post(self, body, key=""):
        """Make an endpoint."""
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key or str(uuid.uuid4())}
        return self.client.post(PATH, json.dumps(body), content_type="application/json", headers=headers)

    def get(self, path=PATH):
        """Read."""
        return self.client.get(path, headers={"Authorization": f"Bearer {self.key}"})

    def delete(self, path):
        """Delete."""
        return self.client.delete(path, headers={"Authorization": f"Bearer {self.key}"})


@pytest.fixture
def caller():
    """A caller that may do everything in its account."""
    return Caller()


def test_an_endpoint_is_made_and_its_secret_shown_once(caller):
    answer = caller.post({"url": "https://hook.example/in", "kinds": ["OrderPlaced", "OrderPlaced"]})

    assert answer.status_code == 201
    told = answer.json()
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.account, endpoint.url) == (caller.account, "https://hook.example/in")
    assert endpoint.kinds == ["OrderPlaced"]
    assert told["secret"] == endpoint.secret
    assert told["secret"].startswith("whsec_")
    headers = signed_headers(told["secret"], "m", int(NOW.timestamp()), b"")
    assert verify("api", Signed(headers, b"", [endpoint.secret], NOW)) == "m"
    assert "secret" not in caller.get(f"{PATH}{endpoint.pk}/").json()
    assert "secret" not in caller.get().json()["results"][0]


def test_a_repeated_request_makes_one_endpoint_and_tells_no_secret(caller):
    first = caller.post({"url": "https://hook.example/in"}, key="k1")
    second = caller.post({"url": "https://hook.example/in"}, key="k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json() | {"secret": None}
    assert WebhookEndpoint.objects.count() == 1


def test_the_secret_is_nowhere_in_the_clear(caller):
    secret = caller.post({"url": "https://hook.example/in"}).json()["secret"]

    assert secret.encode() not in bytes(IdempotencyKey.objects.get().body)
    stored = WebhookEndpoint.objects.raw("select id, secret as hidden from outlets_webhookendpoint")[0]
    assert secret not in stored.hidden
    assert all(secret not in json.dumps(line.data) + line.note for line in AuditLine.objects.all())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": ""}, "url"),
        ({"url": "http://hook.example/"}, "url"),
        ({"url": "https://inside.example/"}, "url"),
        ({"url": "https://user:pw@hook.example/"}, "url"),
        ({"url": "https://hook.example:8443/"}, "url"),
        ({"url": "https://hook.example/" + "a" * 500}, "url"),
        ({"url": 7}, "url"),
        ({"url": "https://hook.example/", "kinds": ["Nonsense"]}, "kinds"),
        ({"url": "https://hook.example/", "kinds": "OrderPlaced"}, "kinds"),
        ({"url": "https://hook.example/", "secret": "mine"}, "secret"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_field(caller, body, field):
    answer = caller.post(body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert WebhookEndpoint.objects.count() == 0


def test_an_address_is_told_once_an_account(caller):
    caller.post({"url": "https://hook.example/in"})

    answer = caller.post({"url": "https://hook.example/in"})

    assert (answer.status_code, answer.json()["code"]) == (409, "endpoint_exists")
    assert WebhookEndpoint.objects.count() == 1


def test_an_endpoint_is_deleted_and_the_audit_remembers(caller):
    pk = caller.post({"url": "https://hook.example/in"}).json()["id"]

    assert caller.delete(f"{PATH}{pk}/").status_code == 204
    assert caller.get(f"{PATH}{pk}/").status_code == 404
    told = AuditLine.objects.filter(entity="outlets.webhookendpoint", entity_id=pk).order_by("id")
    assert list(told.values_list("act", flat=True)) == ["outlets.create_endpoint", "outlets.delete_endpoint"]


def test_another_account_neither_sees_nor_deletes_it(caller):
    pk = caller.post({"url": "https://hook.example/in"}).json()["id"]
    stranger = Caller("other")

    assert stranger.get().json()["results"] == []
    assert stranger.get(f"{PATH}{pk}/").status_code == 404
    assert stranger.delete(f"{PATH}{pk}/").status_code == 404
    assert WebhookEndpoint.objects.count() == 1


def test_a_key_without_the_permission_is_refused():
    reader = Caller(scopes=["outlets.view_webhookendpoint"])

    assert reader.get().status_code == 200
    assert reader.post({"url": "https://hook.example/in"}).status_code == 403
    assert Client().get(PATH).status_code == 401
    assert WebhookEndpoint.objects.count() == 0


@pytest.fixture
def boss(client):
    """A signed-in superuser."""
    client.force_login(get_user_model().objects.create_superuser("boss", password="long enough"))
    return client


def test_an_endpoint_added_in_the_console_shows_its_secret_once(boss):
    account = make_channel("web")
    values = {"account": account.pk, "url": "https://hook.example/in", "kinds": ["OrderPlaced"], "is_active": "on"}

    added = boss.post("/outlets/webhookendpoint/add/", values, follow=True)

    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.kinds == ["OrderPlaced"]
    assert endpoint.secret in added.content.decode()
    again = boss.get(f"/outlets/webhookendpoint/{endpoint.pk}/change/")
    assert again.status_code == 200
    assert endpoint.secret not in again.content.decode()


def test_F96_an_inside_address_is_refused_in_the_console(boss):
    account = make_channel("web")

    answer = boss.post(
        "/outlets/webhookendpoint/add/", {"account": account.pk, "url": "https://inside.example/", "is_active": "on"}
    )

    assert answer.status_code == 200
    assert b"points inside a private network" in answer.content
    assert WebhookEndpoint.objects.count() == 0


def test_the_pages_of_messages_open(boss):
    order = shipped_order((tee(), 1, 1990))
    mail = Notification.objects.create(order=order, kind="shipped", key="shipped:1", created_at=NOW)
    endpoint = WebhookEndpoint.objects.create(account=order.channel_account, url="https://hook.example/", secret="s")
    hook = WebhookDelivery.objects.create(
        endpoint=endpoint, message_id="m", kind="OrderPlaced", payload={}, created_at=NOW, give_up_at=NOW
    )
    pages = {
        "/outlets/notification/", f"/outlets/notification/{mail.pk}/change/", "/outlets/notificationrule/",
        "/outlets/notificationrule/add/", "/outlets/webhookendpoint/", "/outlets/webhookdelivery/",
        f"/outlets/webhookdelivery/{hook.pk}/change/",
    }  # fmt: skip

    assert {path: boss.get(path).status_code for path in pages} == dict.fromkeys(pages, 200)
