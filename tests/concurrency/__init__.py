"""Races and kills: real connections, real processes."""
