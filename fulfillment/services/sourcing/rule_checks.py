"""The linter on a set of rules as it stands: with the locations, channels and orders that there are."""

from collections.abc import Iterator

from fulfillment.models import ShippingRate, SourcingDecision
from fulfillment.services.sourcing.rates import RateCard, priced_anew
from fulfillment.services.sourcing.reading import snapshot_of
from fulfillment.sourcing.linting import Finding, Known, lint
from fulfillment.sourcing.sampling import sample, sample_findings
from fulfillment.sourcing.snapshot import Rules, Snapshot
from inventory.models import Location, Product
from inventory.models.places import CAPABILITIES_BY_KIND, LocationKind
from orders.models import Channel, Order
from orders.states import ServiceLevel

SAMPLE = 100


def what_there_is() -> Known:
    """Return what rules can name in this shop."""
    products = Product.objects.exclude(capability="").order_by("capability").values_list("capability", flat=True)
    skills = {word for able in CAPABILITIES_BY_KIND.values() for word in able}
    return Known(
        locations=dict(Location.objects.filter(is_active=True).order_by("code").values_list("code", "kind")),
        kinds=frozenset(LocationKind.values),
        channels=frozenset(Channel.objects.values_list("code", flat=True)),
        services=frozenset(ServiceLevel.values),
        capabilities=frozenset(skills.union(products.distinct())),
        has_rates=ShippingRate.objects.filter(is_active=True).exists(),
    )


def check_rules(rules: Rules, *, orders: int = SAMPLE) -> list[Finding]:
    """Return everything that is odd about a set of rules, tried on the newest decisions of so many orders as well."""
    found = list(lint(rules, what_there_is()))
    tried = sample(rules, _seen(rules, orders)) if orders else None
    if tried is None:
        return found
    numbers = dict(Order.objects.filter(pk__in=tried.lost[:SAMPLE]).values_list("pk", "number"))
    return [*found, *sample_findings(tried, rules, numbers)]


def _seen(rules: Rules, most: int) -> Iterator[Snapshot]:
    """Yield what sourcing saw, with the present rates where these rules ask for them."""
    if rules.prefer != "cheapest":
        yield from _snapshots(most)
        return
    card = RateCard()
    for snapshot in _snapshots(most):
        yield priced_anew(snapshot, card)


def _snapshots(most: int) -> Iterator[Snapshot]:
    """Yield what sourcing saw of the orders that were decided last, one snapshot an order."""
    rows = SourcingDecision.objects.order_by("-id").values_list("order_id", "snapshot")[:most]
    seen: set[int] = set()
    for order_id, snapshot in rows:
        if order_id not in seen and snapshot:
            seen.add(order_id)
            yield snapshot_of(bytes(snapshot))
