"""What a set of answers comes to, in words: the total so far, the thresholds of the area, what to look at again."""

from __future__ import annotations

from collections.abc import Mapping

from caseworker.domain import codes
from caseworker.domain.instruments import Instrument, Score
from caseworker.domain.risk import Rules
from caseworker.words import Words, words


def band_words(form: Instrument, code: str) -> str:
    """A band or grade as the form calls it."""
    if form.kind == "risk":
        return codes.get("risk_grade").label(code) if code else ""
    return next((band.label for band in form.bands if band.code == code), code)


def total_words(form: Instrument, score: Score, so_far: bool = True) -> Words:
    """The running total, or what was signed, as one line. It is whole, and no longer "so far", with the last answer."""
    so_far = so_far and score.unanswered > 0
    if form.method == "none":
        return words("No total: each answer stands for itself")
    band = band_words(form, score.grade)
    if form.method == "grade":
        if not score.grade:
            return words("No grade chosen yet")
        return words("{grade} risk", grade=band)
    label = form.total_label or words("Total")
    if score.total is None:
        if form.whole and score.answered:
            return words("{label}: none until everything is answered", label=label)
        return words("{label}: nothing yet", label=label)
    if not band:
        if so_far:
            return words("{label}: {total} so far", label=label, total=score.total)
        return words("{label}: {total}", label=label, total=score.total)
    if form.kind == "risk":
        if so_far:
            return words(
                "{label}: {total} so far, {grade} risk", label=label, total=score.total, grade=band.lower()
            )
        return words("{label}: {total}, {grade} risk", label=label, total=score.total, grade=band.lower())
    return words("{label}: {total}, {band}", label=label, total=score.total, band=band)


def threshold_words(form: Instrument, limits: Mapping[str, int], area: str) -> Words | None:
    """ "In Essex 10 to 13 is medium risk. 14 or more is high risk and goes to MARAC." None without thresholds."""
    bands = list(form.bands)
    if not bands:
        return None
    said: list[Words] = []
    for at, band in enumerate(bands):
        start = limits[band.code]
        name = band_words(form, band.code)
        if form.kind == "risk":
            name = f"{name[0].lower()}{name[1:]}"
        if at + 1 < len(bands):
            end = limits[bands[at + 1].code] - 1
            if form.kind == "risk":
                said.append(words("{start} to {end} is {grade} risk", start=start, end=end, grade=name))
            else:
                said.append(words("{start} to {end}: {band}", start=start, end=end, band=name))
        elif form.kind == "risk" and band.code == "high":
            said.append(words("{start} or more is high risk and goes to MARAC", start=start))
        else:
            said.append(words("{start} or more: {band}", start=start, band=name))
    line = said[0]
    for part in said[1:]:
        line = words("{first}, {rest}", first=line, rest=part)
    if area and form.kind == "risk":  # no area settles where a score of another kind begins
        return words("In {area}: {line}.", area=area, line=line)
    return words("{line}.", line=line)


def event_words(count: int, rules: Rules) -> Words:
    """How many incidents lie in the window, and how many the area counts as escalation."""
    months = rules.escalation_months
    if count >= rules.escalation_count:
        if count == 1:
            return words("Escalation: 1 event in {months} months.", months=months)
        return words(
            "Escalation: {count} events in {months} months. This area counts {least} as escalation.",
            count=count, months=months, least=rules.escalation_count,
        )  # fmt: skip
    if count == 0:
        return words("No event in the last {months} months is recorded.", months=months)
    if count == 1:
        return words(
            "1 event in {months} months. This area counts {least} as escalation.",
            months=months, least=rules.escalation_count,
        )  # fmt: skip
    return words(
        "{count} events in {months} months. This area counts {least} as escalation.",
        count=count, months=months, least=rules.escalation_count,
    )  # fmt: skip


def no_answer_words(count: int) -> Words:
    """How many items are still open."""
    if count == 0:
        return words("Every item has an answer.")
    if count == 1:
        return words("1 item has no answer yet.")
    return words("{count} items have no answer yet.", count=count)


def item_numbers(form: Instrument) -> dict[str, str]:
    """Item -> its number on the form; a follow-up has none."""
    tops = [item.code for item in form.items.values() if not item.parent]
    return {code: str(at) for at, code in enumerate(tops, start=1)}
