"""Who is named in the history of a row: a person, never the key of a system."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser


def person_of(instance: Any, request: Any = None, **kwargs: Any) -> AbstractBaseUser | None:
    """Return the signed-in person of the request; a key, the system and a command have none."""
    user = getattr(request, "user", None)
    return user if isinstance(user, AbstractBaseUser) else None
