"""A report as one HTML file that needs nothing else: styles, script and figures are inside."""

import base64
import hashlib
import math
import re
from collections.abc import Iterator
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.cells import GAP
from reports.figures.drawing import INK, Figure
from reports.figures.pictures import Picture
from reports.formats.files import Files, figure_files
from reports.provenance import Origin, anchor, origins
from reports.question import QUESTION
from reports.report import Report
from reports.tables.table import Cell, header_spans


def html(report: Report) -> Files:
    found = origins(report.tables, report.records, report.runs)
    environment = environment_of({entry.anchor for origin in found for entry in origin.entries})
    script = template("page.js")
    page = environment.get_template("page.html").render(
        report=report,
        origins=found,
        contents=list(contents(report, found)),
        question=QUESTION,
        style=Markup(template("page.css")),
        script=Markup(script),
        script_sha256=sha256(script),
    )
    return {"index.html": page + "\n", **figure_files(report)}


def environment_of(anchors: set[str]) -> Environment:
    """`anchors` are the records that have an entry: a number links to nothing else."""
    environment = Environment(
        loader=PackageLoader("reports.formats", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def origin(cell: Cell) -> str:
        return next((a for path in cell.records if (a := anchor(path)) in anchors), "")

    environment.filters["origin"] = origin
    environment.filters["attributes"] = attributes
    environment.filters["svg"] = inline_svg
    environment.filters["uri"] = data_uri
    environment.filters["spans"] = header_spans
    return environment


def template(name: str) -> str:
    found = resources.files("reports.formats").joinpath("templates", name)
    return found.read_text("utf-8").strip()


def sha256(script: str) -> str:
    """What the page's policy allows to run: this text and no other."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


def contents(report: Report, found: tuple[Origin, ...]) -> Iterator[tuple[str, str]]:
    """(id, heading) of every section, from top to bottom."""
    if report.question:
        yield "question", QUESTION
    main = [section.table for section in report.sections] + [view.table for view in report.views]
    for table in main:
        yield f"table-{table.slug}", table.title
    if any(picture.kind == "transfer" for picture in report.pictures):
        yield "pictures", "What the transferred models see"
    if report.pretraining:
        yield f"table-{report.pretraining.slug}", report.pretraining.title
    if report.failures:
        yield "failed", "Failed runs"
    if report.left_out:
        yield "left-out", "Left out"
    if found:
        yield "records", "Records"
    yield "origin", "Where the numbers come from"


def attributes(cell: Cell) -> Markup:
    """What the script sorts by, unrounded, and what is a gap and goes last."""
    if cell.text == GAP:
        return Markup(' class="gap"')
    if cell.value is None or not math.isfinite(cell.value):
        return Markup("")
    return Markup(' data-v="{}"').format(repr(float(cell.value)))


def inline_svg(figure: Figure) -> Markup:
    """As wide as its column, in the reader's ink, and named for those who cannot see it."""
    svg = figure.svg.replace(INK, "currentColor")
    svg = re.sub(r'<svg ([^>]*?)\bheight="[^"]*"', r"<svg \1", svg, count=1)
    svg = re.sub(r'<svg ([^>]*?)\bwidth="[^"]*"', r"<svg \1", svg, count=1)
    label = Markup(' role="img" aria-label="{}" ').format(figure.alt)
    return Markup(svg.replace("<svg ", f"<svg{label}", 1))


def data_uri(picture: Picture) -> str:
    return f"data:{picture.mime};base64,{base64.b64encode(picture.content).decode('ascii')}"
