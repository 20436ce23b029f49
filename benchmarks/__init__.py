"""Measurements in comparison with peers and physical limits: ``python -m benchmarks --help``."""
