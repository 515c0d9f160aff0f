"""The pages: every figure as it was approved, in tables that a screen reader can walk, with nothing to run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from caseworker.domain.plans import code_label
from caseworker.hub import ledger, pages
from caseworker.hub.receiving import receive
from caseworker.hub.tables import Agency
from caseworker.sync import summary
from caseworker.sync.wire import check_words
from tests.hub.parts import TABLES, Hub, Laptop
from tests.hub.returns import whole


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with Hub(tmp_path) as opened:
        yield opened


class Shape(HTMLParser):
    """The bones of a page: tags with attributes, tables as rows of texts, and the text of all."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self.captions: list[str] = []
        self._inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "img", "br"):
            self._inside.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if "caption" in self._inside:
            self.captions.append(data)
        elif "td" in self._inside or "th" in self._inside:
            self.tables[-1][-1][-1] += data


def accept(hub: Hub, laptop: Laptop, **changes: object) -> bytes:
    data = laptop.payload(hub.keys.kid, **changes)
    receipt = hub.receipt(receive(hub.desk, laptop.seal(hub.keys, data).wire_bytes).body)
    laptop.move_on(data)
    assert receipt.status == "received" or changes.get("plan")
    return data


@pytest.fixture
def laptop(hub: Hub) -> Laptop:
    joined = Laptop()
    hub.join(joined)
    return joined


def overview(hub: Hub) -> str:
    return pages.overview(hub.desk.plans)


def test_an_empty_hub_says_what_will_appear(hub: Hub):
    page = overview(hub)
    assert "Nothing has been received yet" in page
    assert "Ledger head, entry 0" in page


def test_the_list_names_agency_period_version_time_check_and_ledger_entry(hub: Hub, laptop: Laptop):
    data = accept(hub, laptop)
    rows = Shape(overview(hub)).tables[0]
    assert rows[0] == ["Agency", "Period", "Version", "Received", "State", "Check", "Ledger"]
    check = check_words(summary.fingerprint(data).removeprefix("sha256:"))
    assert [text.strip() for text in rows[1]] == [
        "A07 Elder abuse hotline, 2026-27 Q1, version 1", "2026-27 Q1", "1", "21 September 2026, 15:13", "Received",
        check, "4",
    ]  # fmt: skip


def test_the_ledger_head_stands_on_the_page_whole(hub: Hub, laptop: Laptop):
    accept(hub, laptop)
    seq, digest = ledger.head()
    page = overview(hub)
    assert f"Ledger head, entry {seq}" in page
    assert digest in re.sub(r"<[^>]+>|\s", "", page)


def test_a_correction_is_shown_and_the_first_stays_as_replaced(hub: Hub, laptop: Laptop):
    first = accept(hub, laptop)
    accept(hub, laptop, version=2, supersedes=summary.fingerprint(first))
    rows = Shape(overview(hub)).tables[0][1:]
    assert [(row[2], row[4].strip()) for row in rows] == [("2", "Received"), ("1", "Replaced")]
    assert "A newer version" in (pages.one_return(1, hub.desk.plans) or "")
    assert "A newer version" not in (pages.one_return(2, hub.desk.plans) or "")


def test_a_refused_return_is_listed_with_its_reason_and_its_figures_are_not_shown(hub: Hub, laptop: Laptop):
    accept(hub, laptop, plan="sha256:" + "0" * 64)
    assert "Refused</b>: follows another plan" in overview(hub)
    page = pages.one_return(1, hub.desk.plans) or ""
    assert "not counted or shown" in page
    assert "1,240" not in page


def test_every_figure_of_a_return_is_on_its_page_once_and_nothing_else(hub: Hub, laptop: Laptop):
    tables = whole()
    accept(hub, laptop, tables=tables)
    shape = Shape(pages.one_return(1, hub.desk.plans) or "")
    figures = [cell for table in shape.tables for row in table[1:] for cell in row[1:]]
    expected = [f"{cell:,}" for table in tables for cell in table.cells]
    assert sorted(figures) == sorted(expected)
    assert all(int(figure.replace(",", "")) % 5 == 0 for figure in figures)


def test_every_row_and_column_is_named_in_words(hub: Hub, laptop: Laptop):
    accept(hub, laptop, tables=TABLES)
    shape = Shape(pages.one_return(1, hub.desk.plans) or "")
    assert shape.captions == [
        "Referrals: totals", "Referrals received by outcome of referral", "People: totals",
        "Supported by new or ongoing", "Supported by crime group",
    ]  # fmt: skip
    assert shape.tables[1] == [
        ["Outcome of referral", "Referrals received"], [code_label("outcome", "ACC"), "30"],
        [code_label("outcome", "DEC"), "15"], ["Total", "45"],
    ]  # fmt: skip
    assert [row[0] for row in shape.tables[4]] == [
        "Crime group",
        "Domestic abuse",
        "Other categories together",
        "Total",
    ]


def test_what_was_put_together_is_said(hub: Hub, laptop: Laptop):
    accept(hub, laptop, tables=TABLES)
    page = pages.one_return(1, hub.desk.plans) or ""
    assert "Other categories together: Stalking and harassment, Harmful practices." in page


def test_the_rounding_and_who_is_counted_once_are_said_on_the_page(hub: Hub, laptop: Laptop):
    accept(hub, laptop)
    for page in (overview(hub), pages.one_return(1, hub.desk.plans) or ""):
        assert "rounded to 5 so that nobody can be recognised; 0 means 0 to 4" in page
        assert "counted once by each service" in page


def test_every_table_has_a_caption_and_every_head_a_scope(hub: Hub, laptop: Laptop):
    accept(hub, laptop, tables=whole())
    for page in (overview(hub), pages.one_return(1, hub.desk.plans) or "", pages.not_found()):
        shape = Shape(page)
        assert len(shape.captions) == len(shape.tables)
        assert all(attributes.get("scope") in ("row", "col") for tag, attributes in shape.tags if tag == "th")
        assert [tag for tag, _ in shape.tags].count("h1") == 1
        scrolling = [attributes for _, attributes in shape.tags if attributes.get("class") == "scroll"]
        assert all(
            a.get("tabindex") == "0" and a.get("aria-label") and a.get("role") == "region" for a in scrolling
        )


def test_no_page_has_a_script_a_style_of_its_own_or_anything_from_elsewhere(hub: Hub, laptop: Laptop):
    accept(hub, laptop, tables=whole())
    for page in (overview(hub), pages.one_return(1, hub.desk.plans) or "", pages.not_found()):
        for tag, attributes in Shape(page).tags:
            assert tag not in ("script", "style", "iframe", "object", "embed", "form", "base")
            assert not any(name.startswith("on") or name == "style" for name in attributes)
            for name in ("href", "src"):
                assert (attributes.get(name) or "/").startswith(("/", "#"))


def test_a_name_with_markup_stays_text(hub: Hub):
    laptop = Laptop()
    hub.join(laptop)
    Agency.update(name='<script>alert(1)</script> & "sons"').execute()
    accept(hub, laptop)
    page = overview(hub)
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;sons&#34;" in page


def test_made_up_figures_are_marked(hub: Hub):
    laptop = Laptop()
    hub.join(laptop, synthetic=True)
    accept(hub, laptop)
    assert "SYNTHETIC" in overview(hub)
    assert "SYNTHETIC" in (pages.one_return(1, hub.desk.plans) or "")


def test_real_figures_are_not_marked_as_made_up(hub: Hub, laptop: Laptop):
    accept(hub, laptop)
    assert "SYNTHETIC" not in overview(hub)


def test_no_number_of_a_laptop_and_no_key_is_on_a_page(hub: Hub, laptop: Laptop):
    accept(hub, laptop)
    for page in (overview(hub), pages.one_return(1, hub.desk.plans) or ""):
        assert laptop.uid not in page
        assert laptop.public.hex() not in page
