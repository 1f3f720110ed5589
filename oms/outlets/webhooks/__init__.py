"""Webhooks out: which facts other systems are told, and how each reaches its address."""
