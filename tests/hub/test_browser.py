"""The pages in a real browser: no script runs, nothing is blocked, nothing is cut off at 320 pixels, contrast is AA."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caseworker.hub.receiving import receive
from caseworker.hub.tables import database
from tests.hub.parts import NOW, Hub, Laptop, Served
from tests.hub.returns import whole

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-device-scale-factor=1", "--hide-scrollbars",
)  # fmt: skip
WIDE, NARROW = 1280, 320
PAGES = ("/", "/returns/1", "/nowhere")


def _driver(profile: Path) -> Any:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        if os.environ.get("CI"):
            pytest.fail("Chromium and its driver are needed: install chromium and chromium-driver")
        pytest.skip("not run: Chromium and its driver are not installed")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A hub with three returns, one of them refused."""
    folder = tmp_path_factory.mktemp("hub")
    with Served(folder, clock=lambda: NOW) as served:
        with database.connection_context():
            helper = Hub.__new__(Hub)
            helper.keys, helper.desk = served.keys, served.app.state.desk
            helper.clock = served.app.state.desk.clock
            laptop = Laptop()
            helper.join(laptop, synthetic=True)
            data = laptop.payload(served.keys.kid, tables=whole())
            for changes in (
                {"tables": whole()},
                {"tables": whole(2, "2025-26Q4"), "period": "2025-26Q4"},
                {"geo": "2028-04"},
            ):
                data = laptop.payload(served.keys.kid, **changes)
                assert receive(served.app.state.desk, laptop.seal(served.keys, data).wire_bytes).status == 200
                laptop.move_on(data)
        yield served


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    driver = _driver(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


def show(browser: Any, hub: Served, path: str, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    browser.get(hub.address + path)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_blocked_and_nothing_is_missing(browser: Any, hub: Served, path: str):
    show(browser, hub, path, WIDE)
    found = [line["message"] for line in browser.get_log("browser")]
    expected = 1 if path == "/nowhere" else 0  # the browser notes the page's own 404
    assert len(found) == expected, found
    fonts = browser.execute_script(
        "return document.fonts.ready.then(f => [...f].map(x => x.family + x.status))"
    )
    assert fonts == ["Interloaded"] * 2


def test_the_policy_really_stops_a_script_and_a_style(browser: Any, hub: Served):
    # The positive control of the test above: what the policy forbids is blocked and noted.
    show(browser, hub, "/", WIDE)
    browser.get_log("browser")
    browser.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'https://elsewhere.example/a.png'; document.body.append(i);"
    )
    assert browser.execute_script("return window.ran") is None
    noted = " ".join(line["message"] for line in browser.get_log("browser"))
    assert "Content Security Policy" in noted


@pytest.mark.parametrize("path", PAGES)
def test_with_scripts_switched_off_everything_is_there(browser: Any, hub: Served, path: str):
    show(browser, hub, path, WIDE)
    with_scripts = browser.find_element("tag name", "main").text
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(browser, hub, path, WIDE)
        assert browser.find_element("tag name", "main").text == with_scripts
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(with_scripts) > 50


@pytest.mark.parametrize("width", [NARROW, 768, WIDE])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(browser: Any, hub: Served, path: str, width: int):
    show(browser, hub, path, width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    cut = browser.execute_script(
        """
        const out = [];
        for (const e of document.querySelectorAll('main *, header *, footer *')) {
            if (e.closest('.scroll') || e.closest('.unseen')) continue;
            const box = e.getBoundingClientRect();
            if (box.width && (box.right > innerWidth + 1 || box.left < -1)) out.push(e.outerHTML.slice(0, 80));
        }
        return out;
        """
    )
    assert cut == []


def test_at_320_pixels_the_list_is_read_without_scrolling_sideways(browser: Any, hub: Served):
    show(browser, hub, "/", NARROW)
    assert browser.execute_script(
        "const s = document.querySelector('.many').parentElement; return s.scrollWidth <= s.clientWidth"
    )
    first = browser.find_element("css selector", ".many tbody tr").text
    assert "A07" in first
    assert "Refused" in first


@pytest.mark.parametrize("path", PAGES)
def test_every_text_has_contrast_aa(browser: Any, hub: Served, path: str):
    show(browser, hub, path, WIDE)
    assert browser.execute_script(CONTRAST) == []


def test_the_contrast_check_finds_pale_text(browser: Any, hub: Served):
    show(browser, hub, "/", WIDE)
    browser.execute_script("document.querySelector('h1').style.color = '#999'")
    assert len(browser.execute_script(CONTRAST)) == 1


def test_a_keyboard_alone_reaches_the_figures_and_sees_where_it_is(browser: Any, hub: Served):
    from selenium.webdriver.common.keys import Keys

    show(browser, hub, "/", WIDE)
    visited: list[tuple[str, str | None, str]] = []
    while len(visited) < 40:
        browser.switch_to.active_element.send_keys(Keys.TAB)
        tag, text, label, outline = browser.execute_script(
            "const e = document.activeElement; const s = getComputedStyle(e);"
            "return [e.tagName, e.textContent.trim().slice(0, 20), e.getAttribute('aria-label'), s.outlineStyle]"
        )
        if tag == "BODY":
            break  # once round
        visited.append((text, label, outline))
    assert visited[0][0] == "Skip to the figures"
    assert any(label == "Returns, newest first" for _, label, _ in visited)
    assert sum(text.startswith("A07") for text, _, _ in visited) == 2  # the refused one has no page to go to
    assert all(outline == "solid" for _, _, outline in visited), visited


def test_a_screen_reader_hears_names_captions_and_heads(browser: Any, hub: Served):
    show(browser, hub, "/returns/1", WIDE)
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    seen = [
        (node.get("role", {}).get("value"), node.get("name", {}).get("value", ""))
        for node in tree
        if not node["ignored"]
    ]
    tables = [name for role, name in seen if role == "table"]
    assert len(tables) == len(set(tables)) > 10
    assert all(tables)
    assert ("columnheader", "Crime group") in seen
    assert ("rowheader", "Domestic abuse") in seen
    assert {"banner", "main", "contentinfo"} <= {role for role, _ in seen}


CONTRAST = """
const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
const light = c => { const f = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
const bad = [];
for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.getClientRects().length) continue;
    let at = e, back = [0, 0, 0, 0];
    while (at && back[3] === 0) { const c = parse(getComputedStyle(at).backgroundColor);
        back = c.length === 3 ? [...c, 1] : c; at = at.parentElement; }
    const style = getComputedStyle(e), a = light(parse(style.color)), b = light(back[3] ? back : [255, 255, 255]);
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 600);
    if (ratio < (large ? 3 : 4.5)) bad.push([e.tagName, e.textContent.trim().slice(0, 30), ratio]);
}
return bad;
"""
