"""Killed at any moment: operations, servers and commands that die by ``kill -9``, and what is
true afterwards.

``pytest tests/chaos`` tries a few moments, ``python -m tests.chaos`` hundreds.
"""
