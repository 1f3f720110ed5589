"""Substitutes: what may be sent instead of a product, kept on its page and told over the API."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, transaction
from django.test import Client

from inventory.models import Product, Substitute
from inventory.queries import substitutes_of
from oms.foundation.models import AuditLine
from tests.factories import make_api_key, make_channel, make_product

pytestmark = pytest.mark.django_db


def substitute(product: Product, other: Product, rank: int = 1, **fields: object) -> Substitute:
    """Let one product be sent instead of another."""
    return Substitute.objects.create(product=product, substitute=other, rank=rank, **fields)


def offered(product: Product) -> list[str]:
    """Return the SKUs that may be sent instead of a product."""
    return [one.sku for one in substitutes_of([product.pk]).get(product.pk, [])]


@pytest.fixture
def mugs() -> list[Product]:
    """Three mugs."""
    return [make_product(sku) for sku in ("MUG-A", "MUG-B", "MUG-C")]


def test_the_lowest_rank_is_offered_first(mugs):
    substitute(mugs[0], mugs[1], rank=2)
    substitute(mugs[0], mugs[2], rank=1)
    assert offered(mugs[0]) == ["MUG-C", "MUG-B"]


def test_it_holds_one_way_unless_both_are_meant(mugs):
    substitute(mugs[0], mugs[1])
    substitute(mugs[0], mugs[2], both_ways=True)
    assert [offered(mug) for mug in mugs] == [["MUG-B", "MUG-C"], [], ["MUG-A"]]


def test_a_pair_told_from_both_sides_is_offered_once(mugs):
    substitute(mugs[0], mugs[1], both_ways=True)
    substitute(mugs[1], mugs[0], both_ways=True)
    assert [offered(mug) for mug in mugs[:2]] == [["MUG-B"], ["MUG-A"]]


def test_what_is_not_sold_is_not_offered(mugs):
    substitute(mugs[0], mugs[1])
    Product.objects.filter(pk=mugs[1].pk).update(is_active=False)
    assert offered(mugs[0]) == []


def test_many_products_are_asked_about_in_one_statement(mugs, django_assert_num_queries):
    substitute(mugs[0], mugs[1])
    substitute(mugs[1], mugs[2])
    with django_assert_num_queries(1):
        assert sorted(substitutes_of([mug.pk for mug in mugs])) == [mugs[0].pk, mugs[1].pk]


def test_no_product_is_its_own_substitute_and_none_twice(mugs):
    substitute(mugs[0], mugs[1])
    for other in mugs[:2]:
        with pytest.raises(IntegrityError), transaction.atomic():
            substitute(mugs[0], other)
    assert Substitute.objects.count() == 1


def form(product: Product, *rows: tuple[Product, int], **more: object) -> dict[str, object]:
    """Return the product's page as its form is sent, with the substitutes given."""
    data: dict[str, object] = {
        "sku": product.sku, "title": product.title, "price": "10.00", "cost": "0.00", "currency": "EUR",
        "weight_g": 500, "length_mm": 0, "width_mm": 0, "height_mm": 0,
    }  # fmt: skip
    for name, total in (("substitutes", len(rows)), ("components", 0), ("variants", 0), ("stock_levels", 0)):
        data |= {f"{name}-TOTAL_FORMS": total, f"{name}-INITIAL_FORMS": 0}
    for place, (other, rank) in enumerate(rows):
        data |= {f"substitutes-{place}-substitute": other.pk, f"substitutes-{place}-rank": rank}
    return data | more


def browser(*codenames: str) -> Client:
    """Return a signed-in member of staff with some permissions on supply."""
    user = User.objects.create_user("mia", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="inventory", codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def test_they_are_kept_on_the_products_page_and_stand_on_its_timeline(mugs):
    client = browser("view_product", "change_product")
    address = f"/inventory/product/{mugs[0].pk}/change/"

    answer = client.post(address, form(mugs[0], (mugs[1], 2), (mugs[2], 1), **{"substitutes-1-both_ways": "on"}))

    assert answer.status_code == 302, answer.context["errors"]
    assert offered(mugs[0]) == ["MUG-C", "MUG-B"]
    line = AuditLine.objects.filter(subject=f"product:{mugs[0].pk}").order_by("-id")[0]
    assert (line.act, line.data) == ("inventory.change_product", {"substitutes": ["", "MUG-C <>; MUG-B"]})
    assert "MUG-C" in client.get(address).content.decode()


def test_a_person_who_only_looks_changes_nothing(mugs):
    client = browser("view_product")
    client.post(f"/inventory/product/{mugs[0].pk}/change/", form(mugs[0], (mugs[1], 1)))
    assert Substitute.objects.count() == 0


def test_the_api_tells_them(mugs):
    substitute(mugs[0], mugs[1], rank=3, both_ways=True)
    key = make_api_key(make_channel())
    answer = Client().get("/api/v1/products/MUG-A/", HTTP_AUTHORIZATION=f"Bearer {key}").json()
    assert answer["substitutes"] == [{"sku": "MUG-B", "rank": 3, "both_ways": True}]
