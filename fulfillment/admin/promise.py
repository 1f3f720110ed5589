"""The page “Can I promise 40 by Friday?”: yes or no in a sentence, from where, and which orders would slip."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.utils import timezone

from fulfillment.services.promising import Answer, Asked, SkuAnswer, promise_basket
from fulfillment.services.slipping import Slip, who_would_slip
from inventory.models import IncomingStock, StockLevel
from oms.foundation.scope import scoped
from orders.models import Channel, Order
from orders.states import ServiceLevel

MOST_PIECES = 1_000_000
SEE, SEE_ORDERS = "inventory.view_stocklevel", "orders.view_order"


class PromiseForm(forms.Form):
    """What a customer asks for."""

    sku = forms.CharField(max_length=64, label="SKU")
    quantity = forms.IntegerField(min_value=1, max_value=MOST_PIECES, label="pieces", initial=1)
    day = forms.DateField(label="by", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    country = forms.RegexField(
        r"^[A-Za-z]{2}$", label="country code", initial="GB", error_messages={"invalid": "Write two letters, like GB."}
    )
    postal_code = forms.CharField(max_length=20, required=False)
    service_level = forms.ChoiceField(choices=ServiceLevel.choices, label="shipping method", initial="standard")
    channel = forms.ModelChoiceField(queryset=Channel.objects.none(), required=False, empty_label="any channel")

    def __init__(self, *args: Any, channels: "QuerySet[Channel]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["channel"]
        chosen.queryset = channels


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, perhaps or no in a sentence, and the orders that would have to give way."""

    word: str
    tone: str
    sentence: str
    slips: tuple[Slip, ...] = ()
    lacking: int = 0


def promise_page(site: Any, request: HttpRequest) -> HttpResponse:
    """Show the question, and its answer once it is asked; nothing is written."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    user: Any = request.user
    if not user.has_perm(SEE):
        raise PermissionDenied
    asked = any(request.GET.get(name) for name in ("quantity", "day"))
    begin = {"sku": request.GET.get("sku", "")[:64]}
    channels = scoped(user, Channel).order_by("name")
    form = PromiseForm(request.GET, channels=channels) if asked else PromiseForm(initial=begin, channels=channels)
    context = {**site.each_context(request), "title": "Can I promise it?", "form": form}
    if asked and form.is_valid():
        context |= _answered(form.cleaned_data, user)
    return TemplateResponse(request, "fulfillment/promise.html", context)


def _answered(told: dict[str, Any], user: Any) -> dict[str, Any]:
    """Return the answer to a question that was read."""
    sku = told["sku"].strip().replace("\x00", "")
    asked = Asked(
        {sku: told["quantity"]},
        told["country"].upper(),
        told["postal_code"],
        told["service_level"],
        channel=told["channel"].code if told["channel"] else "",
    )
    levels, incoming = scoped(user, StockLevel), scoped(user, IncomingStock)
    answer = promise_basket(asked, levels=levels, incoming=incoming, now=timezone.now())
    (one,) = answer.skus
    return {
        "answer": one,
        "same_day": answer.same_day,
        "today": answer.today,
        "verdict": _verdict(answer, one, told["day"], user),
    }


def _verdict(answer: Answer, one: SkuAnswer, day: date, user: Any) -> Verdict:
    """Return what a clerk may say."""
    promise = answer.basket
    if not one.known:
        return Verdict("unknown", "failed", f"There is no product with the SKU “{one.sku}”.")
    what = f"{one.quantity:,} of {one.sku}"
    safe, likely = promise.delivery_p90, promise.delivery_p50
    if promise.complete and safe and likely:
        if safe <= day:
            return Verdict("yes", "ok", f"Yes: {what} arrive by {_day(safe)} in nine of ten cases.")
        if likely <= day:
            sentence = f"Perhaps: {what} arrive by {_day(likely)} in five of ten cases, by {_day(safe)} in nine of ten."
            return Verdict("perhaps", "pending", sentence)
        sentence = f"No: {what} arrive by {_day(safe)} in nine of ten cases, not by {_day(day)}."
    elif sum(one.locations.values()) - one.reserved >= one.quantity:
        # there is enough: what keeps it is the day's cut-off, a rule, a skill or the carriers, and no order would help
        return Verdict("no", "failed", f"No: {what} cannot be promised. {promise.sentence}")
    else:
        there = "is neither free nor on its" if promise.missing == 1 else "are neither free nor on their"
        sentence = f"No: {promise.missing:,} of {what} {there} way in time."
    lacking = promise.missing
    if not lacking or not user.has_perm(SEE_ORDERS):
        return Verdict("no", "failed", sentence, lacking=lacking)
    comes = any(row.expected_on <= day for row in one.incoming)
    slips, left = who_would_slip(sku=one.sku, lacking=lacking, comes=comes, orders=scoped(user, Order))
    return Verdict("no", "failed", sentence, tuple(slips), left)


def _day(day: date) -> str:
    """Return a day as people say it."""
    return f"{day:%A} {day.day} {day:%B}"
