"""Sessions that know whose they are, so that all of a person's end when the person's rights change.

This is the settings' ``SESSION_ENGINE``.
"""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver

from oms.foundation.models import PersonSession

RIGHTS = ("is_active", "is_staff", "is_superuser")
CHANGES = ("post_add", "post_remove", "pre_clear")


class SessionStore(DatabaseStore):
    """Django's sessions in the database, in our own table."""

    @classmethod
    def get_model_class(cls) -> type[PersonSession]:
        """Return our own table."""
        return PersonSession

    def create_model_instance(self, data: Any) -> PersonSession:
        """Return the row of a session, with its person."""
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        return row  # type: ignore[no-any-return]


def end_sessions(user_ids: "list[int]", *, keep: str = "") -> int:
    """End all sessions of people, but for the one with the key to keep; return how many ended."""
    ended, _ = PersonSession.objects.filter(user_id__in=user_ids).exclude(session_key=keep).delete()
    return ended


@receiver(pre_save, sender=User)
def remember_rights(sender: Any, instance: User, update_fields: Any = None, **kwargs: Any) -> None:
    """Read what the person may be before the row is saved; the time of a login, saved alone, changes no right."""
    changes = not instance._state.adding and (update_fields is None or {*update_fields} & {*RIGHTS})
    before = User.objects.filter(pk=instance.pk).values(*RIGHTS).first() if changes else None
    instance._rights_before = before  # type: ignore[attr-defined]


@receiver(post_save, sender=User)
def end_after_change(sender: Any, instance: User, **kwargs: Any) -> None:
    """End the person's sessions when what they may be has changed; a new password ends them by Django's own check."""
    before = getattr(instance, "_rights_before", None)
    if before and any(getattr(instance, name) != before[name] for name in RIGHTS):
        end_sessions([instance.pk])


@receiver(m2m_changed, sender=User.groups.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
def end_after_new_role(sender: Any, instance: Any, action: str, pk_set: Any, reverse: bool, **kwargs: Any) -> None:
    """End the sessions of everybody who got or lost a role or a permission."""
    if action not in CHANGES or (pk_set is not None and not pk_set):
        return
    if not reverse:
        end_sessions([instance.pk])
    elif pk_set is not None:
        end_sessions(list(pk_set))
    else:
        end_sessions(list(instance.user_set.values_list("pk", flat=True)))
