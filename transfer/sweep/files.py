"""Small JSON files that are complete whenever they exist.

`backbones.runs.files` does the same, but `backbones` imports torch: seconds for a step that takes
none, and memory held beside a training for as long as it runs.
"""

import json
from pathlib import Path
from typing import Any


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def write(file: Path, content: Any) -> None:
    """Under another name first, then renamed; NaN and infinity are an error."""
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    write_bytes(file, f"{text}\n".encode())


def write_bytes(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(file)
