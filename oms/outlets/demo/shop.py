"""Fills the demo shop: places, articles, stock, two channels and some forty orders in every condition."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from inventory.models import KitComponent, Location, Product, Substitute
from inventory.services.incoming import announce_stock
from inventory.services.stock import adjust_stock
from oms.foundation.actor import Actor
from oms.outlets.demo.bins import make_bins
from oms.outlets.demo.boxes import make_boxes
from oms.outlets.demo.catalogue import ARTICLES, ASSEMBLES, HONEY, KITS, PLACES, SUBSTITUTES, WATCH, Article
from oms.outlets.demo.counts import make_counts
from oms.outlets.demo.lots import make_lots
from oms.outlets.demo.people import PEOPLE, Person
from oms.outlets.demo.rates import make_rates
from orders.intake import AddressIn, CustomerIn, DiscountIn, LineIn, OrderIn, PaymentIn, ShippingIn
from orders.models import Channel, ChannelAccount
from orders.models.channels import ShortagePolicy
from orders.services.capture import capture_orders

SEED, ORDERS = 7, 42
TAX_PERCENT = 19
TOKENS = ["tok_ok"] * 12 + ["tok_declined", "tok_pending", "tok_timeout"]
INSTRUCTIONS = ["", "", "", "Please leave with the neighbour.", "Gift: no invoice in the parcel."]


def make_shop() -> None:
    """Make the shop; the worker takes the orders from there."""
    actor = Actor.system("demo shop", now=timezone.now())
    _make_places()
    _make_articles()
    _make_stock(actor)
    _announce(actor)
    make_bins(actor)
    make_counts(actor)
    make_lots(actor)
    make_rates()
    make_boxes(actor)
    web, wholesale = _make_channels()
    orders = list(_orders(random.Random(SEED), actor.now))  # noqa: S311  the same shop every time, no secret
    capture_orders(account_id=web.pk, orders=orders[:-6], actor=actor)
    capture_orders(account_id=wholesale.pk, orders=orders[-6:], actor=actor)
    special = list(_special_orders(random.Random(SEED), actor.now))  # noqa: S311  as above
    capture_orders(account_id=web.pk, orders=special, actor=actor)


def _make_places() -> None:
    """Make the locations."""
    for place in PLACES:
        abilities = {"warehouse": ["fragile", "gift_wrap"], "store": ["pickup"]}.get(place.kind, ["fragile"])
        Location.objects.create(
            code=place.code,
            name=place.name,
            kind=place.kind,
            line1=place.line1,
            city=place.city,
            postal_code=place.postal_code,
            country=place.country,
            latitude=place.latitude,
            longitude=place.longitude,
            daily_capacity=place.daily_capacity,
            cutoff=place.cutoff,
            timezone=place.timezone,
            email=place.email,
            capabilities=[*abilities, "kitting"] if place.code == ASSEMBLES else abilities,
        )


def _make_articles() -> None:
    """Make the products, parents before their variants."""
    made: dict[str, Product] = {}
    for number, article in enumerate(ARTICLES):
        length, width, height = article.box
        made[article.sku] = Product.objects.create(
            sku=article.sku,
            title=article.title,
            parent=made.get(article.parent),
            attributes=dict(article.attributes),
            barcode=f"40{number:010d}",
            unit_price=article.price,
            unit_cost=article.cost,
            currency="EUR",
            weight_g=article.weight_g,
            length_mm=length,
            width_mm=width,
            height_mm=height,
            capability=article.capability,
            fragile=article.capability == "fragile",
            packing_note="Wrap it twice." if article.capability == "fragile" else "",
        )
    for sku, other, both_ways in SUBSTITUTES:
        Substitute.objects.create(product=made[sku], substitute=made[other], both_ways=both_ways)
    for kit, parts in KITS.items():
        for sku, quantity in parts.items():
            KitComponent.objects.create(kit=made[kit], component=made[sku], quantity=quantity)


def _make_stock(actor: Actor) -> None:
    """Book the opening stock, each article in a bin of its own: aisle, bay, shelf."""
    for number, article in enumerate(ARTICLES):
        for code, pieces in article.stock.items():
            level = adjust_stock(
                sku=article.sku,
                location=code,
                quantity=pieces,
                reason="opening",
                reference=f"demo:{article.sku}:{code}",
                actor=actor,
            )
            level.bin = f"{'ABCDEFGH'[number // 6 % 8]}{number % 6 + 1:02}-{number % 4 + 1}"
            level.save(update_fields=["bin"])


def _announce(actor: Actor) -> None:
    """Announce what is on its way, for the order that more is wanted of than is there."""
    day = (actor.now + timedelta(days=12)).date()
    announce_stock(sku="TENT-2P", location="HAM", quantity=40, expected_on=day, reference="PO-2210", actor=actor)


def _make_channels() -> tuple[ChannelAccount, ChannelAccount]:
    """Make the web shop and the wholesale desk."""
    made = []
    for code, name, kind, policy in (
        ("fjord-web", "Fjord & Fern web shop", "web", ShortagePolicy.WAIT),
        ("wholesale", "Wholesale desk", "wholesale", ShortagePolicy.OFFER),
    ):
        channel = Channel.objects.create(code=code, name=name, kind=kind, currency="EUR", shortage_policy=policy)
        made.append(ChannelAccount.objects.create(channel=channel, code=code))
    return made[0], made[1]


def _orders(dice: random.Random, now: datetime) -> Iterator[OrderIn]:
    """Yield the orders, the oldest first."""
    sold = [article for article in ARTICLES if article.stock and "NORD" not in article.stock]
    for number in range(ORDERS):
        placed = now - timedelta(hours=2 * (ORDERS - number), minutes=dice.randrange(60))
        yield _order(dice, 1001 + number, dice.choice(PEOPLE), _basket(dice, sold), placed)
    yield _order(dice, 1001 + ORDERS, PEOPLE[0], [(sold[5], 40)], now - timedelta(minutes=20))


def _special_orders(dice: random.Random, now: datetime) -> Iterator[OrderIn]:
    """Yield an order that is collected in the store, one a supplier sends, one of a kit, one of what is followed."""
    by_sku = {article.sku: article for article in ARTICLES}
    collected = _order(dice, 1100, PEOPLE[1], [(by_sku["BOTTLE-1L"], 1)], now - timedelta(minutes=15))
    shipping = replace(collected.shipping, service_level="pickup", pickup_location="CPH")
    yield replace(collected, shipping=shipping, payments=[PaymentIn(amount=collected.total, token=TOKENS[0])])
    sent = _order(dice, 1101, PEOPLE[2], [(by_sku["KAYAK-INFL"], 1)], now - timedelta(minutes=10))
    yield replace(sent, payments=[PaymentIn(amount=sent.total, token=TOKENS[0])], risk_stated="low")
    kit = _order(dice, 1102, PEOPLE[3], [(by_sku["KIT-KITCHEN"], 1)], now - timedelta(minutes=5))
    yield replace(kit, payments=[PaymentIn(amount=kit.total, token=TOKENS[0])], risk_stated="low")
    followed = _order(dice, 1103, PEOPLE[4], [(HONEY, 2), (WATCH, 1)], now - timedelta(minutes=4))
    yield replace(followed, payments=[PaymentIn(amount=followed.total, token=TOKENS[0])], risk_stated="low")


def _basket(dice: random.Random, sold: list[Article]) -> list[tuple[Article, int]]:
    """Return what somebody buys."""
    return [(article, dice.choice([1, 1, 1, 2, 3])) for article in dice.sample(sold, dice.choice([1, 1, 2, 3]))]


def _order(
    dice: random.Random, number: int, person: Person, basket: list[tuple[Article, int]], placed: datetime
) -> OrderIn:
    """Return one order whose sums add up."""
    goods = sum(article.price * pieces for article, pieces in basket)
    discount = goods // 10 if dice.random() < 0.15 else 0
    level = dice.choice(["standard", "standard", "standard", "express"])
    shipping = 0 if goods > 10_000 else (990 if level == "express" else 490)
    total = goods - discount + shipping
    return OrderIn(
        external_id=f"#{number}",
        currency="EUR",
        total=total,
        placed_at=placed,
        customer=CustomerIn(name=person.name, email=person.email, phone=person.phone),
        shipping_address=_address(person),
        billing_address=_address(person),
        shipping=ShippingIn(service_level=level, amount=shipping, tax=_tax(shipping)),
        lines=[_line(article, pieces) for article, pieces in basket],
        discounts=[DiscountIn(amount=discount, code="FERN10")] if discount else [],
        payments=[PaymentIn(amount=total, token=dice.choice(TOKENS))],
        instructions=dice.choice(INSTRUCTIONS),
        risk_stated="high" if dice.random() < 0.07 else "low",
    )


def _address(person: Person) -> AddressIn:
    """Return where a person lives."""
    return AddressIn(
        name=person.name,
        line1=person.line1,
        city=person.city,
        postal_code=person.postal_code,
        country=person.country,
        phone=person.phone,
    )


def _line(article: Article, pieces: int) -> LineIn:
    """Return some pieces of an article at its price."""
    tax = _tax(article.price * pieces)
    return LineIn(sku=article.sku, title=article.title, quantity=pieces, unit_price=article.price, tax=tax)


def _tax(gross: int) -> int:
    """Return the tax inside a gross amount."""
    return gross * TAX_PERCENT // (100 + TAX_PERCENT)
