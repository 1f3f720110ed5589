"""The pages of messages: mails and their rules, webhook endpoints and their deliveries."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminURLInputWidget

from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import clipped, two_lines
from oms.foundation.refusals import Invalid
from oms.foundation.signing import new_secret
from oms.foundation.templatetags.console import pill
from oms.outlets.models import Notification, NotificationRule, WebhookDelivery, WebhookEndpoint
from oms.outlets.notifications.kinds import KINDS, label_of
from oms.outlets.services.endpoints import check_endpoint
from oms.outlets.webhooks.kinds import KIND_NAMES


@admin.register(Notification)
class NotificationAdmin(ConsoleAdmin):
    """The log of mails: what was sent to whom, what was not and why."""

    list_display = ["mail", "order", "status", "created_at", "sent_at", "said"]
    list_filter = ["state", "kind", "order__channel"]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=recipient"]
    search_help_text = "Order number or e-mail"
    empty_words = "Customers get mails when their orders are placed, shipped, delivered, sent back or paid back."
    ordering = ["-id"]
    fields = [
        "order", "about", "recipient", "state", "created_at", "sent_at", "next_try_at", "attempts", "subject", "body",
        "note", "last_error",
    ]  # fmt: skip
    readonly_fields = ["about"]
    export_columns = [
        ("created_at", "created_at"),
        ("mail", "kind"),
        ("order", "order.number"),
        ("recipient", "recipient"),
        ("state", "state"),
        ("sent_at", "sent_at"),
        ("note", "note"),
    ]

    @admin.display(description="mail", ordering="kind")
    def mail(self, row: Notification) -> str:
        """Return what the mail is about, over who gets it."""
        return two_lines(label_of(row.kind), row.recipient)

    @admin.display(description="about")
    def about(self, row: Notification) -> str:
        """Return what the mail is about."""
        return label_of(row.kind)

    @admin.display(description="state", ordering="state")
    def status(self, row: Notification) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="note")
    def said(self, row: Notification) -> str:
        """Return the note, or the last error."""
        return clipped(row.note or row.last_error)


class RuleForm(forms.ModelForm[NotificationRule]):
    """One kind of mail, on or off."""

    kind = forms.ChoiceField(
        choices=[(kind.name, kind.label) for kind in KINDS.values()], widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = NotificationRule
        fields = ["kind", "channel", "is_active"]


@admin.register(NotificationRule)
class NotificationRuleAdmin(ConsoleAdmin):
    """Which kinds of mail are sent, for one channel or for all; a kind without a rule is sent."""

    editable = True
    form = RuleForm
    fields = ["kind", "channel", "is_active"]
    list_display = ["mail", "channel", "is_active"]
    list_filter = ["channel", "is_active"]
    list_select_related = ["channel"]
    ordering = ["kind", "channel"]

    @admin.display(description="mail", ordering="kind")
    def mail(self, row: NotificationRule) -> str:
        """Return which mail it switches."""
        return label_of(row.kind)


class EndpointForm(forms.ModelForm[WebhookEndpoint]):
    """Where to tell, and what; the address must be outside our own network."""

    url = forms.URLField(max_length=500, assume_scheme="https", widget=UnfoldAdminURLInputWidget)
    kinds = forms.MultipleChoiceField(
        choices=[(name, name) for name in KIND_NAMES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen means all.",
    )

    class Meta:
        model = WebhookEndpoint
        fields = ["account", "url", "kinds", "is_active"]

    def clean(self) -> dict[str, Any]:
        """Check the address as every call will."""
        values = super().clean() or self.cleaned_data
        try:
            check_endpoint(url=values.get("url") or "", kinds=values.get("kinds") or [])
        except Invalid as invalid:
            self.add_error(invalid.reasons[0].field or None, invalid.sentence)
        return values


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ConsoleAdmin):
    """Addresses of other systems that are told of facts; the secret is shown once, after adding."""

    editable = True
    form = EndpointForm
    fields = ["account", "url", "kinds", "is_active"]
    list_display = ["url", "account", "is_active", "failures", "paused_until"]
    list_filter = ["account", "is_active"]
    list_select_related = ["account"]
    search_fields = ["url"]
    search_help_text = "Address"
    empty_words = "An endpoint is an address of another system that is told what happens to orders. Add the first one."
    ordering = ["account", "url"]

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        """Give a new endpoint its secret and show it; a changed one is tried afresh."""
        if not change:
            obj.secret = new_secret()
        obj.failures, obj.paused_until = 0, None
        super().save_model(request, obj, form, change)
        if not change:
            messages.warning(request, f"The secret is {obj.secret}. Copy it now: it is not shown again.")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ConsoleAdmin):
    """Webhooks: what was told, what waits, what was given up and why."""

    list_display = ["what", "status", "created_at", "next_try_at", "fault", "status_code", "attempts"]
    empty_words = "Nothing was told yet: there is no endpoint, or nothing has happened since."
    list_filter = ["state", "kind", "endpoint"]
    list_select_related = ["endpoint"]
    search_fields = ["=message_id"]
    ordering = ["-id"]
    fields = [
        "endpoint", "kind", "message_id", "payload", "state", "status_code", "attempts", "created_at", "next_try_at",
        "give_up_at", "delivered_at", "last_error",
    ]  # fmt: skip

    @admin.display(description="told", ordering="kind")
    def what(self, row: WebhookDelivery) -> str:
        """Return what is told, over whom."""
        return two_lines(row.kind, str(row.endpoint))

    @admin.display(description="state", ordering="state")
    def status(self, row: WebhookDelivery) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="last error")
    def fault(self, row: WebhookDelivery) -> str:
        """Return the last error, cut short."""
        return clipped(row.last_error)
