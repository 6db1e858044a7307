"""`python -m reports RUNS --out DIR`: tables, figures and one page from finished runs."""

import argparse
import sys
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from reports.assess import Options
from reports.commands.resampling import add_resampling
from reports.formats.files import Files
from reports.formats.frames import csv_files, json_file, parquet
from reports.formats.latex import latex
from reports.formats.markdown import markdown
from reports.formats.page import html
from reports.report import Report, build
from reports.tables.table import Cell, Table

FORMATS: dict[str, Callable[[Report], Files]] = {
    "md": markdown,
    "csv": csv_files,
    "parquet": parquet,
    "json": json_file,
    "tex": latex,
    "html": html,
}
DRAWN = {"md", "html"}
OWN_FOLDERS = ("tables", "figures")


def main(arguments: Sequence[str] | None = None) -> int:
    """0: a report was written, even if records were left out; 2: there was nothing to report."""
    options = parser().parse_args(arguments)
    console, errors = Console(width=None if sys.stdout.isatty() else 140), Console(stderr=True)
    try:
        with errors.status("reading the records") as status:
            report = build(
                options.runs,
                out=options.out,
                draw=bool(DRAWN.intersection(options.formats)),
                options=Options(options.resamples, options.seed),
                progress=lambda path: status.update(escape(f"resampling the images of {path}")),
            )
            files: Files = {}
            for name in options.formats:
                status.update(f"writing {name}")
                files |= FORMATS[name](report)
        write(files, options.out)
    except ValueError as error:
        errors.print(f"[red]error:[/red] {escape(str(error))}", soft_wrap=True)
        return 2
    except OSError as error:
        errors.print(f"[red]error:[/red] {escape(unwritten(error))}", soft_wrap=True)
        return 2
    show(report, console)
    console.print(f"\nWrote {len(files)} files to {escape(str(options.out))}:")
    for folder, names in groupby(sorted(files, key=folder_of), key=folder_of):
        listed = " ".join(name.removeprefix(folder) for name in sorted(names))
        console.print(f"  {escape(folder or './')} {escape(listed)}", highlight=False)
    if stale := leftovers(files, options.out):
        console.print(f"[yellow]From an earlier report, not this one:[/yellow] {', '.join(stale)}")
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m reports",
        description="Tables, figures and one page from the result records under a folder.",
        epilog="Reads every result.json and failure.json below RUNS. Broken, half-written and "
        "duplicate records are named and left out. Exit code 2 if no record can be used.",
    )
    found.add_argument("runs", type=Path, metavar="RUNS", help="folder of runs, such as runs/demo")
    found.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write")
    add_resampling(found)
    found.add_argument(
        "--formats",
        type=formats,
        default=list(FORMATS),
        metavar="LIST",
        help=f"comma-separated, from {','.join(FORMATS)} (default: all)",
    )
    return found


def formats(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(
            f"{', '.join(unknown) or 'nothing'} is no format, choose from {','.join(FORMATS)}"
        )
    return names


def unwritten(error: OSError) -> str:
    return f"cannot write {error.filename}: {error.strerror}; the files that are there are complete"


def write(files: Files, folder: Path) -> None:
    """Each file under a temporary name first: a file that exists is complete."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f".{file.name}.unfinished")
        unfinished.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        unfinished.replace(file)


def folder_of(name: str) -> str:
    return name[: name.rfind("/") + 1]


def leftovers(files: Files, folder: Path) -> list[str]:
    """Files of an earlier report that this one did not write again, such as a renamed suite's."""
    present = (file for own in OWN_FOLDERS for file in (folder / own).glob("*") if file.is_file())
    return sorted(
        name for file in present if (name := file.relative_to(folder).as_posix()) not in files
    )


def show(report: Report, console: Console) -> None:
    console.print("", *map(escape, report.lead), "", sep="\n", highlight=False)
    main_tables = [section.table for section in report.sections]
    for table in [*main_tables, *([report.pretraining] if report.pretraining else [])]:
        console.print(grid(table))
        for note in table.notes:
            console.print(f"  {escape(note)}", style="dim")
    if report.failures:
        console.print(f"[red]{len(report.failures)} failed:[/red]")
        for failure in report.failures:
            words = f"  {failure.path}: {failure.error}: {failure.message}"
            console.print(escape(words), soft_wrap=True)
    if report.left_out:
        console.print(f"[yellow]{len(report.left_out)} left out:[/yellow]")
        for item in report.left_out:
            console.print(escape(f"  {item.path}: {item.reason}"), soft_wrap=True)


def grid(table: Table) -> Grid:
    found = Grid(title=escape(table.title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for i, column in enumerate(table.columns):
        found.add_column(escape(column.name), justify="right" if i else "left", no_wrap=i == 0)
    for row in table.rows:
        found.add_row(*(strong(cell) for cell in row.cells))
    return found


def strong(cell: Cell) -> str:
    return f"[bold]{escape(cell.text)}[/bold]" if cell.best else escape(cell.text)


if __name__ == "__main__":
    sys.exit(main())
