"""Seed S0's script: sign up, log in, lounges over HTTP, `join-lounge`, and `message` back raw (acceptance A4)."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.dialects.conftest import Pages, Plain
from tests.dialects.pages import KINDS
from tests.journeys.people import register
from tests.journeys.server import ChatServer
from tests.journeys.waiting import until

VALUES: list[Any] = [
    "hello",
    {"nested": {"list": [1, 2.5, None, True]}},
    7,
    None,
    False,
    ["é", "😀"],
    "7",
    "",
    {},
    {"message": ""},
]


def signed_in(server: ChatServer) -> dict[str, str]:
    """The headers of somebody who signed up and logged in as the document says."""
    account = {"email": f"{uuid4().hex}@example.org", "password": "correct horse"}
    signed_up = httpx2.post(server.url + "/auth/signup", json=account)
    assert signed_up.is_success
    assert signed_up.json()["email"] == account["email"]
    answer = httpx2.post(server.url + "/auth/login", json=account)
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_lounges_are_created_and_listed(server: ChatServer) -> None:
    headers = signed_in(server)
    made = httpx2.post(server.url + "/lounges", json={"name": "Night shift"}, headers=headers)
    assert (made.status_code, made.json()["name"]) == (200, "Night shift")
    listed = httpx2.get(server.url + "/lounges", headers=headers)
    assert (listed.status_code, listed.json()[0]) == (200, made.json())
    for method in ("GET", "POST"):
        refused = httpx2.request(method, server.url + "/lounges")
        assert refused.status_code == 401
        assert isinstance(refused.json()["error"], str)


@pytest.mark.parametrize("kind", KINDS)
async def test_the_raw_value_comes_back_to_everybody_in_the_lounge(
    server: ChatServer, pages: Pages, kind: str
) -> None:
    made = httpx2.post(server.url + "/lounges", json={"name": "Raw"}, headers=signed_in(server)).json()
    sender, listener, outside = await pages(kind), await pages("node"), await pages("async")
    for page in (sender, listener):
        await page.emit("join-lounge", made["id"])
    await outside.emit("join-lounge", f"elsewhere {uuid4()}")
    await listener.emit("message", {"loungeId": made["id"], "message": "ready"})
    await sender.hears("message", "ready")
    for value in VALUES:
        await sender.emit("message", {"loungeId": made["id"], "message": value})
    if kind != "sync":  # which hands events on in threads of their own, in any order
        await sender.hears("message", "ready", *VALUES)
    await listener.hears("message", "ready", *VALUES)
    assert outside.said("message") == []
    assert {said[0] for said in listener.heard} == {"connect", "message"}


@pytest.mark.parametrize("name", ["general", "Général", "room 1", "中文 / ☕", "a" * 80, "123"])
async def test_any_text_names_a_lounge(server: ChatServer, pages: Pages, name: str) -> None:
    one, two = await pages("async"), await pages("async")
    for page in (one, two):
        await page.emit("join-lounge", name)
    await one.emit("message", {"loungeId": name, "message": "from one"})
    await one.hears("message", "from one")
    await two.emit("message", {"loungeId": name, "message": "from two"})
    await one.hears("message", "from one", "from two")
    await until("the other hears", lambda: two.heard[-1:] == [["message", "from two"]])


async def test_a_lounge_is_one_room_for_every_seed(server: ChatServer, pages: Pages, plain: Plain) -> None:
    ana = register(server.url, "Ana")
    room_id = ana.create_room("Shared")["id"]
    voice, page = await plain(ana), await pages("node")
    await page.emit("join-lounge", room_id)
    await page.emit("message", {"loungeId": room_id, "message": {"x": [1]}})
    await page.hears("message", {"x": [1]})
    await voice.emit("join_room", {"roomId": room_id})
    await voice.emit("send_message", {"roomId": room_id, "content": "plain text"})
    await page.hears("message", {"x": [1]}, "plain text")
    history = ana.tell("GET", f"/api/rooms/{room_id}/messages")["messages"]
    assert [message["content"] for message in history] == ['{"x":[1]}', "plain text"]


@pytest.mark.parametrize(
    "payload", [None, 7, "text", [], {}, {"loungeId": None}, {"message": 1}, {"loungeId": 7}]
)
async def test_a_broken_message_harms_nobody(server: ChatServer, pages: Pages, payload: Any) -> None:
    page = await pages("async")
    await page.emit("join-lounge", "sturdy")
    for event in ("message", "join-lounge"):
        await page.emit(event, payload)
        await page.emit(event)
    value = uuid4().hex
    await page.emit("message", {"loungeId": "sturdy", "message": value})
    await page.hears("message", value)
    assert not page.said("error")
    assert not server.faults
