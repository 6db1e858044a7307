"""A report as Markdown, CSV and LaTeX: views of the same tables, one function per format.

Each returns file names (relative to the output folder) and their contents. Nothing depends on the
clock or on where the runs lie, so the same records give the same bytes.
"""

from itertools import groupby

import pandas as pd

from reports.report import Report
from reports.tables import Column, Table

Files = dict[str, str | bytes]

TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "±": r"$\pm$",
        "−": "$-$",
        "–": "--",
        "“": "``",
        "”": "''",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "≥": r"$\geq$",
    }
)


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
        if section.tried:
            lines += [f"### {md(section.tried.title)}", "", *markdown_table(section.tried), ""]
        for figure in (*section.scores, *section.curves):
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
    rows = [[md(cell) for cell in row.cells] for row in table.rows]
    body = [f"| {' | '.join(cells)} |" for cells in [head, rule, *rows]]
    notes = [f"- {md(note)}" for note in table.notes]
    notes += [f"- Published, {md(source)}" for source in table.sources]
    return [*body, "", md(table.caption), *(["", *notes] if notes else [])]


def md(text: str) -> str:
    """One line; nothing in a name or message may end a cell or start markup."""
    line = " ".join(text.split())
    for mark in ("\\", "|", "*", "_", "`", "<", "[", "]", "#"):
        line = line.replace(mark, f"\\{mark}")
    return line


def csv_files(report: Report) -> Files:
    """The long frames, and each table with unrounded numbers."""
    files: Files = {"results.csv": as_csv(report.results), "curves.csv": as_csv(report.curves)}
    return files | {f"tables/{table.slug}.csv": as_csv(table.numbers) for table in report.tables}


def as_csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


def latex(report: Report) -> Files:
    r"""One booktabs table a file, ready for \input; a paper brings its own preamble."""
    return {f"tables/{table.slug}.tex": latex_table(table) for table in report.tables}


def latex_table(table: Table) -> str:
    body = [" & ".join(map(tex, row.cells)) + r" \\" for row in table.rows]
    caption = " ".join([f"{table.title}.", table.caption, *table.notes, *table.sources])
    lines = [
        "% needs \\usepackage{booktabs}",
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{tex(caption)}}}",
        rf"  \label{{tab:{table.slug}}}",
        rf"  \begin{{tabular}}{{l{'r' * (len(table.columns) - 1)}}}",
        r"    \toprule",
        *(f"    {line}" for line in latex_head(table.columns)),
        r"    \midrule",
        *(f"    {line}" for line in body),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def latex_head(columns: tuple[Column, ...]) -> list[str]:
    """Two rows where a group has several columns, else one."""
    spans = header_spans(columns)
    if all(width == 1 for _, width in spans):
        return [" & ".join(tex(column.name) for column in columns) + r" \\"]
    top, rules, start = [], [], 1
    for group, width in spans:
        top.append(rf"\multicolumn{{{width}}}{{c}}{{{tex(group)}}}" if width > 1 else tex(group))
        rules += [rf"\cmidrule(lr){{{start}-{start + width - 1}}}"] if width > 1 else []
        start += width
    labels = [tex(column.label or ("ours" if column.group else "")) for column in columns]
    return [" & ".join(top) + r" \\", " ".join(rules), " & ".join(labels) + r" \\"]


def header_spans(columns: tuple[Column, ...]) -> list[tuple[str, int]]:
    """(group, number of columns) from left to right; a column without a group stands alone."""
    spans: list[tuple[str, int]] = []
    for group, same in groupby(columns, key=lambda column: column.group):
        width = len(list(same))
        spans += [(group, width)] if group else [("", 1)] * width
    return spans


def tex(text: str) -> str:
    return " ".join(text.split()).translate(TEX)


def figure_files(report: Report) -> Files:
    """Drawn figures as SVG, pictures as the run wrote them."""
    files: Files = {f"figures/{figure.slug}.svg": figure.svg for figure in report.figures}
    for picture in report.pictures:
        files[f"figures/{picture.slug}{picture.suffix}"] = picture.content
    return files
