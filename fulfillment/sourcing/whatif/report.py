"""The report of a what-if: both courses side by side, in figures and in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fulfillment.sourcing.whatif.figures import Figures
from fulfillment.sourcing.whatif.simulation import WhatIf
from fulfillment.sourcing.whatif.worlds import World
from oms.foundation.wording import count

ASSUMPTIONS = (
    "Customers order the same whatever sourcing decides, and cancel the same pieces at the same moments.",
    "Stock begins as the ledger says it was; receipts, counts, adjustments, returns and losses come and go as then.",
    "What the other rules allocate stays taken until it is cancelled; the real shipments take nothing from it.",
    "Safety stock is that of today; where a decision saw other stock than the ledger gives, it counts in both columns.",
    "Orders that were decided without rates are priced with the present rate card where the rules ask for freight.",
    "Scarcity fees that a decision saw weigh in again where the other rules ask for freight.",
    "The floor works as it did: what had begun and could not be planned anew is taken from what happened.",
)


def report_of(one: WhatIf, names: Mapping[int, str]) -> dict[str, Any]:
    """Return the figures of both courses, the busiest day of each location, and what was assumed.

    :param names: location codes by id.
    """
    before, after = (_column(figures) for figures in one.figures)
    return {
        "before": before,
        "after": after,
        "capacity": _capacity(one, names),
        "stock": {"levels_seen": one.stock_seen, "levels_rebuilt": one.stock_rebuilt},
        "assumptions": list(ASSUMPTIONS),
        "sentences": sentences(before, after),
    }


def _column(figures: Figures) -> dict[str, Any]:
    """Return sums with the averages that people compare; None where there is nothing to divide by."""
    return {
        **figures.to_json(),
        "parcels_per_order": _ratio(figures.parcels, figures.orders),
        "km_per_parcel": _ratio(figures.km, figures.km_parcels),
        "cost_per_order": _ratio(figures.cost, figures.orders) if figures.cost_parcels else None,
        "split_percent": _ratio(100 * figures.split, figures.orders),
        "late_percent": _ratio(100 * figures.late, figures.promised),
    }


def _ratio(part: int, whole: int) -> float | None:
    """Return a quotient to three decimals."""
    return round(part / whole, 3) if whole else None


def _capacity(one: WhatIf, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the busiest day of each location in both courses, and what it can send a day where that is limited."""
    peaks = [_peaks(world) for world in (one.real, one.other)]
    rows = []
    for place in sorted({*peaks[0], *peaks[1]}, key=lambda pk: names.get(pk, "")):
        (day_before, before), (day_after, after) = (peak.get(place, ("", 0)) for peak in peaks)
        node = one.nodes.get(place)
        rows.append(
            {
                "location": names.get(place, str(place)),
                "limit": node.daily_capacity if node else None,
                "before": before,
                "before_on": day_before,
                "after": after,
                "after_on": day_after,
            }
        )
    return rows


def _peaks(world: World) -> dict[int, tuple[str, int]]:
    """Return the busiest day of each location and its parcels, the first of equal days."""
    found: dict[int, tuple[str, int]] = {}
    for (place, day), parcels in sorted(world.by_day.items()):
        if parcels > found.get(place, ("", 0))[1]:
            found[place] = (day, parcels)
    return found


def sentences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the differences that count, in words, the weightiest first."""
    told = [
        _more_or_less(before, after, "units_short", "unit short", "fewer", "more"),
        _more_or_less(before, after, "cost", "of freight", "less", "more") if before["cost_parcels"] else "",
        _more_or_less(before, after, "parcels", "parcel", "fewer", "more"),
        _more_or_less(before, after, "km", "kilometre", "fewer", "more"),
        _more_or_less(before, after, "late", "late promise", "fewer", "more") if before["promised"] else "",
    ]
    return [one for one in told if one] or ["Nothing would have been different in sum."]


def _more_or_less(
    before: Mapping[str, Any], after: Mapping[str, Any], name: str, noun: str, less: str, more: str
) -> str:
    """Return one difference, such as "12 parcels fewer (−3.4 %)."; nothing where there is none."""
    delta = after[name] - before[name]
    if not delta:
        return ""
    amount = f"{abs(delta) / 100:,.2f} {noun}" if name == "cost" else count(abs(delta), noun)
    amount = amount.replace("unit shorts", "units short")
    share = f" ({100 * delta / before[name]:+.1f} %)" if before[name] else ""
    return f"{amount} {less if delta < 0 else more}{share.replace('-', '−')}."
