"""Writing mails: a plain text template per kind and language, whose first line is the subject."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import select_template

from oms.outlets.models import Notification
from oms.outlets.notifications.kinds import KINDS
from orders.models import Order

LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2,4})?")
BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Mail:
    """A written mail; ``secret`` is what only its reader may know."""

    subject: str
    body: str
    secret: str = ""
    attached: tuple[str, str] | None = None
    """Name and text of a CSV file that goes with it."""

    @property
    def kept(self) -> str:
        """Return the text as it is stored: without the secret."""
        return self.body.replace(self.secret, "•" * len(self.secret)) if self.secret else self.body


def write_mail(row: Notification, order: Order, subject: Mapping[str, Any]) -> Mail:
    """Return the mail as it reads now, in the customer's language where there is a template, else in English.

    ``subject`` is what it speaks about besides its order, see :func:`subjects_of`.
    """
    template: Any = select_template(candidates(KINDS[row.kind].template, language_of(order)))
    values = {
        "order": order,
        "shop": order.channel.name,
        "lines": list(order.lines.all()),
        **subject,
    }
    text = template.template.render(_plain(values))
    heading, _, body = text.strip().partition("\n")
    plain = BLANK_LINES.sub("\n\n", body).strip() + "\n"
    return Mail(" ".join(heading.split())[:300], plain, str(subject.get("secret", "")), subject.get("attached"))


def _plain(values: dict[str, Any]) -> Any:
    """Return a context that escapes nothing: a mail is text, not markup."""
    from django.template import Context

    return Context(values, autoescape=False)


def language_of(order: Order) -> str:
    """Return the customer's language, such as ``de`` or ``pt-br``, or nothing."""
    spoken = (order.customer.language if order.customer else "").lower().replace("_", "-")
    return spoken if LANGUAGE.fullmatch(spoken) else ""


def candidates(template: str, language: str) -> list[str]:
    """Return the templates that fit, best first."""
    fitting = [f"mails/{language}/{template}", f"mails/{language[:2]}/{template}"] if language else []
    return list(dict.fromkeys([*fitting, f"mails/{template}"]))
