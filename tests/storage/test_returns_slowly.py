"""A whole made-up vault gives the same figures when it is counted the slow way, person by person, in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest

from caseworker import demo
from caseworker.domain import codes, plans
from caseworker.domain.contacts import counts, is_attempt, is_two_way
from caseworker.domain.periods import Period, local_date
from caseworker.domain.referrals import is_valid
from caseworker.storage import clients, contacts, episodes, referrals, returns
from caseworker.storage.engine import database

TODAY = dt.date(2026, 11, 20)


def everyone() -> list[int]:
    return [row[0] for row in database.execute_sql("SELECT id FROM client ORDER BY id").fetchall()]


class Slow:
    """One person at a time, through the same functions that the screens read with."""

    def __init__(self, period: Period) -> None:
        self.period = period
        self.found: dict[str, set[int]] = defaultdict(set)
        self.by_area: dict[tuple[str, str], set[int]] = defaultdict(set)
        self.events: dict[str, int] = defaultdict(int)
        self.referred: dict[str, int] = defaultdict(int)
        for client_id in everyone():
            self.look_at(client_id)

    def inside(self, day: dt.date) -> bool:
        return self.period.start <= day <= self.period.end

    def look_at(self, client_id: int) -> None:
        theirs = [contact for contact in contacts.for_client(client_id, limit=10_000) if counts(contact)]
        for contact in theirs:
            if self.inside(local_date(contact.at)):
                self.events["contacts"] += 1
                self.events["attempts"] += is_attempt(contact)
                self.events["two_way"] += is_two_way(contact)
                self.events["minutes_direct"] += contact.minutes
                self.events["minutes_travel"] += contact.travel_minutes
        for episode in episodes.for_client(client_id, limit=100):
            talks = sorted(local_date(c.at) for c in theirs if c.episode_id == episode.id and is_two_way(c))
            self.look_at_episode(client_id, episode, talks)
        for referral in referrals.for_client(client_id, limit=100):
            if self.inside(local_date(referral.received)):
                self.referred["received"] += 1
                self.referred["valid_referrals"] += is_valid(referral)

    def look_at_episode(self, client_id, episode, talks) -> None:
        talked = [day for day in talks if self.inside(day)]
        before = [day for day in talks if day <= self.period.end]
        engaged = None
        if before and episode.consent_to_support == "yes":
            engaged = before[0]
        elif before and episode.assessed_on:
            engaged = max(before[0], dt.date.fromisoformat(episode.assessed_on))
        started = dt.date.fromisoformat(episode.started)
        closed = dt.date.fromisoformat(episode.closed) if episode.closed else dt.date.max
        if talked:
            self.found["supported"].add(client_id)
            self.by_area["supported", clients.get(client_id).area].add(client_id)
            if engaged and engaged < self.period.start:
                self.found["ongoing"].add(client_id)
            if codes.get("crime").group(episode.crime) == "DA" or episode.da_context == "yes":
                self.found["supported_da"].add(client_id)
        if engaged and self.inside(engaged):
            self.found["engaged"].add(client_id)
        if started <= self.period.end < closed:
            if engaged and engaged <= self.period.end:
                self.found["active"].add(client_id)
            sixty_days = self.period.end - dt.timedelta(days=60)
            if started <= sixty_days and not any(day > sixty_days for day in before):
                self.found["dormant"].add(client_id)
        if self.inside(closed) and episode.closure_reason != "DUP":
            planned = "planned" in codes.get("closure_reason").flags(episode.closure_reason)
            self.found["closed_planned" if planned else "closed_unplanned"].add(client_id)


@pytest.mark.parametrize(("seed", "text"), [(1, "2026-27Q2"), (2, "2025-26H2")])
def test_counted_fast_and_slowly_the_figures_are_the_same(vault, seed, text):
    demo.fill("solo", seed=seed, contacts=1500, today=TODAY)
    period = Period.parse(text)
    fast, slow = returns.count(plans.load(), period), Slow(period)
    people = (
        "supported",
        "ongoing",
        "engaged",
        "active",
        "dormant",
        "closed_planned",
        "closed_unplanned",
        "supported_da",
    )
    assert {measure: fast.totals[measure] for measure in people} == {m: len(slow.found[m]) for m in people}
    assert fast.totals["new"] == len(slow.found["supported"] - slow.found["ongoing"])
    for measure, number in slow.events.items():
        anonymous = 0
        if measure in ("contacts", "minutes_direct"):
            column = {"contacts": "count(*)", "minutes_direct": "coalesce(sum(minutes), 0)"}[measure]
            anonymous = database.execute_sql(
                f"SELECT {column} FROM contact WHERE client_id IS NULL AND at >= ? AND at < ?",
                period.epochs(),
            ).fetchone()[0]
        assert fast.totals[measure] == number + anonymous, measure
    assert fast.totals["valid_referrals"] - fast.totals["anonymous"] == slow.referred["valid_referrals"]
    assert fast.totals["received"] - fast.totals["anonymous"] == slow.referred["received"]
    for (measure, area), inside in slow.by_area.items():
        openly = {client for client in inside if not clients.get(client).totals_only}
        if not codes.is_missing(area):
            assert fast.cells[measure, "area"][area] == len(openly), area
