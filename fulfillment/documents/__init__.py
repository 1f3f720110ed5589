"""Papers as pure writers: frozen dataclasses in, PDF bytes or ZPL text out."""
