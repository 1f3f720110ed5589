"""Third parties (3PL): how each is spoken to, and every message to and from it."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.widgets import UnfoldAdminPasswordWidget

from fulfillment.admin.papers import document, paper
from fulfillment.models import FulfillmentPartner, PartnerMessage
from fulfillment.partners.x12.reading import MOST_BYTES
from fulfillment.services.third_party.receiving import Received, receive_file
from fulfillment.services.third_party.settling import settle_message
from fulfillment.states_partners import PartnerWay
from inventory.models.places import LocationKind
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.console import ConsoleAdmin
from oms.foundation.look.cells import moment, two_lines
from oms.foundation.scope import scoped, scoped_row
from oms.foundation.templatetags.console import pill
from oms.foundation.wording import count

SETTLE, SEE = "fulfillment.settle_partnermessage", "fulfillment.view_partnermessage"


class PartnerForm(forms.ModelForm[FulfillmentPartner]):
    """How a third party is spoken to; its secret can be set anew and is never shown."""

    secret = forms.CharField(
        label="Secret for what it posts",
        required=False,
        max_length=200,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Only where it posts files to us. Never shown again. Blank keeps the old one.",
    )

    class Meta:
        model = FulfillmentPartner
        fields = [
            "location", "way", "answer_hours", "our_qualifier", "our_id", "their_qualifier", "their_id", "is_test",
            "is_active",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Insist on both numbers where EDI is spoken."""
        data = super().clean() or {}
        for name in ("our_id", "their_id"):
            if data.get("way") == PartnerWay.EDI and not data.get(name):
                self.add_error(name, "EDI needs it: interchanges name who sends and who receives.")
        if data.get("secret"):
            self.instance.enter(data["secret"])
        return data


@admin.register(FulfillmentPartner)
class FulfillmentPartnerAdmin(ConsoleAdmin):
    """Third parties: by which way each is told what to send."""

    page = "fulfillment.fulfillmentpartner"
    state_fields = ()
    editable = True
    form = PartnerForm
    add_words = "Set up a 3PL"
    list_display = ["place", "way", "answer_hours", "is_test", "is_active"]
    list_filter = ["way", "is_active"]
    list_select_related = ["location"]
    search_fields = ["=location__code"]
    search_help_text = "Code of the location"
    ordering = ["location__code"]
    empty_words = "Give a location the kind “3PL”, then set up here how it is told what to send: by API, CSV or EDI."
    fieldsets: ClassVar[Any] = [
        (None, {"fields": ["location", ("way", "answer_hours"), ("is_test", "is_active"), "secret"]}),
        ("EDI X12", {"fields": [("our_qualifier", "our_id"), ("their_qualifier", "their_id")]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the location of a partner that exists: its messages speak of it."""
        return ["location"] if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the 3PLs that nobody has set up."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.queryset = field.queryset.filter(kind=LocationKind.THIRD_PARTY, partner=None)
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and record which fields changed, without the secret."""
        super().save_model(request, obj, form, change)
        names = [name for name in form.changed_data if name != "seen_version"]
        actor = Actor.of(request.user, now=timezone.now())
        word, told = ("change", "Changed") if change else ("create", "Set up")
        record(actor, f"fulfillment.{word}_fulfillmentpartner", obj, note=f"{told}: {obj}.", data={"fields": names})

    @admin.display(description="3PL", ordering="location__code")
    def place(self, row: FulfillmentPartner) -> str:
        """Return the location."""
        return two_lines(row.location.code, row.location.name)


class FileForm(forms.Form):
    """Whose file, and the file."""

    partner = forms.ModelChoiceField(FulfillmentPartner.objects.none(), label="3PL")
    file = forms.FileField(help_text="An EDI X12 file: 945 or 997, one or several in it.", allow_empty_file=True)

    def clean_file(self) -> bytes:
        """Return what is in the file; raises ValidationError for one that is too large."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"A file has at most {MOST_BYTES:,} bytes; send it in parts.")
        content: bytes = file.read()
        return content


@admin.register(PartnerMessage)
class PartnerMessageAdmin(ConsoleAdmin):
    """Messages to and from third parties, as they were, and what became of each."""

    page = "fulfillment.partnermessage"
    add_words = "Read a file"
    list_display = ["what", "partner_shown", "status", "when", "sentence"]
    list_filter = ["state", "direction", "partner"]
    list_select_related = ["partner__location", "request__fulfillment_order__order"]
    search_fields = ["=request__number", "=request__fulfillment_order__order__number", "=key"]
    search_help_text = "Number of the request or the order, or the message's control numbers"
    search_words = "Type the whole number of the request or the order."
    empty_words = "Messages appear as soon as a 3PL is asked to send, or a file of its is read."
    ordering = ["-id"]
    fields = ["partner_shown", "direction", "kind", "key", "state", "sentence", "request", "created_at", "settled_at"]
    readonly_fields = ["partner_shown"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let people with the permission read files."""
        return bool(request.user.has_perm(SETTLE))

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the messages without what is in them."""
        return super().get_queryset(request).defer("body")

    def get_urls(self) -> list[URLPattern]:
        """Add the address of what a message was."""
        view = self.admin_site.admin_view(paper(SEE, self.download))
        name = "fulfillment_partnermessage_download"
        return [path("<int:object_id>/download/", view, name=name), *super().get_urls()]

    def download(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Send a message as it was."""
        row = scoped_row(request.user, PartnerMessage, pk=object_id)
        ending = "csv" if row.kind.startswith("csv") else "edi"
        answer = document(bytes(row.body), f"{row.kind}-{row.pk}.{ending}", "text/plain; charset=utf-8")
        answer["Content-Disposition"] = answer["Content-Disposition"].replace("inline", "attachment")
        return answer

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Store a file of a third party, do what it says, and tell what became of it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = FileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
        partners: Any = form.fields["partner"]
        partners.queryset = (
            scoped(request.user, FulfillmentPartner).filter(way=PartnerWay.EDI).select_related("location")
        )
        context = {**self.admin_site.each_context(request), "title": "Read a file", "opts": self.opts, "form": form}
        if not form.is_valid():
            return TemplateResponse(request, "fulfillment/partner_file.html", context)
        actor = Actor.of(request.user, now=timezone.now())
        told = receive_file(partner_id=form.cleaned_data["partner"].pk, body=form.cleaned_data["file"], actor=actor)
        for row in told.new:
            settle_message(message_id=row.pk, actor=actor)
        messages.success(request, _brought(told))
        return redirect("admin:fulfillment_partnermessage_changelist")

    @admin.display(description="message", ordering="kind")
    def what(self, row: PartnerMessage) -> str:
        """Return its kind and direction over what it speaks of."""
        return two_lines(f"{row.kind} {row.get_direction_display()}", row.request.number if row.request else "")

    @admin.display(description="3PL", ordering="partner__location__code")
    def partner_shown(self, row: PartnerMessage) -> str:
        """Return the location."""
        return two_lines(row.partner.location.code, row.partner.location.name)

    @admin.display(description="state", ordering="state")
    def status(self, row: PartnerMessage) -> str:
        """Return the state as a coloured word."""
        return pill(row.get_state_display(), row.state)

    @admin.display(description="stored", ordering="created_at")
    def when(self, row: PartnerMessage) -> str:
        """Return when it was written or came."""
        return moment(row.created_at)


def _brought(told: Received) -> str:
    """Return in a sentence what a file brought."""
    known = f" {count(told.known, 'message')} came before." if told.known else ""
    return f"{count(len(told.new), 'message')} read.{known}"
