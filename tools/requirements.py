"""Write for pip what uv.lock names, with hashes: `python tools/requirements.py [--check]`.

`requirements.txt` is what running takes, with what builds the package; `requirements-dev.txt` is everything that
`make check test` need. No index is named in them: pip asks the one that it is configured for.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
HEAD: Final = "# Written from uv.lock by `make contract`. Install with: pip install --require-hashes -r "
FILES: Final = {
    "requirements.txt": ("--no-default-groups", "--group", "build", "--all-extras"),
    "requirements-dev.txt": ("--group", "dev", "--all-extras"),
}


def exported(name: str) -> str:
    """What the file should hold. Needs uv, which the environment has or PATH does."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    command = [uv, "export", "--quiet", "--frozen", "--no-emit-project", "--no-header", *FILES[name]]
    made = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return f"{HEAD}{name}\n{made}"


def main(arguments: list[str]) -> None:
    """Write the files, or with `--check` tell which ones do not fit the lock."""
    outdated = []
    for name in FILES:
        path, made = ROOT / name, exported(name)
        if path.is_file() and path.read_text(encoding="utf-8") == made:
            continue
        outdated.append(name)
        if "--check" not in arguments:
            path.write_text(made, encoding="utf-8")
    if outdated and "--check" in arguments:
        sys.exit(f"not what uv.lock names, run `make contract`: {', '.join(outdated)}")


if __name__ == "__main__":
    main(sys.argv[1:])
