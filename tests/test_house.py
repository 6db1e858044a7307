"""House rules that a machine can check: who imports whom, strict loading, the wheel's content."""

import ast
import importlib
import inspect
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from mmengine.registry import RUNNERS

ROOT = Path(__file__).parents[1]
OURS = {"backbones", "pretrain", "transfer", "reports"}
MAY_IMPORT = {
    "backbones": set(),
    "pretrain": {"backbones"},
    "transfer": {"backbones"},
    "reports": set(),
}
HEAVY = {"torch", "torchvision", "timm", "mmengine", "mmcv", "mmdet", "mmseg"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", sorted(OURS))
def test_import_direction(package: str) -> None:
    forbidden = OURS - MAY_IMPORT[package] - {package}
    if package == "reports":
        forbidden |= HEAVY
    files = list((ROOT / package).rglob("*.py"))
    assert files
    found = {path.name: imported(path) & forbidden for path in files}
    assert not {name: names for name, names in found.items() if names}


def test_nothing_loads_with_tolerance_for_mismatch() -> None:
    pattern = re.compile(r"strict\s*=\s*False|load_state_dict\([^)]*,\s*False\)")
    code = [path for package in OURS for path in (ROOT / package).rglob("*.py")]
    assert not [path.name for path in code if pattern.search(path.read_text())]


def test_every_runner_of_ours_loads_strictly() -> None:
    """MMEngine's own default for `strict` is False."""
    importlib.import_module("pretrain.__main__")
    importlib.import_module("transfer.runner")
    ours = {
        runner.__name__: runner
        for runner in RUNNERS.module_dict.values()
        if runner.__module__.split(".")[0] in OURS
    }
    assert ours.keys() >= {"StrictRunner", "TransferRunner"}
    for name, runner in ours.items():
        strict = inspect.signature(runner.load_checkpoint).parameters["strict"]
        assert strict.default is True, name


def copy_tracked(to: Path) -> Path:
    """What git knows, or would add; nothing that an earlier build left, which may hide a gap."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, to / name)
    return to


def test_the_wheel_carries_configs_data_and_templates_and_imports_elsewhere(
    tmp_path: Path,
) -> None:
    """Built from a copy of the tracked tree, unpacked, imported from another folder."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    source = copy_tracked(tmp_path / "source")
    subprocess.run([*command, "-w", str(tmp_path), str(source)], check=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        wheel.extractall(tmp_path / "site")
    for package, pattern in {
        "pretrain": "configs/**/*.py",
        "transfer": "configs/**/*.py",
        "reports": "formats/templates/*",
    }.items():
        shipped = [p.relative_to(source).as_posix() for p in (source / package).glob(pattern)]
        assert shipped
        assert names.issuperset(shipped)
    assert names >= {
        "reports/published.csv", "transfer/Snakefile", "transfer/suites/demo.yaml",
        "transfer/profiles/default/config.yaml",
    }  # fmt: skip
    code = "import backbones; print(backbones.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).is_relative_to(tmp_path / "site")
