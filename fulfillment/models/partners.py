"""Third parties (3PL) that hold our stock: how each is spoken to, and every message to and from it as it was."""

import json
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from fulfillment.models.suppliers import SupplierRequest
from fulfillment.states_partners import MessageDirection, MessageState, PartnerWay
from inventory.models import Location
from oms.foundation.aggregate import Aggregate, Versioned, words_check
from oms.foundation.secrets import EncryptedTextField

M = MessageState
EDI_ID = RegexValidator(r"^[A-Za-z0-9 .&-]{1,15}$", "Up to 15 letters, digits, blanks, dots, hyphens.")
QUALIFIER = RegexValidator(r"^[A-Z0-9]{2}$", "Two letters or digits, such as ZZ or 01.")


class FulfillmentPartner(Versioned):
    """How the third party at one location is told what to send, and proves what it sends us.

    ``last_control`` is the number of the last interchange written to it.
    """

    location = models.OneToOneField(Location, models.PROTECT, related_name="partner", limit_choices_to={"kind": "3pl"})
    way = models.CharField("is told by", max_length=4, choices=PartnerWay.choices)
    answer_hours = models.PositiveSmallIntegerField(
        "hours to answer", default=4, help_text="Longer without an answer, and it stands on the start page."
    )
    our_qualifier = models.CharField(max_length=2, default="ZZ", validators=[QUALIFIER])
    our_id = models.CharField("our EDI number", max_length=15, blank=True, default="", validators=[EDI_ID])
    their_qualifier = models.CharField(max_length=2, default="ZZ", validators=[QUALIFIER])
    their_id = models.CharField("their EDI number", max_length=15, blank=True, default="", validators=[EDI_ID])
    is_test = models.BooleanField("marks its interchanges as a test", default=False)
    last_control = models.PositiveIntegerField(default=0, editable=False)
    credentials = EncryptedTextField(blank=True, default="")
    is_active = models.BooleanField("in use", default=True)

    class Meta:
        verbose_name = "3PL"
        verbose_name_plural = "3PLs"
        ordering = ["location__code"]
        constraints = [
            words_check("way", PartnerWay.values, "partner_way_word"),
            models.CheckConstraint(
                condition=~Q(way="edi") | (~Q(our_id="") & ~Q(their_id="")), name="partner_edi_has_numbers"
            ),
            models.CheckConstraint(
                condition=Q(answer_hours__gte=1, answer_hours__lte=720), name="partner_answer_hours"
            ),
        ]

    def __str__(self) -> str:
        return str(self.location)

    @property
    def secret(self) -> str:
        """Return the secret with which the partner signs what it posts; an empty text without one."""
        entered: dict[str, Any] = json.loads(self.credentials or "{}")
        return str(entered.get("secret", ""))

    def enter(self, secret: str) -> None:
        """Keep the secret, in memory."""
        self.credentials = json.dumps({"secret": secret}) if secret else ""


class PartnerMessage(Aggregate):
    """One message to or from a third party, as it was; of a file with several, each with its envelope.

    ``key`` makes it one of its kind: interchange, group and message number of X12 (ISA13, GS06, ST02), or a digest.
    """

    partner = models.ForeignKey(FulfillmentPartner, models.PROTECT, related_name="messages")
    request = models.ForeignKey(SupplierRequest, models.PROTECT, null=True, blank=True, related_name="messages")
    direction = models.CharField(max_length=3, choices=MessageDirection.choices, editable=False)
    kind = models.CharField(max_length=12, editable=False)
    key = models.CharField(max_length=64, editable=False)
    state = FSMField(max_length=12, default=M.WAITING, choices=M.choices, protected=True)
    sentence = models.CharField("what became of it", max_length=300, blank=True, default="", editable=False)
    body = models.BinaryField(editable=False)
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "partner message"
        permissions = [("settle_partnermessage", "Can read a partner's files and say what became of them")]
        constraints = [
            words_check("state", M.values, "partner_message_state_word"),
            words_check("direction", MessageDirection.values, "partner_message_direction_word"),
            models.UniqueConstraint(fields=["partner", "direction", "key"], name="partner_message_once"),
        ]
        indexes = [
            models.Index(fields=["partner", "-id"], name="partner_message_newest"),
            models.Index(fields=["state", "-id"], name="partner_message_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:24]}"

    @property
    def stream(self) -> str:
        """Return the order's stream where it speaks of one, else its own."""
        return self.request.stream if self.request else f"partnermessage:{self.pk}"

    @transition(field=state, source=M.WAITING, target=M.SENT)
    def send(self) -> None:
        """It needs no answer."""

    @transition(field=state, source=M.WAITING, target=M.ACKNOWLEDGED)
    def acknowledge(self, *, why: str) -> None:
        """The partner has read it."""
        self.sentence = why[:300]

    @transition(field=state, source=[M.WAITING, M.ACKNOWLEDGED], target=M.REFUSED)
    def refuse(self, *, why: str) -> None:
        """The partner could not read it."""
        self.sentence = why[:300]

    @transition(field=state, source=M.WAITING, target=M.TAKEN)
    def take(self, *, why: str) -> None:
        """What it says was done, or known already."""
        self.sentence = f"{self.sentence} {why}".strip()[:300]

    @transition(field=state, source=M.WAITING, target=M.PERSON)
    def ask_person(self, *, why: str) -> None:
        """What it says cannot be done by itself."""
        self.sentence = f"{self.sentence} {why}".strip()[:300]

    @transition(field=state, source=M.PERSON, target=M.WAITING)
    def reopen(self) -> None:
        """It is read once more."""
        self.sentence = ""

    @transition(field=state, source=[M.PERSON, M.REFUSED], target=M.SEEN)
    def see(self, *, note: str) -> None:
        """A person has looked at it and done what was to be done."""
        self.sentence = f"{self.sentence} {note}".strip()[:300]
