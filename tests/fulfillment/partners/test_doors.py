"""The doors of third parties: the API that one polls with a key of its location, its pages, and its CSV files."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from fulfillment.models import FulfillmentPartner, Package, PartnerMessage, SupplierRequest
from fulfillment.services.supplier_requests import ask_suppliers
from fulfillment.services.third_party.answering import ask_to_cancel
from fulfillment.services.third_party.telling import tell_partners
from inventory.models import Location, StockLevel
from oms.foundation.models import InboxMessage
from oms.foundation.refusals import Invalid
from oms.foundation.signing import signed_headers
from orders.models import ApiKey
from orders.services.api_keys import issue_api_key
from orders.services.holds import place_hold, release_hold
from tests.books import rest
from tests.factories import make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss
from tests.fulfillment.partners.edi import advice, came, edi_partner, file_of, newest, written
from tests.fulfillment.shop import an_order, sourced
from tests.imports.desk import applied, previewed, reasons

pytestmark = pytest.mark.django_db
SCOPES = ["fulfillment.view_supplierrequest", "fulfillment.answer_supplierrequest"]


class Theirs:
    """A third party's system with a key of its location."""

    device = False

    def __init__(self, location: Location, *scopes: str, name: str = "wms") -> None:
        cache.clear()
        what = {"name": name, "device": self.device, "scopes": scopes or SCOPES}
        key = issue_api_key(location_id=location.pk, **what, actor=make_actor())
        self.calls, self.client = 0, Client(headers={"Authorization": f"Bearer {key}"})

    def get(self, address: str) -> Any:
        """Read an address."""
        return self.client.get(f"/api/v1/{address}")

    def post(self, address: str, **data: Any) -> Any:
        """Do something, with a new idempotency key."""
        self.calls += 1
        head = {"Idempotency-Key": f"call-{self.calls}"}
        return self.client.post(f"/api/v1/{address}", json.dumps(data), content_type="application/json", headers=head)


def asked(place: Location, pieces: int = 2) -> SupplierRequest:
    """Return a request for some TEA at a location that has ten."""
    level = StockLevel.objects.filter(location=place).first() or make_stock(make_product(), place, 10)
    (work,) = sourced(an_order([(level.product, pieces)]))
    (request,) = ask_suppliers(order_ids=[work.order_id], actor=make_actor())
    tell_partners(request_ids=[request.pk], actor=make_actor())
    return request


@pytest.fixture
def place() -> Location:
    """A third party with ten TEA."""
    found = make_location("LEEDS", kind="3pl", email="desk@leeds.example")
    make_stock(make_product("TEA"), found, 10)
    return found


def test_a_partner_polls_what_is_asked_of_its_location_and_answers_over_the_api(place: Location) -> None:
    request, other = asked(place), asked(make_location("YORK", kind="3pl"))
    theirs = Theirs(place)
    (row,) = theirs.get("fulfillment-requests/?state=requested").json()["results"]
    assert (row["number"], row["ship_to"]["city"], row["lines"][0]["quantity"]) == (request.number, "Leeds", 2)
    assert theirs.get(f"fulfillment-requests/{other.number}/").status_code == 404
    assert theirs.post(f"fulfillment-requests/{other.number}/accept/").status_code == 404
    assert theirs.get("orders/").status_code == 403
    address = f"fulfillment-requests/{request.number}"
    assert theirs.post(f"{address}/accept/", reference="L-1").json()["state"] == "accepted"
    refused = theirs.post(f"{address}/confirm/", carrier="ups", pieces={"TEA": 3})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "too_many")
    assert theirs.post(f"{address}/ask_to_cancel/", reason="no").status_code == 403
    sent = theirs.post(f"{address}/confirm/", carrier="ups", pieces={"TEA": 2}, tracking=["1Z1", "1Z2"], lots="L7")
    assert (sent.status_code, sent.json()["state"], sent.json()["reference"]) == (200, "fulfilled", "L-1")
    assert Package.objects.filter(carrier="ups").count() == 2
    late = theirs.post(f"{address}/confirm/", carrier="ups", tracking=["1Z1", "1Z2"])
    assert late.status_code == 409
    assert Package.objects.count() == 2


def test_a_partner_agrees_or_refuses_to_cancel_over_the_api(place: Location) -> None:
    request, theirs = asked(place), Theirs(place)
    address = f"fulfillment-requests/{request.number}"
    assert theirs.post(f"{address}/accept_cancel/").status_code == 409
    ask_to_cancel(request_id=request.pk, reason="too slow", then="wait", actor=make_actor())
    (row,) = theirs.get("fulfillment-requests/?state=cancelling").json()["results"]
    assert row["cancel_asked_at"] is not None
    assert theirs.post(f"{address}/refuse_cancel/", reason="packed").json()["state"] == "accepted"
    ask_to_cancel(request_id=request.pk, reason="please", then="wait", actor=make_actor())
    assert theirs.post(f"{address}/accept_cancel/").json()["state"] == "cancelled"
    assert StockLevel.objects.get(location=place).allocated == 0


def test_a_key_of_a_location_names_what_it_may_do_and_changes_its_own_stock_alone(place: Location) -> None:
    with pytest.raises(Invalid, match=r"\* is too much"):
        issue_api_key(location_id=place.pk, actor=make_actor())
    with pytest.raises(Invalid, match="one channel or to one location"):
        issue_api_key(actor=make_actor())
    make_stock(StockLevel.objects.get().product, make_location("YORK"), 5)
    theirs = Theirs(place, "inventory.view_stocklevel", "inventory.adjust_stocklevel", "orders.add_order")
    assert [one["location"] for one in theirs.get("stock/").json()["results"]] == ["LEEDS"]
    told = theirs.post("stock/adjust/", sku="TEA", location="LEEDS", quantity=3, reason="found")
    assert (told.status_code, StockLevel.objects.get(location=place).on_hand) == (200, 13)
    assert theirs.post("stock/adjust/", sku="TEA", location="YORK", quantity=3, reason="found").status_code == 404
    assert theirs.post("orders/", external_id="1").status_code == 403


def test_a_key_of_a_location_is_issued_on_the_command_line_and_on_its_page(
    place: Location, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("issue_api_key", location="LEEDS", scopes=SCOPES, name="wms")
    assert capsys.readouterr().out.startswith("oms_")
    with pytest.raises(CommandError, match="There is no location “NONE”"):
        call_command("issue_api_key", location="NONE", scopes=SCOPES)
    desk = Client()
    desk.force_login(make_boss())
    sent = desk.post("/orders/apikey/add/", {"location": place.pk, "scopes": "*"})
    assert "* is too much" in sent.content.decode()
    sent = desk.post("/orders/apikey/add/", {"location": place.pk, "name": "robot 7", "scopes": SCOPES[0], "device": 1})
    assert "The new key" in sent.content.decode()
    device = ApiKey.objects.latest("pk").device
    assert device is not None
    assert (device.username, device.is_active, device.has_usable_password()) == ("robot 7", False, False)
    assert "robot 7" in desk.get("/orders/apikey/").content.decode()


def test_pages_show_requests_messages_and_what_a_file_brought(place: Location) -> None:
    partner = edi_partner(place)
    request = asked(place)
    desk = Client()
    desk.force_login(make_boss())
    assert "EDI X12" in desk.get("/fulfillment/supplierrequest/").content.decode()
    page = desk.get(f"/fulfillment/supplierrequest/{request.pk}/change/").content.decode()
    assert "Ask to cancel" in page and "940 to the partner" in page and "not acknowledged yet" in page
    (out,) = written(partner, "940")
    raw = desk.get(f"/fulfillment/partnermessage/{out.pk}/download/")
    assert (raw.content, raw["Content-Disposition"]) == (out.body, f'attachment; filename="940-{out.pk}.edi"')
    assert f"W05*N*{request.number}" in desk.get(f"/fulfillment/partnermessage/{out.pk}/change/").content.decode()
    assert desk.get("/fulfillment/partnermessage/add/").status_code == 200
    body = file_of(advice(request.number, {"TEA": 2}, ("1Z1",)))
    told = {"partner": partner.pk, "file": SimpleUploadedFile("945.edi", body)}
    answer = desk.post("/fulfillment/partnermessage/add/", told, follow=True)
    assert "1 message read." in answer.content.decode()
    request.refresh_from_db()
    assert request.state == "fulfilled"
    told = {"partner": partner.pk, "file": SimpleUploadedFile("945.edi", body)}
    again = desk.post("/fulfillment/partnermessage/add/", told, follow=True)
    assert "0 messages read. 1 message came before." in again.content.decode()
    told = {"partner": partner.pk, "file": SimpleUploadedFile("x.edi", b"\x00nothing\xff")}
    assert desk.post("/fulfillment/partnermessage/add/", told, follow=True).status_code == 200
    row = newest(partner)
    assert (row.state, row.kind) == ("person", "unread")
    assert "this is no X12 interchange" in row.sentence
    done = desk.post(f"/fulfillment/partnermessage/{row.pk}/act/mark_seen/", {"note": "asked them for it anew"})
    assert done.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.sentence.endswith("asked them for it anew")) == ("seen", True)


def test_what_a_hold_kept_back_is_done_when_it_is_read_again(place: Location) -> None:
    partner = edi_partner(place)
    request = asked(place)
    place_hold(order_id=request.fulfillment_order.order_id, reason="manual", blocks=["ship"], actor=make_actor())
    came(partner, file_of(advice(request.number, {"TEA": 2})))
    row = newest(partner)
    assert row.state == "person"
    release_hold(order_id=request.fulfillment_order.order_id, actor=make_actor())
    desk = Client()
    desk.force_login(make_boss())
    assert desk.post(f"/fulfillment/partnermessage/{row.pk}/act/read_again/").status_code == 302
    row.refresh_from_db()
    assert (row.state, SupplierRequest.objects.get().state) == ("taken", "fulfilled")


def test_a_partner_of_files_gets_an_order_file_and_its_confirmations_are_imported_once(place: Location) -> None:
    FulfillmentPartner.objects.create(location=place, way="csv")
    first, second, third = (asked(place) for _ in range(3))
    assert [bytes(one.body).decode().splitlines()[1][:9] for one in PartnerMessage.objects.order_by("pk")] == [
        first.number, second.number, third.number,
    ]  # fmt: skip
    file = (
        "request,carrier,tracking,pieces,lots\n"
        f"{first.number},ups,1Z1 1Z2,,L7\n{second.number},ups,1Z3,TEA 1,\n{third.number},ups,1Z4,TEA 9,\nQ0,ups,,,\n"
    )
    assert [one for one in reasons(previewed("confirmations", file)) if "Q0" in one] != []
    session = applied("confirmations", file)
    assert "9 × TEA were confirmed, but 2 were asked for" in " ".join(reasons(session))
    states = SupplierRequest.objects.order_by("pk").values_list("state", flat=True)
    assert list(states[:3]) == ["fulfilled", "fulfilled", "requested"]
    assert StockLevel.objects.get(location=place).on_hand == 6, "three were sent, and one was not there"
    before = Package.objects.count()
    applied("confirmations", file, name="again.csv")
    assert Package.objects.count() == before


def test_a_file_that_a_partner_posts_is_stored_before_it_is_answered_and_read_once(place: Location) -> None:
    partner = edi_partner(place)
    partner.enter("whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")
    partner.save()
    request = asked(place)
    body = file_of(advice(request.number, {"TEA": 2}, ("1Z1",)))
    head = signed_headers(partner.secret, "msg-1", int(timezone.now().timestamp()), body)
    door = Client(headers=head)
    answer = door.post("/inbound/3pl-LEEDS/", body, content_type="application/edi-x12")
    assert (answer.status_code, answer.json()) == (200, {"stored": True, "new": True})
    assert InboxMessage.objects.get().body == body
    assert door.post("/inbound/3pl-LEEDS/", body, content_type="application/edi-x12").json()["new"] is False
    assert door.post("/inbound/3pl-LEEDS/", body + b" ", content_type="application/edi-x12").status_code == 401
    assert door.post("/inbound/3pl-NONE/", body, content_type="application/edi-x12").status_code == 404
    rest(timezone.now())
    request.refresh_from_db()
    assert (request.state, newest(partner).state) == ("fulfilled", "taken")
