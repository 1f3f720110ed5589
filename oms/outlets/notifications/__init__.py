"""Mails to customers: which facts are told, how they read, and how they leave the house."""
