"""Photos of parcels: taken at the packing station, small, without the camera's notes, erased with the customer."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fulfillment.documents.photo import MOST_BYTES, NoPhoto, plain_photo
from fulfillment.models import ParcelPhoto, Shipment
from fulfillment.services.packing import unpack
from oms.outlets.privacy.register import PARTS
from tests.factories import make_actor
from tests.fulfillment.packers import begin, send
from tests.fulfillment.test_walk_pages import picker

pytestmark = pytest.mark.django_db


def part(kind: int, content: bytes) -> bytes:
    """Return one part of a JPEG file."""
    return bytes((0xFF, kind)) + (len(content) + 2).to_bytes(2, "big") + content


HEAD, NOTES, TABLE = part(0xE0, b"JFIF\0"), part(0xE1, b"Exif\0\0 GPS 53.5 N"), part(0xDB, b"\1" * 65)
SCAN = part(0xDA, b"\1\2\3") + b"\x12\xff\x00\x34\xff\xd9"
PICTURE, PLAIN = b"\xff\xd8" + HEAD + NOTES + part(0xFE, b"by Ann") + TABLE + SCAN, b"\xff\xd8" + HEAD + TABLE + SCAN


@pytest.fixture
def shipment(work, ann) -> Shipment:
    """A packed parcel."""
    session = begin(work, ann)
    send(session, ann, "4001", 3)
    send(session, ann, "4002")
    send(session, ann, act="close")
    return Shipment.objects.select_related("fulfillment_order").get()


def upload(client: Client, shipment: Shipment, content: bytes, position: str = "1") -> str:
    """Send a photo as the page does."""
    told = {"position": position, "photo": SimpleUploadedFile("x.jpg", content, "image/jpeg")}
    return client.post(f"/floor/pack/{shipment.fulfillment_order.number}/photo/", told).content.decode()


def test_a_picture_loses_what_its_camera_wrote_beside_it():
    assert plain_photo(PICTURE) == PLAIN
    assert plain_photo(PLAIN) == PLAIN


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JPEG"),
        (b"\x89PNG\r\n", "no JPEG"),
        (b"\xff\xd8\xff<script>", "no JPEG"),
        (PICTURE[:-2], "no JPEG"),
        (b"\xff\xd8" + HEAD + b"\xff\xd9", "broken"),
        (b"\xff\xd8\xff\xe0\x00\x00" + SCAN, "broken"),
        (b"\xff\xd8" + HEAD + b"junk" + SCAN, "broken"),
        (PICTURE[:-2] + b"\0" * MOST_BYTES + b"\xff\xd9", "300 are kept"),
    ],
)
def test_what_is_no_small_picture_is_refused(content, why):
    with pytest.raises(NoPhoto, match=why):
        plain_photo(content)


def test_a_photo_is_kept_with_its_parcel_and_a_new_one_takes_its_place(shipment):
    client = picker("eve")
    assert "The photo of parcel 1 is kept." in upload(client, shipment, PICTURE)
    assert "New photo" in upload(client, shipment, PLAIN)

    answer = client.get(f"/fulfillment/shipment/{shipment.number}/photo-1.jpg")

    assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (200, "image/jpeg", PLAIN)
    assert ParcelPhoto.objects.count() == 1
    assert "photo-1.jpg" in client.get(f"/fulfillment/shipment/{shipment.pk}/change/").content.decode()


def test_what_cannot_be_kept_says_why(shipment):
    client = picker("eve")

    assert "no JPEG picture" in upload(client, shipment, b"GIF89a")
    assert "too large" in upload(client, shipment, b"\xff\xd8\xff" + b"\0" * MOST_BYTES)
    assert "has no parcel 2" in upload(client, shipment, PICTURE, "2")
    assert "no photo to keep" in upload(client, shipment, PICTURE, "one")
    assert client.get(f"/fulfillment/shipment/{shipment.number}/photo-1.jpg").status_code == 404
    unpack(fulfillment_order_id=shipment.fulfillment_order_id, actor=make_actor())
    assert "no photo to keep" in upload(client, shipment, PICTURE)
    assert not ParcelPhoto.objects.exists()


def test_an_erased_photo_is_not_shown(shipment):
    client = picker("eve")
    upload(client, shipment, PICTURE)
    (erased,) = [one.columns for one in PARTS if one.model is ParcelPhoto]
    ParcelPhoto.objects.update(**erased)

    assert client.get(f"/fulfillment/shipment/{shipment.number}/photo-1.jpg").status_code == 404
    assert "Take a photo" in client.get(f"/floor/pack/{shipment.fulfillment_order.number}/").content.decode()
