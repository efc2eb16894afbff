"""Benchmarks, their builders and transforms."""
