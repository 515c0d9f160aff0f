"""Special measures in the vault: one record a measure and client, each answer kept with its history."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from typing import Any

from caseworker.domain.special_measures import STEPS, SpecialMeasure
from caseworker.domain.when import local
from caseworker.storage.engine import database
from caseworker.storage.nouns import Noun

_MEASURES = Noun(
    SpecialMeasure, "special_measure", "measure", later=(*STEPS, "requested_on", "requested_by", "note")
)

save = _MEASURES.save
get = _MEASURES.get
for_client = _MEASURES.for_client


def for_measure(client_id: int, measure: str) -> SpecialMeasure:
    """That measure as it stands for the client; a new record, not kept yet, where nothing was said of it."""
    held = {one.measure: one for one in for_client(client_id)}
    return held.get(measure) or SpecialMeasure(None, "", client_id, measure)


def answer(client_id: int, measure: str, step: str, value: str) -> int:
    """Keep one answer of the grid; gives the record's id. Inside ``storage.write``.

    "Asked for" is dated today and signed with my name, which the form can put right; taken back, both go.

    Raises:
        Refused: field -> sentence.
        ValueError: there is no such step.
    """
    if step not in STEPS:
        raise ValueError("no such step")
    more: dict[str, Any] = {step: value}
    held = for_measure(client_id, measure)
    if step == "requested" and value != held.requested:
        more["requested_on"] = _today().isoformat() if value == "yes" else ""
        more["requested_by"] = database.worker.name if value == "yes" and database.worker else ""
    return save(dataclasses.replace(held, **more))


def _today() -> dt.date:
    return local(int(time.time())).date()
