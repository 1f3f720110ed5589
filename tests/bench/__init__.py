"""Benchmarks: what a person or a machine waits for, each figure beside its limit; run by ``make bench``."""
