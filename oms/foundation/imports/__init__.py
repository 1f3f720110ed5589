"""Imports: files of any kind are read, previewed, taken chunk by chunk, and taken back."""
