"""Made-up people: a whole vault of invented clients, for demonstrations, tests and benchmarks.

``make(profile, out, passphrase)`` makes one. The same seed and day give the same records, letter for letter.
Nobody in it is real: names are put together from lists, numbers are those kept for drama, and every vault
says SYNTHETIC.
"""

from __future__ import annotations

from caseworker.demo.filling import fill, make
from caseworker.demo.mixes import PROFILES

__all__ = ["PROFILES", "fill", "make"]
