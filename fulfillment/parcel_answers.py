"""Shipments and parcels as plain values, for the API and for order pages."""

from typing import Any

from fulfillment.models import Package, PackageItem, Shipment
from fulfillment.rate_table import note_of, rate_answer, turned_answer
from fulfillment.states_parcels import RiskLevel


def risk_answer(row: Package) -> dict[str, Any] | None:
    """Return what speaks against a parcel read by :func:`with_tracking`, None where nothing does."""
    risk = getattr(row, "risk", None)
    if risk is None or risk.level == RiskLevel.NONE:
        return None
    names = ("level", "reason", "sentence", "limit", "since", "told_at", "asked_at", "snoozed_until")
    return {name: getattr(risk, name) for name in names}


def shipment_answer(row: Shipment) -> dict[str, Any]:
    """Return a shipment read by :func:`shipments_with_parcels` as plain values."""
    return {
        "number": row.number,
        "order": row.order.number,
        "fulfillment_order": row.fulfillment_order.number,
        "location": row.location.code,
        "state": row.state,
        "carrier": row.carrier,
        "service": row.service,
        "rates": [rate_answer(rate) for rate in row.rates],
        "rate_reason": row.rate_reason,
        "turned_from": [turned_answer(one) for one in row.turned_from],
        "stand_in_note": note_of(row),
        "packed_at": row.packed_at,
        "shipped_at": row.shipped_at,
        "version": row.version,
        "packages": [package_answer(package) for package in row.packages.all()],
    }


def package_answer(row: Package) -> dict[str, Any]:
    """Return a parcel read by :func:`with_tracking` as plain values."""
    label = next(iter(row.labels.all()), None)
    return {
        "id": row.pk,
        "position": row.position,
        "carrier": row.carrier,
        "tracking_number": row.tracking_number,
        "tracking_status": row.tracking_status,
        "label_state": label.state if label else "",
        "label_failure": label.failure if label else "",
        "weight_g": row.weight_g,
        "material": row.material,
        "box": row.box.code if row.box else "",
        "box_advised": row.advised.code if row.advised else "",
        **{name: getattr(row, name) for name in ("length_mm", "width_mm", "height_mm")},
        "expected_on": row.expected_on,
        "promised_on": row.promised_on,
        "days_late": row.days_late,
        "risk": risk_answer(row),
        "delivered_at": row.delivered_at,
        "last_event_at": row.last_event_at,
        "version": row.version,
        "items": [_item(row, item) for item in row.items.all()],
        "events": [
            {
                "status": event.status,
                "description": event.description,
                "place": event.place,
                "occurred_at": event.occurred_at,
            }
            for event in row.tracking_events.all()
        ],
    }


def _item(row: Package, item: PackageItem) -> dict[str, Any]:
    """Return pieces in a parcel with their lots and serial numbers."""
    line = item.allocation.order_line
    return {"sku": line.sku, "quantity": item.quantity, "lots": _lots(row, item.allocation_id)}


def _lots(row: Package, allocation_id: int) -> list[dict[str, Any]]:
    """Return the lots and serial numbers of some pieces in a parcel."""
    own = [one for one in row.traces.all() if one.allocation_id == allocation_id]
    return [
        {
            "sku": one.lot.product.sku,
            "number": one.lot.number,
            "best_before": one.lot.expires_on,
            "quantity": one.quantity,
        }
        for one in own
    ]
