"""Rules about how state, stock and facts may change."""

import ast
from collections import Counter
from collections.abc import Iterator

from tests.architecture.rule import rule
from tests.architecture.tree import Source, keyword_names, last_name

# save_many() is the one guarded bulk write; messages and facts are moved on by conditional updates on their lease
STATE_WRITERS = ("oms/foundation/aggregate.py", "oms/foundation/inbox.py", "oms/foundation/relay.py")
# what is over, what nobody has seen, what somebody must be able to take away, and whom nobody may remember
DELETERS = (
    "oms/foundation/retention.py",
    "fulfillment/services/scarcity/clearing.py",
    "oms/foundation/logins/factor.py",
    "oms/foundation/logins/sessions.py",
    "oms/outlets/privacy/erasing.py",
    "oms/outlets/services/endpoints.py",
    "orders/services/capture_known.py",
    "orders/services/drafts.py",
    "inventory/services/reservations.py",
    "inventory/services/kits.py",
    "inventory/services/substituting.py",
    "returns/services/lots.py",
)
PROTECTED_WRITES = ("update", "create", "get_or_create", "update_or_create", "acreate", "aupdate")


@rule(
    "OMS001",
    bad=("orders/services.py", "Order.objects.filter(pk=1).update(state='placed')"),
    ok=("oms/foundation/aggregate.py", "Order.objects.filter(pk=1).update(state='placed')"),
)
def state_is_written_by_transition(source: Source) -> Iterator[int]:
    """A state changes by its transition; only the floor's own queues and save_many() write one with update()."""
    if not source.is_product or source.is_migration or source.path in STATE_WRITERS:
        return
    for call in source.calls(*PROTECTED_WRITES):
        if "state" in keyword_names(call):
            yield call.lineno


@rule(
    "OMS002",
    bad=("orders/services.py", "Order.objects.bulk_update(rows, ['state', 'version'])"),
    ok=("orders/services.py", "Order.objects.bulk_update(rows, ['note'])"),
)
def state_is_not_bulk_updated(source: Source) -> Iterator[int]:
    """bulk_update() passes a transition by: states go through aggregate.save_many()."""
    if not source.is_product or source.path in STATE_WRITERS:
        return
    for call in source.calls("bulk_update"):
        words = {node.value for node in ast.walk(call) if isinstance(node, ast.Constant)}
        if "state" in words:
            yield call.lineno


@rule(
    "OMS003",
    bad=("orders/services.py", "Order.objects.select_for_update().get(pk=1)"),
    ok=("orders/locks.py", "Order.objects.select_for_update().get(pk=1)"),
)
def rows_are_locked_by_lock_functions(source: Source) -> Iterator[int]:
    """select_for_update() stands in a room's locks module or in oms/foundation, where the order of locks is kept."""
    if source.is_product and "locks" not in source.parts and not source.path.startswith("oms/foundation/"):
        yield from (call.lineno for call in source.calls("select_for_update"))


@rule(
    "OMS004",
    bad=("orders/services.py", "order.refresh_from_db()"),
    ok=("orders/services.py", "order = lock_order(order.pk)"),
)
def rows_are_read_again_by_locking(source: Source) -> Iterator[int]:
    """refresh_from_db() can switch off a state's protection: lock a fresh row instead."""
    if source.is_product:
        yield from (call.lineno for call in source.calls("refresh_from_db"))


@rule(
    "OMS005",
    bad=("orders/services.py", "transaction.on_commit(ring)"),
    ok=("orders/services.py", "transaction.on_commit(ring, robust=True)"),
)
def commit_hooks_are_robust(source: Source) -> Iterator[int]:
    """on_commit() takes robust=True: a broken bell must not turn a committed act into an error."""
    if not source.is_product:
        return
    for call in source.calls("on_commit"):
        robust = [word.value for word in call.keywords if word.arg == "robust"]
        if not (robust and isinstance(robust[0], ast.Constant) and robust[0].value is True):
            yield call.lineno


@rule(
    "OMS006",
    bad=("orders/models/order.py", "state = FSMField(default='draft')"),
    ok=("orders/models/order.py", "state = FSMField(default='draft', protected=True)"),
)
def states_are_protected(source: Source) -> Iterator[int]:
    """Every FSMField is protected=True."""
    if source.is_product and not source.is_migration:
        yield from (call.lineno for call in source.calls("FSMField") if "protected" not in keyword_names(call))


@rule(
    "OMS007",
    bad=("orders/admin.py", "class OrderAdmin(FSMAdminMixin): ..."),
    ok=("orders/admin.py", "class OrderAdmin(ConsoleAdmin): ..."),
)
def state_buttons_are_declared_actions(source: Source) -> Iterator[int]:
    """FSMAdminMixin runs transitions without permission: buttons come from declared actions."""
    if source.is_product:
        yield from (getattr(node, "lineno", 1) for node in source.nodes if last_name(node) == "FSMAdminMixin")


@rule(
    "OMS008",
    bad=("orders/locks.py", "Order.objects.select_for_update().filter(pk=1)"),
    ok=("orders/locks.py", "Order.objects.select_for_update(of=('self',)).filter(pk=1)"),
)
def locks_hold_their_own_rows(source: Source) -> Iterator[int]:
    """select_for_update() says of=("self",): it may not lock the rows of joined tables, in whatever order they come."""
    if source.is_product:
        yield from (call.lineno for call in source.calls("select_for_update") if "of" not in keyword_names(call))


@rule(
    "OMS009",
    bad=("orders/services/cancel.py", "Order.objects.filter(pk=1).delete()"),
    ok=("oms/foundation/retention.py", "Order.objects.filter(pk=1).delete()"),
)
def books_are_not_deleted(source: Source) -> Iterator[int]:
    """Rows are deleted in few places, each for a reason: what happened stays, and is taken back by its own line."""
    if source.is_product and not source.is_migration and source.path not in DELETERS:
        yield from (call.lineno for call in source.calls("delete") if not call.args and not call.keywords)


@rule(
    "OMS018",
    bad=("orders/queries.py", "def a(x):\n    ids = (o.pk for o in x)\n    return f(pk__in=ids), g(pk__in=ids)"),
    ok=("orders/queries.py", "def a(x):\n    ids = [o.pk for o in x]\n    return f(pk__in=ids), g(pk__in=ids)"),
)
def generators_are_used_once(source: Source) -> Iterator[int]:
    """A generator is empty the second time: what is read twice is a list."""
    if not source.is_product:
        return
    for function in source.nodes:
        if isinstance(function, ast.FunctionDef):
            inside = list(ast.walk(function))
            read = Counter(one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load))
            made = (one for one in inside if isinstance(one, ast.Assign) and isinstance(one.value, ast.GeneratorExp))
            yield from (one.lineno for one in made if read[last_name(one.targets[0])] > 1)
