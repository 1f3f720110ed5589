"""Channels, their accounts, and the keys of their systems."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from inventory.models import Location
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.console import ConsoleAdmin, MemberInline, ReadOnlyInline, TellsRelated, members_text
from oms.foundation.refusals import Refused
from oms.foundation.scope import scoped
from orders.models import ApiKey, Channel, ChannelAccount, ChannelMembership
from orders.services.api_keys import ALL_SCOPES, issue_api_key


class Recorded(ConsoleAdmin):
    """Editable settings; every save is written on the timeline with the fields that changed."""

    editable = True

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and record which fields changed, without secrets."""
        super().save_model(request, obj, form, change)
        word = "change" if change else "create"
        names = [name for name in form.changed_data if name != "seen_version"]
        actor = Actor.of(request.user, now=timezone.now())
        record(actor, f"orders.{word}_{obj._meta.model_name}", obj, data={"fields": names})


class AccountInline(ReadOnlyInline):
    """The channel's accounts."""

    model = ChannelAccount
    fields = ["code", "adapter", "is_active"]
    readonly_fields = fields


class ChannelMemberInline(MemberInline):
    """The people who are limited to the channel, or to their own sales in it."""

    model = ChannelMembership
    fields = ["user", "own_only"]
    verbose_name = "person limited to this channel"
    verbose_name_plural = "people limited to this channel"


@admin.register(Channel)
class ChannelAdmin(TellsRelated, Recorded):
    """Channels and the policies that hold for all their orders."""

    page = "orders.channel"
    list_display = ["code", "name", "kind", "currency", "shortage_policy", "sends_mail", "is_active"]
    empty_words = "Orders come through channels: a web shop, a marketplace, the telephone. Add the first one."
    list_filter = ["kind", "is_active"]
    search_fields = ["code", "name"]
    ordering = ["code"]
    inlines: ClassVar[list[Any]] = [AccountInline, ChannelMemberInline]
    related_told = (("limited people", members_text),)
    fieldsets = [
        (None, {"fields": [("code", "name"), ("kind", "currency"), ("prices_include_tax", "is_active")]}),
        ("Checks", {"fields": [("requires_email", "requires_phone"), "shortage_policy"]}),
        ("E-mails", {"fields": [("sends_mail", "sender_email")]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep code and currency of a channel that exists: its orders carry them."""
        return ["code", "currency"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Show accounts once the channel exists."""
        return list(self.inlines) if obj else []


class AccountForm(forms.ModelForm[ChannelAccount]):
    """An account; secrets can be set anew and are never shown."""

    webhook_secret = forms.CharField(required=False, widget=forms.PasswordInput, help_text="Blank keeps the old one.")
    credentials = forms.CharField(required=False, widget=forms.PasswordInput, help_text="Blank keeps the old ones.")

    class Meta:
        model = ChannelAccount
        fields = ["channel", "code", "adapter", "is_active", "webhook_secret", "credentials"]

    def clean(self) -> dict[str, Any]:
        """Keep the secrets that were left blank."""
        data = super().clean() or {}
        for name in ("webhook_secret", "credentials"):
            data[name] = data.get(name) or getattr(self.instance, name)
        return data


@admin.register(ChannelAccount)
class ChannelAccountAdmin(Recorded):
    """Accounts at channels: the adapter that speaks to each, and its secrets."""

    form = AccountForm
    list_display = ["code", "channel", "adapter", "is_active"]
    list_filter = ["channel", "adapter", "is_active"]
    list_select_related = ["channel"]
    search_fields = ["code"]
    ordering = ["code"]
    fields = ["channel", "code", "adapter", "is_active", "webhook_secret", "credentials"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep channel and code of an account that exists: its orders and webhooks carry them."""
        return ["channel", "code"] if obj else []


class KeyForm(forms.Form):
    """Whose key, what it is for, what it may do."""

    account = forms.ModelChoiceField(ChannelAccount.objects.none(), required=False, help_text="For a channel's system.")
    location = forms.ModelChoiceField(
        Location.objects.none(), required=False, help_text="For a 3PL or a device: it sees what is done there."
    )
    device = forms.BooleanField(required=False, label="It picks there", help_text="Under its own name.")
    name = forms.CharField(max_length=80, required=False, help_text="Such as “warehouse scanner”.")
    scopes = forms.CharField(
        initial=ALL_SCOPES,
        max_length=2000,
        help_text="Permissions such as orders.view_order, separated by spaces; * is all.",
    )


@admin.register(ApiKey)
class ApiKeyAdmin(ConsoleAdmin):
    """Keys of channels' systems: issued here, shown once, revoked at any time."""

    page = "orders.apikey"
    add_words = "Issue a key"
    empty_words = "A channel's system needs a key to send orders through the API. It is shown once, when it is issued."
    list_display = ["prefix", "name", "account", "location", "created_at", "expires_at", "revoked_at", "last_used_at"]
    list_filter = ["account", "location"]
    list_select_related = ["account", "location"]
    search_fields = ["=prefix", "name"]
    ordering = ["-id"]
    fields = [
        "prefix",
        "name",
        "account",
        "location",
        "scopes",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_used_at",
    ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let people with the permission issue keys."""
        return bool(request.user.has_perm("orders.add_apikey"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Issue a key and show its text, once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = KeyForm(request.POST if request.method == "POST" else None)
        accounts: Any = form.fields["account"]
        accounts.queryset = scoped(request.user, ChannelAccount).filter(is_active=True)
        places: Any = form.fields["location"]
        places.queryset = scoped(request.user, Location)
        context = {**self.admin_site.each_context(request), "title": "Issue a key", "opts": self.opts, "form": form}
        text = _issued(form, request.user) if form.is_valid() else ""
        if not text:
            return TemplateResponse(request, "orders/issue_key.html", context)
        messages.success(request, "The key was issued. Copy it now: it is not shown again.")
        answer = TemplateResponse(request, "orders/issue_key.html", {**context, "key": text})
        answer["Cache-Control"] = "no-store"
        return answer


def _issued(form: KeyForm, user: Any) -> str:
    """Return the text of a new key; an empty text where the form says why there is none."""
    told = form.cleaned_data
    try:
        return issue_api_key(
            account_id=told["account"].pk if told["account"] else None,
            location_id=told["location"].pk if told["location"] else None,
            device=told["device"],
            name=told["name"],
            scopes=told["scopes"].split(),
            actor=Actor.of(user, now=timezone.now()),
        )
    except Refused as refusal:
        for reason in refusal.reasons:
            form.add_error(reason.field or None, reason.sentence)
        return ""
