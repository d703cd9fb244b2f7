"""Real browsers against a real server: each test gets people, each person a browser of their own."""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.outbox import letter
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 120  # 2 where nothing else runs; a busy machine is no fault of the server
PASSWORD = "correct horse"
PLAIN_HOST = "house.test"
"""A name of this machine that is not loopback to the browser, which therefore drops `Secure` cookies from there."""

Join = Callable[..., "Person"]

expect.set_options(timeout=20_000)


class ChatServer:
    """`chatroom serve` as a process of its own, on one port and one folder, which may stop and start again."""

    def __init__(self, data: Path, *, root: Path = ROOT, **settings: str) -> None:
        self.data = data
        self._root = root
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self._environment = {
            **os.environ,
            "CHATROOM_ENV": "test",
            "CHATROOM_DATA": str(data),
            "HOST": "127.0.0.1",
            "BCRYPT_ROUNDS": "4",
            "DRAIN_SECONDS": "0",
            **settings,
        }
        self._log = data / "server.log"
        self._data = data
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, unless it runs."""
        if self._process is not None:
            return
        command = [sys.executable, "-m", "chatroom", "serve", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._root, env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.fail(f"the server did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(START_SECONDS)
            self._process = None

    def post(self, path: str, token: str, **body: Any) -> Any:
        """Call the API as a program would, for what a test needs but is not about."""
        return self._call("POST", path, token, body)

    def patch(self, path: str, token: str, **body: Any) -> Any:
        """The same for a change."""
        return self._call("PATCH", path, token, body)

    def _call(self, method: str, path: str, token: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {token or None}"}
        answer = httpx2.request(method, self.url + path, json=body, headers=headers, timeout=10)
        assert answer.is_success, answer.text
        return answer.json()

    def say(self, room_id: str, token: str, *texts: str) -> None:
        """Send messages as a program would, one after the other."""
        with httpx2.Client(headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
            for text in texts:
                path = f"/api/v1/rooms/{room_id}/messages"
                client.post(self.url + path, json={"content": text}).raise_for_status()

    def letter(self, to: str, pattern: str) -> str:
        """Wait for an SMS or a mail to somebody and return what the pattern finds in the newest."""
        return letter(self._data, to, pattern)

    def _answers(self) -> bool:
        try:
            return httpx2.get(self.url + "/health", timeout=2).is_success
        except httpx2.HTTPError:
            return False


class Person:
    """Somebody with a browser."""

    def __init__(self, page: Page, server: ChatServer, name: str) -> None:
        self.page = page
        self.server = server
        self.name = name
        self.email = f"{name.lower()}-{uuid.uuid4().hex[:12]}@example.org"
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self._note(line.type, line.text))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text and "WebSocket connection" not in text:
            self.faults.append(text)

    def sign_up(self, path: str = "/") -> None:
        page = self.page
        page.goto(self.server.url + path)
        page.get_by_role("button", name="Create account").click()
        page.get_by_label("Name").fill(self.name)
        page.get_by_role("textbox", name="E-mail").fill(self.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.locator("form").get_by_role("button", name="Create account").click()
        expect(page.get_by_role("navigation", name="My rooms")).to_be_attached()

    def arrive(self) -> None:
        """Be signed up and inside, as after a reload: the way there is the business of other tests."""
        answer = self.page.request.post(
            self.server.url + "/api/auth/register",
            data={"name": self.name, "email": self.email, "password": PASSWORD, "cookies": True},
            headers={"Origin": self.server.url},
        )
        assert answer.ok, answer.text()
        self.page.goto(self.server.url)
        expect(self.page.get_by_role("navigation", name="My rooms")).to_be_attached()

    def create_room(self, name: str, *, private: bool = False) -> str:
        """Create a room and return its id; the room is open then."""
        page = self.page
        page.get_by_role("button", name="New room").click()
        page.get_by_label("Room name").fill(name)
        if private:
            page.get_by_text("Private", exact=True).click()
        page.get_by_role("button", name="Create room").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        expect(page.get_by_role("log")).to_be_visible()
        return page.url.rsplit("/", 1)[-1]

    def join_public(self, name: str) -> None:
        page = self.page
        page.goto(self.server.url + "/discover")
        page.get_by_role("listitem").filter(has_text=name).get_by_role("button", name="Join").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        expect(page.get_by_role("log")).to_be_visible()

    def say(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Message").fill(text)
        self.page.keyboard.press("Enter")

    def sees(self, text: str) -> None:
        expect(self.page.get_by_role("log").get_by_text(text, exact=True)).to_be_visible()

    def sees_sent(self, text: str) -> None:
        """Sees a message that the server has confirmed."""
        line = self.page.get_by_role("log").locator("p[aria-busy]").filter(has_text=text)
        self.sees(text)
        expect(line.and_(self.page.locator('[aria-busy="true"]'))).to_have_count(0)

    def token(self) -> str:
        """Return a token of this person for the API."""
        answer = self.server.post("/api/auth/login", "", email=self.email, password=PASSWORD)
        return str(answer["accessToken"])


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if not program:
        pytest.skip("not run: Chromium is not installed")
    if not (ROOT / "chatroom" / "static" / "index.html").exists():
        pytest.skip("not run: the web client is not built")
    with sync_playwright() as playwright:
        # Chromium's sandbox needs a user of its own; tests may run as root in a container.
        arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    """One server without limits for all tests; a file that needs another has its own fixture."""
    server = ChatServer(tmp_path_factory.mktemp("data"), MESSAGE_RATE_LIMIT="0", RATE_LIMITS="off")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def room() -> str:
    """A room name of the test's own: public rooms of a server are listed together."""
    return f"Kitchen {uuid.uuid4().hex[:8]}"


@pytest.fixture
def visit(chromium: Browser, server: ChatServer) -> Iterator[Join]:
    """Open a browser for somebody; at the end nobody's page may have had an error of its own."""
    people: list[Person] = []

    def open_browser(name: str, *, width: int = 1280, height: int = 800, **options: Any) -> Person:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        person = Person(context.new_page(), server, name)
        people.append(person)
        return person

    yield open_browser
    faults = {person.name: person.faults for person in people if person.faults}
    for person in people:
        person.page.context.close()
    assert not faults


@pytest.fixture
def join(visit: Join) -> Join:
    """Open a browser for somebody who has signed up."""

    def arrive(name: str, **options: Any) -> Person:
        person = visit(name, **options)
        person.arrive()
        return person

    return arrive
