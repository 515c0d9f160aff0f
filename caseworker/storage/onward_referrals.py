"""Onward referrals in the vault: to services of the service map, or to none where none exists."""

from __future__ import annotations

import dataclasses

from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.errors import Problem
from caseworker.storage import services
from caseworker.storage.nouns import Noun
from caseworker.words import words

_REFERRALS = Noun(OnwardReferral, "onward_referral", "recorded DESC, id DESC")

withdraw = _REFERRALS.withdraw
restore = _REFERRALS.restore
get = _REFERRALS.get
for_client = _REFERRALS.for_client
for_clients = _REFERRALS.for_clients


def save(referral: OnwardReferral, why: str = "") -> int:
    """Save a new or changed onward referral; gives its id. Inside ``storage.write``.

    The type of the service is kept as the service map has it on the day it is first named: a service may change its
    trade later, what was referred to does not.

    Raises:
        Refused: field -> sentence; ``service_id`` when a new one names a service that has ended; ``why`` as
            ``nouns.Noun.save``.
        Problem: E-GONE, E-WITHDRAWN.
    """
    before = get(referral.id) if referral.id is not None else None
    if referral.service_id is None:
        return _REFERRALS.save(referral, why)
    if before is not None and before.service_id == referral.service_id:
        referral = dataclasses.replace(referral, service_type=before.service_type)
        return _REFERRALS.save(referral, why)
    try:
        service = services.get(referral.service_id)
    except Problem:
        return _REFERRALS.save(referral, why, service_id=words("Choose a service from the list"))
    referral = dataclasses.replace(referral, service_type=service.kind)
    if service.ended:
        return _REFERRALS.save(referral, why, service_id=words("This service has ended. Choose another"))
    return _REFERRALS.save(referral, why)
