"""How good a carrier's promise is, lane by lane, with the parcels behind each figure."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape

from fulfillment.models import Package
from fulfillment.services.lateness import promises_kept
from fulfillment.services.tracking import Told, record_event
from fulfillment.spread import percentile
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss
from tests.fulfillment.shop import an_order, parcel_of, shipped, sourced

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


def arrive(days_late: list[int], *, location: str = "LON", country: str = "GB") -> None:
    """Let a parcel arrive for each number of days, so many after its carrier's day."""
    tea, place = make_product(), make_location(location)
    make_stock(tea, place, 100)
    for late in days_late:
        parcel = parcel_of(shipped(sourced(an_order([(tea, 1)], country=country))[0]))
        at = NOW + timedelta(days=(parcel.expected_on - NOW.date()).days + late)
        record_event(package_id=parcel.pk, told=Told("d", "delivered", at), actor=make_actor(now=at))


def test_by_nearest_rank_a_value_that_was_counted_is_the_answer() -> None:
    assert [percentile({-1: 1, 0: 4, 3: 5}, one) for one in (1, 10, 11, 50, 51, 90, 100)] == [-1, -1, 0, 0, 3, 3, 3]
    assert percentile({7: 1}, 50) == 7
    with pytest.raises(ValueError, match="nothing"):
        percentile({}, 50)


def test_each_lane_is_counted_by_itself_in_one_statement(django_assert_num_queries) -> None:
    arrive([0, 0, 0, -1, 0, 0, 0, 1, 2, 4])
    arrive([3], location="MAN")
    with django_assert_num_queries(1):
        london, manchester = promises_kept(Package.objects.all(), NOW, LATER)
    assert (london.lane.location, london.lane.country, london.lane.carrier) == ("LON", "GB", "sandbox")
    assert (london.parcels, london.late, london.p50, london.p90, london.worst) == (10, 3, 0, 2, 4)
    assert (manchester.parcels, manchester.p50, manchester.share_late) == (1, 3, 100)
    assert promises_kept(Package.objects.all(), LATER, LATER + timedelta(days=9)) == []


@time_machine.travel(LATER, tick=False)
def test_the_page_leads_from_each_figure_to_its_parcels_and_hands_it_out() -> None:
    arrive([0, 2, 2])
    desk = Client()
    desk.force_login(make_boss())
    page = desk.get("/fulfillment/package/promises/")
    (lane,) = page.context["lanes"]
    assert escape(lane["url"]) in page.content.decode()
    assert desk.get(lane["url"]).context["cl"].result_count == 3
    assert desk.get(f"{lane['url']}&late=yes").context["cl"].result_count == 2
    assert desk.get(lane["url"].replace("to=GB", "to=FR")).context["cl"].result_count == 0
    export = b"".join(desk.get("/fulfillment/package/promises/?as=csv").streaming_content).decode("utf-8-sig")
    assert export.splitlines()[1].endswith(",LON,GB,3,2,2,2,2")


@time_machine.travel(LATER, tick=False)
@pytest.mark.parametrize("query", ["?since=2026-12-01&until=2026-11-01", "?since=soon", "?until=2020-02-31"])
def test_days_that_cannot_be_are_said_to_be_wrong(query: str) -> None:
    desk = Client()
    desk.force_login(make_boss())
    page = desk.get(f"/fulfillment/package/promises/{query}")
    assert page.status_code == 200
    assert page.context["form"].errors
