"""What we rely on inside uvicorn and SQLAlchemy: who raises a bound of pyproject.toml learns here what has moved."""

import asyncio
import inspect
import socket
from typing import Any

import pytest
import sqlalchemy as sa
import uvicorn
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.util import await_only
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

PROTOCOL = {
    "app", "client", "config", "connections", "cycle", "expect_100_continue", "flow", "headers", "loop", "parser",
    "scope", "server_state", "tasks", "transport",
}  # fmt: skip


async def _nothing(_scope: Any, _receive: Any, _send: Any) -> None:
    pass


async def test_a_connection_of_uvicorn_has_what_ours_goes_on_from() -> None:
    config = uvicorn.Config(_nothing)
    config.load()
    state = ServerState()
    made = HttpToolsProtocol(config=config, server_state=state, app_state={}, _loop=None)
    ours, theirs = socket.socketpair()
    with theirs:
        await asyncio.get_running_loop().connect_accepted_socket(lambda: made, ours)
        theirs.sendall(b"GET /a HTTP/1.1\r\nHost: chat.test\r\n")
        await asyncio.sleep(0)
        assert set(vars(made)) >= PROTOCOL
        assert isinstance(made.flow, FlowControl)
        assert state.connections == {made}
        assert made.tasks is state.tasks
        made.transport.abort()


OVERRIDDEN: dict[type, str] = {
    HttpToolsProtocol: "connection_made connection_lost data_received on_header on_headers_complete on_body shutdown",
    RequestResponseCycle: "run_asgi send",
    FlowControl: "pause_reading resume_reading pause_writing resume_writing",
    uvicorn.Server: "startup shutdown handle_exit capture_signals",
}


@pytest.mark.parametrize("owner", OVERRIDDEN)
def test_the_methods_that_we_override_are_there(owner: type) -> None:
    names = OVERRIDDEN[owner].split()
    assert [name for name in names if not callable(getattr(owner, name, None))] == []


def test_what_we_read_and_set_besides_is_there() -> None:
    assert {"started", "should_exit", "force_exit"} <= set(vars(uvicorn.Server(uvicorn.Config(_nothing))))
    assert "waiting_for_100_continue" in inspect.getsource(RequestResponseCycle.__init__)
    assert STATUS_LINE[404] == b"HTTP/1.1 404 Not Found\r\n"
    assert HIGH_WATER_LIMIT == 65_536


def test_a_compiled_statement_says_what_it_binds_and_fills_in() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.String))
    found = sa.insert(table).compile(dialect=sa.create_engine("sqlite://").dialect, column_keys=["a", "b"])
    assert isinstance(found, SQLCompiler)
    assert [found.binds[name].key for name in found.positiontup or []] == ["a", "b"]
    assert not found.insert_prefetch
    assert not found.update_prefetch
    assert list(SimpleResultMetaData(["a", "b"]).keys) == ["a", "b"]
    assert callable(await_only)
