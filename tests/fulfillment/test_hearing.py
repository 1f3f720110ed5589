"""What carriers push: proven at the door, kept once by the code that keeps what is asked for, unknown parcels said."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from fulfillment.carriers.registry import gateway_of
from fulfillment.models import CarrierAccount, Package, ProofOfDelivery, TrackingEvent
from fulfillment.services.hearing import TRIES
from fulfillment.services.polling import told_of
from fulfillment.services.tracking import record_events
from oms.foundation.inbox import work_inbox
from oms.foundation.models import InboxMessage
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, labelled, parcel_of, shipped, sourced

pytestmark = pytest.mark.django_db
NUMBER = "1Z204W4R0308071865"
CREDENTIAL, OLDER = "a-long-credential-of-ups", "the-credential-of-last-year"
TOKEN = "A-token-of-26-characters-or-more"
OUT = {
    "trackingNumber": NUMBER,
    "localActivityDate": "20240423",
    "localActivityTime": "091519",
    "activityLocation": {"city": "Charlotte", "stateProvince": "NC", "postalCode": "30004", "country": "US"},
    "activityStatus": {"type": "I", "code": "OT", "description": "Out for Delivery", "descriptionCode": 17},
    "scheduledDeliveryDate": "20240423",
    "gmtActivityDate": "20240423",
    "gmtActivityTime": "131519",
    "deliveryTimeDescription": "end of day",
}
DELIVERED = {
    "trackingNumber": NUMBER,
    "localActivityDate": "20240423",
    "localActivityTime": "095004",
    "activityLocation": {"city": "CHARLOTTE", "stateProvince": "NC", "postalCode": "28209", "country": "US"},
    "activityStatus": {"type": "D", "code": "FS", "description": "Delivered", "descriptionCode": 9},
    "scheduledDeliveryDate": "20191014",
    "gmtActivityDate": "20240423",
    "gmtActivityTime": "135004",
    "actualDeliveryDate": "20240423",
    "actualDeliveryTime": "095004",
    "receivedBy": "John",
}
"""UPS's own two examples of its message, from the description of Track Alert."""
SCANNED = {
    "trackingNumber": "123456789012",
    "trackResults": [
        {
            "trackingNumberInfo": {"trackingNumber": "123456789012"},
            "scanEvents": [
                {
                    "date": "2018-02-02T12:01:00-07:00",
                    "derivedStatus": "Picked Up",
                    "scanLocation": {"city": "SEATTLE", "stateOrProvinceCode": "WA", "countryCode": "US"},
                    "eventDescription": "Picked Up",
                    "eventType": "PU",
                    "derivedStatusCode": "PU",
                }
            ],
        }
    ],
}
"""A parcel of FedEx's own example of a tracking answer, which its message has the shape of."""


def an_account(adapter: str, secret: str = "", *, at: str = "leeds", is_test: bool = False) -> CarrierAccount:
    """Return an account at a carrier that has been told our address; one out of use has parcels under way too."""
    account = CarrierAccount(code=f"{adapter}-{at}", adapter=adapter, is_test=is_test)
    account.enter({"push_secret": secret})
    account.save()
    return account


def a_parcel(carrier: str, number: str, *, is_sent: bool = True) -> Package:
    """Return a parcel of an account, with a number of the vendor's example."""
    tea = make_product()
    make_stock(tea, make_location(), 10)
    row = parcel_of((shipped if is_sent else labelled)(sourced(an_order([(tea, 2)]))[0]))
    Package.objects.filter(pk=row.pk).update(carrier=carrier, tracking_number=number)
    return row


def post(account: str, data: Any, headers: dict[str, str]) -> int:
    """Deliver a message as a carrier would; return the status of the answer."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    client = Client(enforce_csrf_checks=True)
    return client.post(
        f"/inbound/carrier-{account}/", body, content_type="application/json", headers=headers
    ).status_code


def ups(data: Any, credential: str = CREDENTIAL) -> int:
    """Deliver a message of UPS."""
    agent = {"User-Agent": "UPSPubSubTrackingService"}
    return post("ups-leeds", data, {**agent, "Credential": credential} if credential else agent)


def fedex(data: Any, token: str = TOKEN) -> int:
    """Deliver a message of FedEx, signed under a token."""
    digest = hmac.new(token.encode(), json.dumps(data).encode(), hashlib.sha256).digest()
    return post("fedex-leeds", data, {"fdx-signature": base64.b64encode(digest).decode()})


def work() -> None:
    """Let the worker read what has come."""
    InboxMessage.objects.update(next_try_at=NOW)
    work_inbox(make_actor("worker", now=datetime.now(UTC)), 50)


def ended() -> list[tuple[str, str]]:
    """Return how each message ended, and why."""
    return list(InboxMessage.objects.order_by("pk").values_list("state", "last_error"))


def test_F05_ups_tells_late_and_twice_and_each_thing_is_kept_once() -> None:
    account = an_account("ups", f"{OLDER} {CREDENTIAL}")
    parcel = a_parcel(account.code, NUMBER)

    assert (ups(DELIVERED), ups(OUT), ups(OUT), ups(OUT | {"deliveryTimeDescription": ""}, OLDER)) == (200,) * 4
    assert TrackingEvent.objects.count() == 0  # answered before anything is done
    work()

    parcel.refresh_from_db()
    assert (parcel.tracking_status, parcel.delivered_at) == ("delivered", datetime(2024, 4, 23, 13, 50, 4, tzinfo=UTC))
    kept = TrackingEvent.objects.order_by("occurred_at").values_list("status", "raw_code", "place")
    assert list(kept) == [
        ("out_for_delivery", "I:OT", "Charlotte, NC, US"),
        ("delivered", "D:FS", "CHARLOTTE, NC, US"),
    ]
    assert ProofOfDelivery.objects.get().signed_by == "John"
    assert ended() == [("done", "")] * 3  # the same bytes are the same message
    assert CREDENTIAL not in str(list(InboxMessage.objects.values_list("headers", flat=True)))
    polled = gateway_of(account).parse_events(json.dumps(OUT).encode())
    assert record_events(told=[(parcel.pk, told_of(event)) for event in polled], actor=make_actor()) == 0


def test_fedex_tells_of_parcels_with_all_their_scans() -> None:
    parcel = a_parcel(an_account("fedex", TOKEN).code, "123456789012")
    nothing = {"trackingNumber": "999", "trackResults": [{"error": {"code": "X"}}]}
    message = {"outputMetaData": [{"attempt": 1}], "output": {"completeTrackResults": [SCANNED, nothing]}}
    assert (fedex(message), fedex(message | {"outputMetaData": [{"attempt": 2}]})) == (200, 200)
    work()
    parcel.refresh_from_db()
    assert ended() == [("done", "")] * 2
    assert (parcel.tracking_status, TrackingEvent.objects.get().place) == ("picked_up", "SEATTLE, WA, US")


@pytest.mark.parametrize("credential", ["", "another-credential-of-ups", CREDENTIAL[:-1], f"{OLDER} {CREDENTIAL}", "ü"])
def test_F08_a_message_of_ups_without_the_credential_is_turned_away(credential) -> None:
    an_account("ups", f"{OLDER} {CREDENTIAL}")
    assert (ups(OUT, credential), InboxMessage.objects.count()) == (401, 0)


def test_F08_a_message_of_fedex_that_was_changed_or_signed_by_another_is_turned_away() -> None:
    an_account("fedex", TOKEN)
    good = base64.b64encode(hmac.new(TOKEN.encode(), b"{}", hashlib.sha256).digest()).decode()
    told = [
        fedex({}, f"{TOKEN}x"),
        post("fedex-leeds", b"{ }", {"fdx-signature": good}),
        post("fedex-leeds", b"{}", {}),
    ]
    told.append(post("fedex-leeds", b"{}", {"fdx-signature": good.rstrip("=")}))
    assert (told, post("fedex-leeds", b"{}", {"fdx-signature": good})) == ([401] * 4, 200)


def test_an_account_without_a_secret_or_of_a_carrier_that_pushes_nothing_takes_none() -> None:
    an_account("ups", "")
    an_account("dhl_express", CREDENTIAL)
    assert (ups(OUT), ups(OUT, ""), post("dhl_express-leeds", OUT, {"Credential": CREDENTIAL})) == (401, 401, 404)


def test_a_parcel_that_nobody_knows_is_waited_for_and_then_kept_and_said() -> None:
    an_account("ups", CREDENTIAL)
    ups(OUT)
    work()
    assert ended() == [("retry_wait", f"NotYet: no parcel {NUMBER}")]
    InboxMessage.objects.update(attempts=TRIES)
    work()
    assert ended() == [("ignored", f"no parcel {NUMBER}: it was not sent from here")]
    assert bytes(InboxMessage.objects.get().body) == json.dumps(OUT).encode()


def test_what_is_told_before_the_parcel_was_handed_over_is_left_to_be_asked_for() -> None:
    a_parcel(an_account("ups", CREDENTIAL).code, NUMBER, is_sent=False)
    ups(OUT)
    work()
    assert (ended()[0][0], TrackingEvent.objects.count()) == ("ignored", 0)
    assert "was not handed over yet" in ended()[0][1]


def states_of(*parcels: Package) -> list[str]:
    """Return how far parcels are."""
    return [Package.objects.get(pk=one.pk).tracking_status for one in parcels]


def test_a_number_that_two_accounts_have_means_the_parcel_of_the_account_that_is_told() -> None:
    other, own = an_account("ups", at="york"), an_account("ups", CREDENTIAL)
    ours, theirs = a_parcel(own.code, NUMBER), a_parcel(other.code, NUMBER)
    ups(OUT)
    work()
    assert (states_of(theirs, ours), ended()) == (["pre_transit", "out_for_delivery"], [("done", "")])


def test_an_account_speaks_for_the_others_at_its_carrier_where_only_one_can_be_meant_and_never_from_test_to_live():
    an_account("ups", CREDENTIAL)
    first, second = an_account("ups", at="york"), an_account("ups", at="hull")
    tried = an_account("ups", at="try", is_test=True)
    sent = [a_parcel(one.code, NUMBER) for one in (first, tried)]
    ups(OUT)
    work()
    assert (states_of(*sent), ended()[-1]) == (["out_for_delivery", "pre_transit"], ("done", ""))
    sent.append(a_parcel(second.code, NUMBER))
    ups(DELIVERED)
    work()
    assert states_of(*sent) == ["out_for_delivery", "pre_transit", "pre_transit"]
    assert ended()[-1] == ("ignored", f"{NUMBER} is a number of several accounts here; they are asked for it")


def test_the_newest_scan_told_again_with_another_day_brings_the_day_an_older_one_does_not() -> None:
    parcel = a_parcel(an_account("ups", CREDENTIAL).code, NUMBER)
    before = OUT | {"localActivityTime": "080000", "gmtActivityTime": "120000"}
    days = []
    for message in (before, OUT, OUT | {"scheduledDeliveryDate": "20240425"}, before | {"deliveryTimeDescription": ""}):
        ups(message)
        work()
        days.append(str(Package.objects.get(pk=parcel.pk).expected_on))
    assert days == ["2024-04-23", "2024-04-23", "2024-04-25", "2024-04-25"]
    assert (TrackingEvent.objects.count(), ended()) == (2, [("done", "")] * 4)


@pytest.mark.parametrize(
    "odd",
    [
        {"gmtActivityDate": "99991231"},
        {"scheduledDeliveryDate": "99991231"},
        {"trackingNumber": "\ud800"},
        {"activityStatus": OUT["activityStatus"] | {"description": "\ud800"}},
        {"activityStatus": OUT["activityStatus"] | {"code": "\ud800"}},
        {"activityStatus": DELIVERED["activityStatus"], "receivedBy": "\ud800"},
    ],
)
def test_what_no_database_keeps_is_ignored_and_stops_no_other_message(odd) -> None:
    a_parcel(an_account("ups", CREDENTIAL).code, NUMBER)
    assert (ups(OUT | odd), ups(OUT)) == (200, 200)
    work()
    assert [(state, why[:14]) for state, why in ended()] == [("ignored", "not understood"), ("done", "")]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00"])
def test_a_moment_beyond_every_calendar_is_ignored(moment) -> None:
    a_parcel(an_account("fedex", TOKEN).code, "123456789012")
    result = SCANNED["trackResults"][0]
    scan = result | {"scanEvents": [result["scanEvents"][0] | {"date": moment}]}
    fedex({"output": {"completeTrackResults": [SCANNED | {"trackResults": [scan]}]}})
    work()
    assert (ended()[0][0], ended()[0][1][:14]) == ("ignored", "not understood")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"activityStatus": 1, "trackingNumber": "1"}', b'{"a": "\\u0000"}']
)
def test_what_makes_no_sense_is_kept_and_ignored(body) -> None:
    an_account("ups", CREDENTIAL)
    assert ups(body) == 200
    work()
    assert (ended()[0][0], ended()[0][1][:14]) == ("ignored", "not understood")


def test_the_account_asks_for_the_secret_says_the_address_and_refuses_a_weak_one(admin_client) -> None:
    account = CarrierAccount.objects.create(code="fedex-leeds", adapter="fedex")
    page = f"/fulfillment/carrieraccount/{account.pk}/change/"
    told = {"stand_in_after": "15", "entered_push_secret": "short", "seen_version": account.version}
    shown = admin_client.post(page, told).content.decode()
    assert "FedEx takes 26 to 100 characters" in shown
    assert "/inbound/carrier-fedex-leeds/" in shown
    assert admin_client.post(page, told | {"entered_push_secret": TOKEN}).status_code == 302
    account.refresh_from_db()
    assert account.values["push_secret"] == TOKEN
    assert TOKEN not in admin_client.get(page).content.decode()
