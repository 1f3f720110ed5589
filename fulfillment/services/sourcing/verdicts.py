"""The stock gate's verdict on a decision, in a clerk's words: what is missing, why, and what happens next."""

from collections.abc import Mapping, Sequence
from typing import Any

from fulfillment.services.sourcing.cases import Case
from fulfillment.services.sourcing.outcome import Outcome
from fulfillment.sourcing.decision import Decision, Rejection, Shortage
from fulfillment.sourcing.methods import METHOD_CODES, PICKUP, SAME_DAY
from fulfillment.sourcing.snapshot import Node, Snapshot
from fulfillment.sourcing.wording import cannot, enumeration, units_by_sku
from oms.foundation.wording import count
from orders.models.channels import ShortagePolicy
from orders.screening.verdict import CLOSED, OPEN, Verdict
from orders.services.holding import Stop
from orders.states import HoldReason, OrderState

STOCK = "stock"
SHOWN = 5
MEANWHILE: Mapping[str, str] = {
    ShortagePolicy.HOLD: " The order is held for a person until then.",
    ShortagePolicy.BACKORDER: " The day on which it is expected stands under “When stock is short”.",
    ShortagePolicy.OFFER: " A substitute can be offered meanwhile.",
}


def verdict_of(case: Case, snapshot: Snapshot, decision: Decision) -> Verdict:
    """Return whether the order may go as far as stock is concerned.

    Open when nothing is missing; also with something missing where channel or customer want what is there shipped and
    something is.
    """
    unknown = unknown_skus(case)
    evidence = {"missing": [[one.sku, one.missing] for one in decision.shortages[:50]], "unknown": unknown[:50]}
    if decision.is_complete and not unknown:
        return Verdict(STOCK, OPEN, "", decision.sentence[:1000], evidence)
    held = bool(decision.portions) or sum(case.kept.values()) > 0
    code, sentence = _why(snapshot, decision, unknown)
    policy, _ = case.when_short
    if held and policy == ShortagePolicy.SPLIT:
        later = f"What is there ships now, the rest later. {sentence}"
        return Verdict(STOCK, OPEN, "ships_in_parts", later[:1000], evidence)
    meanwhile = MEANWHILE.get(policy, "") if decision.shortages else ""
    return Verdict(STOCK, CLOSED, code, f"{sentence}{meanwhile}"[:1000], evidence)


def stop_of(outcome: Outcome) -> list[Stop]:
    """Return the hold on an order that has just become short, where channel or customer want a person to look."""
    order = outcome.case.order
    if outcome.case.when_short[0] != ShortagePolicy.HOLD or order.state != OrderState.PLACED:
        return []
    missing = units_by_sku([(one.missing, one.sku) for one in outcome.decision.shortages], SHOWN)
    note = f"missing: {missing}" if missing else "a SKU is not in the catalogue"
    return [Stop(order, HoldReason.STOCK_QUESTION, note, released_when="stock_open")]


def unknown_skus(case: Case) -> list[str]:
    """Return the SKUs of open lines that the catalogue does not know."""
    wanted = case.wanted
    return [line.sku for line in case.lines if line.pk in wanted and line.product_id is None]


def _why(snapshot: Snapshot, decision: Decision, unknown: Sequence[str]) -> tuple[str, str]:
    """Return the code and sentence of what keeps the order from being complete, gravest reason first."""
    if unknown:
        words = enumeration([f"“{sku}”" for sku in unknown[:SHOWN]])
        return "unknown_sku", f"SKU {words} is not in the catalogue: add the product, then source again."
    unable = _unable(snapshot, decision)
    if unable:
        return "no_location_can_ship", _unable_sentence(unable)
    if _no_service(decision):
        return "no_service", f"{decision.sentence} Add a rate for it, or change the address or the shipping method."
    pairs = [(one.missing, one.sku) for one in decision.shortages]
    missing = f"Missing: {units_by_sku(pairs, SHOWN)}."
    bound = _bound(snapshot, decision, missing)
    if bound:
        return bound
    if _only_full(snapshot, decision):
        return "no_capacity", f"{missing} Every location that has it is full for today; it is tried again tomorrow."
    barred = _barred(decision)
    if barred and _lie_at(snapshot, decision, barred):
        return "kept_out_by_rules", f"{missing} {barred[0].sentence} Change the sourcing rules, or move stock."
    kits = [one for one in decision.rejections if one.reason_code in ("lacks_part", "cannot_assemble")]
    if kits:
        kit = min(kits, key=lambda one: (one.reason_code != "lacks_part", one.needed - one.available))
        next_step = "It is tried again as soon as parts come in; or let a location that has them assemble kits."
        return "cannot_assemble", f"{missing} {kit.sentence} {next_step}"
    next_step = "It is tried again as soon as stock comes in; or receive stock, or cancel the missing pieces."
    return "short_stock", f"{missing} {next_step}"


def _bound(snapshot: Snapshot, decision: Decision, missing: str) -> tuple[str, str] | None:
    """Return why the shipping method keeps pieces back: the store lacks them, or today it is too far or too late."""
    (order,) = snapshot.orders
    kept = [one for one in decision.rejections if one.reason_code in METHOD_CODES]
    if order.bound_by == PICKUP:
        return _of_store(snapshot, decision, missing)
    if order.bound_by != SAME_DAY or not kept or not _lie_at(snapshot, decision, kept):
        return None
    words = f"{missing} {kept[0].sentence}" if decision.portions else decision.sentence
    later = any(one.reason_code == "after_cutoff" for one in kept)
    next_step = "It is tried again tomorrow; or change the shipping method." if later else "Change the shipping method."
    return ("after_cutoff" if later else "outside_radius"), f"{words} {next_step}"


def _of_store(snapshot: Snapshot, decision: Decision, missing: str) -> tuple[str, str]:
    """Return why the store where an order is collected cannot hand it out."""
    (order,) = snapshot.orders
    if not any(node.code == order.collect_at for node in snapshot.nodes):
        return "no_store", f"{decision.sentence} Name one with “Change shipping method”."
    lost = next((one.sentence for one in decision.rejections if one.code == order.collect_at), "")
    words = missing if decision.portions else f"{decision.sentence} {lost}".strip()
    next_step = "Send stock to the store, or change the shipping method to another store or to delivery."
    return "store_lacks_pieces", f"{words} {next_step}"


def _no_service(decision: Decision) -> bool:
    """Say whether nothing ships because no carrier goes to the address from any location that could send something."""
    return not decision.portions and any(one.reason_code == "no_service" for one in decision.rejections)


def _unable(snapshot: Snapshot, decision: Decision) -> Mapping[str, list[str]]:
    """Return, by capability, the missing SKUs that nobody who can would ship although others have them."""
    capability = {want.line_id: want.capability for want in snapshot.orders[0].wants}
    found: dict[str, list[str]] = {}
    for one in decision.shortages:
        asked = capability[one.line_id]
        if asked and _out_of_reach(snapshot, one, asked):
            found.setdefault(asked, []).append(one.sku)
    return found


def _out_of_reach(snapshot: Snapshot, shortage: Shortage, capability: str) -> bool:
    """Say whether no location at all has the capability, or only ones without it hold the product."""
    able = [node for node in snapshot.nodes if capability in node.capabilities]
    if not able:
        return True
    holding = _holding(snapshot, shortage.product_id)
    return bool(holding) and not any(node in able for node in holding)


def _holding(snapshot: Snapshot, product_id: int) -> list[Node]:
    """Return the locations with free pieces of a product."""
    return [node for node in snapshot.nodes if snapshot.stock.get((product_id, node.location_id), (0, 0))[1] > 0]


def _unable_sentence(unable: Mapping[str, list[str]]) -> str:
    """Say who cannot do what, and how to mend it."""
    parts = [
        f"No location can ship {enumeration(skus[:SHOWN])}: every one that has it {cannot([capability])}."
        for capability, skus in sorted(unable.items())
    ]
    return f"{' '.join(parts)} Give a location this skill or move stock to one that has it, then source again."


def _only_full(snapshot: Snapshot, decision: Decision) -> bool:
    """Say whether the missing pieces lie at locations that can send nothing more today."""
    full = [one for one in decision.rejections if one.reason_code == "no_capacity"]
    return _lie_at(snapshot, decision, full)


def _barred(decision: Decision) -> list[Rejection]:
    """Return the locations that rules of staff keep out."""
    return [one for one in decision.rejections if one.reason_code == "kept_out_by_rule"]


def _lie_at(snapshot: Snapshot, decision: Decision, lost: Sequence[Rejection]) -> bool:
    """Say whether the missing pieces lie at locations that lost."""
    places = {one.location_id for one in lost}
    pieces: dict[int, int] = {}
    for (product_id, location_id), (_, free) in snapshot.stock.items():
        if location_id in places:
            pieces[product_id] = pieces.get(product_id, 0) + free
    return all(pieces.get(one.product_id, 0) >= one.missing for one in decision.shortages)


def expired(hours: int) -> Verdict:
    """Return the verdict on an order whose money did not come in time."""
    sentence = (
        f"The order was not paid within {count(hours, 'hour')}, so its pieces were given back."
        " They are promised again as soon as it is paid."
    )
    return Verdict(STOCK, CLOSED, "allocation_expired", sentence, {"hours": hours})


def withdrawn(number: str, data: Mapping[str, Any]) -> Verdict:
    """Return the verdict on an order whose fulfillment order was cancelled by staff."""
    sentence = f"Fulfillment order {number} was cancelled, its pieces are free. Source the order again when it may go."
    return Verdict(STOCK, CLOSED, "fulfillment_cancelled", sentence, data)
