"""Export of the filtered rows of a list, in the columns its class names."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse

from oms.foundation.exports import write_csv, write_xlsx

MOST_ROWS = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export(admin: Any, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Stream the filtered rows as CSV, or send them as XLSX with ``?as=xlsx``."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    if not admin.export_columns:
        raise Http404
    wanted = request.GET.copy()
    form = wanted.pop("as", ["csv"])[0]
    request.GET = wanted  # type: ignore[assignment]
    try:
        rows = admin.get_changelist_instance(request).get_queryset(request)
    except IncorrectLookupParameters:
        return _back(
            admin, request, "Nothing can be narrowed by what the address says; choose the filters in the list."
        )
    if rows.order_by()[: MOST_ROWS + 1].count() > MOST_ROWS:
        return _back(admin, request, f"More than {MOST_ROWS} rows are selected; narrow the list first.")
    columns = admin.export_columns_for(request)
    header = [name for name, _ in columns]
    values = _values(columns, rows.prefetch_related(*admin.export_prefetch))
    name = admin.model._meta.model_name
    if form == "xlsx":
        return HttpResponse(
            write_xlsx(values, header),
            content_type=XLSX,
            headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
        )
    return StreamingHttpResponse(
        write_csv(values, header),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _back(admin: Any, request: HttpRequest, sentence: str) -> HttpResponse:
    """Lead back to the list with a sentence."""
    messages.error(request, sentence)
    opts = admin.model._meta
    return HttpResponseRedirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))


def _values(columns: Sequence[tuple[str, Any]], rows: Any) -> Iterator[list[Any]]:
    """Yield the values of each row, read in chunks."""
    for row in rows.iterator(chunk_size=500):
        yield [_value(row, column) for _, column in columns]


def _value(row: Any, column: Any) -> Any:
    """Return one cell: a function of the row, or a dotted attribute."""
    if callable(column):
        return column(row)
    for part in column.split("."):
        row = getattr(row, part) if row is not None else None
    return row
