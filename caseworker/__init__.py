"""Caseworker: casework for victims' services, kept encrypted on the laptop; only protected summaries leave.

Nothing in this package imports Qt: every part of it runs without a screen.
"""

__version__ = "0.1.0"
