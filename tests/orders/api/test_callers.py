"""Who may call the API, and what each caller sees."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.models import ApiKey, Order
from orders.services import key_uses
from orders.services.api_keys import revoke_api_key
from orders.services.key_uses import write_uses
from tests.factories import make_actor, make_api_key, make_channel
from tests.orders.api.conftest import Caller, order_json, plain_order


@pytest.fixture(autouse=True)
def nothing_noted():
    """Forget what callers of other tests have left to be written: their keys may have had the same ids."""
    key_uses._noted.clear()


def refusal(answer):
    """Return status and code of a problem."""
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_without_a_key_nobody_gets_in(client, db):
    answer = client.get("/api/v1/orders/")
    assert refusal(answer) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("key", ["", "x", "oms_AAAA_bbbb", "oms_ÄÖ_x", "a b c", "oms_" + "A" * 10 + "_" + "0" * 64])
def test_a_key_that_is_not_known_is_refused(db, key):
    assert refusal(Caller(key).get("/orders/"))[0] == 401
    assert refusal(Caller(key).post("/orders/", order_json()))[0] == 401
    assert Order.objects.count() == 0


def test_a_key_with_another_secret_is_refused(caller):
    caller.key = caller.key[:-1] + ("0" if caller.key[-1] != "0" else "1")
    assert refusal(caller.get("/orders/")) == (401, "unknown_key")


def test_a_revoked_key_is_refused_at_once(caller):
    revoke_api_key(key_id=ApiKey.objects.get().pk, actor=make_actor())
    assert refusal(caller.post("/orders/", order_json())) == (401, "revoked_key")
    assert Order.objects.count() == 0


def test_an_expired_key_is_refused(account):
    caller = Caller(make_api_key(account, expires_at=timezone.now() - timedelta(seconds=1)))
    assert refusal(caller.get("/orders/")) == (401, "expired_key")


def test_a_key_of_a_closed_account_is_refused(caller, account):
    account.is_active = False
    account.save()
    assert refusal(caller.get("/orders/")) == (401, "closed_account")


def test_only_a_digest_of_the_key_is_kept(caller):
    row = ApiKey.objects.get()
    assert len(row.digest) == 64 and row.digest not in caller.key and caller.key.split("_")[2] not in row.digest


def test_the_use_of_a_key_is_noted_and_written_once_a_minute(caller):
    caller.get("/orders/")
    assert ApiKey.objects.get().last_used_at is None
    write_uses()
    first = ApiKey.objects.get().last_used_at
    caller.get("/orders/")
    write_uses()
    assert first and ApiKey.objects.get().last_used_at == first


def test_a_use_a_minute_later_is_written_again(caller):
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=1))
    before = ApiKey.objects.get().last_used_at
    caller.get("/orders/")
    write_uses()
    assert ApiKey.objects.get().last_used_at - before > timedelta(seconds=59)


def test_a_refused_key_is_not_noted_as_used(caller):
    revoke_api_key(key_id=ApiKey.objects.get().pk, actor=make_actor())
    caller.get("/orders/")
    write_uses()
    assert ApiKey.objects.get().last_used_at is None


@pytest.mark.parametrize(
    ("scopes", "read", "write"),
    [(["*"], 200, 201), (["orders.view_order"], 200, 403), (["orders.add_order"], 403, 201), ([], 403, 403)],
)
def test_a_key_may_do_what_its_scopes_say(account, scopes, read, write):
    caller = Caller(make_api_key(account, scopes=scopes))
    assert caller.get("/orders/").status_code == read
    assert caller.post("/orders/", order_json()).status_code == write
    assert caller.post("/orders/bulk/", [plain_order("2")]).status_code == (200 if write == 201 else 403)


def test_orders_of_another_channel_do_not_exist(caller):
    number = caller.post("/orders/", order_json()).json()["number"]
    other = Caller(make_api_key(make_channel("app")))
    missing, foreign = other.get("/orders/NOSUCH00/"), other.get(f"/orders/{number}/")
    assert (missing.status_code, missing.content) == (foreign.status_code, foreign.content) == (404, missing.content)
    assert other.get("/orders/").json()["results"] == []
    assert other.get("/orders/", channel="web", external_id="1001").json()["results"] == []
    assert refusal(other.post(f"/orders/{number}/cancel/", {}))[0] == 404


def test_customers_are_those_who_ordered_in_the_channel(caller):
    caller.post("/orders/", order_json())
    other = Caller(make_api_key(make_channel("app")))
    other.post("/orders/", order_json(customer={"name": "B", "email": "b@example.com"}))
    [mine] = caller.get("/customers/").json()["results"]
    [theirs] = other.get("/customers/").json()["results"]
    assert (mine["email"], theirs["email"]) == ("erika@example.com", "b@example.com")
    assert caller.get(f"/customers/{mine['id']}/").json() == mine
    assert refusal(caller.get(f"/customers/{theirs['id']}/")) == (404, "not_found")
    assert caller.get("/customers/", email="ERIKA@example.com").json()["results"] == [mine]


def test_a_stored_reply_shows_no_payments_to_a_key_that_may_not_see_them(db):
    account = make_channel("web")
    seeing = Caller(make_api_key(account))
    blind = Caller(make_api_key(account, scopes=["orders.add_order", "orders.view_order"]))
    body = order_json()

    told = seeing.post("/orders/", body, key="k-1")
    repeated = blind.post("/orders/", body, key="k-1")
    own = blind.post("/orders/", body, key="k-2")

    assert told.json()["payments"]
    assert refusal(repeated) == (422, "idempotency_key_reused")
    assert own.json()["payments"] is None
    assert (own.json()["number"], Order.objects.count()) == (told.json()["number"], 1)
