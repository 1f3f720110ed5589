"""The list of who got a lot: of that lot alone, with how customers are reached for those who may see customers."""

import pytest
from django.contrib.auth.models import Permission, User

from fulfillment.admin.traces import who_got
from fulfillment.models import TracedPieces
from inventory.models import Lot
from tests.factories import make_product
from tests.fulfillment.lots import a_followed_hall, walked, wanted

pytestmark = pytest.mark.django_db


def test_the_list_of_a_lot_is_of_that_lot_of_that_product_alone(client) -> None:
    hall = a_followed_hall()
    make_product("JAM", followed_by="lot", weight_g=1)
    hall.scan("receive", "A-01")
    hall.scan("loose")
    for code in ("JAM", "OLD"):
        hall.scan("receive", code)
    wanted(HONEY=1, JAM=1)
    walked(hall, "JAM", "OLD", "HONEY", "OLD")
    assert TracedPieces.objects.count() == 2
    person = User.objects.create_user("picker", is_staff=True)
    seen = Permission.objects.filter(codename__in=["view_tracedpieces", "view_lot"])
    person.user_permissions.set(seen)
    client.force_login(person)
    address = who_got(Lot.objects.get(number="OLD", product__sku="HONEY"), User.objects.get(pk=person.pk))["address"]
    export = address.replace("?", "export/?").replace("&left=yes", "")

    rows = b"".join(client.get(export)).decode().splitlines()
    assert [row.split(",")[:2] for row in rows[1:]] == [["HONEY", "OLD"]]
    assert "phone" not in rows[0]
    assert "HONEY OLD" in client.get(address).content.decode()
    assert len(b"".join(client.get(export.replace("lot=", "lot=x"))).splitlines()) == 1

    person.user_permissions.add(Permission.objects.get(codename="view_customer"))
    client.force_login(person)
    assert "email,phone" in next(iter(client.get(export))).decode()
