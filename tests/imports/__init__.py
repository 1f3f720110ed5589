"""Imports in the console: sent, previewed, applied, taken back."""
