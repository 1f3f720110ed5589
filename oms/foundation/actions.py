"""Actions: declared once, shown as a button, offered as a bulk act and reached by the API alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Model

from oms.foundation.actor import Actor
from oms.foundation.cards import card_reasons
from oms.foundation.locks import expecting
from oms.foundation.objections import objections
from oms.foundation.refusals import Denied, Invalid, NotFound, Reason, Refused
from oms.foundation.scope import scoped, scoped_row


@dataclass(frozen=True, slots=True)
class Condition:
    """A named precondition of an act: its check returns the sentence to show when it does not hold."""

    code: str
    check: Callable[[Any], str | None]

    def reason(self, row: Any) -> Reason | None:
        """Return why the act is closed for the row, or None."""
        sentence = self.check(row)
        return Reason(self.code, sentence) if sentence else None


def unmet(row: Any, conditions: Sequence[Condition]) -> list[Reason]:
    """Return the reasons of every condition that does not hold."""
    reasons = (condition.reason(row) for condition in conditions)
    return [reason for reason in reasons if reason is not None]


def refuse_unless(row: Any, *conditions: Condition) -> None:
    """Raise :class:`Refused` with every condition that does not hold; the row is locked by the caller."""
    reasons = unmet(row, conditions)
    if reasons:
        raise Refused(reasons=reasons)


class NoInput(forms.Form):
    """The form of an action that needs nothing but a confirmation."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """One act on one kind of row.

    ``service`` is called with the row's id under ``subject`` (``order_id``), ``actor`` and the form's values.
    ``together`` does the same for many rows in as many statements as for one: it is called with the ids under the
    subject's plural (``order_ids``) and returns :class:`oms.foundation.together.Together`; ``locks`` takes the same ids
    and locks every row that this may touch, in the house's order. ``foresees`` tells of a row, the form's values and a
    moment in one sentence what the act would do, by looking alone. ``inverse`` names the action that takes it back;
    without one ``irreversible`` says why there is none. ``within`` is a kind of rows that the act touches beside its
    own: the service gets those that the principal may see as ``within``, and refuses to touch another one.
    ``beforehand`` is called with the row's id and the moment in a transaction of its own, before the act: what it
    writes, such as a counted try, stays when the act is refused.
    """

    model: type[Model]
    name: str
    label: str
    permission: str
    service: Callable[..., Any]
    subject: str
    conditions: tuple[Condition, ...] = ()
    form: type[forms.Form] = NoInput
    inverse: str = ""
    inverse_values: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None
    irreversible: str = ""
    help: str = ""
    danger: bool = False
    primary: bool = False
    bulk: bool = True
    icon: str = ""
    shown: Callable[[Any], bool] | None = None
    within: type[Model] | None = None
    beforehand: Callable[[int, datetime], None] | None = None
    together: Callable[..., Any] | None = None
    locks: Callable[[Sequence[int]], Any] | None = None
    foresees: Callable[[Any, Mapping[str, Any], datetime], str] | None = None

    def __post_init__(self) -> None:
        if not self.inverse and not self.irreversible:
            raise ValueError(f"action {self.name} names neither its inverse nor why there is none")
        if self.together is not None and self.locks is None:
            raise ValueError(f"action {self.name} is done to many rows and does not say what it locks")

    @property
    def key(self) -> str:
        """Return the name that objections and audit lines use, such as ``orders.cancel``."""
        return f"{self.model._meta.app_label}.{self.name}"


ACTIONS: dict[type[Model], dict[str, Action]] = {}


def register(*actions: Action) -> None:
    """Declare actions; their order is the order of the buttons."""
    for action in actions:
        ACTIONS.setdefault(action.model, {})[action.name] = action


def actions_of(model: type[Model]) -> list[Action]:
    """Return the declared actions of a kind of row."""
    return list(ACTIONS.get(model, {}).values())


def action_named(model: type[Model], name: str) -> Action:
    """Return the action; raises :class:`NotFound` that names the known ones."""
    known = ACTIONS.get(model, {})
    if name not in known:
        names = ", ".join(sorted(known)) or "none"
        raise NotFound(f"There is no action “{name}” here. Known actions: {names}.", code="unknown_action")
    return known[name]


def closed_reasons(action: Action, row: Any, principal: Any, *, ask: bool = True) -> list[Reason]:
    """Return why the button is closed for this person and row; empty means open.

    ``ask`` includes the objections of the rooms on the right, which a caller with many rows asks for all at once.
    """
    reasons = []
    if not principal.has_perm(action.permission):
        reasons.append(Reason("permission_denied", f"Your role may not do this ({action.permission})."))
    reasons += unmet(row, action.conditions)
    return reasons + (objections(action.key, [row.pk]).get(row.pk, []) if ask else [])


@dataclass(frozen=True, slots=True)
class Offer:
    """An action as offered for one row: allowed, or closed with its reasons."""

    action: Action
    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        """Return whether the button is open."""
        return not self.reasons


def offers(row: Any, principal: Any) -> list[Offer]:
    """Return every action of the row's kind, open or closed with its reasons."""
    shown = (one for one in actions_of(type(row)) if one.shown is None or one.shown(row))
    return [Offer(action, tuple(closed_reasons(action, row, principal))) for action in shown]


def run_action(
    action: Action,
    *,
    principal: Any,
    lookup: Mapping[str, Any],
    data: Mapping[str, Any],
    now: datetime,
    version: int | None = None,
    actor: Actor | None = None,
    prepared: bool = False,
) -> Any:
    """Do the act for the principal: permission, scope, form, then the service in a savepoint of its own.

    A door that calls this inside a transaction calls :func:`prepare` before that, and says so with ``prepared``.

    :raises Denied: without the permission. :raises NotFound: out of scope. :raises Invalid: for bad input.
    :raises Refused: when a condition does not hold. :raises StaleVersion: when the row changed since it was shown.
    """
    row = _within_reach(action, principal, lookup)
    if action.beforehand is not None and not prepared:
        action.beforehand(row.pk, now)
    values = cleaned(action, data, principal)
    if action.within is not None:
        values = {**values, "within": scoped(principal, action.within)}
    with transaction.atomic(), expecting(row, version):
        return action.service(**{action.subject: row.pk}, actor=actor or Actor.of(principal, now=now), **values)


def prepare(action: Action, *, principal: Any, lookup: Mapping[str, Any], now: datetime) -> None:
    """Do what an act does beforehand; raises as :func:`run_action` for a row out of reach, and what that raises."""
    if action.beforehand is not None:
        action.beforehand(_within_reach(action, principal, lookup).pk, now)


def _within_reach(action: Action, principal: Any, lookup: Mapping[str, Any]) -> Any:
    """Return the row on which the principal may act."""
    if not principal.has_perm(action.permission):
        raise Denied(f"Your role may not do this ({action.permission}).")
    return scoped_row(principal, action.model, **lookup)


def form_of(action: Action, principal: Any, **how: Any) -> forms.Form:
    """Return the action's form, in which only rows that the principal may see can be chosen."""
    form = action.form(**how)
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
            seen = scoped(principal, field.queryset.model).order_by().values("pk")
            field.queryset = field.queryset.filter(pk__in=seen)
    return form


def cleaned(action: Action, data: Mapping[str, Any], principal: Any) -> dict[str, Any]:
    """Return the form's values; raises :class:`Invalid` with the field of each fault."""
    unknown = sorted(set(data) - set(action.form.base_fields) - {"version", "csrfmiddlewaretoken"})
    if unknown:
        raise Invalid(
            reasons=[Reason("unknown_field", f"“{name}” is not a field of this action.", name) for name in unknown]
        )
    structured = [name for name, value in data.items() if not _fits(action.form.base_fields.get(name), value)]
    if structured:
        raise Invalid(reasons=[Reason("invalid", "Give one value, not a structure.", name) for name in structured])
    form = form_of(action, principal, data=dict(data))
    if form.is_valid():
        if cards := card_reasons(form.cleaned_data.items()):
            raise Invalid(reasons=cards)
        return form.cleaned_data
    faults = form.errors.get_json_data()
    raise Invalid(
        reasons=[
            Reason(one["code"] or "invalid", one["message"], "" if name == "__all__" else name)
            for name, errors in faults.items()
            for one in errors
        ]
    )


def _fits(field: forms.Field | None, value: Any) -> bool:
    """Tell whether a field may look at a value: Django's own would take an object for its text."""
    if field is None or not isinstance(value, Mapping | list):
        return True
    own = not type(field).__module__.startswith("django.")
    return own or (isinstance(value, list) and getattr(field.widget, "allow_multiple_selected", False))
