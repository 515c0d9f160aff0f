"""Answers in the vault: kept one by one as they are given, signed once, and never changed after that.

The definition they were given to is kept beside them, so that an old set is always read in its own words whatever
has become of its file.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from caseworker import canonical
from caseworker.crypto import signing
from caseworker.domain import codes, risk
from caseworker.domain import instruments as domain
from caseworker.domain.contacts import CLOCK_SLACK
from caseworker.domain.dues import DueDate
from caseworker.domain.instruments import Answer, AnswerSet, Instrument, Moved, Taken
from caseworker.domain.labels import answer_field
from caseworker.domain.risk import Rules
from caseworker.domain.when import local
from caseworker.errors import Problem
from caseworker.storage import episodes, history, incidents, records
from caseworker.storage import risk as stored_risk
from caseworker.storage.engine import database
from caseworker.storage.records import fetch
from caseworker.words import Words, words

PURPOSE = "answers"
_SHOWS_ASSESSED = ("risk", "needs")  # begun, these make an episode "assessed"


# --- filling in ---------------------------------------------------------------------------------------------


def begin(
    client_id: int,
    name: str,
    stage: str = "baseline",
    *,
    at: int | None = None,
    episode_id: int | None = None,
    folder: Path | None = None,
) -> int:
    """Begin a form with a client, or carry on with my own that is still open. Gives the id. Inside
    ``storage.write``.

    ``at``: when it was asked (epoch seconds), now unless given; it is often typed later. Without an episode the
    client's open one is used. ``folder`` holds the definitions, the shipped ones unless given.

    Raises:
        Refused: ``stage`` or ``started`` -> sentence.
        Problem: E-INSTRUMENT, E-INSTRUMENT-GONE, E-GONE.
    """
    for held in unfinished(client_id=client_id):
        if held.instrument == name and held.stage == stage and held.id is not None:
            return held.id
    now = int(time.time())
    started = now if at is None else at
    if not 0 <= started <= now + CLOCK_SLACK:
        records.refuse({"started": words("Time must be in the past")})
    form = domain.shelf(folder).current(name, local(started).date())
    if stage not in form.stages:
        records.refuse({"stage": words("Choose when it was asked")})
    area = stored_risk.area_of(client_id)
    keep(form, now)
    made = AnswerSet(
        None,
        records.new_uid(),
        client_id,
        _episode(client_id, episode_id),
        form.name,
        form.version,
        form.digest,
        stage,
        started,
        area=area,
        recorded=now,
        worker_id=database.worker.id,
    )
    row_id = records.add("answer_set", made)
    history.record("answer_set", row_id, client_id, None, records.values(made), action="begin")
    return row_id


def answer(set_id: int, item: str, value: str, source: str = "", note: str = "") -> None:
    """Keep one answer, in place of the one before, which goes into the history. Inside ``storage.write``.

    Raises:
        Refused: ``item``, ``value``, ``source`` or ``note`` -> sentence.
        Problem: E-SIGNED, E-WITHDRAWN, E-NOT-YOURS, E-GONE.
    """
    held = still_open(set_id)
    given = Answer(item, records.storable(value), source, records.storable(note))
    form = definition(held)
    records.refuse(domain.problems(form, given))
    _put(held, given)
    if form.kind in _SHOWS_ASSESSED and not codes.is_missing(given.value):
        _show_assessed(held)


def ask_at(set_id: int, at: int) -> None:
    """Put right when it was asked (epoch seconds): what was asked in the morning is often typed at night. Inside
    ``storage.write``.

    Raises:
        Refused: ``started`` -> sentence: still to come, or before there was this version of the form.
        Problem: E-SIGNED, E-WITHDRAWN, E-NOT-YOURS, E-GONE.
    """
    held = still_open(set_id)
    if not 0 <= at <= int(time.time()) + CLOCK_SLACK:
        records.refuse({"started": words("Time must be in the past")})
    if not definition(held).valid_on(local(at).date()):
        records.refuse(
            {"started": words("There was another version of this form on that day. Begin a new one")}
        )
    _change(held, dataclasses.replace(held, started=at), "", "change")


def sign(
    set_id: int, *, judgement: str = "", reason: str = "", next_review: dt.date | None = None
) -> AnswerSet:
    """Add it up, sign it with the worker's own key, and close it for ever. Inside ``storage.write``.

    Follow-ups that the answers no longer call for are set to "does not apply" first. ``judgement`` and ``reason``
    are for risk tools: a grade above the tool's. ``next_review``: sooner than by the rules; None for their day.

    Raises:
        Refused: item -> sentence, "" for the whole; ``judgement``, ``reason`` and ``next_review``.
        Problem: E-SIGNED, E-WITHDRAWN, E-NOT-YOURS, E-GONE.
    """
    held = still_open(set_id)
    if int(time.time()) + CLOCK_SLACK < held.started:
        records.refuse(
            {
                "": words(
                    "This computer’s clock is behind the time this was asked at. Put the clock or the time right"
                )
            }
        )
    form = definition(held)
    _drop_uncalled(held, form)
    given = answers(set_id)
    rules = stored_risk.rules(held.area)
    signed, problems = closed(
        held,
        form,
        given,
        rules,
        incidents.days(held.client_id),
        judgement=judgement.strip(),
        reason=records.storable(reason.strip()),
        next_review=next_review,
        at=int(time.time()),
    )
    records.refuse(problems)
    if database.sign is None:
        raise RuntimeError("nobody has the vault open who could sign")
    signed = dataclasses.replace(signed, signature=database.sign(PURPOSE, signed_bytes(signed, given)))
    _change(held, signed, "", "sign")
    return signed


def closed(
    held: AnswerSet,
    form: Instrument,
    given: Mapping[str, Answer],
    rules: Rules,
    known: Iterable[dt.date],
    *,
    judgement: str,
    reason: str,
    next_review: dt.date | None = None,
    at: int,
) -> tuple[AnswerSet, dict[str, Words]]:
    """What a set becomes when it is closed at that moment, all but its signature; and what stands in the way.

    ``known``: the days of the client's incidents. It writes nothing.
    """
    values = {code: one.value for code, one in given.items()}
    problems = domain.signing_problems(form, given)
    found = domain.score(form, values, held.area, rules.bands.get(form.name))
    asked = local(held.started).date()
    totals: dict[str, object] = {
        "total": found.total,
        "answered": found.answered,
        "unanswered": found.unanswered,
        "thresholds": dict(found.thresholds),
    }
    review = None
    if form.kind == "risk":
        problems |= risk.judgement_problems(found.grade, judgement, reason)
        totals["events"] = risk.recent(known, asked, rules)
        review = risk.next_review(risk.final_grade(found.grade, judgement), asked, rules)
    elif judgement or reason:
        problems["judgement"] = words("Only a risk tool is graded by judgement")
    elif form.review_days and held.stage != "exit":
        review = asked + dt.timedelta(days=form.review_days)
    if next_review is not None and review is not None:
        grade = risk.final_grade(found.grade, judgement) if form.kind == "risk" else ""
        problems |= risk.review_problems(next_review, grade, asked, rules)
        review = next_review
    signed = dataclasses.replace(
        held,
        signed=at,
        totals=canonical.dump(totals).decode("ascii"),
        tool_grade=found.grade,
        grade=risk.final_grade(found.grade, judgement) if form.kind == "risk" else "",
        judgement=judgement,
        reason=reason if judgement else "",
        next_review=review.isoformat() if review else "",
    )
    return signed, problems


def withdraw(set_id: int, why: str) -> None:
    """Take back a set begun or signed by mistake, on the wrong person for one: it stays readable and is counted
    nowhere. Inside ``storage.write``.

    Raises:
        Refused: ``why`` is empty.
        Problem: E-GONE.
    """
    if not why.strip():
        records.refuse({"why": words("Enter why you are withdrawing this")})
    before = get(set_id)
    if not before.withdrawn:
        _change(before, dataclasses.replace(before, withdrawn=int(time.time())), why, "withdraw")


def restore(set_id: int, why: str = "Put back") -> None:
    """Put a withdrawn set back. Inside ``storage.write``."""
    before = get(set_id)
    if before.withdrawn:
        _change(before, dataclasses.replace(before, withdrawn=0), why, "restore")


def keep(form: Instrument, now: int) -> None:
    """Keep the definition beside the answers that will be given to it. Inside ``storage.write``."""
    text = "\n".join(form.text.splitlines())
    database.execute_sql(
        "INSERT INTO instrument (digest, name, version, text, kept) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (digest) DO NOTHING",
        (form.digest, form.name, form.version, text, now),
    )


# --- reading ------------------------------------------------------------------------------------------------


def get(set_id: int) -> AnswerSet:
    """The set, signed or open, withdrawn or not.

    Raises:
        Problem: E-GONE.
    """
    return records.one(AnswerSet, "answer_set", set_id)


def still_open(set_id: int) -> AnswerSet:
    """The set, which I may still answer and sign.

    Raises:
        Problem: E-SIGNED, E-WITHDRAWN, E-NOT-YOURS, E-GONE.
    """
    held = get(set_id)
    if held.withdrawn:
        raise Problem("E-WITHDRAWN", "This assessment was withdrawn. Begin a new one")
    if held.signed:
        raise Problem("E-SIGNED", "This assessment is signed and cannot be changed. Begin a new one")
    if held.worker_id != database.worker.id:
        raise Problem(
            "E-NOT-YOURS", "A colleague began this assessment and has to finish it. Begin a new one"
        )
    return held


def answers(set_id: int) -> dict[str, Answer]:
    """Item -> answer; an item nobody has come to yet is not in it, and counts as "not asked"."""
    rows = fetch(
        "SELECT item, value, source, note FROM answer WHERE answer_set_id = ? ORDER BY id", (set_id,)
    )
    return {row[0]: Answer(*row) for row in rows}


def asked_by(held: AnswerSet) -> str:
    """The name of the worker who asked; empty when nobody knows any more."""
    found = fetch("SELECT name FROM worker WHERE id = ?", (held.worker_id,))
    return str(found[0][0]) if found else ""


def definition(held: AnswerSet) -> Instrument:
    """Exactly the definition that set was taken on, from the vault itself.

    Raises:
        Problem: E-INSTRUMENT, it can no longer be read.
    """
    found = fetch("SELECT text FROM instrument WHERE digest = ?", (held.definition,))
    if not found or domain.digest_of(found[0][0]) != held.definition:
        raise Problem(
            "E-INSTRUMENT-GONE",
            "The words of the form {name} that these answers were given to are missing or changed. Restore the"
            " vault from a backup",
            name=held.instrument,
        )
    return domain.parse(found[0][0], f"{held.instrument}-{held.version}.toml")


def title(held: AnswerSet) -> str:
    """What the form of that set is called, in its own version; its short name where that can no longer be read."""
    found = fetch("SELECT text FROM instrument WHERE digest = ?", (held.definition,))
    return _title_in(found[0][0], held.instrument) if found else held.instrument


@functools.lru_cache(maxsize=256)
def _title_in(text: str, name: str) -> str:
    try:
        return domain.parse(text, name).title
    except Problem:
        return name


def for_client(
    client_id: int, names: Iterable[str] = (), *, withdrawn: bool = False, limit: int = 100
) -> list[AnswerSet]:
    """A client's sets, newest asked first, open ones too; only of those instruments when ``names`` are given."""
    chosen = tuple(names)
    marks = ", ".join("?" * len(chosen))
    return records.find(
        AnswerSet,
        "answer_set",
        "WHERE client_id = ? AND (? OR withdrawn = 0)"
        + (f" AND instrument IN ({marks})" if chosen else "")
        + " ORDER BY started DESC, id DESC LIMIT ?",
        (client_id, int(withdrawn), *chosen, limit),
    )


def latest(client_id: int, name: str) -> AnswerSet | None:
    """The newest signed set of that instrument that stands."""
    found = records.find(
        AnswerSet,
        "answer_set",
        "WHERE client_id = ? AND instrument = ? AND signed <> 0 AND withdrawn = 0"
        " ORDER BY started DESC, id DESC LIMIT 1",
        (client_id, name),
    )
    return found[0] if found else None


def unfinished(
    worker_id: int | None = None, *, client_id: int | None = None, limit: int = 200
) -> list[AnswerSet]:
    """Begun and not signed, oldest typing first: mine unless another worker's id is given."""
    return records.find(
        AnswerSet,
        "answer_set",
        "WHERE signed = 0 AND withdrawn = 0 AND worker_id = ? AND (? IS NULL OR client_id = ?)"
        " ORDER BY recorded, id LIMIT ?",
        (worker_id or database.worker.id, client_id, client_id, limit),
    )


def signed(client_id: int, names: Iterable[str]) -> list[tuple[AnswerSet, Taken]]:
    """A client's signed sets of those instruments that stand, oldest asked first, each with its answers.

    Three queries however many sets there are: a tab that shows years of them opens as fast as one that shows none.

    Raises:
        Problem: E-INSTRUMENT-GONE, as ``definition``.
    """
    chosen = tuple(names)
    marks = ", ".join("?" * len(chosen))
    where = f"WHERE client_id = ? AND signed <> 0 AND withdrawn = 0 AND instrument IN ({marks})"
    held = records.find(AnswerSet, "answer_set", f"{where} ORDER BY started, id", (client_id, *chosen))
    values: dict[int, dict[str, str]] = {}
    for set_id, item, value in fetch(
        f"SELECT answer_set_id, item, value FROM answer_set JOIN answer ON answer_set_id = answer_set.id {where}",
        (client_id, *chosen),
    ):
        values.setdefault(set_id, {})[item] = value
    forms: dict[str, Instrument] = {}
    for one in held:
        if one.definition not in forms:
            forms[one.definition] = definition(one)
    return [
        (one, Taken(forms[one.definition], local(one.started).date(), one.stage, values.get(one.id or 0, {})))
        for one in held
    ]


def due(today: dt.date, worker_id: int | None = None) -> list[DueDate]:
    """Assessments begun and not signed: they should be by the day after they were begun."""
    return [
        DueDate(
            held.client_id,
            local(held.recorded).date() + dt.timedelta(days=1),
            words("{form}: begun, to be signed", form=title(held)),
            "answer_set",
            held.id or 0,
        )
        for held in unfinished(worker_id)
    ]


def moved(client_id: int, name: str) -> tuple[Moved, ...]:
    """The distance travelled: the client's matched pairs in that instrument."""
    return domain.moved(taken for _, taken in signed(client_id, [name]))


def worker_names() -> dict[int, str]:
    """Worker -> name, to say who asked."""
    return dict(fetch("SELECT id, name FROM worker"))


# --- signatures ---------------------------------------------------------------------------------------------


def signed_bytes(held: AnswerSet, given: Mapping[str, Answer]) -> bytes:
    """The exact bytes a signature stands for: whose, which words, every answer, and what came of them."""
    (client,) = fetch("SELECT uid FROM client WHERE id = ?", (held.client_id,))[0]
    episode = fetch("SELECT uid FROM episode WHERE id = ?", (held.episode_id,))
    worker = fetch("SELECT uid FROM worker WHERE id = ?", (held.worker_id,))
    return spelled(held, given, client, episode[0][0] if episode else "", worker[0][0] if worker else "")


def spelled(held: AnswerSet, given: Mapping[str, Answer], client: str, episode: str, worker: str) -> bytes:
    """As ``signed_bytes``, for whoever knows the three uids already."""
    return canonical.dump(
        {
            "format": 1,
            "uid": held.uid,
            "client": client,
            "episode": episode,
            "worker": worker,
            "instrument": held.instrument,
            "version": held.version,
            "definition": held.definition,
            "stage": held.stage,
            "started": held.started,
            "area": held.area,
            "recorded": held.recorded,
            "signed": held.signed,
            "answers": [[one.item, one.value, one.source, one.note] for _, one in sorted(given.items())],
            "totals": held.totals,
            "tool_grade": held.tool_grade,
            "grade": held.grade,
            "judgement": held.judgement,
            "reason": held.reason,
            "next_review": held.next_review,
        }
    )


def is_as_signed(held: AnswerSet) -> bool:
    """Whether a signed set is what its worker signed, to the byte. An open one has nothing to hold it to."""
    if not held.signed or held.id is None:
        return True
    worker = fetch("SELECT sign_key FROM worker WHERE id = ?", (held.worker_id,))
    try:
        key = bytes(worker[0][0]) if worker else b""
        signing.verify(key, PURPOSE, signed_bytes(held, answers(held.id)), held.signature)
        definition(held)
    except (signing.BadSignature, canonical.NotCanonical, Problem):
        return False
    return True


def check_signatures(cancelled: Callable[[], bool] | None = None) -> list[Words]:
    """Check every signed set of the vault. Empty when all are as they were signed; stops early when cancelled."""
    found: list[Words] = []
    if "answer_set" not in database.get_tables():
        return found  # a vault of before there were any
    last = 0
    while block := records.find(
        AnswerSet, "answer_set", "WHERE id > ? AND signed <> 0 ORDER BY id LIMIT 200", (last,)
    ):
        if cancelled is not None and cancelled():
            break
        for held in block:
            last = held.id or 0
            if not is_as_signed(held):
                found.append(
                    words("The signed assessment number {number} is not as it was signed", number=last)
                )
        if len(found) >= 20:
            return found
    return found + _check_taken_out()


def _check_taken_out() -> list[Words]:
    """Whether every set that the audit chain says was signed is still there and signed, and every one that is withdrawn
    was withdrawn by somebody. Erased clients' are gone for good.
    """
    gone = fetch(
        "SELECT row_id FROM audit WHERE action = 'sign' AND noun = 'answer_set' AND salt IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM answer_set a WHERE a.id = audit.row_id AND a.signed <> 0) LIMIT 20"
    )
    hidden = fetch(
        "SELECT id FROM answer_set WHERE withdrawn <> 0 AND id NOT IN"
        " (SELECT row_id FROM revision WHERE noun = 'answer_set' AND field = 'withdrawn') LIMIT 20"
    )
    return [
        *(words("The signed assessment number {number} is missing", number=row_id) for (row_id,) in gone),
        *(
            words("The assessment number {number} was withdrawn and nobody said so", number=row_id)
            for (row_id,) in hidden
        ),
    ]


# --- inside -------------------------------------------------------------------------------------------------


def _put(held: AnswerSet, given: Answer, why: str = "") -> None:
    set_id = held.id or 0
    before = fetch(
        "SELECT item, value, source, note FROM answer WHERE answer_set_id = ? AND item = ?",
        (set_id, given.item),
    )
    if not before:
        database.execute_sql(
            "INSERT INTO answer (answer_set_id, item, value, source, note) VALUES (?, ?, ?, ?, ?)",
            (set_id, given.item, given.value, given.source, given.note),
        )
        return
    old = Answer(*before[0])
    if old == given:
        return
    database.execute_sql(
        "UPDATE answer SET value = ?, source = ?, note = ? WHERE answer_set_id = ? AND item = ?",
        (given.value, given.source, given.note, set_id, given.item),
    )

    def told(one: Answer) -> dict[str, str]:
        names = {
            part: answer_field(held.instrument, held.version, one.item, part)
            for part in ("value", "source", "note")
        }
        return {name: getattr(one, part) for part, name in names.items()}

    history.record("answer", set_id, held.client_id, told(old), told(given), why)


def _drop_uncalled(held: AnswerSet, form: Instrument) -> None:
    given = answers(held.id or 0)
    called = {item.code for item in form.asked({code: one.value for code, one in given.items()})}
    for code, one in given.items():
        if code not in called and not codes.is_missing(one.value):
            _put(held, Answer(code, "NA-NAP"), "The answer above it no longer asks for it")


def _episode(client_id: int, episode_id: int | None) -> int | None:
    if episode_id is not None:
        if episodes.get(episode_id).client_id != client_id:
            raise ValueError("the episode is not this client's")
        return episode_id
    held = episodes.open_for(client_id)
    mine = [one for one in held if one.worker_id == database.worker.id]
    return (mine or held)[0].id if held else None


def _show_assessed(held: AnswerSet) -> None:
    if held.episode_id is None:
        return
    episode = episodes.get(held.episode_id)
    if not episode.assessed_on and not episode.closed:
        day = local(held.started).date().isoformat()
        episodes.save(dataclasses.replace(episode, assessed_on=day))


def _change(before: AnswerSet, after: AnswerSet, why: str, action: str) -> None:
    old, new = records.values(before), records.values(after)
    records.change("answer_set", after, [name for name in new if new[name] != old[name]])
    history.record("answer_set", before.id or 0, before.client_id, old, new, why, action=action)
