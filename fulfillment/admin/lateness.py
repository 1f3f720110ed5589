"""The page “Carriers' promises”: how many days late each service comes, lane by lane, with the parcels behind it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from fulfillment.models import Package
from fulfillment.services.lateness import Kept, promises_kept, together
from oms.foundation.exports import write_csv
from oms.foundation.scope import scoped

SEE = "fulfillment.view_package"
USUAL_DAYS, MOST_DAYS = 90, 366
HEADER = ["carrier", "service", "location", "country", "parcels", "late", "p50_days", "p90_days", "worst_days"]


class SpanForm(forms.Form):
    """From which day to which."""

    since = forms.DateField(label="from", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label="to", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        """Refuse what ends before it begins, or is longer than a year."""
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and not timedelta(0) <= until - since <= timedelta(days=MOST_DAYS):
            self.add_error("until", f"Choose a day after the first one, at most {MOST_DAYS} days later.")
        return values


def days_asked(request: HttpRequest, usual: int = USUAL_DAYS) -> tuple[SpanForm, date, date]:
    """Return the form, and the days that were asked for; without any the last days up to today."""
    today = timezone.localdate()
    first = today - timedelta(days=usual - 1)
    form = SpanForm({"since": request.GET.get("since") or first, "until": request.GET.get("until") or today})
    if not form.is_valid():
        return form, first, today
    return form, form.cleaned_data["since"], form.cleaned_data["until"]


def midnight(day: date) -> datetime:
    """Return the moment at which a day of the desk's calendar begins."""
    return timezone.make_aware(datetime.combine(day, time()))


def lateness_page(site: Any, request: HttpRequest) -> HttpResponseBase:
    """Show how each lane kept its promise, or send it as CSV; nothing is written."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    user: Any = request.user
    if not user.has_perm(SEE):
        raise PermissionDenied
    form, first, last = days_asked(request)
    rows = scoped(user, Package)
    kept = promises_kept(rows, midnight(first), midnight(last + timedelta(days=1)))
    if request.GET.get("as") == "csv":
        return _csv(kept)
    parcels, late = together(kept)
    context = {
        **site.each_context(request),
        "title": "Carriers’ promises",
        "form": form,
        "lanes": [{"kept": one, "url": _parcels_of(one, first, last)} for one in kept],
        "parcels": parcels,
        "late": late,
        "csv_url": f"?{urlencode({'since': first, 'until': last, 'as': 'csv'})}",
    }
    return TemplateResponse(request, "fulfillment/lateness.html", context)


def _parcels_of(one: Kept, first: date, last: date) -> str:
    """Return the address of the list of the parcels behind a line."""
    lane = one.lane
    query = {
        "carrier": lane.carrier,
        "service": lane.service,
        "shipment__location__id__exact": lane.location_id,
        "to": lane.country,
        "delivered_at_from": first,
        "delivered_at_to": last,
        "given": "yes",
    }
    return f"{reverse('admin:fulfillment_package_changelist')}?{urlencode(query)}"


def _csv(kept: Sequence[Kept]) -> HttpResponse | StreamingHttpResponse:
    """Return the lanes as a file."""
    rows = [
        [one.lane.carrier, one.lane.service, one.lane.location, one.lane.country, one.parcels, one.late, one.p50,
         one.p90, one.worst]
        for one in kept
    ]  # fmt: skip
    name = {"Content-Disposition": 'attachment; filename="carriers-promises.csv"'}
    return StreamingHttpResponse(write_csv(rows, HEADER), content_type="text/csv; charset=utf-8", headers=name)
