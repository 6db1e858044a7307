"""The `sweep` block of a record: how its settings were found. A fixed protocol's has none."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from transfer.sweep import files


def sweep_block(cell: MutableMapping[str, Any]) -> dict[str, Any]:
    """`{"sweep": …}` for a run of a search, and for one with the settings it chose; else nothing.

    Takes what says so out of `cell`: `search`, the number of a point, and `chosen`, a
    `chosen.json`.
    """
    point, chosen = cell.pop("search", None), cell.pop("chosen", None)
    if point is not None:
        return {"sweep": {"role": "search", "point": point}}
    return {"sweep": chosen_block(Path(chosen))} if chosen else {}


def chosen_block(file: Path) -> dict[str, Any]:
    content = files.read(file)
    left_out = ("schema", "kind", "cell")  # the record has its own
    kept = {key: value for key, value in content.items() if key not in left_out}
    return {"role": "chosen", **kept}
