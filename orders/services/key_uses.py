"""When keys were last used: noted in memory, at most once a minute, and written when the answer has left."""

from datetime import datetime, timedelta

from oms.foundation.afterwards import afterwards
from oms.foundation.updates import update_each
from orders.models import ApiKey

NOTED_EVERY = timedelta(minutes=1)
_noted: dict[int, datetime] = {}


def note_use(key: ApiKey, at: datetime) -> None:
    """Keep that the key is used now, unless that was written within the minute."""
    if key.last_used_at is None or at - key.last_used_at >= NOTED_EVERY:
        _noted[key.pk] = at


@afterwards
def write_uses() -> None:
    """Write what was noted, in one statement; a note that is lost is taken again with the key's next use."""
    if not _noted:
        return
    noted = dict(_noted)
    _noted.clear()
    update_each([ApiKey(pk=pk, last_used_at=at) for pk, at in noted.items()], ["last_used_at"])
