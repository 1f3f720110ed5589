"""Which services were compared for a shipment, which was taken and why: on its page, in lists and in exports."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fulfillment.models import Label, Shipment
from fulfillment.rate_table import offered, taken
from fulfillment.services.labels import buy_labels
from oms.outlets.queues import QUEUES
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss
from tests.fulfillment.shop import an_order, labelled, packed, sourced

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    """An administrator's browser."""
    client = Client()
    client.force_login(make_boss())
    return client


def work(zone: str = "Europe/London"):
    """Return open work of one piece."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", timezone=zone), 5)
    return sourced(an_order([(tea, 1)]))[0]


def test_the_taken_service_arrives_by_the_calendar_of_its_place() -> None:
    shipment = labelled(work("Pacific/Auckland"))
    rows = offered(shipment)
    assert [(one.rate.service, one.is_taken) for one in rows] == [("standard", True), ("express", False)]
    assert [one.rate.amount for one in rows] == sorted(one.rate.amount for one in rows)
    one = taken(shipment)
    assert one is not None and one.arrives_on is not None
    left_on = shipment.packed_at.astimezone(shipment.location.zone).date()
    assert one.arrives_on == left_on + timedelta(days=one.rate.days)
    assert taken(Shipment(rates=[], location=shipment.location)) is None


def test_page_list_and_export_say_what_was_taken_and_why(desk) -> None:
    shipment = labelled(work())
    page = desk.get(f"/fulfillment/shipment/{shipment.pk}/change/").content.decode()
    assert "(taken)" in page and "Arrives" in page and "Sandbox Express" in page
    assert "the only service for “standard”" in page
    shown = desk.get("/fulfillment/shipment/?chosen=only").content.decode()
    assert shipment.number in shown
    assert shipment.number not in desk.get("/fulfillment/shipment/?chosen=hand").content.decode()
    assert desk.get("/fulfillment/shipment/?chosen=weather").status_code == 200
    answer = desk.get("/fulfillment/shipment/export/?as=csv")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    (line,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    cheapest, other = (one.rate for one in offered(shipment))
    assert (line["price"], line["currency"]) == (f"{cheapest.amount / 100:.2f}", "EUR")
    assert line["passed_over"] == f"sandbox express {other.amount / 100:.2f} EUR in {other.days} days"
    assert "the only service" in line["why"] and line["arrives_on"]


def test_a_label_that_no_carrier_answers_for_stands_in_a_queue_of_its_own(desk) -> None:
    shipment = packed(work())
    buy_labels(shipment_id=shipment.pk, actor=make_actor(now=timezone.now()))
    queue = next(one for one in QUEUES if one.name == "labels_waiting")
    boss = make_boss("second")
    assert queue.count(boss, timezone.now()) == 0
    Label.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    assert queue.count(boss, timezone.now()) == 1
    assert shipment.number in desk.get("/fulfillment/shipment/?label_waits=yes").content.decode()
