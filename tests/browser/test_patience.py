"""What people are told when the server asks them for patience."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ChatServer, Join


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChatServer]:
    """A server with the limits that people meet."""
    server = ChatServer(tmp_path)
    server.start()
    yield server
    server.stop()


def test_too_many_wrong_passwords_count_down_on_the_button(visit: Join, server: ChatServer) -> None:
    page = visit("Ana").page
    page.goto(server.url)
    page.get_by_role("textbox", name="E-mail").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("not the password")
    for _ in range(5):
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("That does not match.")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name=re.compile(r"Again in \d+:\d\d"))).to_be_disabled()
    expect(page.get_by_role("alert")).to_contain_text("Too many tries.")
