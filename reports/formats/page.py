"""A report as one HTML file that needs nothing else: styles, figures and pictures are inside."""

import base64
import re
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.figures.drawing import INK, Figure
from reports.figures.pictures import Picture
from reports.formats.files import Files, figure_files
from reports.report import Report
from reports.tables.table import header_spans


def html(report: Report) -> Files:
    environment = Environment(
        loader=PackageLoader("reports.formats", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg"] = inline_svg
    environment.filters["uri"] = data_uri
    environment.filters["spans"] = header_spans
    style = resources.files("reports.formats").joinpath("templates", "page.css").read_text("utf-8")
    page = environment.get_template("page.html").render(report=report, style=Markup(style))
    return {"index.html": page + "\n", **figure_files(report)}


def inline_svg(figure: Figure) -> Markup:
    """As wide as its column, in the reader's ink, and named for those who cannot see it."""
    svg = figure.svg.replace(INK, "currentColor")
    svg = re.sub(r'<svg ([^>]*?)\bheight="[^"]*"', r"<svg \1", svg, count=1)
    svg = re.sub(r'<svg ([^>]*?)\bwidth="[^"]*"', r"<svg \1", svg, count=1)
    label = Markup(' role="img" aria-label="{}" ').format(figure.alt)
    return Markup(svg.replace("<svg ", f"<svg{label}", 1))


def data_uri(picture: Picture) -> str:
    return f"data:{picture.mime};base64,{base64.b64encode(picture.content).decode('ascii')}"
