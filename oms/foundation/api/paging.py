"""Cursor paging: every page costs the same, however far back."""

import re
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

ROW_ID = re.compile(r"[0-9]{1,18}")


class Pages(CursorPagination):
    """Newest first, 50 a page; ``page_size`` up to 200."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = "-id"

    def decode_cursor(self, request: Request) -> Any:
        """Return the place the cursor names; one that names no row is answered as a missing page."""
        cursor: Any = super().decode_cursor(request)
        position = getattr(cursor, "position", None)
        if position is not None and tuple(self.ordering) == ("-id",) and not ROW_ID.fullmatch(position):
            raise NotFound(self.invalid_cursor_message)
        return cursor
