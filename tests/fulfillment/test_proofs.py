"""Who took a parcel: told by the carrier or recorded by hand, seen by those who may."""

import base64
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fulfillment.carriers.gateway import DeliveryProof
from fulfillment.models import Package, ProofOfDelivery
from fulfillment.models.proofs import MOST_PICTURE_BYTES
from fulfillment.services.proving import record_proof
from fulfillment.services.tracking import Told, deliver_by_hand, record_event
from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from orders.models import Order
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.foundation.rows import make_boss, make_user
from tests.fulfillment.api import Api
from tests.fulfillment.shop import an_order, parcel_of, shipped, sourced

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n a signature"


@pytest.fixture
def parcel() -> Package:
    """A parcel on its way."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON"), 10)
    return parcel_of(shipped(sourced(an_order([(tea, 2)]))[0]))


def deliver(parcel: Package, proof: DeliveryProof | None, hours: int = 5) -> None:
    """Let the carrier tell of the delivery."""
    told = Told(f"delivered-{hours}", "delivered", NOW + timedelta(hours=hours), proof=proof)
    record_event(package_id=parcel.pk, told=told, actor=make_actor(now=NOW + timedelta(hours=hours)))


def desk_of(*groups: str) -> Client:
    """Return the browser of a person with some roles."""
    person = make_user()
    person.groups.set(Group.objects.filter(name__in=groups))
    client = Client()
    client.force_login(person)
    return client


def test_the_carrier_s_word_is_kept_once_and_no_name_stands_on_the_timeline(parcel: Package) -> None:
    deliver(parcel, DeliveryProof("J. Smith", "front desk", PNG))
    deliver(parcel, DeliveryProof("A. Nother"), hours=6)
    row = ProofOfDelivery.objects.get()
    assert (row.source, row.signed_by, row.place, bytes(row.picture)) == ("carrier", "J. Smith", "front desk", PNG)
    assert row.signed_at == NOW + timedelta(hours=5)
    (line,) = AuditLine.objects.filter(act="fulfillment.prove")
    assert line.note == f"{parcel}: told by the carrier, with a picture."


@pytest.mark.parametrize("picture", [b"<svg onload=alert(1)>", b"%PDF-1.4", PNG + bytes(MOST_PICTURE_BYTES)])
def test_what_no_browser_should_show_is_left_out(parcel: Package, picture: bytes) -> None:
    deliver(parcel, DeliveryProof("J. Smith", picture=picture))
    row = ProofOfDelivery.objects.get()
    assert (row.signed_by, bytes(row.picture)) == ("J. Smith", b"")


def test_a_delivery_without_a_name_proves_nothing(parcel: Package) -> None:
    deliver(parcel, None)
    assert not ProofOfDelivery.objects.exists()


def test_it_is_recorded_by_hand_and_corrected_but_not_against_the_carrier_s_word(parcel: Package) -> None:
    with pytest.raises(Refused, match="not delivered yet"):
        record_proof(package_id=parcel.pk, signed_by="Ann", actor=make_actor())
    deliver_by_hand(package_id=parcel.pk, reason="phoned", actor=make_actor())
    record_proof(package_id=parcel.pk, signed_by="Ann", picture=PNG, actor=make_actor())
    record_proof(package_id=parcel.pk, signed_by="Anna", actor=make_actor())
    row = ProofOfDelivery.objects.get()
    assert (row.signed_by, row.signed_at, bytes(row.picture), row.source) == ("Anna", NOW, PNG, "hand")
    ProofOfDelivery.objects.update(source="carrier")
    with pytest.raises(Refused, match="carrier has told"):
        record_proof(package_id=parcel.pk, signed_by="Eve", actor=make_actor())
    assert ProofOfDelivery.objects.get().signed_by == "Anna"


def test_a_picture_is_uploaded_on_the_page_and_shown_to_those_who_may(parcel: Package) -> None:
    deliver_by_hand(package_id=parcel.pk, reason="phoned", actor=make_actor())
    boss, page = Client(), f"/fulfillment/package/{parcel.pk}"
    boss.force_login(make_boss())
    form = boss.get(f"{page}/act/record_proof/").content.decode()
    assert "multipart/form-data" in form
    upload = SimpleUploadedFile("door.png", PNG, content_type="image/png")
    assert boss.post(f"{page}/act/record_proof/", {"signed_by": "Ann", "picture": upload}).status_code == 302
    picture = desk_of("Customer service").get(f"{page}/proof/")
    assert (picture.content, picture["Content-Type"], picture["X-Content-Type-Options"]) == (
        PNG,
        "image/png",
        "nosniff",
    )
    order = f"/orders/order/{Order.objects.get().pk}/change/"
    for address, words in ((order, "Taken by Ann"), (f"{page}/change/", "Who took it")):
        assert words in desk_of("Customer service").get(address).content.decode(), address
        assert words not in desk_of("Warehouse").get(address).content.decode(), address
    assert desk_of("Warehouse").get(f"{page}/proof/").status_code == 403


@pytest.mark.parametrize(
    ("picture", "words"), [(b"MZ\x90", "Send a PNG"), (PNG + bytes(MOST_PICTURE_BYTES), "may have 300 KB")]
)
def test_what_is_no_picture_is_refused_in_words(parcel: Package, picture: bytes, words: str) -> None:
    deliver_by_hand(package_id=parcel.pk, reason="phoned", actor=make_actor())
    boss = Client()
    boss.force_login(make_boss())
    data = {"signed_by": "Ann", "picture": SimpleUploadedFile("door.png", picture)}
    answer = boss.post(f"/fulfillment/package/{parcel.pk}/act/record_proof/", data)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not ProofOfDelivery.objects.exists()


def test_the_api_takes_the_picture_in_base64(parcel: Package) -> None:
    deliver_by_hand(package_id=parcel.pk, reason="phoned", actor=make_actor())
    api = Api(parcel.shipment.order.channel_account)
    address = f"packages/{parcel.tracking_number}/record_proof/"
    assert api.post(address, signed_by="Ann", picture="no base64!").status_code == 422
    assert api.post(address, signed_by="Ann", picture=base64.b64encode(PNG).decode()).status_code == 200
    assert bytes(ProofOfDelivery.objects.get().picture) == PNG
