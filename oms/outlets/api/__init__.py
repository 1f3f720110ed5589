"""The roof in the API."""
