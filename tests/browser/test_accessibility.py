"""axe-core over every page, in both themes: no violation of WCAG 2.2 AA that a program can find."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Join

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run({ runOnly: [
  "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
] })).violations.map(({ id, nodes }) => [id, ...nodes.map(node => node.html.slice(0, 200))])"""


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        pytest.skip("not run: axe-core is not installed in web/node_modules")
    return Path(AXE).read_text()


def violations(page: Page, axe: str) -> Any:
    page.wait_for_timeout(400)  # colours fade for 200 ms; axe would measure them half-way
    page.evaluate(axe)
    return page.evaluate(RUN)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sign_in_page_has_no_violation(visit: Join, axe: str, theme: str) -> None:
    ana = visit("Ana", color_scheme=theme)
    ana.page.goto(ana.server.url)
    expect(ana.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert violations(ana.page, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark", "ar"])
def test_no_step_of_coming_in_has_a_violation(visit: Join, axe: str, theme: str) -> None:
    ana = visit("Ana", locale="ar") if theme == "ar" else visit("Ana", color_scheme=theme)
    for step in ("sign-up", "first-password", "forgot", "reset"):
        ana.page.goto(f"{ana.server.url}/#{step}")
        expect(ana.page.locator("form")).to_be_visible()
        assert violations(ana.page, axe) == [], step
    ana.page.goto(f"{ana.server.url}/#sign-up")
    ana.page.locator("fieldset label").last.click()
    expect(ana.page.locator("input[type=tel]")).to_be_visible()
    assert violations(ana.page, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_about_oneself_has_a_violation(join: Join, axe: str, theme: str) -> None:
    ana = join("Ana", color_scheme=theme)
    for path in ("/you/devices", "/people", "/discover", "/you"):
        ana.page.goto(ana.server.url + path)
        expect(ana.page.get_by_role("heading", level=1)).to_be_visible()
        ana.page.wait_for_load_state("networkidle")
        assert violations(ana.page, axe) == [], path
    for button in ("Add: Phone number", "Change: E-mail"):
        ana.page.get_by_role("button", name=button).click()
        assert violations(ana.page, axe) == [], button
        ana.page.keyboard.press("Escape")
    ana.page.get_by_role("button", name="Change", exact=True).click()
    ana.page.get_by_label("New password").fill("abc12345")
    assert violations(ana.page, axe) == []


def test_a_guest_meets_no_violation(visit: Join, axe: str) -> None:
    guest = visit("Guest", width=390, height=844, has_touch=True)
    guest.page.goto(guest.server.url)
    guest.page.get_by_role("button", name="Continue as guest").click()
    expect(guest.page.get_by_role("listitem").first).to_be_visible()
    assert violations(guest.page, axe) == []
    guest.page.get_by_role("link", name="You").click()
    expect(guest.page.get_by_role("heading", name="You are here as a guest")).to_be_visible()
    assert violations(guest.page, axe) == []
    guest.page.get_by_role("button", name="Keep your name and history").click()
    assert violations(guest.page, axe) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_conversation_and_its_dialogs_have_no_violation(
    join: Join, axe: str, theme: str, room: str
) -> None:
    ana = join("Ana", color_scheme=theme)
    bo = join("Bo")
    assert violations(ana.page, axe) == []
    ana.create_room(room)
    bo.join_public(room)
    bo.say("Hello there")
    ana.say("Look at https://example.org")
    ana.sees_sent("Look at https://example.org")
    bo.page.get_by_role("textbox", name="Message").press_sequentially("hm")
    assert violations(ana.page, axe) == []
    ana.page.get_by_role("button", name="Invite people").click()
    expect(ana.page.get_by_label("Invite link")).to_be_visible()
    assert violations(ana.page, axe) == []
    ana.page.keyboard.press("Escape")
    ana.page.get_by_role("button", name="New room").click()
    assert violations(ana.page, axe) == []


def test_a_phone_has_no_violation(join: Join, axe: str, room: str) -> None:
    ana = join("Ana", width=360, height=740, has_touch=True)
    assert violations(ana.page, axe) == []
    ana.create_room(room)
    ana.page.get_by_role("button", name="Show people").click()
    assert violations(ana.page, axe) == []
