"""House rules that a machine can check: who imports whom, strict loading, the wheel's content."""

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

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


def test_the_wheel_carries_configs_data_and_templates_and_imports_elsewhere(
    tmp_path: Path,
) -> None:
    """Built from a copy of the tracked tree, unpacked, imported from another folder."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", str(tmp_path), str(ROOT)], check=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        wheel.extractall(tmp_path / "site")
    for package, pattern in {
        "pretrain": "configs/**/*.py",
        "transfer": "configs/**/*.py",
        "reports": "templates/*",
    }.items():
        shipped = [p.relative_to(ROOT).as_posix() for p in (ROOT / package).glob(pattern)]
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
    assert Path(done.stdout.strip()).is_relative_to(tmp_path)
