"""The console's pages of waves: the list, a new one previewed before it is made, one with its walks on the floor."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from fulfillment.models import FulfillmentOrder, PickTask, Wave, WaveOrder
from fulfillment.panels import leaves_by
from fulfillment.picking.drawing import colour_of, drawn
from fulfillment.services import waves
from fulfillment.services.waves.reading import ShownWalk, ShownWave, shown_wave
from fulfillment.services.waves.suggesting import suggestions
from fulfillment.states import ENDED_WALKS, FulfillmentOrderState, WaveState
from fulfillment.wave_forms import MOMENT, USUAL_PIECES, USUAL_TOTES, WaveForm
from inventory.models import Location
from inventory.models.places import LocationKind
from oms.foundation.actor import Actor
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import two_lines
from oms.foundation.refusals import Refused
from oms.foundation.retrying import until_done
from oms.foundation.scope import scoped
from oms.foundation.templatetags.console import pill
from oms.foundation.wording import count

MOST_LISTED = 300


@admin.register(Wave)
class WaveAdmin(ConsoleAdmin):
    """Waves: orders that are picked together."""

    addable = True
    page = "fulfillment.wave"
    change_form_template = "fulfillment/wave.html"
    list_display = ["numbers", "status", "picked", "order_total", "walks_done", "metres", "saved", "created_at"]
    list_filter = ["state", "strategy", "location"]
    list_select_related = ["location"]
    search_fields = ["=number"]
    search_words = "The whole number of a wave."
    add_words = "New wave"
    empty_words = "A wave puts orders together that are picked on common walks: choose what should leave by when."
    ordering = ["-id"]
    fields = ["location", "picked", "chosen", "cart", "metres", "saved", "created_at", "released_at", "ended_at"]
    readonly_fields = ["picked", "cart", "metres", "saved"]
    export_columns = [
        ("number", "number"),
        ("location", "location.code"),
        ("state", "state"),
        ("strategy", "strategy"),
        ("chosen", "chosen"),
        ("orders", "order_count"),
        ("walks", "walk_count"),
        ("metres", lambda row: metres_of(row.length_mm)),
        ("metres_saved", lambda row: metres_of(row.saved_mm)),
        ("released_at", "released_at"),
        ("ended_at", "ended_at"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Wave]":
        """Return the waves with the numbers of their orders and walks."""
        over = Count("walks", Q(walks__state__in=ENDED_WALKS), distinct=True)
        rows = super().get_queryset(request).annotate(order_count=Count("orders", distinct=True))
        return rows.annotate(walk_count=Count("walks", distinct=True), over_count=over)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Preview a wave (GET), make it (POST), and release it at once where that is wanted."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        user: Any = request.user
        locations = scoped(user, Location).exclude(kind=LocationKind.SUPPLIER).order_by("code")
        told = request.POST if request.method == "POST" else request.GET
        form = WaveForm(told if "location" in told else None, locations=locations)
        context: dict[str, Any] = {"form": form, "may_release": user.has_perm("fulfillment.release_wave")}
        if form.is_bound and form.is_valid():
            if request.method == "POST":
                return self._make(request, form)
            context |= preview(user, form)
        context["suggestions"] = [] if form.is_bound else _suggested(user, list(locations))
        whole = {**self.admin_site.each_context(request), "opts": self.opts, "title": "New wave", **context}
        return TemplateResponse(request, "fulfillment/wave_new.html", whole, status=422 if form.errors else 200)

    def _make(self, request: HttpRequest, form: WaveForm) -> HttpResponse:
        """Make the wave that was shown, and release it."""
        user: Any = request.user
        try:
            wave = waves.make_wave(
                work=scoped(user, FulfillmentOrder),
                wanted=form.wanted(),
                actor=Actor.of(user, now=timezone.now()),
            )
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(reverse("admin:fulfillment_wave_add"))
        if "release" in request.POST and user.has_perm("fulfillment.release_wave"):
            try:
                mine, actor = scoped(user, FulfillmentOrder), Actor.of(user, now=timezone.now())
                until_done(lambda: waves.release_wave(wave_id=wave.pk, within=mine, actor=actor))
            except Refused as refusal:
                messages.error(request, refusal.sentence)
        return HttpResponseRedirect(reverse("admin:fulfillment_wave_change", args=[wave.pk]))

    def page_context(self, request: HttpRequest, row: Wave) -> dict[str, Any]:
        """Return the walks of a wave on the floor, and its orders as far as the person sees them."""
        chosen = request.GET.get("walk", "")
        wanted = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 5 else 0
        rows = scoped(request.user, WaveOrder).filter(wave=row)
        rows = rows.select_related("fulfillment_order__order", "fulfillment_order__location")
        listed, shown = list(rows.order_by("position")[:MOST_LISTED]), shown_wave(row, chosen=wanted)
        return {
            **super().page_context(request, row),
            "shown": shown,
            "label": f"The floor of {row.location.name} with {_lines(shown)}",
            "told": _told(shown.one),
            "over": [one for one in listed if one.passed_over],
            "gone": [one.fulfillment_order for one in listed if row.state == WaveState.DRAFT and not _waits(one)],
            "orders": _with_walks(row, listed),
            "base": reverse("admin:fulfillment_wave_change", args=[row.pk]),
            "papers": reverse("admin:fulfillment_walk_list"),
        }

    @admin.display(description="wave", ordering="number")
    def numbers(self, row: Wave) -> str:
        """Return its number over its location."""
        return two_lines(row.number, row.location.name)

    @admin.display(description="state", ordering="state")
    def status(self, row: Wave) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="picked", ordering="strategy")
    def picked(self, row: Wave) -> str:
        """Return how it is picked, in words."""
        return row.get_strategy_display()

    @admin.display(description="orders", ordering="order_count")
    def order_total(self, row: Any) -> int:
        """Return how many orders it has."""
        return int(row.order_count)

    @admin.display(description="walks")
    def walks_done(self, row: Any) -> str:
        """Return how many walks are over; a draft says how many it would be."""
        return f"{row.over_count} of {row.walk_count}" if row.walk_count else f"{len(row.plan)} planned"

    @admin.display(description="metres", ordering="length_mm")
    def metres(self, row: Wave) -> str:
        """Return how far its walks are together."""
        return _far(row.length_mm)

    @admin.display(description="metres saved")
    def saved(self, row: Wave) -> str:
        """Return how much shorter that is than one order a walk by the codes of the bins."""
        if row.saved_mm is None or not row.by_code_mm:
            return ""
        return f"{_far(row.saved_mm)} ({round(100 * row.saved_mm / row.by_code_mm)} %)"

    @admin.display(description="cart")
    def cart(self, row: Wave) -> str:
        """Return what a cart holds."""
        litres = f" and {row.tote_litres} l" if row.tote_litres else ""
        return f"{row.totes} totes of {row.tote_pieces} pieces{litres}"


def metres_of(length_mm: int | None) -> int | None:
    """Return millimetres as whole metres."""
    return None if length_mm is None else round(length_mm / 1000)


def _far(length_mm: int | None) -> str:
    """Return a length as people read it; nothing where it is not known."""
    return "" if length_mm is None else f"{metres_of(length_mm):,} m"


def _lines(shown: ShownWave) -> str:
    """Return which walks are drawn, in words."""
    return f"walk {shown.one.turn}" if shown.one else count(len(shown.walks), "walk")


def _told(walk: ShownWalk | None) -> str:
    """Return the way of a walk in words, for whoever does not see it."""
    if walk is None:
        return ""
    far = "" if walk.metres is None else f", {walk.metres:,} m"
    return f"{count(walk.stops, 'stop')}{far}: {', '.join(dict.fromkeys(code or 'no bin' for code in walk.codes))}."


def preview(user: Any, form: WaveForm) -> dict[str, Any]:
    """Return the wave that would be made, with its walks on the floor."""
    found = waves.propose(work=scoped(user, FulfillmentOrder), wanted=form.wanted())
    plan = found.plan
    saved = None if plan.length is None or plan.by_code is None else plan.by_code - plan.length
    return {
        "found": found,
        "drawing": drawn(found.site, {turn: found.codes(walk) for turn, walk in enumerate(plan.walks, 1)}),
        "walks": [
            {
                "turn": turn,
                "colour": colour_of(turn),
                "walk": walk,
                "metres": metres_of(walk.length),
                "stops": len(walk.stops),
            }
            for turn, walk in enumerate(plan.walks, 1)
        ],
        "metres": metres_of(plan.length),
        "saved": metres_of(saved),
        "percent": round(100 * saved / plan.by_code) if saved is not None and plan.by_code else None,
    }


def _suggested(user: Any, locations: list[Location]) -> list[dict[str, Any]]:
    """Return what should leave next from where, each with the query that previews it."""
    rows = suggestions(scoped(user, FulfillmentOrder), locations, timezone.now())
    usual = f"strategy=cluster&orders=100&totes={USUAL_TOTES}&tote_pieces={USUAL_PIECES}"
    return [
        {"row": row, "query": f"location={row.location.pk}&leaves_by={row.leaves_by:{MOMENT}}&{usual}"} for row in rows
    ]


def _waits(one: WaveOrder) -> bool:
    """Return whether the work is still to be begun."""
    return bool(one.fulfillment_order.state == FulfillmentOrderState.OPEN)


def _with_walks(wave: Wave, rows: list[WaveOrder]) -> list[dict[str, Any]]:
    """Return the orders of a wave with the numbers of their walks, which are those planned while it is a draft."""
    turns: dict[int, set[int]] = {}
    made = PickTask.objects.filter(pick_list__wave=wave).order_by("fulfillment_order", "pick_list__turn")
    tasks = ((pk, turn or 0) for pk, turn in made.values_list("fulfillment_order", "pick_list__turn").distinct())
    planned = ((pk, turn) for turn, one in enumerate(wave.plan, 1) for pk in one["orders"])
    for pk, turn in tasks if wave.released_at else planned:
        turns.setdefault(pk, set()).add(turn)
    now = timezone.now()
    return [
        {
            "row": one,
            "walks": sorted(turns.get(one.fulfillment_order_id, ())),
            "leaves": leaves_by(one.fulfillment_order, now=now),
        }
        for one in rows
    ]
