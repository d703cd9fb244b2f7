"""Forms: they say in their own words what is wrong, where it is, for as long as it is, and do not move."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ChatServer, Join


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    """A server with the limits that people meet."""
    server = ChatServer(tmp_path_factory.mktemp("data"))
    server.start()
    yield server
    server.stop()


def places(page: Page) -> list[object]:
    """Where the card and its buttons are."""
    card = page.locator("main > div").first
    buttons = [page.get_by_role("button", name=name).bounding_box() for name in ("guest", "Forgot")]
    return [card.bounding_box(), page.locator("button[type=submit]").bounding_box(), *buttons]


@pytest.mark.parametrize(("locale", "width"), [("en", 1280), ("de", 360)])
def test_no_error_moves_the_sign_in_card_and_each_goes_when_it_is_mended(
    visit: Join, locale: str, width: int
) -> None:
    page = visit("Ana", width=width, height=860, locale=locale).page
    page.goto(visit("Bo").server.url)
    email, password = page.locator("input[type=email]"), page.locator("input[type=password]")
    submit = page.locator("button[type=submit]")
    expect(submit).to_be_visible()
    page.evaluate("document.fonts.ready")
    before = [page.locator("main > div").first.bounding_box(), submit.bounding_box()]

    def still() -> bool:
        return [page.locator("main > div").first.bounding_box(), submit.bounding_box()] == before

    submit.click()
    expect(email).to_be_focused()
    expect(page.locator("[aria-invalid=true]")).to_have_count(2)
    assert still()
    email.fill("nobody")
    password.fill("not the password")
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    assert still()
    email.fill("nobody@example.org")
    expect(page.locator("[aria-invalid=true]")).to_have_count(0)
    submit.click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert still()
    password.press("End")
    password.press_sequentially("!")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert still()
    page.route("**/api/auth/login", lambda route: route.abort())
    submit.click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert still()


def test_the_sixth_try_counts_down_in_words_and_in_the_button(visit: Join) -> None:
    page = visit("Ana").page
    page.goto(visit("Bo").server.url)
    page.get_by_role("textbox", name="E-mail").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("not the password")
    button, alert = page.locator("button[type=submit]"), page.get_by_role("alert")
    for number in range(1, 6):
        with page.expect_response("**/api/auth/login"):
            button.click()
        expect(alert).to_contain_text("That does not match.")
        assert number <= 5
    before = button.bounding_box()
    button.click()
    expect(button).to_have_text(re.compile(r"Again in 1[0-5]:\d\d"))
    assert button.bounding_box() == before
    times = """() => ["[role=alert] [aria-hidden]", "button[type=submit]"]
      .map(where => document.querySelector(where)?.textContent.match(/\\d+:\\d\\d/)[0])"""
    first = page.evaluate(times)
    assert first[0] == first[1]
    page.wait_for_function(f"() => ({times})()[1] !== {first[1]!r}")
    later = page.evaluate(times)
    assert later[0] == later[1] != first[0]
    page.get_by_label("Password", exact=True).press_sequentially("!")
    expect(alert).to_contain_text("Too many tries.")


def test_what_is_being_typed_is_judged_once_one_has_left_it_and_until_it_is_right(visit: Join) -> None:
    page = visit("Ana").page
    page.goto(visit("Bo").server.url + "/#sign-up")
    email = page.get_by_role("textbox", name="E-mail")
    email.press_sequentially("ana")
    expect(page.get_by_text("This is not an e-mail address.")).to_have_count(0)
    email.press("Tab")
    expect(page.get_by_text("This is not an e-mail address.")).to_be_visible()
    email.fill("ana@example.org")
    expect(page.get_by_text("This is not an e-mail address.")).to_have_count(0)
    page.get_by_label("Name").fill("🎉" * 65)
    page.get_by_label("Name").press("Tab")
    expect(page.get_by_text("Use at most 64 characters.")).to_be_visible()
    page.get_by_label("Name").fill("🎉" * 64)
    expect(page.get_by_text("Use at most 64 characters.")).to_have_count(0)
    page.get_by_label("Password", exact=True).fill("short")
    page.locator("button[type=submit]").click()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    expect(page.get_by_text("Use at least 8 characters.")).to_be_visible()
    assert page.evaluate("document.querySelector('form').noValidate")


def test_no_form_leaves_its_words_to_the_browser(join: Join) -> None:
    ana = join("Ana")
    page = ana.page
    page.goto(ana.server.url + "/you")
    page.get_by_label("Name").fill(" ")
    page.get_by_role("button", name="Add: Phone number").click()
    page.get_by_role("dialog").get_by_role("button", name="Send code").click()
    expect(page.get_by_text("Start with + and the country code.").last).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="New room").click()
    page.get_by_role("button", name="Create room").click()
    expect(page.get_by_role("dialog").get_by_text("Fill this in.")).to_be_visible()
    assert page.evaluate("[...document.querySelectorAll('form')].every(form => form.noValidate)")
