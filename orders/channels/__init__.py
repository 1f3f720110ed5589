"""Channels: adapters that translate what a channel says, and decide nothing."""
