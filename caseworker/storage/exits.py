"""Exit facts in the vault: how things stood when support ended. Taken up again, they are asked anew at the next end."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from caseworker.domain import codes, exits
from caseworker.domain import onward_referrals as onward_rules
from caseworker.domain.actions import Action
from caseworker.domain.contacts import COUNTING_KINDS, NEVER_TWO_WAY_METHODS, TWO_WAY
from caseworker.domain.episodes import Episode
from caseworker.domain.exits import Exit, Fate
from caseworker.domain.goals import OPEN as GOAL_OPEN
from caseworker.domain.goals import Goal
from caseworker.domain.marac import MaracReferral
from caseworker.domain.marac_actions import MaracAction
from caseworker.domain.onward_referrals import OnwardReferral
from caseworker.domain.safeguarding import Safeguarding, is_decided
from caseworker.domain.when import local, show_stored
from caseworker.errors import Refused
from caseworker.storage import (
    actions,
    episodes,
    goals,
    incidents,
    marac,
    marac_actions,
    onward_referrals,
    records,
    safeguarding,
    services,
)  # fmt: skip
from caseworker.storage.nouns import Noun
from caseworker.storage.records import fetch
from caseworker.words import Words, words

_EXITS = Noun(Exit, "exit_facts", "closed DESC, id DESC")
#: What becomes of a goal by what is said of it at the end; otherwise it stays as it is.
_GOAL_ENDS = {"done": "reached", "dropped": "dropped"}
START_WITHIN = (
    14  # days before the episode: an assessment that brought the client here is the one at its start
)

get = _EXITS.get
for_client = _EXITS.for_client
save = _EXITS.save  # amended, with a reason


@dataclass(frozen=True, slots=True)
class Open:
    """Something not finished when support ends. It is shown with the question what becomes of it."""

    noun: str
    row_id: int
    what: Words


@dataclass(frozen=True, slots=True)
class Known:
    """What the record itself says about an ending: shown on the form, never typed again."""

    risk_at_start: str  # grade; NA-ASK where nothing was signed
    risk_at_end: str
    incidents: tuple[str, ...]  # ISO dates since the start, newest first
    last_contact: str  # ISO date of the last two-way contact; empty: never
    open: tuple[Open, ...]


def known(episode: Episode) -> Known:
    """What the record says about how that episode went."""
    grades = fetch(
        "SELECT started, grade FROM answer_set WHERE client_id = ? AND grade <> '' AND signed <> 0"
        " AND withdrawn = 0 ORDER BY started, signed, id",
        (episode.client_id,),
    )
    start = dt.date.fromisoformat(episode.started)
    near = [grade for at, grade in grades if local(at).date() >= start - dt.timedelta(days=START_WITHIN)]
    return Known(
        risk_at_start=near[0] if near else "NA-ASK",
        risk_at_end=near[-1] if near else "NA-ASK",
        incidents=tuple(
            one.happened for one in incidents.for_client(episode.client_id) if one.happened >= episode.started
        ),
        last_contact=_last_contact(episode.client_id),
        open=tuple(_still_open(episode.client_id)),
    )


def for_episode(episode: Episode) -> Exit | None:
    """The facts of how that episode ended; None while it is open, or when nobody recorded any."""
    found = records.find(Exit, "exit_facts", "WHERE episode_id = ?", (episode.id,))
    return found[0] if found and exits.holds(found[0], episode.closed) else None


def with_episodes(client_id: int) -> list[tuple[Episode, Exit]]:
    """The client's ended episodes that have facts, with them, the latest ending first."""
    ended = {one.id: one for one in episodes.for_client(client_id) if one.closed}
    return [
        (ended[one.episode_id], one)
        for one in for_client(client_id)
        if one.episode_id in ended and exits.holds(one, ended[one.episode_id].closed)
    ]


def before(episode: Episode) -> Exit | None:
    """The facts of an ending that the client came back from: shown once more before they are asked anew."""
    found = records.find(Exit, "exit_facts", "WHERE episode_id = ? AND withdrawn = 0", (episode.id,))
    return found[0] if found and not exits.holds(found[0], episode.closed) else None


def open_ends(one: Exit) -> list[tuple[Words, str]]:
    """What was still open at that end, as it is called now, and what was to become of it (code of ``exit_fate``)."""
    return [(_CALLED[fate.noun](fate.row_id), fate.fate) for fate in exits.read_fates(one.open_ends)]


def close(facts: Exit, reason: str, fates: Iterable[Fate] = (), why: str = "") -> int:
    """End support with its exit facts; gives their id. Inside ``storage.write``.

    Risk and last contact are taken from the record. Of what was still open, actions said to be done, passed on or no
    longer needed are finished with that as their result, and goals done or no longer needed end so. Facts of an
    ending the client came back from are replaced, and stay in the history.

    Raises:
        Refused: field -> sentence, of the facts, ``closed``, ``closure_reason``; ``open_ends`` while something open
            has no answer.
        ValueError: a fate of something that is not open.
    """
    episode = episodes.get(facts.episode_id)
    seen = known(episode)
    said = {(one.noun, one.row_id): one.fate for one in fates}
    waiting = {(one.noun, one.row_id): one for one in seen.open}
    if set(said) - set(waiting) or any(fate not in codes.get("exit_fate") for fate in said.values()):
        raise ValueError("only of what is still open")
    problems: dict[str, Words] = {}
    try:
        episodes.close(facts.episode_id, facts.closed, reason, why)
    except Refused as refused:
        problems |= refused.problems
    if set(waiting) - set(said):
        problems["open_ends"] = words("Choose what becomes of everything that is still open")
    problems |= {
        name: sentence
        for name, sentence in facts.problems(local(int(time.time())).date()).items()
        if name != "closed"
    }
    records.refuse(problems)
    for (noun, row_id), fate in said.items():
        if noun == "action" and fate != "stays":
            actions.finish(row_id, codes.get("exit_fate").label(fate))
        if noun == "goal" and fate in _GOAL_ENDS:
            ended = dataclasses.replace(goals.get(row_id), status=_GOAL_ENDS[fate])
            goals.save(ended, codes.get("exit_fate").label(fate))
    made = dataclasses.replace(
        facts,
        client_id=episode.client_id,
        risk_at_start=seen.risk_at_start,
        risk_at_end=seen.risk_at_end,
        last_contact=seen.last_contact,
        open_ends=exits.write_fates(Fate(noun, row_id, fate) for (noun, row_id), fate in said.items()),
    )
    before = records.find(Exit, "exit_facts", "WHERE episode_id = ?", (facts.episode_id,))
    if not before:
        return save(dataclasses.replace(made, id=None))
    return save(
        dataclasses.replace(made, id=before[0].id), why.strip() or "Support ended again after it was taken up"
    )


def _last_contact(client_id: int) -> str:
    kinds, outcomes, never = (
        ", ".join(f"'{code}'" for code in sorted(group))
        for group in (COUNTING_KINDS, TWO_WAY, NEVER_TWO_WAY_METHODS)
    )
    at = fetch(
        f"SELECT max(at) FROM contact WHERE client_id = ? AND withdrawn = 0 AND kind IN ({kinds})"
        f" AND outcome IN ({outcomes}) AND method NOT IN ({never})",
        (client_id,),
    )[0][0]
    return local(at).date().isoformat() if at else ""


def _still_open(client_id: int) -> list[Open]:
    found = [Open("action", step.id or 0, _step(step)) for step in actions.for_client(client_id)]
    for paper in marac.for_client(client_id):
        if not paper.told and paper.outcome != "withdrawn":
            found.append(Open("marac_referral", paper.id or 0, _paper(paper)))
    for task in marac_actions.for_client(client_id):
        if not task.done:
            found.append(Open("marac_action", task.id or 0, _task(task)))
    for one in safeguarding.for_client(client_id):
        if not is_decided(one) or (one.decision == "REF" and one.outcome == "NA-ASK"):
            found.append(Open("safeguarding", one.id or 0, _decision(one)))
    found += [
        Open("goal", goal.id or 0, _goal(goal))
        for goal in goals.for_client(client_id)
        if goal.status == GOAL_OPEN
    ]
    found += [
        Open("onward_referral", sent.id or 0, _onward(sent))
        for sent in onward_referrals.for_client(client_id)
        if onward_rules.state(sent) in (onward_rules.SENT, onward_rules.ACCEPTED)
    ]
    return found


def _step(step: Action) -> Words:
    return words("{text}", text=step.text)


def _paper(paper: MaracReferral) -> Words:
    if not paper.sent:
        return words("MARAC paper begun and not sent")
    return words("MARAC referral sent {date}", date=show_stored(paper.sent))


def _task(task: MaracAction) -> Words:
    return words("MARAC action, {agency}: {action}", agency=task.agency, action=task.action)


def _decision(one: Safeguarding) -> Words:
    return words(
        "Safeguarding, {decision}", decision=codes.get("safeguarding_decision").label(one.decision).lower()
    )


def _goal(goal: Goal) -> Words:
    return words("Goal: {text}", text=goal.text)


def _onward(referral: OnwardReferral) -> Words:
    place = referral.service_id or 0
    return words("Onward referral: {service}", service=services.names([place]).get(place, ""))


_CALLED: dict[str, Callable[[int], Words]] = {
    "action": lambda row_id: _step(actions.get(row_id)),
    "marac_referral": lambda row_id: _paper(marac.get(row_id)),
    "marac_action": lambda row_id: _task(marac_actions.get(row_id)),
    "safeguarding": lambda row_id: _decision(safeguarding.get(row_id)),
    "goal": lambda row_id: _goal(goals.get(row_id)),
    "onward_referral": lambda row_id: _onward(onward_referrals.get(row_id)),
}
