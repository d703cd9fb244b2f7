"""A key that opens nothing of what is stored: the server says so and does not start."""

import subprocess
import sys

import httpx2
import pytest

from tests.journeys.conftest import Serve
from tests.journeys.people import register
from tests.journeys.server import ChatServer

ONE, OTHER = "a heron stood in the shallow lake", "seven lanterns under a walnut tree"


def run(server: ChatServer, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the settings of a server that does not run, and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "chatroom", *words],
        env=server.environment,
        cwd=server.folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("name", ["PHONE_ENC_KEY", "ENCRYPTION_KEY"])
def test_a_changed_key_is_refused_by_name_and_the_old_one_beside_it_is_enough(
    serve: Serve, name: str
) -> None:
    server = serve(**{name: ONE})
    body = {"phoneNumber": "+447911123456", "firstName": "Ana"}
    assert httpx2.post(f"{server.url}/api/auth/signup", json=body).status_code == 200
    ana = register(server.url, "Ana")
    server.stop()
    server.settings[name] = OTHER
    for words in (("serve",), ("role", ana.email, "admin")):
        refused = run(server, *words)
        assert refused.returncode == 78, refused.stderr
        assert f"chatroom: {name}: does not open" in refused.stderr
        assert OTHER not in refused.stderr
    server.settings["ENCRYPTION_KEY_OLD"] = ONE
    server.start()
    server.stop()


def test_a_lost_file_with_the_generated_key_is_refused_too(serve: Serve) -> None:
    server = serve()
    register(server.url, "Ana")
    server.stop()
    (server.data / "encryption_key").unlink()
    for _ in range(2):  # the first try has made a new one
        refused = run(server, "serve")
        assert refused.returncode == 78
        assert "chatroom: ENCRYPTION_KEY: does not open" in refused.stderr
