"""The page on which staff take an order by phone, with the price and stock of the moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from inventory.models import Product
from inventory.queries import Availability, availability
from oms.foundation.actor import Actor
from oms.foundation.money import Money, parse_minor
from oms.foundation.refusals import Refused
from oms.foundation.scope import scoped
from orders.models import ChannelAccount
from orders.services.addresses import ADDRESS_FIELDS
from orders.services.drafts import Draft, DraftLine, create_draft
from orders.states import ServiceLevel

EMPTY_LINES = 5


class DraftForm(forms.Form):
    """Who orders, where it goes, how it travels."""

    account = forms.ModelChoiceField(ChannelAccount.objects.none(), label="channel")
    customer_name = forms.CharField(max_length=200, label="name")
    email = forms.EmailField(required=False, label="e-mail")
    phone = forms.CharField(max_length=40, required=False)
    company = forms.CharField(max_length=200, required=False)
    line1 = forms.CharField(max_length=200, required=False, label="street and number")
    line2 = forms.CharField(max_length=200, required=False, label="more")
    postal_code = forms.CharField(max_length=20, required=False)
    city = forms.CharField(max_length=120, required=False, label="town")
    region = forms.CharField(max_length=80, required=False, label="region or state")
    country = forms.CharField(max_length=2, required=False, label="country code")
    service_level = forms.ChoiceField(choices=ServiceLevel.choices, label="shipping method")
    pickup_location = forms.CharField(
        max_length=16, required=False, label="store", help_text="The code of the store where it is collected, if it is."
    )
    deliver_by = forms.DateField(
        required=False,
        label="promised for",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The day that the customer was promised, if any.",
    )
    shipping_amount = forms.CharField(max_length=20, required=False, label="shipping costs", help_text="Such as 4.90.")
    purchase_order = forms.CharField(max_length=64, required=False, label="PO number")
    instructions = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, principal: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts: Any = self.fields["account"]
        accounts.queryset = scoped(principal, ChannelAccount).filter(is_active=True).select_related("channel")


class DraftLineForm(forms.Form):
    """Pieces of one SKU; a blank price takes the catalogue's."""

    sku = forms.CharField(max_length=64, required=False, label="SKU")
    quantity = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)
    unit_price = forms.CharField(max_length=20, required=False, label="agreed price")


LineForms = formset_factory(DraftLineForm, extra=EMPTY_LINES, max_num=200, validate_max=True)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the catalogue and the stock say of one typed line."""

    title: str
    price: str
    stock: str
    is_short: bool


def draft_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """Show the empty page, look prices and stock up (``look``, which asks for nothing yet), or save the draft."""
    if not admin.has_add_permission(request):
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    looked = posted is not None and "look" in posted
    known = posted.dict() if looked and posted is not None else None
    form = DraftForm(None if looked else posted, initial=known, principal=request.user)
    lines = LineForms(posted, prefix="lines")
    faults: list[str] = []
    if posted is not None and not looked and form.is_valid() and lines.is_valid():
        try:
            order = create_draft(draft=_draft(form, lines, request), actor=Actor.of(request.user, now=timezone.now()))
            return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))
        except Refused as refusal:
            faults = [reason.sentence for reason in refusal.reasons]
    context = {
        **admin.admin_site.each_context(request),
        "title": "New order",
        "opts": admin.model._meta,
        "looked": looked,
        "form": form,
        "lines": lines,
        "rows": list(zip(lines.forms, _previews(lines), strict=True)),
        "faults": faults,
    }
    return TemplateResponse(request, "orders/draft.html", context)


def _draft(form: DraftForm, lines: "BaseFormSet[DraftLineForm]", request: HttpRequest) -> Draft:
    """Return what was typed; raises :class:`Refused` for an amount that is none."""
    data = form.cleaned_data
    account: ChannelAccount = data["account"]
    currency = account.channel.currency
    texts = {name: data.get(name, "") for name in ADDRESS_FIELDS}
    address = {**texts, "name": data["customer_name"], "country": texts["country"].upper()}
    return Draft(
        account_id=account.pk,
        lines=[_line(one, currency) for one in _typed(lines)],
        customer_name=data["customer_name"],
        email=data["email"],
        phone=data["phone"],
        shipping=address if data["line1"] or data["city"] or data["postal_code"] else {},
        service_level=data["service_level"],
        pickup_location=data["pickup_location"].strip() if data["service_level"] == ServiceLevel.PICKUP else "",
        shipping_total=parse_minor(data["shipping_amount"].strip() or "0", currency),
        instructions=data["instructions"],
        purchase_order=data["purchase_order"],
        deliver_by=data["deliver_by"],
        sales_rep_id=request.user.pk,
    )


def _typed(lines: "BaseFormSet[DraftLineForm]") -> list[dict[str, Any]]:
    """Return the lines that have a SKU."""
    return [form.cleaned_data for form in lines.forms if form.cleaned_data.get("sku")]


def _line(typed: dict[str, Any], currency: str) -> DraftLine:
    """Return one typed line."""
    price = typed["unit_price"].strip()
    return DraftLine(typed["sku"].strip(), typed["quantity"] or 0, parse_minor(price, currency) if price else None)


def _previews(lines: "BaseFormSet[DraftLineForm]") -> list[Preview | None]:
    """Return what is known of each line's SKU, in four statements for all."""
    skus = [str(form["sku"].value() or "").strip() for form in lines.forms]
    wanted = [sku for sku in dict.fromkeys(skus) if sku]
    if not wanted:
        return [None] * len(skus)
    products = {one.sku: one for one in Product.objects.filter(sku__in=wanted, is_active=True)}
    free = {one.sku: one for one in availability(wanted, now=timezone.now())}
    return [
        _preview(products.get(sku), free.get(sku), form["quantity"].value()) if sku else None
        for sku, form in zip(skus, lines.forms, strict=True)
    ]


def _preview(product: Product | None, free: Availability | None, wanted: Any) -> Preview:
    """Return what is known of one SKU."""
    if product is None or free is None:
        return Preview("not in the catalogue", "", "", True)
    pieces = int(wanted) if str(wanted or "").isdigit() else 1
    return Preview(
        title=product.title,
        price=Money(product.unit_price, product.currency).format(),
        stock=_places(free),
        is_short=free.available < pieces,
    )


def _places(free: Availability) -> str:
    """Return how many pieces are free and where."""
    places: Sequence[str] = [f"{code} {count}" for code, count in free.locations.items() if count]
    return f"{free.available} free" + (f" ({', '.join(places)})" if places else "")
