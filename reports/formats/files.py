"""Files of a report by name, relative to the output folder.

Nothing depends on the clock, nor on where the runs lie but for the page's links to them, so the
same records give the same bytes.
"""

from reports.report import Report

Files = dict[str, str | bytes]


def figure_files(report: Report) -> Files:
    """Drawn figures as SVG and PNG, pictures as the run wrote them."""
    files: Files = {f"figures/{figure.slug}.svg": figure.svg for figure in report.figures}
    files |= {f"figures/{figure.slug}.png": figure.png for figure in report.figures}
    for picture in report.pictures:
        files[f"figures/{picture.slug}{picture.suffix}"] = picture.content
    return files
