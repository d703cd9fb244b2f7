"""The command line as a host calls it."""

import os
import subprocess
import sys
from pathlib import Path


def chatroom(data: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `chatroom <words>` in test mode on a data folder, knowing of nothing but these settings."""
    environment = {
        "PATH": os.environ["PATH"],
        "CHATROOM_ENV": "test",
        "CHATROOM_DATA": str(data),
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "chatroom", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
