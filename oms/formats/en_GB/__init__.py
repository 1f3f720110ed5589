"""British English, the console's language."""
