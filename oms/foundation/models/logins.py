"""Sessions of people, and the second factor that some of them sign in with."""

from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django_otp.models import Device, ThrottlingMixin

from oms.foundation.secrets import EncryptedTextField


class PersonSession(AbstractBaseSession):
    """A session of a browser, and whose it is; nobody's until somebody signs in."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = "session"

    @classmethod
    def get_session_store_class(cls) -> type:
        """Return the store that reads and writes the rows."""
        from oms.foundation.logins.sessions import SessionStore

        return SessionStore


class SecondFactor(ThrottlingMixin, Device):
    """The app on somebody's telephone that shows six digits every half minute; asked for once it is confirmed.

    ``last_step`` is the half minute of the last code that was taken: no code is taken twice.
    """

    key = EncryptedTextField(editable=False)
    last_step = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user"], name="second_factor_once")]

    def get_throttle_factor(self) -> int:
        """Return the seconds to wait after the first wrong code; each one more doubles them."""
        return 1


class RecoveryCode(models.Model):
    """A code on paper that opens the door once, for somebody who lost the telephone; only its digest is kept."""

    factor: Any = models.ForeignKey(SecondFactor, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factor", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"Recovery code {self.pk}"
