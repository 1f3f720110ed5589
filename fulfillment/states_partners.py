"""The words of third parties: how they are told, what became of messages, what follows a cancellation."""

from django.db import models


class AfterCancel(models.TextChoices):
    """What becomes of the pieces once a third party has let go of them."""

    ELSEWHERE = "elsewhere", "another location sends it"
    CANCEL_ORDER = "cancel_order", "the whole order is cancelled"
    WAIT = "wait", "the order waits until somebody sources it"


class PartnerWay(models.TextChoices):
    """How a third party is told what to send, and answers."""

    API = "api", "API: it asks us"
    CSV = "csv", "CSV files"
    EDI = "edi", "EDI X12: 940, 945, 997"


class MessageDirection(models.TextChoices):
    """From whom a message comes."""

    OUT = "out", "to the partner"
    IN = "in", "from the partner"


class MessageState(models.TextChoices):
    """What became of a message to or from a partner."""

    WAITING = "waiting", "not acknowledged yet"
    SENT = "sent", "needs no answer"
    ACKNOWLEDGED = "acknowledged", "acknowledged"
    REFUSED = "refused", "refused by the partner"
    TAKEN = "taken", "taken"
    PERSON = "person", "needs a person"
    SEEN = "seen", "looked at"
