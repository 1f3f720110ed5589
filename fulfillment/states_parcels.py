"""The words of parcels on their way: days, risks, proofs of delivery and claims."""

from django.db import models


class DayKind(models.TextChoices):
    """Whose word a day on which a parcel arrives is."""

    PROMISED = "promised", "promised to the customer"
    PURCHASE = "purchase", "expected when it left"
    CHANGE = "change", "told by the carrier"


class RefusedFor(models.TextChoices):
    """What a carrier's refusal of a label is about: something of its own, or what every carrier would object to."""

    CARRIER = "carrier", "something of its own"
    PARCEL = "parcel", "the address or the goods"
    UNCLEAR = "unclear", "nobody knows"


class RiskLevel(models.TextChoices):
    """How bad it is about a parcel."""

    NONE = "none", "on course"
    AT_RISK = "at_risk", "at risk"
    LATE = "late", "late"


class RiskReason(models.TextChoices):
    """Why a parcel is at risk."""

    LOST = "lost", "lost"
    RETURNING = "returning", "coming back"
    LATE = "late", "late already"
    EXCEPTION = "exception", "problem at the carrier"
    DELAYED = "delayed", "delayed by the carrier"
    LATER = "later", "expected too late"
    CUSTOMS = "customs", "stuck in customs"
    NO_SCAN = "no_scan", "never scanned"
    STILL = "still", "does not move"


class ClaimState(models.TextChoices):
    """The life of a claim at a carrier."""

    DRAFT = "draft", "to be handed in"
    SUBMITTED = "submitted", "handed in"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    PAID = "paid", "paid"
    CLOSED = "closed", "found again"
    WITHDRAWN = "withdrawn", "withdrawn"


LIVE_CLAIMS = (ClaimState.DRAFT, ClaimState.SUBMITTED, ClaimState.ACCEPTED)


class ClaimReason(models.TextChoices):
    """Why a carrier is to pay."""

    LOST = "lost", "lost"
    DAMAGED = "damaged", "damaged"
    MISSING = "missing", "pieces missing"


class ProofSource(models.TextChoices):
    """Who says who took a parcel."""

    CARRIER = "carrier", "told by the carrier"
    HAND = "hand", "recorded here"
