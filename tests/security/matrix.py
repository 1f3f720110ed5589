"""Compares what every surface answers every caller with what the register says."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User

from oms.foundation.models import BulkOperation, ImportSession
from tests.foundation.rows import make_import
from tests.security import callers as who
from tests.security.callers import API, CONSOLE, Caller
from tests.security.calling import Answer, call, let
from tests.security.register import Door, Kind, Register, register
from tests.security.surfaces import Surface, surfaces
from tests.security.world import CHANNEL_MARK, LOCATION_MARK, World

CLOSED = frozenset({"403", "404", "405"})
MARKS = {"channel": CHANNEL_MARK.lower().encode(), "location": LOCATION_MARK.lower().encode()}
RELATIONS = {"channel": "other_channel", "location": "other_location", "person": "other_channel"}
USUAL = frozenset({"add", "change"})
NO_KIND = Kind(frozenset(), frozenset(), {})


@dataclass(frozen=True, slots=True)
class Cell:
    """One call of the matrix: who calls what, whose row it is, and which outcomes are right."""

    surface: Surface
    caller: Caller
    relation: str
    expected: frozenset[str]

    def __str__(self) -> str:
        return f"{self.caller.name} → {self.surface} ({self.relation})"


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole matrix over one world: everybody, and everything that they might call."""

    world: World
    staff: tuple[Caller, ...]
    keys: dict[str, Caller]
    permissions: frozenset[str]

    @classmethod
    def over(cls, world: World) -> "Matrix":
        """Make the callers of a world."""
        people = tuple(who.staff(world))
        admin = next(one for one in people if one.knows_all)
        users = [one.user for one in people if one.user]
        users.append(User.objects.create_user("stranger"))
        world.personal[BulkOperation] = {user: _bulk(user) for user in users}
        world.personal[ImportSession] = {user: make_import(user, kind="orders") for user in users}
        return cls(world, people, dict(who.keys(world, admin)), frozenset(who.every_permission()))

    def faults(self, wanted: Callable[[Cell], bool], name: str = "") -> list[str]:
        """Call the wanted cells, those of one caller only when named, and return what differs from the register."""
        return [
            fault
            for surface in surfaces()
            for cell in self.cells(surface)
            if name in ("", cell.caller.name) and wanted(cell)
            for fault in self.judge(cell)
        ]

    def cells(self, surface: Surface) -> Iterator[Cell]:
        """Yield the calls of one surface."""
        page = register()
        if surface.model is None:
            yield from self._cells_of_address(surface, page)
        elif surface.side == CONSOLE:
            yield from self._cells_of_console(surface, page.kinds[surface.kind])
        else:
            yield from self._cells_of_api(surface, page.kinds[surface.kind])

    def _cells_of_console(self, surface: Surface, kind: Kind) -> Iterator[Cell]:
        """Yield the calls of a page or button."""
        door = kind.doors.get(surface.door)
        for caller in self.staff:
            own = _console_outcome(caller, surface, door)
            yield Cell(surface, caller, "own", own)
            # of a bulk act nothing is left when nothing that the person may see was selected
            hidden = frozenset({"403" if surface.bulk else "404"}) | (own - {"in"})
            for scope in _foreign(surface, kind) if "in" in own else ():
                sees = caller.knows_all or not (caller.bound or scope == "person")
                yield Cell(surface, caller, RELATIONS[scope], own if sees else hidden)

    def _cells_of_api(self, surface: Surface, kind: Kind) -> Iterator[Cell]:
        """Yield the calls of an endpoint."""
        door = kind.doors.get(surface.door) if surface.door else None
        inside = frozenset({"in"}) if door else CLOSED
        for name in ("nobody", "browser", "revoked", "expired"):
            yield Cell(surface, self.keys[name], "own", frozenset({"401"}))
        yield Cell(surface, self.keys["able"], "own", inside)
        yield Cell(surface, self.keys["unable"], "own", frozenset({"403"}) if door else CLOSED)
        if surface.row and "channel" in kind.scope:
            foreign = frozenset({"404"}) if door else CLOSED
            yield Cell(surface, self.keys["able"], "other_channel", foreign)
            yield Cell(surface, self.keys["stranger"], "own", foreign)

    def _cells_of_address(self, surface: Surface, page: Register) -> Iterator[Cell]:
        """Yield the calls of an address of its own."""
        rule = page.addresses[surface.door]
        if " " in rule and rule != "staff or key":
            kind, door = rule.split(" ")
            if surface.side == CONSOLE:
                yield from self._cells_of_own_page(surface, page.door(kind, door))
                return
            method = "GET" if door == "see" else "POST"
            twin = Surface(
                API, None, door if surface.method == method else "", surface.method, surface.route, surface.name
            )
            yield from self._cells_of_api(twin, page.kinds[kind])
            return
        for caller in (*self.staff, *self.keys.values()):
            yield Cell(surface, caller, "own", _address_outcome(surface, caller, rule))

    def _cells_of_own_page(self, surface: Surface, door: Door | None) -> Iterator[Cell]:
        """Yield the calls of a page outside the console's own, whose row, if it names one, does not exist."""
        allowed = frozenset({"in", "404", "405"}) if "<" in surface.route else frozenset({"in", "405"})
        for caller in self.staff:
            own = _console_outcome(caller, surface, door)
            yield Cell(surface, caller, "own", own | allowed if "in" in own else own)

    def judge(self, cell: Cell) -> Iterable[str]:
        """Call one cell and yield what is wrong with its answer."""
        surface = cell.surface
        self._lend(cell)
        answer = call(surface, cell.caller, self.world, cell.relation)
        if answer.outcome not in cell.expected:
            yield f"{cell}: {answer.outcome} ({answer.status}), expected {' or '.join(sorted(cell.expected))}"
        if answer.written and (surface.method == "GET" or answer.outcome != "in"):
            yield f"{cell}: {answer.outcome}, and wrote to {', '.join(sorted(set(answer.written)))}"
        if "404" in cell.expected and cell.relation != "own":
            yield from self._compare_with_missing(cell, answer)
        yield from _leaks(cell, answer)

    def _lend(self, cell: Cell) -> None:
        """Give the key that calls exactly the scope of the door, or every other one."""
        door = self._door(cell.surface)
        if cell.caller.name == self.keys["able"].name:
            let(cell.caller.key, {door.permission} if door else set(self.permissions))
        elif cell.caller.name == self.keys["unable"].name:
            let(cell.caller.key, set(self.permissions) - ({door.permission} if door else set()))

    def _door(self, surface: Surface) -> Door | None:
        """Return the declared door of a surface."""
        page = register()
        kind = surface.kind
        if surface.model is None:
            rule = page.addresses.get(surface.name, "").split(" ")
            kind = rule[0] if len(rule) == 2 else ""
        return page.kinds.get(kind, NO_KIND).doors.get(surface.door)

    def _compare_with_missing(self, cell: Cell, answer: Answer) -> Iterator[str]:
        """Yield a fault when a foreign row is answered in another way than one that does not exist."""
        missing = call(cell.surface, cell.caller, self.world, "missing")
        if (missing.outcome, missing.status) != (answer.outcome, answer.status):
            yield f"{cell}: {answer.status}, but {missing.status} for a row that does not exist"
        elif cell.surface.side == API and missing.body != answer.body:
            yield f"{cell}: tells a foreign row from one that does not exist"


def _bulk(user: User) -> BulkOperation:
    """Make a bulk act that a person has begun."""
    return BulkOperation.objects.create(model="orders.Order", action="hold", label="Hold", user=user)


def _foreign(surface: Surface, kind: Kind) -> list[str]:
    """Return the scopes by which a row of the surface can be foreign."""
    return sorted(kind.scope) if surface.row or surface.bulk else []


def _console_outcome(caller: Caller, surface: Surface, door: Door | None) -> frozenset[str]:
    """Return the right outcome of a console door for a caller's own row."""
    if not caller.is_staff:
        return frozenset({"login"})
    if door is None:
        return CLOSED
    inside = frozenset({"in"}) if caller.may(door) else frozenset({"403"})
    is_own_page = surface.method == "POST" and not (surface.act or surface.door in USUAL)
    return inside | {"405"} if is_own_page else inside


def _address_outcome(surface: Surface, caller: Caller, rule: str) -> frozenset[str]:
    """Return the right outcomes of an address of its own."""
    at_door = frozenset({"login"}) if surface.side == CONSOLE else frozenset({"401"})
    inside = frozenset({"in", "404", "405"})
    if rule == "nobody":
        return at_door | CLOSED
    if rule == "signature":
        return frozenset({"401", "405"})
    if rule == "everybody":
        return inside
    if rule == "staff or key" and caller.side == API and caller.name not in ("nobody", "an administrator's browser"):
        return inside | {"403"} if caller.name not in ("revoked key", "expired key") else at_door
    if caller.is_staff or caller.name == "an administrator's browser":
        return inside
    return at_door | {"403"}


def _leaks(cell: Cell, answer: Answer) -> Iterator[str]:
    """Yield a fault when an answer to a bound caller contains words of another shop or warehouse."""
    kind = register().kinds.get(cell.surface.kind, NO_KIND)
    if answer.outcome != "in" or (cell.caller.side == CONSOLE and not cell.caller.bound):
        return
    for scope in kind.hides & MARKS.keys():
        if (cell.caller.side == CONSOLE or scope == "channel") and MARKS[scope] in answer.body.lower():
            yield f"{cell}: shows words of another {scope}"
