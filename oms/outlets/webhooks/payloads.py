"""What a webhook says: numbers that its receiver knows, never ids of ours."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fulfillment.models import Package, Pickup, Shipment, SubstituteOffer
from oms.foundation.facts import Fact
from oms.foundation.money import minor_text
from orders.models import Hold, Order, OrderLine, Payment, Refund
from returns.models import Return
from returns.queries import lines_with_goods

Reader = Callable[[Iterable[int]], Mapping[int, Any]]


def shipments(ids: Iterable[int]) -> Mapping[int, Any]:
    """Return shipments with their parcels."""
    rows = Shipment.objects.filter(pk__in=list(ids)).prefetch_related("packages")
    return {
        row.pk: {
            "number": row.number,
            "carrier": row.carrier,
            "service": row.service,
            "packages": [package_out(package) for package in row.packages.all()],
        }
        for row in rows
    }


def package_out(package: Package) -> dict[str, Any]:
    """Return a parcel."""
    return {
        "tracking_number": package.tracking_number,
        "status": package.tracking_status,
        "expected_on": package.expected_on.isoformat() if package.expected_on else None,
    }


def packages(ids: Iterable[int]) -> Mapping[int, Any]:
    """Return parcels with the number of their shipment."""
    rows = Package.objects.filter(pk__in=list(ids)).select_related("shipment")
    return {row.pk: {**package_out(row), "shipment": row.shipment.number} for row in rows}


def returned(ids: Iterable[int]) -> Mapping[int, Any]:
    """Return returns with their lines."""
    rows = Return.objects.filter(pk__in=list(ids)).prefetch_related(lines_with_goods())
    return {
        row.pk: {
            "number": row.number,
            "reason": row.reason,
            "lines": [
                {"sku": line.order_line.sku, "quantity": line.quantity, "received": line.quantity_received}
                for line in row.lines.all()
            ],
        }
        for row in rows
    }


def refunds(ids: Iterable[int]) -> Mapping[int, Any]:
    """Return refunds."""
    rows = Refund.objects.filter(pk__in=list(ids))
    return {row.pk: {"amount": minor_text(row.amount, row.currency), "currency": row.currency} for row in rows}


def payments(ids: Iterable[int]) -> Mapping[int, Any]:
    """Return payments."""
    rows = Payment.objects.filter(pk__in=list(ids))
    return {
        row.pk: {"method": row.method, "amount": minor_text(row.amount, row.currency), "currency": row.currency}
        for row in rows
    }


def holds(ids: Iterable[int]) -> Mapping[int, Any]:
    """Return holds with their reason."""
    return {row.pk: {"reason": row.reason} for row in Hold.objects.filter(pk__in=list(ids))}


def lines(ids: Iterable[int]) -> Mapping[int, Any]:
    """Return lines with the SKU that they replace."""
    rows = OrderLine.objects.filter(pk__in=list(ids)).select_related("replaces")
    return {
        row.pk: {"sku": row.sku, "quantity": row.quantity, "replaces": row.replaces.sku if row.replaces else None}
        for row in rows
    }


def offers(ids: Iterable[int]) -> Mapping[int, Any]:
    """Return offered substitutes with the line that they are instead of, and until when they can be accepted."""
    rows = SubstituteOffer.objects.filter(pk__in=list(ids)).select_related("product", "order_line")
    return {
        row.pk: {
            "line": row.order_line.position,
            "sku": row.product.sku,
            "instead_of": row.order_line.sku,
            "quantity": row.quantity,
            "expires_at": row.expires_at.isoformat(),
        }
        for row in rows
    }


def pickups(ids: Iterable[int]) -> Mapping[int, Any]:
    """Return pick-ups without their code, which is for the customer alone."""
    rows = Pickup.objects.filter(pk__in=list(ids)).select_related("shipment__location")
    return {
        row.pk: {
            "number": row.number,
            "state": row.state,
            "shipment": row.shipment.number,
            "location": row.shipment.location.code,
            "expires_at": row.expires_at.isoformat(),
        }
        for row in rows
    }


READERS: dict[str, tuple[str, Reader]] = {
    "shipment_id": ("shipment", shipments),
    "package_id": ("package", packages),
    "pickup_id": ("pickup", pickups),
    "return_id": ("return", returned),
    "refund_id": ("refund", refunds),
    "payment_id": ("payment", payments),
    "hold_id": ("hold", holds),
    "line_id": ("line", lines),
    "offer_id": ("offer", offers),
}


def payloads(facts: Sequence[Any], orders: Mapping[int, Order]) -> list[dict[str, Any]]:
    """Return the body of each fact of one kind, in a constant number of statements."""
    known = {name: READERS[name] for name in READERS if hasattr(facts[0], name)}
    read = {name: reader({getattr(fact, name) for fact in facts}) for name, (_, reader) in known.items()}
    return [
        {
            "type": type(fact).__name__,
            "timestamp": fact.at.isoformat(),
            "data": {
                "order": {
                    "number": orders[fact.order_id].number,
                    "external_id": orders[fact.order_id].external_id,
                },
                **{word: read[name].get(getattr(fact, name)) for name, (word, _) in known.items()},
            },
        }
        for fact in facts
    ]


def message_id(fact: Fact) -> str:
    """Return the id of a fact's message: the same for every endpoint and however often the fact is handled."""
    told = json.dumps([type(fact).__name__, fact.at.isoformat(), fact.payload], sort_keys=True, default=str)
    return "msg_" + hashlib.sha256(told.encode()).hexdigest()[:40]
