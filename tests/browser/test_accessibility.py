"""axe-core over every page, in three themes: no violation of WCAG 2.2 AA that a program can find."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Join

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async only => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  await frame();
  await frame();
  // Colours fade; axe would measure them half-way. What never ends, like a skeleton's breath, is not waited for.
  const ending = document.getAnimations().filter(one => one.effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map(one => one.finished));
  const rules = only ?? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run({ runOnly: rules });
  return found.violations.map(({ id, nodes }) => [id, ...nodes.map(node => node.html.slice(0, 200))]);
}"""


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        pytest.skip("not run: axe-core is not installed in web/node_modules")
    return Path(AXE).read_text()


def violations(page: Page, axe: str) -> Any:
    """Every rule in the light theme; in the others the one that colours can break."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    found = {"light": page.evaluate(RUN)}
    for theme in ("dark", "contrast"):
        page.evaluate(f"document.documentElement.dataset.theme = {theme!r}")
        found[theme] = page.evaluate(RUN, ["color-contrast"])
    page.evaluate("delete document.documentElement.dataset.theme")
    return {theme: rows for theme, rows in found.items() if rows}


def test_the_sign_in_page_has_no_violation(visit: Join, axe: str) -> None:
    ana = visit("Ana")
    ana.page.goto(ana.server.url)
    expect(ana.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert violations(ana.page, axe) == {}


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_no_step_of_coming_in_has_a_violation(visit: Join, axe: str, locale: str) -> None:
    ana = visit("Ana", locale=locale)
    for step in ("sign-up", "first-password", "forgot", "reset"):
        ana.page.goto(f"{ana.server.url}/#{step}")
        expect(ana.page.locator("form")).to_be_visible()
        assert violations(ana.page, axe) == {}, step
    ana.page.goto(f"{ana.server.url}/#sign-up")
    ana.page.locator("fieldset label").last.click()
    expect(ana.page.locator("input[type=tel]")).to_be_visible()
    assert violations(ana.page, axe) == {}


def test_no_page_about_oneself_has_a_violation(join: Join, axe: str) -> None:
    ana = join("Ana")
    for path in ("/you/devices", "/people", "/discover", "/you"):
        ana.page.goto(ana.server.url + path)
        expect(ana.page.get_by_role("heading", level=1)).to_be_visible()
        ana.page.wait_for_load_state("networkidle")
        assert violations(ana.page, axe) == {}, path
    for button in ("Add: Phone number", "Change: E-mail"):
        ana.page.get_by_role("button", name=button).click()
        assert violations(ana.page, axe) == {}, button
        ana.page.keyboard.press("Escape")
    ana.page.get_by_role("button", name="Change", exact=True).click()
    ana.page.get_by_label("New password").fill("abc12345")
    assert violations(ana.page, axe) == {}


def test_a_guest_meets_no_violation(visit: Join, axe: str) -> None:
    guest = visit("Guest", width=390, height=844, has_touch=True)
    guest.page.goto(guest.server.url)
    guest.page.get_by_role("button", name="Continue as guest").click()
    expect(guest.page.get_by_role("listitem").first).to_be_visible()
    assert violations(guest.page, axe) == {}
    guest.page.get_by_role("link", name="You").click()
    expect(guest.page.get_by_role("heading", name="You are here as a guest")).to_be_visible()
    assert violations(guest.page, axe) == {}
    guest.page.get_by_role("button", name="Keep your name and history").click()
    assert violations(guest.page, axe) == {}


def test_a_conversation_and_its_dialogs_have_no_violation(join: Join, axe: str, room: str) -> None:
    ana = join("Ana")
    bo = join("Bo")
    assert violations(ana.page, axe) == {}
    ana.create_room(room)
    bo.join_public(room)
    bo.say("Hello there")
    ana.say("Look at https://example.org")
    ana.sees_sent("Look at https://example.org")
    bo.page.get_by_role("textbox", name="Message").press_sequentially("hm")
    assert violations(ana.page, axe) == {}
    ana.page.get_by_role("button", name="Invite people").click()
    expect(ana.page.get_by_label("Invite link")).to_be_visible()
    assert violations(ana.page, axe) == {}
    ana.page.keyboard.press("Escape")
    ana.page.get_by_role("button", name="New room").click()
    assert violations(ana.page, axe) == {}


def test_a_phone_has_no_violation(join: Join, axe: str, room: str) -> None:
    ana = join("Ana", width=360, height=740, has_touch=True)
    assert violations(ana.page, axe) == {}
    ana.create_room(room)
    ana.page.get_by_role("button", name="Show people").click()
    assert violations(ana.page, axe) == {}
