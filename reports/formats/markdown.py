"""A report as one Markdown file."""

from reports.formats.files import Files, figure_files
from reports.report import Report
from reports.tables.table import Cell, Table


def markdown(report: Report) -> Files:
    lines = [
        f"# {md(report.title)}",
        "",
        *(line for claim in report.lead for line in (md(claim), "")),
    ]
    for section in report.sections:
        lines += [f"## {md(section.table.title)}", ""]
        lines += [md(section.finding), ""] if section.finding else []
        lines += [*markdown_table(section.table), ""]
        if section.differences:
            title = f"### {md(section.differences.title)}"
            lines += [title, "", *markdown_table(section.differences), ""]
        if section.tried:
            lines += [f"### {md(section.tried.title)}", "", *markdown_table(section.tried), ""]
        for figure in (*section.scores, *section.parts, *section.curves):
            lines += [f"![{md(figure.alt)}](figures/{figure.slug}.svg)", ""]
    for view in report.views:
        lines += [f"## {md(view.table.title)}", "", *markdown_table(view.table), ""]
        for figure in view.figures:
            lines += [f"![{md(figure.alt)}](figures/{figure.slug}.svg)", ""]
    if report.pretraining:
        lines += ["## Pre-training", "", *markdown_table(report.pretraining), ""]
        for figure in report.pretraining_curves:
            lines += [f"![{md(figure.alt)}](figures/{figure.slug}.svg)", ""]
    for picture in report.pictures:
        lines += [f"![{md(picture.title)}](figures/{picture.slug}{picture.suffix})", ""]
    lines += ["## Failed runs", ""] if report.failures else []
    lines += [f"- `{f.path}`: {md(f.error)}: {md(f.message)}" for f in report.failures]
    lines += [""] if report.failures else []
    lines += ["## Left out", ""] if report.left_out else []
    lines += [f"- `{item.path}`: {md(item.reason)}" for item in report.left_out]
    lines += [""] if report.left_out else []
    lines += ["## Where the numbers come from", ""]
    lines += [f"- {name}: {md(value)}" for name, value in report.provenance]
    return {"report.md": "\n".join(lines) + "\n", **figure_files(report)}


def markdown_table(table: Table) -> list[str]:
    head = [md(column.name) for column in table.columns]
    rule = ["---" if i == 0 else "---:" for i in range(len(head))]
    rows = [[strong(cell) for cell in row.cells] for row in table.rows]
    body = [f"| {' | '.join(cells)} |" for cells in [head, rule, *rows]]
    notes = [f"- {md(note)}" for note in table.notes]
    notes += [f"- Published, {md(source)}" for source in table.sources]
    return [*body, "", md(table.caption), *(["", *notes] if notes else [])]


def strong(cell: Cell) -> str:
    return f"**{md(cell.text)}**" if cell.best else md(cell.text)


def md(text: str) -> str:
    """One line; nothing in a name or message may end a cell or start markup."""
    line = " ".join(text.split())
    for mark in ("\\", "|", "*", "_", "`", "<", "[", "]", "#"):
        line = line.replace(mark, f"\\{mark}")
    return line
