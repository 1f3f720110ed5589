"""The queue of parcels at risk: whose they are, what is wrong, what was promised, and what to do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from fulfillment.admin.shipments import parcel_and_order
from fulfillment.models import ParcelRisk
from fulfillment.queries import at_risk_now
from fulfillment.services.at_risk import shop_day
from fulfillment.states_parcels import RiskLevel, RiskReason
from oms.foundation.console import ConsoleAdmin
from oms.foundation.console.filters import ScopedFilter, YesFilter
from oms.foundation.look.cells import clipped, moment, two_lines
from oms.foundation.templatetags.console import pill, words

R = RiskReason
ASK = "Ask the carrier where it is."
WHAT_TO_DO: Mapping[str, str] = {
    R.LOST: "Send it again or refund it, and claim it from the carrier.",
    R.RETURNING: "Ask the customer: a wrong address? Send it again once it is back.",
    R.LATE: f"Tell the customer. {ASK}",
    R.EXCEPTION: "Mend what the carrier asks for: often the address or a telephone number.",
    R.DELAYED: "Tell the customer where the new day matters.",
    R.LATER: "Tell the customer where the new day matters; a mail about it has left.",
    R.CUSTOMS: "Ask the carrier which paper is missing.",
    R.NO_SCAN: "Look whether it still lies here; else ask the carrier.",
    R.STILL: ASK,
}


class OpenFilter(YesFilter):
    """Parcels that somebody has to look at today."""

    title = "to look at"
    parameter_name = "open"
    word = "to look at today"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return those at risk that are not put off."""
        return at_risk_now(rows, shop_day(timezone.now()))


class UntoldFilter(YesFilter):
    """Parcels whose customer knows nothing of what is wrong now."""

    title = "customer"
    parameter_name = "untold"
    word = "not told yet"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return those that nobody has told the customer about."""
        return rows.exclude(level=RiskLevel.NONE).filter(told_at=None)


class SnoozedFilter(YesFilter):
    """Parcels that were put off."""

    title = "put off"
    parameter_name = "snoozed"
    word = "put off"

    def narrowed(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return those whose day has not come."""
        return rows.filter(snoozed_until__gt=shop_day(timezone.now()))


@admin.register(ParcelRisk)
class ParcelRiskAdmin(ConsoleAdmin):
    """Parcels at risk, the oldest trouble first."""

    page = "fulfillment.parcelrisk"
    state_fields = ["level"]
    list_display = ["parcel", "customer", "promised", "wrong", "to_do", "carrier", "age", "done"]
    list_filter = [
        OpenFilter, "level", "reason", "package__carrier", ("package__shipment__location", ScopedFilter), UntoldFilter,
        SnoozedFilter,
    ]  # fmt: skip
    list_select_related = ["package__shipment__order", "package__shipment__location"]
    search_fields = [
        "=package__tracking_number", "=package__shipment__number", "=package__shipment__order__number",
        "=package__shipment__order__email",
    ]  # fmt: skip
    search_help_text = "Tracking, shipment or order number, or e-mail"
    search_words = "Type or scan the whole tracking number, that of the shipment or order, or the customer's e-mail."
    empty_words = "No parcel is at risk. Parcels come here by themselves before their customers ask."
    ordering = ["since", "id"]
    fields = [
        "whose", "customer", "promised", "sentence", "to_do", "limit", "since", "told_at", "asked_at", "snoozed_until",
    ]  # fmt: skip
    readonly_fields = ["whose", "customer", "promised", "to_do"]
    export_columns: ClassVar[list[Any]] = [
        ("tracking_number", "package.tracking_number"),
        ("carrier", "package.carrier"),
        ("order", "package.shipment.order.number"),
        ("location", "package.shipment.location.code"),
        ("level", "level"),
        ("reason", "reason"),
        ("sentence", "sentence"),
        ("since", "since"),
        ("promised_on", "package.promised_on"),
        ("expected_on", "package.expected_on"),
        ("told_at", "told_at"),
        ("asked_at", "asked_at"),
        ("snoozed_until", "snoozed_until"),
    ]

    @admin.display(description="parcel", ordering="package__tracking_number")
    def parcel(self, row: ParcelRisk) -> str:
        """Return its number over the order's."""
        return two_lines(row.package.tracking_number or "no number", f"order {row.package.shipment.order.number}")

    @admin.display(description="parcel and order")
    def whose(self, row: ParcelRisk) -> str:
        """Return the ways to the parcel and its order."""
        return parcel_and_order(row.package)

    @admin.display(description="customer", ordering="package__shipment__order__customer_name")
    def customer(self, row: ParcelRisk) -> str:
        """Return who waits for it."""
        return row.package.shipment.order.customer_name or "no name"

    @admin.display(description="promised for", ordering="package__promised_on")
    def promised(self, row: ParcelRisk) -> str:
        """Return the promised day over the one that the carrier gives now."""
        promised, expected = row.package.promised_on, row.package.expected_on
        below = f"now {_day(expected)}" if expected and expected != promised else ""
        return two_lines(_day(promised), below)

    @admin.display(description="what is wrong", ordering="reason")
    def wrong(self, row: ParcelRisk) -> str:
        """Return the reason as a coloured word over its sentence."""
        return two_lines(pill(row.get_reason_display() or row.get_level_display(), row.level), clipped(row.sentence))

    @admin.display(description="what to do")
    def to_do(self, row: ParcelRisk) -> str:
        """Return what helps."""
        return WHAT_TO_DO.get(row.reason, "")

    @admin.display(description="carrier", ordering="package__carrier")
    def carrier(self, row: ParcelRisk) -> str:
        """Return the carrier over the service."""
        return two_lines(words(row.package.carrier), words(row.package.shipment.service))

    @admin.display(description="since", ordering="since")
    def age(self, row: ParcelRisk) -> str:
        """Return since when it is at risk, and how long that is."""
        return moment(row.since, age=True)

    @admin.display(description="done")
    def done(self, row: ParcelRisk) -> str:
        """Return what was done about it."""
        told = f"customer told {_moment(row.told_at)}" if row.told_at else ""
        asked = f"carrier asked {_moment(row.asked_at)}" if row.asked_at else ""
        put_off = f"put off until {_day(row.snoozed_until)}" if row.snoozed_until else ""
        return ", ".join(word for word in (told, asked, put_off) if word)


def _day(day: Any) -> str:
    """Return a day as lists show it."""
    return date_format(day, "j M Y") if day else ""


def _moment(at: Any) -> str:
    """Return the day of a moment as lists show it."""
    return date_format(timezone.localtime(at), "j M")
