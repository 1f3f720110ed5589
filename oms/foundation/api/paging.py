"""Cursor paging: every page costs the same, however far back."""

from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """Newest first, 50 a page; ``page_size`` up to 200."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = "-id"
