"""The console's pages of scarcity fees: the runs, and one run with what it learned, largest first."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from fulfillment.models import ScarcityFee, ScarcityRun
from fulfillment.states import ScarcityState as S
from inventory.models import Location
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import clipped, moment, two_lines
from oms.foundation.money import minor_text
from oms.foundation.scope import scoped
from oms.foundation.templatetags.console import pill

PAGE = 50
ROWS = (
    ("Freight", "cost"),
    ("Parcels", "parcels"),
    ("Late promises", "late"),
    ("Orders short", "short_orders"),
    ("Units short", "units_short"),
)


@admin.register(ScarcityRun)
class ScarcityRunAdmin(ConsoleAdmin):
    """Scarcity fees: what stock and parcels are worth to the orders to come, run by run."""

    page = "fulfillment.scarcityrun"
    change_form_template = "fulfillment/scarcity.html"
    list_display = ["numbers", "status", "horizon", "sentence_shown", "orders", "switched"]
    list_filter = ["state"]
    empty_words = (
        "Scarcity fees are learned from a past day once rules that prefer the least freight are in force: at night, or"
        " with the button “Learn scarcity fees” of these rules. They weigh in nothing before you put them into force."
    )
    ordering = ["-id"]
    fields = ["day", "learned_at", "until", "orders", "created_by", "switched", "reason"]
    readonly_fields = ["day", "switched"]

    def page_context(self, request: HttpRequest, row: ScarcityRun) -> dict[str, Any]:
        """Return a page of the fees, largest first, the day with and without them, and the caps."""
        fees = scoped(request.user, ScarcityFee).filter(run=row).select_related("location", "product")
        page = Paginator(fees.order_by("-amount", "pk"), PAGE).get_page(request.GET.get("page"))
        places = dict(scoped(request.user, Location).values_list("pk", "code"))
        caps = [(places[int(pk)], _money(most, row)) for pk, most in row.caps.items() if int(pk) in places]
        return {
            **super().page_context(request, row),
            "fees": page,
            "told": [_told(fee, row) for fee in page],
            "figures": _figures(row.report),
            "decisions": row.report.get("decisions", 0),
            "caps": sorted(caps),
            "is_working": row.state == S.QUEUED,
            "is_over": _is_over(row),
        }

    @admin.display(description="fees", ordering="id")
    def numbers(self, row: ScarcityRun) -> str:
        """Return the run over the day that it learned from."""
        return two_lines(f"Run {row.pk}", self.day(row))

    @admin.display(description="learned from", ordering="begins")
    def day(self, row: ScarcityRun) -> str:
        """Return the day."""
        return date_format(timezone.localdate(row.begins), "j M Y")

    @admin.display(description="state", ordering="state")
    def status(self, row: ScarcityRun) -> str:
        """Return the state as a coloured word; what is beyond its horizon weighs in nothing."""
        return pill("horizon over", S.OFF) if _is_over(row) else pill(row.get_state_display(), row.state)

    @admin.display(description="until", ordering="until")
    def horizon(self, row: ScarcityRun) -> str:
        """Return up to when the fees may be used."""
        return moment(row.until) if row.until else ""

    @admin.display(description="result")
    def sentence_shown(self, row: ScarcityRun) -> str:
        """Return what was learned."""
        return clipped(row.sentence)

    @admin.display(description="switched", ordering="switched_at")
    def switched(self, row: ScarcityRun) -> str:
        """Return when it was put into force or switched off, and by whom."""
        return two_lines(moment(row.switched_at), row.switched_by) if row.switched_at else ""


def _is_over(row: ScarcityRun) -> bool:
    """Say whether fees that could weigh are beyond their horizon."""
    able = row.state in (S.LEARNED, S.ACTIVE, S.OFF)
    return able and row.until is not None and row.until <= timezone.now()


def _money(minor: int, row: ScarcityRun) -> str:
    """Return an amount as people write it, with its currency where it is known."""
    return f"{minor_text(minor, row.currency)} {row.currency}" if row.currency else str(minor)


def _told(fee: ScarcityFee, row: ScarcityRun) -> dict[str, Any]:
    """Return a fee as the page shows it: what it is worth, and what is left of that under the cap."""
    cap = row.cap_of(fee.location_id)
    cut = cap is not None and fee.amount > cap
    return {
        "fee": fee,
        "amount": _money(fee.amount, row),
        "weighs": _money(cap or 0, row) if cut else "",
    }


def _figures(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return (name, without, with) of the day's figures."""
    if "with" not in report:
        return []
    return [(name, *(_side(report[side][key], key) for side in ("without", "with"))) for name, key in ROWS]


def _side(value: int, key: str) -> str:
    """Return a figure as people read it."""
    return f"{value / 100:,.2f}" if key == "cost" else f"{value:,}"
