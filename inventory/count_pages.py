"""The console's page of counts: what is to be counted, and what was found more or less."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Abs, Cast
from django.http import HttpRequest

from inventory.models import CountLine, CountSession
from oms.foundation.console import ConsoleAdmin, ReadOnlyInline
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.look.words import name_acts
from oms.foundation.money import minor_text
from oms.foundation.scope import scoped
from oms.foundation.templatetags.console import pill

name_acts(
    "inventory",
    {
        "plan_count": "Count planned",
        "flag_count": "Found short again",
        "begin_count": "Count begun",
        "finish_count": "Counted",
        "count_again": "To be counted again",
        "post_count": "Count put into the books",
        "cancel_count": "Count called off",
        "take_in": "Pieces received, not announced",
    },
)


class CountedInline(ReadOnlyInline):
    """What a count found of each product."""

    model = CountLine
    verbose_name_plural = "found"
    show_change_link = False
    fields = readonly_fields = ["product", "expected", "counted", "more_or_less", "worth"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show them to whoever may see the count."""
        return bool(request.user.has_perm("inventory.view_countsession"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CountLine]":
        """Return the lines of finished counts: while one counts, nobody is told what is expected."""
        mine: QuerySet[CountLine] = scoped(request.user, CountLine)
        return mine.exclude(difference=None).select_related("stock_level__product", "lot")

    @admin.display(description="product")
    def product(self, row: CountLine) -> str:
        """Return the SKU over the title."""
        return two_lines(row.what, row.stock_level.product.title)

    @admin.display(description="difference")
    def more_or_less(self, row: CountLine) -> str:
        """Return the difference with its sign."""
        return f"{row.difference:+d}" if row.difference else "–"

    @admin.display(description="at cost")
    def worth(self, row: CountLine) -> str:
        """Return what the difference has cost."""
        product = row.stock_level.product
        return f"{minor_text(row.value, product.currency)} {product.currency}" if row.difference else "–"


def _differences(row: CountSession) -> str:
    """Return the differences of a count by SKU."""
    wrong = [line for line in row.lines.all() if line.difference]
    return ", ".join(f"{line.what} {line.difference:+d}" for line in wrong)


@admin.register(CountSession)
class CountSessionAdmin(ConsoleAdmin):
    """Counts: planned, going on, to be looked at, in the books."""

    page = "inventory.countsession"
    list_display = ["numbers", "what_shown", "status", "why", "pieces_shown", "worth_shown", "person", "counted"]
    list_filter = ["state", "location", "origin", "stirred"]
    list_select_related = ["location", "bin", "stock_level__product", "counter"]
    search_fields = ["=number", "=bin__code", "=bin__zone", "=lines__stock_level__product__sku", "=trace"]
    search_help_text = "Number, bin, zone, SKU or short pick"
    search_words = "The whole number of a count or short pick, a bin, its zone, or a SKU that was found there."
    empty_words = (
        "Choose bins under Bins and “Count it”; a bin in which a picker does not find all comes here by itself."
    )
    ordering = ["-id"]
    fields = ["location", "what_shown", "state", "origin", "note", "trace", "person", "counted", "posted_at", "stirred"]
    readonly_fields = ["what_shown", "person", "counted"]
    inlines: ClassVar[list[Any]] = [CountedInline]
    export_columns: ClassVar[list[Any]] = [
        ("number", "number"),
        ("location", "location.code"),
        ("what", "what"),
        ("state", "state"),
        ("why", "origin"),
        ("short_pick", "trace"),
        ("pieces", lambda row: row.pieces or 0),
        ("value", lambda row: row.worth or 0),
        ("differences", _differences),
        ("counted_at", "counted_at"),
        ("posted_at", "posted_at"),
    ]
    export_prefetch = ("lines__stock_level__product", "lines__lot")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Return the counts at the person's locations, with their differences in pieces and at cost."""
        pieces = Cast("difference", BigIntegerField())
        counts: QuerySet[Any] = super().get_queryset(request)
        found: QuerySet[Any] = counts.annotate(
            pieces=_sum(pieces),
            gross=_sum(Abs(pieces)),
            worth=_sum(pieces * F("stock_level__product__unit_cost")),
            currency=_currency(),
        )
        return found

    @admin.display(description="count", ordering="number")
    def numbers(self, row: CountSession) -> str:
        """Return its number over its location."""
        return two_lines(row.number, row.location.name)

    @admin.display(description="bin")
    def what_shown(self, row: CountSession) -> str:
        """Return what is counted."""
        return row.what

    @admin.display(description="state", ordering="state")
    def status(self, row: CountSession) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="why", ordering="origin")
    def why(self, row: CountSession) -> str:
        """Return why it is counted, over the number of the short pick."""
        return two_lines(row.get_origin_display(), row.trace)

    @admin.display(description="difference", ordering="gross")
    def pieces_shown(self, row: Any) -> str:
        """Return the pieces found more or less in all, over how many are wrong."""
        if row.gross is None:
            return ""
        return two_lines(f"{row.pieces:+d}", f"{row.gross} wrong" if row.gross != abs(row.pieces) else "")

    @admin.display(description="at cost", ordering="worth")
    def worth_shown(self, row: Any) -> str:
        """Return what the differences have cost."""
        return f"{minor_text(row.worth, row.currency)} {row.currency}" if row.worth else ""

    @admin.display(description="by", ordering="counter")
    def person(self, row: CountSession) -> str:
        """Return who counts it, or did."""
        return str(row.counter or "nobody yet")

    @admin.display(description="counted", ordering="counted_at")
    def counted(self, row: CountSession) -> str:
        """Return when it was finished."""
        return moment(row.counted_at)


def _sum(what: Any) -> Subquery:
    """Return the sum of something over the lines of a count; nothing for one that is not finished."""
    lines = CountLine.objects.filter(session=OuterRef("pk")).order_by().values("session")
    return Subquery(lines.annotate(total=Sum(what, output_field=BigIntegerField())).values("total"))


def _currency() -> Subquery:
    """Return the currency in which the products of a count are bought."""
    lines = CountLine.objects.filter(session=OuterRef("pk")).order_by("pk")
    return Subquery(lines.values("stock_level__product__currency")[:1])
