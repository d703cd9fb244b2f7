"""Take the pictures of docs/images: a real server, a real conversation, real browsers. `--all` takes every page.

`python tools/screenshots.py` writes the README's picture, the sign-in page and the list of devices. `--all` also
writes the gallery for a designer's eye into test-results/gallery: each page on desktop and phone, light and dark, and
in Arabic.
"""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs" / "images"
GALLERY: Final = ROOT / "test-results" / "gallery"
PASSWORD: Final = secrets.token_urlsafe(12)
PEOPLE: Final = ("Ana Ribeiro", "Bo Lindqvist", "Chidi Okafor", "Dilnoza Karimova", "美玲 陈")
ROOM: Final = "Kitchen table"
TALK: Final = (
    (0, "Morning. Coffee is on, and the long table is ours until noon."),
    (1, "Save me a seat by the window"),
    (1, "On the train now, it goes through two tunnels, so I will come and go"),
    (2, "Then you are a good test. Write something from inside one."),
    (3, "I read the notes from yesterday: https://example.org/notes"),
    (
        3,
        "The part about the lake house is the one to decide on. Six beds, one kitchen, and a boat nobody can row.",
    ),
    (4, "我可以划船。I can row, if somebody else brings the food."),
    (2, "Settled, then"),
    (2, "🎉"),
    (1, "This one was written in a tunnel. It waited on my phone and went out by itself."),
    (0, "And it is in the right place. See you at eleven?"),
)
AGENTS: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
)
OTHERS: Final = (
    ("Night shift", 3, "Quiet so far."),
    ("Reading group", 2, "Chapter four by Thursday, the long one."),
    ("Film club", 1, "Friday, the one with the lighthouse"),
    ("غرفة الحديث", 4, "أهلًا بالجميع"),
)


@contextmanager
def serving() -> Iterator[str]:
    """Run a server in a folder of its own; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        settings = {
            "CHATROOM_ENV": "test",
            "CHATROOM_DATA": data,
            "HOST": "127.0.0.1",
            "BCRYPT_ROUNDS": "4",
            "MESSAGE_RATE_LIMIT": "0",
            "RATE_LIMITS": "off",
            "LOG_LEVEL": "error",
        }
        command = [sys.executable, "-m", "chatroom", "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings})
        try:
            address = f"http://localhost:{port}"
            _wait_for(address)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            httpx2.get(address + "/health")
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return
    sys.exit("screenshots: the server did not start")


class Api:
    """One person's calls."""

    def __init__(self, address: str, name: str, number: int) -> None:
        self.email = f"person{number}@example.org"
        self._http = httpx2.Client(base_url=address)
        answer = self.post("/api/auth/register", name=name, email=self.email, password=PASSWORD)
        self._http.headers["Authorization"] = f"Bearer {answer['accessToken']}"

    def post(self, path: str, **body: Any) -> Any:
        """Call and return the answer."""
        answer = self._http.post(path, json=body)
        answer.raise_for_status()
        return answer.json()

    def say(self, room_id: str, content: str) -> None:
        """Send a message."""
        self.post(f"/api/v1/rooms/{room_id}/messages", content=content)


def furnish(address: str) -> list[Api]:
    """Fill the server with people, rooms and talk; the first person is whose screen is shown."""
    people = [Api(address, name, number) for number, name in enumerate(PEOPLE)]
    for name, author, text in OTHERS:
        room_id = people[author].post("/api/rooms", name=name)["id"]
        people[0].post(f"/api/rooms/{room_id}/join")
        people[author].say(room_id, text)
    people[2].post("/api/rooms", name="Garden talk")
    room_id = people[0].post("/api/rooms", name=ROOM)["id"]
    for person in people[1:]:
        person.post(f"/api/rooms/{room_id}/join")
    for author, text in TALK:
        people[author].say(room_id, text)
    return people


def open_page(browser: Browser, *, width: int, height: int, **options: Any) -> Page:
    """Open a page of its own, as large as the screen it stands for."""
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    return context.new_page()


def sign_in(page: Page, address: str, email: str) -> None:
    """Sign in and wait for the rooms."""
    page.goto(address)
    page.locator("input[type=email]").fill(email)
    page.locator("input[autocomplete=current-password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.get_by_role("link", name=ROOM).wait_for()


def enter(page: Page, name: str = ROOM) -> None:
    """Open a room and wait until its messages stand still."""
    page.get_by_role("link", name=name).click()
    page.get_by_role("log").locator("article").last.wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(600)


def take_readme_picture(browser: Browser, address: str, people: list[Api]) -> None:
    """Write docs/images/chat.png: a conversation of people who are here, one of them typing."""
    others = [open_page(browser, width=900, height=700) for _ in people[1:4]]
    for page, person in zip(others, people[1:4], strict=True):
        sign_in(page, address, person.email)
        enter(page)
    page = open_page(browser, width=1280, height=812, device_scale_factor=1.5)
    sign_in(page, address, people[0].email)
    enter(page, "Reading group")
    enter(page)
    others[1].get_by_role("textbox", name="Message").press_sequentially("Eleven is")
    page.get_by_role("status").filter(has_text="typing").wait_for()
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / "chat.png")
    for each in [*others, page]:
        each.context.close()


def take_identity_pictures(browser: Browser, address: str, people: list[Api]) -> None:
    """Write docs/images/sign-in.png and devices.png: the ways in, and where one is signed in."""
    page = open_page(browser, width=1280, height=812, device_scale_factor=1.5)
    page.goto(address)
    page.locator("button[type=submit]").wait_for()
    page.wait_for_timeout(300)
    page.screenshot(path=IMAGES / "sign-in.png")
    sign_in(page, address, people[0].email)
    for agent in AGENTS:
        other = open_page(browser, width=390, height=844, user_agent=agent)
        sign_in(other, address, people[0].email)
        other.context.close()
    page.goto(address + "/you/devices")
    page.get_by_text("Firefox").wait_for()
    page.screenshot(path=IMAGES / "devices.png")
    page.context.close()


def take_gallery(browser: Browser, address: str, people: list[Api]) -> None:
    """Write each page in the ways a designer wants to look at it."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    looks: dict[str, dict[str, Any]] = {
        "desktop-light": {"width": 1440, "height": 900},
        "desktop-dark": {"width": 1440, "height": 900, "color_scheme": "dark"},
        "desktop-arabic": {"width": 1440, "height": 900, "locale": "ar"},
        "tablet-light": {"width": 900, "height": 1100},
        "phone-light": {"width": 390, "height": 844, "has_touch": True},
        "phone-dark": {"width": 390, "height": 844, "has_touch": True, "color_scheme": "dark"},
    }
    for look, options in looks.items():
        page = open_page(browser, **options)
        page.goto(address)
        page.locator("button[type=submit]").wait_for()
        page.screenshot(path=GALLERY / f"sign-in-{look}.png")
        sign_in(page, address, people[0].email)
        page.wait_for_timeout(300)
        page.screenshot(path=GALLERY / f"rooms-{look}.png")
        enter(page)
        page.screenshot(path=GALLERY / f"room-{look}.png")
        for name in ("discover", "people", "you", "you/devices"):
            page.goto(f"{address}/{name}")
            page.get_by_role("heading", level=1).wait_for()
            page.wait_for_timeout(600)
            page.screenshot(path=GALLERY / f"{name.replace('/', '-')}-{look}.png")
        page.context.close()


def main() -> None:
    """Take the pictures."""
    with serving() as address, sync_playwright() as playwright:
        people = furnish(address)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        take_readme_picture(browser, address, people)
        take_identity_pictures(browser, address, people)
        if "--all" in sys.argv:
            take_gallery(browser, address, people)
        browser.close()


if __name__ == "__main__":
    main()
