"""A carrier that works by file: numbers of a range, each once; its list as a table; its news from a table."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from fulfillment.carriers.by_file.contract import read_codes, read_numbers
from fulfillment.carriers.gateway import CarrierRefused
from fulfillment.models import CarrierAccount, FileParcel, Label, Manifest, Package, Shipment, ShippingRate
from fulfillment.services import handover, label_buying
from fulfillment.services.label_buying import work_labels
from fulfillment.services.labels import buy_labels, void_labels
from fulfillment.services.tracking_files import plan_news, store_news
from fulfillment.tracking_imports import TrackingNews
from orders.models import OrderAddress
from tests.contracts.test_carriers import a_carrier_by_file
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss
from tests.fulfillment.shop import an_order, label_of, packed, sourced
from tests.fulfillment.trucks import do, numbers_of, state_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)
ENTERED = {"name": "Pelican", "numbers": "PX 0000001 0000002", "codes": "PU picked_up\nDLV delivered"}


@pytest.fixture
def account() -> CarrierAccount:
    """The shop's contract with a carrier that works by file, with one service on the rate card."""
    row = CarrierAccount(code="pelican", adapter="file", is_active=True)
    row.enter(ENTERED)
    row.save()
    rate = {"carrier": "pelican", "service": "parcel", "currency": "EUR", "transit_days": 3}
    ShippingRate.objects.create(code="pelican-gb", country="GB", price=400, **rate)
    ShippingRate.objects.create(code="pelican-all", price=900, **rate)
    return row


def boxed(count: int = 1) -> list[Shipment]:
    """Return packed shipments whose labels were asked for."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 20)
    rows = [packed(sourced(an_order([(tea, 1)]))[0]) for _ in range(count)]
    for row in rows:
        buy_labels(shipment_id=row.pk, actor=make_actor())
    return rows


def test_a_label_bears_the_next_number_and_the_price_of_the_card(account) -> None:
    one, other = boxed(2)
    work_labels(make_actor(), 20)
    assert [*numbers_of(one), *numbers_of(other)] == ["PX0000001", "PX0000002"]
    label = label_of(one)
    assert (label.cost, label.currency, label.carrier, bytes(label.document)[:5]) == (400, "EUR", "pelican", b"%PDF-")
    assert "PX0000001" in label.zpl
    assert Shipment.objects.get(pk=one.pk).rate_reason.startswith("Pelican parcel for €4.00")


def test_a_range_that_runs_out_is_said_and_the_next_one_goes_on(account) -> None:
    rows = boxed(3)
    work_labels(make_actor(), 20)
    assert label_of(rows[2]).failure == (
        "The tracking numbers of pelican have run out at PX0000002; an administrator enters the next range on the"
        " account."
    )
    account = CarrierAccount.objects.get()
    account.enter(ENTERED | {"numbers": "PX 0000003 0000009"})
    account.save()
    buy_labels(shipment_id=rows[2].pk, actor=make_actor())
    work_labels(make_actor(), 20)
    assert numbers_of(rows[2]) == ["PX0000003"]


def test_a_number_that_was_taken_back_is_given_to_nobody_else(account) -> None:
    (one,) = boxed()
    work_labels(make_actor(), 20)
    void_labels(shipment_id=one.pk, actor=make_actor())
    work_labels(make_actor(), 20)
    buy_labels(shipment_id=one.pk, actor=make_actor())
    work_labels(make_actor(), 20)
    assert numbers_of(one) == ["PX0000002"]
    voided = FileParcel.objects.order_by("pk")[0]
    assert (voided.tracking_number, voided.voided_at is not None) == ("PX0000001", True)


def test_a_worker_that_is_killed_after_drawing_takes_the_same_number_again(account, monkeypatch) -> None:
    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    (one,) = boxed()
    monkeypatch.setattr(label_buying, "settle_purchases", crash)
    with pytest.raises(KeyboardInterrupt):
        work_labels(make_actor(), 20)
    monkeypatch.undo()
    work_labels(make_actor(now=LATER), 20)
    assert (numbers_of(one), FileParcel.objects.count()) == (["PX0000001"], 1)


def test_the_most_telling_row_of_the_card_holds(account) -> None:
    gateway = a_carrier_by_file()
    assert isinstance(gateway.code, str)
    with pytest.raises(CarrierRefused, match="takes a driver's visit"):
        gateway.pickup(None, NOW.date(), parcels=1)
    (one,) = boxed()
    leeds = {"carrier": "pelican", "service": "parcel", "country": "GB", "postal_prefix": "LS"}
    ShippingRate.objects.create(code="pelican-leeds", price=350, up_to_g=100, **leeds)
    ShippingRate.objects.create(code="pelican-leeds-2", price=360, **leeds)
    work_labels(make_actor(), 20)
    assert label_of(one).cost == 360, "half a kilogram is too heavy for the first step"


@pytest.mark.parametrize("text", ["", "PX", "PX 5 3", "PX 1 10", "1", "PX 1 2 3", "px! 1 2"])
def test_a_range_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as “PX 1000001 1999999”"):
        read_numbers(text)


def test_ranges_and_codes_are_read() -> None:
    assert read_numbers("100 199").written(7) == "007"
    assert read_numbers(" ab- 01 99 ").written(5) == "AB-05"
    assert read_codes("a delivered\n\nB lost\n") == {"A": "delivered", "B": "lost"}
    with pytest.raises(ValueError, match="“x gone” is not a code and one of pre_transit"):
        read_codes("x gone")


def sent(rows: list[Shipment]) -> Manifest:
    """Hand shipments over to their carrier."""
    work_labels(make_actor(), 20)
    row = handover.close_day(
        location_id=rows[0].location_id, carrier="pelican", within=Shipment.objects.all(), actor=make_actor()
    )
    return do(handover.hand_over_list, row)


def test_its_list_is_a_table_in_which_no_cell_is_a_formula(account) -> None:
    rows = boxed(2)
    OrderAddress.objects.update(company="=cmd()")
    manifest = sent(rows)
    assert (manifest.state, state_of(rows[0])) == ("handed_over", "shipped")
    desk = Client()
    desk.force_login(make_boss())
    answer = desk.get(f"/fulfillment/manifest/{manifest.number}/list.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["tracking_number"] for line in lines] == ["PX0000001", "PX0000002"]
    told = [lines[0][name] for name in ("name", "company", "postal_code")]
    assert told == ["Ada Lovelace", "'=cmd()", "LS1 4AP"]


TABLE = """tracking_number,code,occurred_at,place
PX0000001,pu,2026-11-22 18:30,Leeds
PX0000001,DLV,2026-11-23T09:15:00+00:00,Leeds
PX0000002,delayed,2026-11-23 09:00,
PX0000002,XX,2026-11-23 10:00,
PX9999999,DLV,2026-11-23 10:00,
"""


def opened(text: str = TABLE):
    """Open a tracking file."""
    return TrackingNews().open(text.encode(), name="news.csv")


def test_news_from_a_table_are_kept_once_and_what_nobody_knows_is_named(account) -> None:
    sent(boxed(2))
    file = opened()
    entries = list(file.entries())
    planned = plan_news(news=entries, parcels=Package.objects.all())
    assert [plan.verb for plan in planned] == ["create", "create", "create", "refuse", "refuse"]
    assert planned[3].faults[0].sentence == "nobody wrote down what “XX” means; add it to the account pelican."
    assert planned[4].faults[0].sentence == "there is no parcel “PX9999999”."

    file.store(entries, make_actor())

    first, second = Package.objects.order_by("pk")
    assert (first.tracking_status, second.tracking_status) == ("delivered", "delayed")
    assert [event.status for event in first.tracking_events.order_by("occurred_at")] == ["picked_up", "delivered"]
    again = store_news(news=list(opened().entries()), parcels=Package.objects.all(), actor=make_actor(now=LATER))
    assert [plan.verb for plan in again] == ["same", "same", "same", "refuse", "refuse"]
    assert first.tracking_events.count() == 2


def test_a_parcel_that_has_not_left_has_no_news(account) -> None:
    boxed(1)
    work_labels(make_actor(), 20)
    (plan,) = plan_news(
        news=list(opened(TABLE.split("\nPX0000001,DLV", maxsplit=1)[0]).entries()), parcels=Package.objects.all()
    )
    assert plan.faults[0].sentence == "this parcel has not left yet."
    bad = list(opened("tracking_number,code,occurred_at\nPX1,pu,yesterday\n").entries())
    assert bad[0].faults[0].sentence == "“yesterday” is no moment; write it like 2026-12-24 14:05."


def test_the_account_asks_for_a_range_and_names_a_bad_one() -> None:
    cache.clear()
    desk = Client()
    desk.force_login(make_boss())
    desk.post("/fulfillment/carrieraccount/add/", {"code": "stork", "adapter": "file", "location": ""})
    row = CarrierAccount.objects.get(code="stork")
    page = f"/fulfillment/carrieraccount/{row.pk}/change/"
    told = {"entered_name": "Stork", "entered_numbers": "PX 9 1", "is_active": "on", "stand_in_after": "15"}
    assert "such as “PX 1000001 1999999”" in desk.post(page, told).content.decode()
    desk.post(page, told | {"entered_numbers": "ST 1 9", "seen_version": row.version})
    row.refresh_from_db()
    assert (row.is_active, row.values["numbers"]) == (True, "ST 1 9")
    assert not Label.objects.exists()
