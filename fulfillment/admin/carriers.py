"""Accounts at carriers: opened with a carrier, then filled with what that carrier wants to know."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from fulfillment.carriers.account import Field
from fulfillment.carriers.kinds import KINDS
from fulfillment.carriers.pushing import PREFIX, PUSHES
from fulfillment.models import CarrierAccount
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.console import ConsoleAdmin

ENTERED = "entered_"
STAND_IN = ["others_stand_in", ("stand_in_after", "stand_in_extra"), "stand_in_turn"]
KEPT = "Never shown again. Blank keeps the old one."


class AccountForm(forms.ModelForm[CarrierAccount]):
    """An account with the fields of its carrier; secrets can be set anew and are never shown."""

    asked: ClassVar[tuple[Field, ...]] = ()

    class Meta:
        model = CarrierAccount
        fields = ["code", "adapter", "location", "is_test", "is_active"]
        fields += ["others_stand_in", "stand_in_after", "stand_in_extra", "stand_in_turn"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values = self.instance.values
        for one in self.asked:
            if not one.is_secret:
                self.initial[ENTERED + one.name] = values.get(one.name, "")

    def clean(self) -> dict[str, Any]:
        """Check what was entered; an account in use has everything that its carrier insists on."""
        data = super().clean() or {}
        entered = {}
        for one in self.asked:
            text = str(data.get(ENTERED + one.name) or "").strip()
            entered[one.name] = text or (self.instance.values.get(one.name, "") if one.is_secret else "")
            if one.is_required and data.get("is_active") and not entered[one.name]:
                self.add_error(ENTERED + one.name, "An account in use needs it.")
            self._check(one, entered[one.name])
        if data.get("is_active") and not self.asked:
            self.add_error("is_active", "Save the account first, then enter its keys and take it into use.")
        self.instance.enter(entered)
        return data

    def _check(self, one: Field, text: str) -> None:
        """Say what is wrong with a field that has a form of its own."""
        try:
            if one.check and text:
                one.check(text)
        except ValueError as fault:
            self.add_error(ENTERED + one.name, str(fault))


def form_for(adapter: str) -> type[AccountForm]:
    """Return the form of an account at one carrier; without one it asks for no keys yet."""
    asked = tuple(KINDS[adapter].fields) if adapter else ()
    fields: dict[str, Any] = {ENTERED + one.name: _form_field(one) for one in asked}
    return type("CarrierAccountForm", (AccountForm,), {"asked": asked, "__doc__": AccountForm.__doc__, **fields})


def _form_field(one: Field) -> forms.CharField:
    """Return how a field is entered."""
    label = one.label[0].upper() + one.label[1:]
    if one.is_secret:
        hidden = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
        return forms.CharField(label=label, required=False, widget=hidden, help_text=f"{one.help} {KEPT}".strip())
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 4}) if one.check else UnfoldAdminTextInputWidget()
    return forms.CharField(label=label, required=False, max_length=2000, widget=widget, help_text=one.help)


@admin.register(CarrierAccount)
class CarrierAccountAdmin(ConsoleAdmin):
    """Accounts at carriers: where they hold, and their keys."""

    page = "fulfillment.carrieraccount"
    editable = True
    list_display = ["code", "adapter", "serves", "is_test", "is_active", "others_stand_in", "stand_in_turn"]
    list_filter = ["adapter", "location", "is_active"]
    list_select_related = ["location"]
    search_fields = ["^code"]
    search_help_text = "Code"
    ordering = ["code"]
    empty_words = (
        "Labels come from the sandbox, which moves nothing, until an account is in use. Add yours at FedEx, UPS, DHL,"
        " ShipGlobal, or any other that works by file."
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for what the account's carrier wants to know."""
        return super().get_form(request, obj, change, **{**kwargs, "form": form_for(obj.adapter if obj else "")})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the carrier's own fields once the account exists."""
        fieldsets: list[Any] = [(None, {"fields": [("code", "adapter"), "location", ("is_test", "is_active")]})]
        if obj:
            kind = KINDS[obj.adapter]
            fieldsets.append((kind.name, {"fields": [ENTERED + one.name for one in kind.fields]}))
            if obj.adapter in PUSHES:
                fieldsets[-1][1]["fields"].append("messages_at")
            fieldsets.append(("When it refuses or is silent", {"fields": STAND_IN}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep code and carrier of an account that exists: its labels carry them."""
        return ["code", "adapter", "messages_at"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and record which fields changed, without what was entered."""
        super().save_model(request, obj, form, change)
        names = [name.removeprefix(ENTERED) for name in form.changed_data if name != "seen_version"]
        actor = Actor.of(request.user, now=timezone.now())
        word = "change" if change else "create"
        record(actor, f"fulfillment.{word}_carrieraccount", obj, data={"fields": names})

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to the page that asks for the carrier's keys."""
        if "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, f"{obj} is open. Enter its keys, then take it into use.")
        return redirect("admin:fulfillment_carrieraccount_change", obj.pk)

    @admin.display(description="address for messages")
    def messages_at(self, account: CarrierAccount) -> str:
        """Return the path to which the carrier posts what happens to parcels."""
        return reverse("inbound", args=[f"{PREFIX}{account.code}"])

    @admin.display(description="serves", ordering="location__code")
    def serves(self, account: CarrierAccount) -> str:
        """Return where it holds."""
        return account.location.code if account.location else "every location"
