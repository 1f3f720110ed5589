"""What the pages of the packing station show, read in a constant number of statements."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from fulfillment.conditions import IN_HAND
from fulfillment.models import Allocation, FulfillmentOrder, Label, Package, PackSession, PickTask, Shipment
from fulfillment.queries import with_photo
from fulfillment.services.scan_packing import look_at
from fulfillment.services.scan_packing.advising import drawn
from fulfillment.services.scan_packing.bench import Article, Bench
from fulfillment.services.walking.totes import labels_of
from fulfillment.states import AllocationState, FulfillmentOrderState, LabelState, PackSessionState
from oms.foundation.scope import scoped

MOST_SHOWN = 40
WAITS = (LabelState.REQUESTED, LabelState.UNKNOWN)


def waiting_for(user: Any, location: str) -> list[dict[str, Any]]:
    """Return what is picked and waits to be packed, the most urgent first, where the handheld is or anywhere."""
    own = Allocation.objects.filter(fulfillment_order=OuterRef("pk"))
    on_shelf = own.filter(state=AllocationState.ALLOCATED)
    rows = scoped(user, FulfillmentOrder).filter(Exists(own.filter(state=AllocationState.PICKED)), ~Exists(on_shelf))
    rows = rows.filter(state=FulfillmentOrderState.IN_PROGRESS)
    if rows.filter(location__code=location).exists():
        rows = rows.filter(location__code=location)
    found = list(rows.select_related("order", "location").order_by("ship_by", "pk")[:MOST_SHOWN])
    totes = _totes([row.pk for row in found])
    sessions = PackSession.objects.filter(fulfillment_order__in=found, state=PackSessionState.OPEN)
    by_work = {one.fulfillment_order_id: one for one in sessions.select_related("packer")}
    now = timezone.now()
    return [
        {
            "row": row,
            "tote": totes.get(row.pk, ""),
            "late": row.ship_by is not None and row.ship_by < now,
            "packer": _packer(by_work.get(row.pk), user, now),
        }
        for row in found
    ]


def _packer(session: PackSession | None, user: Any, now: Any) -> str:
    """Return who packs it, or that somebody has begun."""
    if session is None:
        return ""
    if session.packer_id == user.pk:
        return "begun by you"
    return "begun, put aside" if session.is_free(now) else f"{session.packer} is packing it"


def _totes(work: list[int]) -> dict[int, str]:
    """Return the newest tote of some work, as it is scanned: what stands on it, else its walk and letter."""
    stops = PickTask.objects.filter(fulfillment_order__in=work, picked__gt=0, put_back_at=None).order_by("pk")
    rows = list(stops.values_list("fulfillment_order", "pick_list", "pick_list__number", "tote"))
    labels = labels_of({walk for _, walk, _, _ in rows})
    return {pk: ", ".join(labels[walk, tote]) or f"{number}-{tote}" for pk, walk, number, tote in rows}


def bench_context(user: Any, work: FulfillmentOrder) -> dict[str, Any]:
    """Return the open session of some work with what lies where, and what is advised next."""
    rows = PackSession.objects.filter(fulfillment_order=work, state=PackSessionState.OPEN)
    session = rows.select_related("packer").first()
    if session is None:
        return {"session": None, "order": work.order}
    session.fulfillment_order = work
    bench = look_at(session)
    return {
        "session": session,
        "mine": session.packer_id == user.pk,
        "free": session.is_free(timezone.now()),
        "order": work.order,
        "articles": [_shown(one, bench) for one in bench.articles],
        "left": bench.left,
        "wanted": sum(one.wanted for one in bench.articles),
        "closed": [_parcel(bench, one) for one in bench.closed],
        "open": _parcel(bench, bench.open_parcel) if bench.open_parcel else None,
        "position": len(bench.closed) + 1,
        "boxes": bench.boxes,
        "notes": _notes(bench),
        **_advice(session),
    }


def _shown(article: Article, bench: Bench) -> dict[str, Any]:
    """Return a product of the order with how it wants to be packed."""
    product = article.product
    signs = (("fragile", product.fragile), ("this side up", product.this_side_up), ("alone", product.ships_alone))
    left = list(dict.fromkeys(one.lot.number for one in bench.unpacked(product)))
    lots = f"{product.followed_word} {', '.join(left)}" if left else ""
    return {"article": article, "product": product, "signs": [word for word, on in signs if on], "lots": lots}


def _parcel(bench: Bench, parcel: Any) -> dict[str, Any]:
    """Return a parcel with what lies in it."""
    inside: dict[str, int] = {}
    for one, times in bench.inside(parcel):
        sku = one.stock_level.product.sku
        inside[sku] = inside.get(sku, 0) + times
    grams = parcel.weight_g or bench.grams_in(parcel)
    return {"row": parcel, "inside": inside.items(), "grams": grams, "heavy": _too_heavy(parcel, grams)}


def _too_heavy(parcel: Any, grams: int) -> bool:
    """Return whether the contents are more than the box carries."""
    return bool(parcel.box and parcel.box.max_g and grams - parcel.box.own_g > parcel.box.max_g)


def _notes(bench: Bench) -> list[str]:
    """Return what is said about packing: by the order, its lines and the products."""
    lines = [
        note
        for one in bench.pieces
        for note in (
            one.order_line.customization and f"{one.order_line.sku}: {one.order_line.customization}",
            one.stock_level.product.packing_note and f"{one.order_line.sku}: {one.stock_level.product.packing_note}",
        )
        if note
    ]
    return list(dict.fromkeys(note for note in [bench.work.order.instructions, *lines] if note))


def _advice(session: PackSession) -> dict[str, Any]:
    """Return what is advised for the parcel that is filled now, and how many more there will be."""
    parcels = session.advice.get("parcels", [])
    if not parcels:
        return {"advice": None}
    return {"advice": parcels[0], "picture": drawn(parcels[0]), "legend": parcels[0]["items"], "further": parcels[1:]}


def packed_context(user: Any, shipment: Shipment) -> dict[str, Any]:
    """Return a shipment with its parcels and papers, and what may be done next.

    The labels are read first: one that is bought meanwhile is waited for, and none is shown without its number.
    """
    rows = Label.objects.filter(package__shipment=shipment).defer("document", "zpl").order_by("pk")
    newest = {one.package_id: one for one in rows}
    parcels = list(with_photo(Package.objects.filter(shipment=shipment)).order_by("position"))
    row = Shipment.objects.select_related("order").get(pk=shipment.pk)
    labels = [newest.get(one.pk) for one in parcels]
    states = {label.state for label in labels if label is not None}
    return {
        "shipment": row,
        "parcels": [
            {"row": one, "label": label, "in_hand": label is not None and label.state in IN_HAND}
            for one, label in zip(parcels, labels, strict=True)
        ],
        "waits": bool(states & set(WAITS)),
        "labelled": bool(labels) and all(label is not None and label.state in IN_HAND for label in labels),
        "may_label": user.has_perm("fulfillment.label_shipment"),
        "order": row.order,
    }
