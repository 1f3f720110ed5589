"""Carriers' adapters against what each carrier has published."""
