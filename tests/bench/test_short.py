import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chatroom.bench.process import Server
from tests.processes import children

PATIENCE = 60.0


def server_of(bench: "subprocess.Popen[bytes]") -> int:
    """The process id of the server that a bench has started. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and bench.poll() is None:
        for child in children(bench.pid):
            with contextlib.suppress(
                FileNotFoundError, ProcessLookupError
            ):  # ended since: the compiler, or a load
                if b"serve" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
        time.sleep(0.02)
    raise TimeoutError


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_bench_leaves_no_process_and_no_file(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "chatroom", "bench"]
    bench = subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = server_of(bench)
        bench.send_signal(number)
        assert bench.wait(PATIENCE) == 128 + number
    finally:
        bench.kill()
        bench.wait()
    assert not Path(f"/proc/{server}").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_bench_without_a_c_compiler_says_so_and_fails(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chatroom", "bench"]
    done = subprocess.run(
        command, env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr == "chatroom: bench: not run: no C compiler\n"


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(RuntimeError, match="did not start: no such port"):
        Server([sys.executable, "-c", "raise SystemExit('no such port')"])
