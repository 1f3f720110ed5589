"""What is in memory once a server is ready stays there, and is not looked at again and again."""

import gc

from django.urls import get_resolver


def keep_what_is_loaded() -> None:
    """Load the pages now, and let the garbage collector pass by what is loaded.

    Its full look at models, pages and templates takes 150 ms, in the middle of whatever somebody waits for.
    """
    _ = get_resolver().url_patterns
    gc.freeze()
