"""Rules about what is shown, accepted and stored."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.rule import rule
from tests.architecture.tree import Source, keyword_names, last_name

MONEY_WORDS = re.compile(r"amount|price|cost|total|money|fee|refunded|captured|discount|tax")
CALLERS_WORDS = re.compile(r"\brequest\b|query_params|cleaned_data|\.(GET|POST|data)\b")
UNSAFE_MARKUP = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off")


@rule(
    "OMS020",
    bad=("orders/admin.py", "mark_safe(order.note)"),
    ok=("orders/admin.py", "format_html('<b>{}</b>', order.note)"),
)
def markup_is_escaped(source: Source) -> Iterator[int]:
    """mark_safe() lets a customer's text become markup: use format_html()."""
    if source.is_product:
        yield from (getattr(node, "lineno", 1) for node in source.nodes if last_name(node) == "mark_safe")


@rule(
    "OMS021",
    bad=("templates/orders/order.html", "{{ order.note|safe }}"),
    ok=("templates/orders/order.html", "{{ order.note }}"),
)
def pages_escape(source: Source) -> Iterator[int]:
    """A page does not switch escaping off."""
    if not source.is_python:
        lines = enumerate(source.text.splitlines(), 1)
        yield from (number for number, line in lines if UNSAFE_MARKUP.search(line))


@rule(
    "OMS022",
    bad=("orders/api/orders.py", "class Meta:\n    fields = '__all__'"),
    ok=("orders/api/orders.py", "class Meta:\n    fields = ['number']"),
)
def fields_are_listed_by_name(source: Source) -> Iterator[int]:
    """Fields are listed by name: what a later column holds must not leak by itself."""
    if source.is_product:
        assigned = (node for node in source.nodes if isinstance(node, ast.Assign | ast.AnnAssign | ast.keyword))
        yield from (node.lineno for node in assigned if getattr(node.value, "value", None) == "__all__")


@rule(
    "OMS025",
    bad=("orders/admin.py", "class Meta:\n    exclude = ['note']"),
    ok=("orders/admin.py", "class Meta:\n    fields = ['number']"),
)
def fields_are_not_left_out_by_name(source: Source) -> Iterator[int]:
    """A form lists what it takes, never what it leaves out: a later column would be taken too."""
    if not source.is_product:
        return
    for node in source.nodes:
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            named = (part for part in node.body if isinstance(part, ast.Assign))
            yield from (part.lineno for part in named if "exclude" in map(last_name, part.targets))


@rule(
    "OMS026",
    bad=("orders/admin.py", "Order.objects.filter(**request.GET.dict())"),
    ok=("orders/admin.py", "Order.objects.filter(number=request.GET['number'])"),
)
def callers_name_no_columns(source: Source) -> Iterator[int]:
    """What a caller sends is a value, never the name of a column or a look-up of a query."""
    if not source.is_product:
        return
    for call in source.calls("filter", "exclude", "annotate", "alias", "aggregate", "order_by", "values", "only"):
        spread = [word.value for word in call.keywords if word.arg is None]
        spread += [word.value for word in call.args if isinstance(word, ast.Starred)]
        if any(CALLERS_WORDS.search(ast.unparse(word)) for word in spread):
            yield call.lineno


@rule(
    "OMS023",
    bad=("orders/models/order.py", "total = models.FloatField()"),
    ok=("orders/models/order.py", "total = models.BigIntegerField()"),
)
def money_is_whole(source: Source) -> Iterator[int]:
    """Money is an integer of minor units: no float or decimal column holds it."""
    if not source.is_product or source.is_migration:
        return
    for node in source.nodes:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Call):
            continue
        field = ast.unparse(node.value.func)
        inexact = field.endswith("FloatField") or field == "models.DecimalField"
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if inexact and any(MONEY_WORDS.search(last_name(target)) for target in targets):
            yield node.lineno


@rule(
    "OMS024",
    bad=("orders/api/orders.py", "Order.objects.get(pk=pk)"),
    ok=("orders/api/orders.py", "scoped(request.user, Order).get(pk=pk)"),
)
def doors_read_through_scope(source: Source) -> Iterator[int]:
    """A door that gets a row by id goes through scoped(): not everybody may see every row."""
    if not source.is_product or not source.parts & {"admin", "api", "views"}:
        return
    for call in source.calls("get"):
        by_id = keyword_names(call) & {"pk", "id", "number"}
        owner = call.func.value if isinstance(call.func, ast.Attribute) else call
        if by_id and last_name(owner) in ("objects", "_default_manager"):
            yield call.lineno
