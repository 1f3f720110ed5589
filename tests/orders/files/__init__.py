"""Order files, in and out."""
