"""The page “Floor figures”: how long each stage takes, how fast is picked, what is wrong, what waits longest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from fulfillment.admin.figure_files import figure_file
from fulfillment.admin.lateness import SpanForm, midnight
from fulfillment.models import FulfillmentOrder, PackScan, PickList, PickScan, Shipment
from fulfillment.services.floor_figures import oldest_work, stage_figures
from fulfillment.services.walk_figures import WalkFigures, walk_figures
from inventory.models import Location
from oms.foundation.console.reports import choose_among
from oms.foundation.scope import scoped

SEE, SEE_PEOPLE = "fulfillment.view_fulfillmentorder", "fulfillment.compare_pickers"
USUAL_DAYS = 7
WIDTH, HEIGHT = 600, 60
PACKED_AT = "session__fulfillment_order__location"
FILES = ("stages", "days", "people", "places", "walks")


class FiguresForm(SpanForm):
    """From which day to which, and where."""

    location = forms.ModelChoiceField(Location.objects.none(), required=False, empty_label="all locations")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a person wants to see: days and a place, of rows in their scope."""

    user: Any
    first: date
    last: date
    place: Location | None

    @property
    def query(self) -> dict[str, Any]:
        """Return it as the query of an address."""
        days = {"since": self.first, "until": self.last}
        return days | ({"location": self.place.pk} if self.place else {})

    def of(self, model: Any, path: str = "location") -> Any:
        """Return the rows of a kind in scope, at the place."""
        rows = scoped(self.user, model)
        return rows.filter(**{path: self.place}) if self.place else rows

    def rows_of(self, view: str, field: str, path: str = "location", **more: Any) -> str:
        """Return the address of a list, narrowed to the days by one of its moments, and to the place."""
        query = {f"{field}_from": self.first, f"{field}_to": self.last, **more}
        if self.place:
            query[f"{path}__id__exact"] = self.place.pk
        return f"{reverse(f'admin:{view}_changelist')}?{urlencode(query)}"


def figures_page(site: Any, request: HttpRequest) -> HttpResponseBase:
    """Show the floor's figures, or send a table of them as CSV; nothing is written."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    user: Any = request.user
    if not user.has_perm(SEE):
        raise PermissionDenied
    form, asked = _asked(request)
    since, until = midnight(asked.first), midnight(asked.last + timedelta(days=1))
    stages = stage_figures(asked.of(Shipment), since, until)
    picked = _picked(asked, since, until)
    people = picked.people if user.has_perm(SEE_PEOPLE) else []
    if wanted := request.GET.get("as"):
        return figure_file(wanted, stages, picked, people)
    context = {
        **site.each_context(request),
        "title": "Floor figures",
        "form": form,
        "figures": stages,
        "line": sparkline([one.whole.p50 if one.whole else 0 for one in stages.days]),
        "width": WIDTH,
        "height": HEIGHT,
        "picked": picked,
        "people": people,
        "oldest": oldest_work(asked.of(FulfillmentOrder)),
        "links": _links(asked),
    }
    return TemplateResponse(request, "fulfillment/figures.html", context)


def _picked(asked: _Asked, since: datetime, until: datetime) -> WalkFigures:
    """Return the figures of walks and packings in scope."""
    return walk_figures(
        asked.of(PickScan, "pick_list__location"), asked.of(PickList), asked.of(PackScan, PACKED_AT), since, until
    )


def _asked(request: HttpRequest) -> tuple[FiguresForm, _Asked]:
    """Return the form and what was asked; without anything the last seven days everywhere."""
    today = timezone.localdate()
    first = today - timedelta(days=USUAL_DAYS - 1)
    told = {"since": request.GET.get("since") or first, "until": request.GET.get("until") or today}
    form = FiguresForm({**told, "location": request.GET.get("location", "")})
    choose_among(form, "location", scoped(request.user, Location).order_by("code"))
    if not form.is_valid():
        return form, _Asked(request.user, first, today, None)
    values = form.cleaned_data
    return form, _Asked(request.user, values["since"], values["until"], values["location"])


def _links(asked: _Asked) -> dict[str, str]:
    """Return the addresses of the rows behind each figure, and of the files."""
    walks = ("fulfillment_picklist", "completed_at")
    return {
        "shipments": asked.rows_of("fulfillment_shipment", "shipped_at"),
        "walks": asked.rows_of(*walks),
        "short": asked.rows_of(*walks, short="yes"),
        "wrong": asked.rows_of(*walks, wrong="yes"),
        "mispacks": asked.rows_of("fulfillment_packscan", "at", PACKED_AT),
        **{f"{name}_file": f"?{urlencode(asked.query | {'as': name})}" for name in FILES},
    }


def sparkline(values: Sequence[int]) -> str:
    """Return the points of a line through some values, from left to right in a box; none for a single one."""
    if len(values) < 2:
        return ""
    most, step = max(values) or 1, WIDTH / (len(values) - 1)
    points = ((round(place * step, 1), round(HEIGHT - HEIGHT * value / most, 1)) for place, value in enumerate(values))
    return " ".join(f"{x},{y}" for x, y in points)
