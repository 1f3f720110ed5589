"""How far a job of the clock has come that looks at a part of its rows a run: the next run goes on from there."""

from datetime import datetime

from oms.foundation.models import PeriodicJob


def come_to(job: str) -> int:
    """Return the row that a job has come to; 0 before its first run."""
    return PeriodicJob.objects.filter(name=job).values_list("come_to", flat=True).first() or 0


def note_come_to(job: str, row: int, *, now: datetime) -> None:
    """Keep the row that a job has come to."""
    PeriodicJob.objects.update_or_create(
        name=job, defaults={"come_to": row}, create_defaults={"come_to": row, "due_at": now}
    )
