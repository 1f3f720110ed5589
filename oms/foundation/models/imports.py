"""Imports: a file as it was sent, what it would do entry by entry, and what became of it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from oms.foundation.aggregate import Aggregate, words_check
from oms.foundation.claims import Claimable
from oms.foundation.imports.plans import Verb


class ImportState(models.TextChoices):
    """How far an import is."""

    UPLOADED = "uploaded", "being read"
    PREVIEWED = "previewed", "previewed"
    APPLYING = "applying", "being applied"
    APPLIED = "applied", "applied"
    PARTLY_APPLIED = "partly_applied", "partly applied"
    FAILED = "failed", "failed"
    UNDOING = "undoing", "being taken back"
    UNDONE = "undone", "taken back"
    PARTLY_UNDONE = "partly_undone", "partly taken back"
    CANCELLED = "cancelled", "dropped"


class RowOutcome(models.TextChoices):
    """What became of one entry of a file."""

    READY = "ready", "to be applied"
    DONE = "done", "applied"
    SAME = "same", "unchanged"
    REFUSED = "refused", "refused"
    UNDONE = "undone", "taken back"
    KEPT = "kept", "not taken back"


WORKING = (ImportState.UPLOADED, ImportState.APPLYING, ImportState.UNDOING)
TAKEN = (ImportState.APPLIED, ImportState.PARTLY_APPLIED, ImportState.PARTLY_UNDONE)


class ImportFile(models.Model):
    """The bytes of a file that was sent, kept once by their digest, so that any machine can read them."""

    digest = models.CharField(max_length=64, unique=True)
    body = models.BinaryField()
    sent_at = models.DateTimeField(help_text="When it was sent last.")

    def __str__(self) -> str:
        return self.digest[:12]


class ImportSession(Claimable, Aggregate):
    """One file on its way into the books: read, previewed by a person, applied, taken back.

    ``position`` is how many entries were read so far, ``tally`` how many had which outcome when its last step ended.
    """

    kind = models.CharField(max_length=24, editable=False)
    name = models.CharField("file", max_length=200, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    size = models.PositiveIntegerField("bytes", editable=False)
    file = models.ForeignKey(
        ImportFile, models.SET_NULL, null=True, blank=True, related_name="sessions", editable=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    options = models.JSONField(default=dict, editable=False)
    state = FSMField(max_length=16, default=ImportState.UPLOADED, choices=ImportState.choices, protected=True)
    position = models.PositiveIntegerField(default=0, editable=False)
    unused = models.JSONField(default=list, editable=False)
    tally = models.JSONField(default=dict, editable=False)
    why = models.TextField(blank=True, default="", editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "import"
        constraints = [words_check("state", ImportState.values, "import_state_word")]
        indexes = [
            models.Index(fields=["next_try_at"], name="import_due", condition=Q(state__in=WORKING)),
            models.Index(fields=["digest", "-id"], name="import_by_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    @transition(field=state, source=ImportState.UPLOADED, target=ImportState.PREVIEWED)
    def show(self) -> None:
        """It was read; its person is to look at what it would do."""
        self.next_try_at = None

    @transition(field=state, source=[ImportState.UPLOADED, ImportState.PREVIEWED], target=ImportState.CANCELLED)
    def drop(self) -> None:
        """Its person does not want it."""
        self.next_try_at = None

    @transition(field=state, source=ImportState.PREVIEWED, target=ImportState.APPLYING)
    def apply(self, *, at: datetime) -> None:
        """Its person has seen what it would do and said yes."""
        self.next_try_at = at

    @transition(field=state, source=ImportState.APPLYING, target=ImportState.APPLIED)
    def finish(self, *, at: datetime) -> None:
        """Everything was taken."""
        self.finished_at, self.next_try_at = at, None

    @transition(field=state, source=ImportState.APPLYING, target=ImportState.PARTLY_APPLIED)
    def finish_partly(self, *, at: datetime) -> None:
        """Some entries were refused."""
        self.finished_at, self.next_try_at = at, None

    @transition(field=state, source=[ImportState.UPLOADED, ImportState.APPLYING], target=ImportState.FAILED)
    def fail(self, *, at: datetime, why: str) -> None:
        """It cannot be read, or nothing of it was taken."""
        self.finished_at, self.next_try_at, self.why = at, None, why

    @transition(field=state, source=list(TAKEN), target=ImportState.UNDOING)
    def take_back(self, *, at: datetime) -> None:
        """Its person wants it taken back."""
        self.next_try_at = at

    @transition(field=state, source=ImportState.UNDOING, target=ImportState.UNDONE)
    def end_undo(self, *, at: datetime) -> None:
        """Everything that was applied was taken back."""
        self.finished_at, self.next_try_at = at, None

    @transition(field=state, source=ImportState.UNDOING, target=ImportState.PARTLY_UNDONE)
    def end_undo_partly(self, *, at: datetime) -> None:
        """Something could not be taken back."""
        self.finished_at, self.next_try_at = at, None


class ImportRow(models.Model):
    """One entry of a file: what it would do, and what became of it.

    ``changes`` are [before, after] by column; ``faults`` are [row, column, sentence].
    """

    session = models.ForeignKey(ImportSession, models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField()
    key = models.CharField(max_length=200, blank=True, default="")
    verb = models.CharField(max_length=8, choices=Verb.choices)
    outcome = models.CharField(max_length=8, choices=RowOutcome.choices)
    changes = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True, default="")
    faults = models.JSONField(default=list)
    object_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["row"]
        constraints = [
            models.UniqueConstraint(fields=["session", "row"], name="import_row_once"),
            words_check("verb", Verb.values, "import_verb_word"),
            words_check("outcome", RowOutcome.values, "import_outcome_word"),
        ]
        indexes = [
            models.Index(fields=["session", "outcome", "verb", "row"], name="import_row_list"),
            models.Index(fields=["session", "key"], name="import_row_key"),
        ]

    def __str__(self) -> str:
        return f"row {self.row}: {self.key}"
