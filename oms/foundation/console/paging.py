"""Paging of lists whose tables are large: counting stops where nobody looks any more."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

from oms.foundation.look.counts import MOST_COUNTED


class CappedPaginator(Paginator[Any]):
    """Counts at most ten thousand rows; beyond that the count reads as ten thousand."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, capped."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_COUNTED].count())
