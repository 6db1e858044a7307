"""Run a cell with the settings its search chose; where the search ran that very thing, take it.

    python -m transfer.sweep.final CHOSEN.json FOLDER --seed 0 -- mim train … --cfg-options …

The chosen settings are added to the end of the command. A search on other data, or with options of
its own, ran something else, and nothing of it is taken.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transfer.suite.sweeps import option, run_name
from transfer.sweep import files
from transfer.sweep.block import chosen_block


def main(arguments: Sequence[str] | None = None) -> None:
    options = parser().parse_args(arguments)
    chosen = files.read(options.chosen)
    if source := same_run(options.chosen, chosen, options.seed):
        take(source, options.folder, options.chosen)
        print(f"{chosen['why']}; taken from {source}")
        return
    added = [option(key, value) for key, value in chosen["chosen"]["settings"].items()]
    print(f"{chosen['why']}; training with {' '.join(added)}", flush=True)
    os.execvp(options.command[0], [*options.command, *added])


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m transfer.sweep.final",
        description="Run a cell with the settings its search chose, or take over the run it had.",
    )
    found.add_argument("chosen", type=Path, metavar="CHOSEN", help="chosen.json of the search")
    found.add_argument("folder", type=Path, metavar="FOLDER", help="the cell's --work-dir")
    found.add_argument("--seed", type=int, required=True, help="of the cell")
    found.add_argument("command", nargs="+", metavar="COMMAND", help="the training, after --")
    return found


def same_run(file: Path, chosen: dict[str, Any], seed: int) -> Path | None:
    """The folder of the search run that is this cell, if there is one."""
    declared = chosen["declared"]
    if seed not in declared["seeds"]:
        return None
    if declared["search_options"] or declared["select_data_options"]:
        return None
    folder = file.parent / run_name(chosen["chosen"]["point"], seed)
    return folder if (folder / "result.json").is_file() else None


def take(source: Path, folder: Path, chosen: Path) -> None:
    """Copy a run's record and what it names; the record, last, says how its settings were found."""
    record = files.read(source / "result.json")
    for name in named_files(record):
        files.write_bytes(folder / name, (source / name).read_bytes())
    taken = {"taken_from": os.path.relpath(source, folder)}
    (folder / "failure.json").unlink(missing_ok=True)
    files.write(folder / "result.json", {**record, "sweep": {**chosen_block(chosen), **taken}})


def named_files(record: dict[str, Any]) -> list[str]:
    """What lies beside a record, below its folder."""
    per_image = record.get("per_image") or {}
    if isinstance(per_image, str):  # schema 1
        per_image = {"per_image": per_image}
    figures, beside = record.get("figures") or [], record.get("files") or {}
    return [*per_image.values(), *figures, *beside.values()]


if __name__ == "__main__":
    main()
