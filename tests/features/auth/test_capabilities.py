"""A client asks what works before it offers it."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from chatroom.db.migrate import upgrade
from chatroom.features import tables
from tests.cast import Clock, node, settings_for

TWILIO = {"twilio_account_sid": "AC0123", "twilio_auth_token": "0123", "twilio_from_number": "+15005550006"}
SMTP = {"smtp_url": "smtp://mail.example.org"}


@pytest.mark.parametrize(
    ("given", "mail", "sms"),
    [
        ({"mode": "production"}, False, False),
        ({"mode": "production", **SMTP}, True, False),
        ({"mode": "production", **TWILIO}, False, True),
        ({"mode": "development"}, True, True),
    ],
)
async def test_only_what_works_is_named(tmp_path: Path, given: dict[str, Any], mail: bool, sms: bool) -> None:
    url = f"sqlite:///{tmp_path}/chatroom.db"
    upgrade(url, tables)
    settings = settings_for(url, tmp_path, **given)
    async with (
        node(settings, Clock()) as app,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app.asgi), base_url="http://chat.test") as http,
    ):
        answer = await http.get("/api/v1/capabilities")
    assert answer.status_code == 200
    assert answer.json()["data"] == {
        "registration": {"email": True, "phone": sms, "guest": True},
        "passwordReset": {"email": mail, "phone": sms},
        "identifiers": {"email": mail, "phone": sms},
    }
