"""The checks of tools/ find what they look for."""

import ast
import subprocess
import sys
from pathlib import Path

from tools.emits import emits
from tools.sizes import long_functions

ROOT = Path(__file__).resolve().parents[2]


def _function(lines: int, comment: str = "", docstring: int = 0) -> str:
    text = ['    """' + "x\n" * docstring + '    """'] if docstring else []
    return "\n".join([f"def long() -> None:{comment}", *text, *["    pass"] * (lines - 1)])


def test_a_function_of_forty_lines_is_fine_and_one_more_is_not() -> None:
    assert list(long_functions(_function(40))) == []
    assert list(long_functions(_function(41))) == ["1: long has 41 lines, the limit is 40"]


def test_a_docstring_does_not_count() -> None:
    assert list(long_functions(_function(40, docstring=20))) == []


def test_a_stated_reason_doubles_the_limit_and_no_more() -> None:
    reason = "  # size: one loop without calls"
    assert list(long_functions(_function(80, reason))) == []
    assert list(long_functions(_function(81, reason))) == ["1: long has 81 lines, the limit is 80"]


def test_only_the_emits_of_transactions_and_contexts_are_found() -> None:
    text = "tx.emit(event)\nself.tx.emit(event)\nctx.emit(event)\nclient.emit('x')\ntx.run(1)\n"
    assert sorted(emits(ast.parse(text))) == [1, 2, 3]


SLICES = 'type = "slices"\ncontainer = "house.features"\npublic = ["service"]\n'
ACYCLIC = 'type = "acyclic"\ncontainer = "house"\n'


def _project(
    folder: Path, importing: str, contract: str = SLICES, *, back: str = ""
) -> subprocess.CompletedProcess[str]:
    """Check a small project in which the service of `two` says what is `importing`, and that of `one` says `back`."""
    for name in ("house", "house/features", "house/features/one", "house/features/two"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
    for module in ("one/store", "one/service", "two/service"):
        (folder / f"house/features/{module}.py").touch()
    (folder / "house/features/two/service.py").write_text(importing, encoding="utf-8")
    (folder / "house/features/one/service.py").write_text(back, encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        '[tool.importlinter]\nroot_package = "house"\ncontract_types = ["slices: tools.contracts.SlicesContract",'
        ' "acyclic: tools.contracts.AcyclicContract"]\n'
        f'[[tool.importlinter.contracts]]\nname = "the one that is tried"\n{contract}',
        encoding="utf-8",
    )
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = {"PYTHONPATH": f"{folder}:{ROOT}", "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)


def test_a_slice_may_import_the_public_modules_of_another(tmp_path: Path) -> None:
    found = _project(tmp_path, "from house.features.one import service\n")
    assert found.returncode == 0, found.stdout


def test_a_slice_may_not_import_the_insides_of_another(tmp_path: Path) -> None:
    found = _project(tmp_path, "from house.features.one import store\n")
    assert found.returncode == 1
    assert "house.features.two.service imports house.features.one.store" in " ".join(found.stdout.split())


def test_modules_that_import_one_another_are_a_circle_for_types_only_too(tmp_path: Path) -> None:
    back = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.features.two import service\n"
    both = "from house.features.one import service, store\n"
    found = _project(tmp_path, both, ACYCLIC, back=back)
    assert found.returncode == 1
    said = " ".join(found.stdout.split())
    assert "house.features.one.service is part of a circle" in said
    assert "house.features.two.service is part of a circle" in said
    assert "store is part" not in said


def test_imports_in_one_direction_are_no_circle(tmp_path: Path) -> None:
    found = _project(tmp_path, "from house.features.one import service\n", ACYCLIC)
    assert found.returncode == 0, found.stdout
