"""What carriers lose is claimed from them: once, in time, through every answer, until it is paid or found again."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from fulfillment.models import CarrierAccount, CarrierClaim, Package, ParcelRisk
from fulfillment.services.claiming import (
    accept_claim,
    appeal_claim,
    decline_claim,
    open_claim,
    pay_claim,
    submit_claim,
    withdraw_claim,
)
from fulfillment.services.tracking import Told, record_event
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Invalid, Refused
from oms.outlets.queues import count_queues
from orders.models import Order
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss
from tests.fulfillment.api import Api
from tests.fulfillment.shop import an_order, labelled, parcel_of, shipped, sourced

pytestmark = pytest.mark.django_db
CLERK = make_actor()


@pytest.fixture
def parcel() -> Package:
    """A parcel of three pieces at 10.00 EUR that its carrier has lost."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    found = parcel_of(shipped(sourced(an_order([(tea, 3)], tags=["vip"]))[0]))
    return tell(found, "lost", 2)


def tell(parcel: Package, status: str, hours: int) -> Package:
    """Let the carrier tell something, and return the parcel."""
    at = NOW + timedelta(hours=hours)
    record_event(package_id=parcel.pk, told=Told(f"{status}-{hours}", status, at), actor=make_actor(now=at))
    return Package.objects.get(pk=parcel.pk)


def state() -> str:
    """Return the state of the one claim."""
    return CarrierClaim.objects.get().state


def test_a_claim_knows_what_the_goods_were_worth_and_until_when(parcel: Package) -> None:
    claim = open_claim(package_id=parcel.pk, actor=CLERK)
    assert (claim.amount, claim.currency, claim.reason, claim.state) == (3000, "EUR", "lost", "draft")
    assert claim.due_on == NOW.date() + timedelta(days=30)
    assert Order.objects.get().tags == ["lost parcel", "vip"]
    line = AuditLine.objects.get(act="fulfillment.open_claim")
    assert (line.subject, line.to_state) == (parcel.shipment.stream, "draft")


def test_each_carrier_has_a_day_of_its_own(parcel: Package, settings: Any) -> None:
    settings.CLAIM_DAYS_OF = {"ups": 60.0}
    CarrierAccount.objects.create(code="ups-leeds", adapter="ups")
    Package.objects.update(carrier="ups-leeds")
    assert open_claim(package_id=parcel.pk, actor=CLERK).due_on == NOW.date() + timedelta(days=60)


@pytest.mark.parametrize("amount", ["0", "-1", "1,50", "1.234", "much"])
def test_an_amount_that_is_none_is_refused(parcel: Package, amount: str) -> None:
    with pytest.raises(Invalid):
        open_claim(package_id=parcel.pk, amount=amount, actor=CLERK)
    assert not CarrierClaim.objects.exists()


def test_a_parcel_is_claimed_once_at_a_time(parcel: Package) -> None:
    claim = open_claim(package_id=parcel.pk, actor=CLERK)
    with pytest.raises(Refused, match=f"claimed already as {claim.number}"):
        open_claim(package_id=parcel.pk, actor=CLERK)
    with pytest.raises(IntegrityError), transaction.atomic():
        CarrierClaim.objects.create(package=parcel, number="X", reason="lost", amount=1, currency="EUR", due_on=NOW)
    withdraw_claim(claim_id=claim.pk, note="mistake", actor=CLERK)
    assert open_claim(package_id=parcel.pk, actor=CLERK).pk != claim.pk


def test_a_claim_takes_the_parcel_from_the_queue_until_it_is_declined(parcel: Package) -> None:
    assert ParcelRisk.objects.get().reason == "lost"
    claim = open_claim(package_id=parcel.pk, actor=CLERK)
    assert ParcelRisk.objects.get().level == "none"
    submit_claim(claim_id=claim.pk, reference="UPS-77", actor=CLERK)
    decline_claim(claim_id=claim.pk, answer="The address was wrong.", actor=CLERK)
    assert (state(), ParcelRisk.objects.get().reason) == ("declined", "lost")
    appeal_claim(claim_id=claim.pk, note="It was right.", actor=CLERK)
    accept_claim(claim_id=claim.pk, answer="Granted.", actor=CLERK)
    pay_claim(claim_id=claim.pk, amount="25.00", actor=CLERK)
    claim.refresh_from_db()
    assert (claim.state, claim.paid, claim.reference, claim.ended_at) == ("paid", 2500, "UPS-77", NOW)
    assert ParcelRisk.objects.get().level == "none"


def test_steps_are_taken_in_their_order(parcel: Package) -> None:
    claim = open_claim(package_id=parcel.pk, actor=CLERK)
    for act, how in (
        (pay_claim, {}),
        (accept_claim, {}),
        (decline_claim, {"answer": "no"}),
        (appeal_claim, {"note": "n"}),
    ):
        with pytest.raises(Refused):
            act(claim_id=claim.pk, actor=CLERK, **how)
    assert state() == "draft"


def test_a_parcel_that_is_found_again_ends_its_claim(parcel: Package) -> None:
    claim = open_claim(package_id=parcel.pk, actor=CLERK)
    submit_claim(claim_id=claim.pk, actor=CLERK)
    tell(parcel, "delivered", 9)
    claim.refresh_from_db()
    assert (claim.state, claim.ended_at) == ("closed", NOW + timedelta(hours=9))
    assert AuditLine.objects.get(act="fulfillment.close_claim").note.endswith("The parcel was found again.")
    assert Order.objects.get().tags == ["vip"]


def test_what_came_broken_is_claimed_too_and_stays_claimed(parcel: Package) -> None:
    tell(parcel, "delivered", 9)
    claim = open_claim(package_id=parcel.pk, reason="damaged", amount="12.50", actor=CLERK)
    assert (claim.amount, Order.objects.get().tags) == (1250, ["vip"])


def test_nothing_is_claimed_that_has_not_left() -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    row = labelled(sourced(an_order([(tea, 1)]))[0])
    with pytest.raises(Refused, match="not handed to the carrier"):
        open_claim(package_id=parcel_of(row).pk, actor=CLERK)


def test_one_button_on_the_parcel_and_the_queue_of_what_is_to_be_handed_in(parcel: Package) -> None:
    boss, desk = make_boss(), Client()
    desk.force_login(boss)
    page = f"/fulfillment/package/{parcel.pk}"
    assert "Claim from the carrier" in desk.get(f"{page}/change/").content.decode()
    assert desk.post(f"{page}/act/open_claim/", {"reason": "lost"}).status_code == 302
    claim = CarrierClaim.objects.get()
    (queue,) = [one for one in count_queues(boss, NOW) if one.queue.name == "claims"]
    assert queue.count == desk.get(queue.url).context["cl"].result_count == 1
    own = desk.get(f"/fulfillment/carrierclaim/{claim.pk}/change/").content.decode()
    assert "Handed in" in own and "30.00" in own
    assert claim.number in desk.get(f"/orders/order/{Order.objects.get().pk}/change/").content.decode()
    export = b"".join(desk.get("/fulfillment/carrierclaim/export/").streaming_content).decode()
    assert f"{claim.number},{parcel.tracking_number},sandbox" in export and ",30.00," in export


def test_the_api_reads_claims_and_takes_their_steps(parcel: Package) -> None:
    api = Api(parcel.shipment.order.channel_account)
    assert api.post(f"packages/{parcel.tracking_number}/open_claim/", reason="lost", amount="0").status_code == 422
    assert api.post(f"packages/{parcel.tracking_number}/open_claim/", reason="lost").status_code == 200
    (row,) = api.get("claims/?state=draft&carrier=sandbox").json()["results"]
    assert (row["amount"], row["paid"], row["order"]) == ("30.00", None, Order.objects.get().number)
    told = api.post(f"claims/{row['number']}/submit_claim/", reference="R-1").json()
    assert (told["state"], told["reference"]) == ("submitted", "R-1")
    assert api.post(f"claims/{row['number']}/submit_claim/").status_code == 409
