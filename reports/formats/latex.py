"""Every table for LaTeX with booktabs."""

from reports.formats.files import Files
from reports.report import Report
from reports.tables.table import Cell, Column, Table, header_spans

WIDE = 75  # characters beside one another that fit a page's text at their own size
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
        "×": r"$\times$",
        "½": r"$\frac{1}{2}$",
        "…": r"\ldots{}",
        "’": "'",
    }
)


def latex(report: Report) -> Files:
    r"""One booktabs table a file, ready for \input; a paper brings its own preamble."""
    return {f"tables/{table.slug}.tex": latex_table(table) for table in report.tables}


def latex_table(table: Table) -> str:
    """A table too wide for a page's text is scaled down to it."""
    body = [" & ".join(map(strong, row.cells)) + r" \\" for row in table.rows]
    caption, below = f"{table.title}. {table.caption}", [*table.notes, *table.sources]
    wide = width(table) > WIDE
    lines = [
        rf"% needs \usepackage{{booktabs{',graphicx' if wide else ''}}}",
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{tex(caption)}}}",
        rf"  \label{{tab:{table.slug}}}",
        *([r"  \resizebox{\linewidth}{!}{%"] if wide else []),
        rf"  \begin{{tabular}}{{l{'r' * (len(table.columns) - 1)}}}",
        r"    \toprule",
        *(f"    {line}" for line in latex_head(table.columns)),
        r"    \midrule",
        *(f"    {line}" for line in body),
        r"    \bottomrule",
        rf"  \end{{tabular}}{'}' if wide else ''}",
        *(below_table(below) if below else []),
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def below_table(notes: list[str]) -> list[str]:
    """Not in the caption: LaTeX measures that as one line, which has a longest length."""
    return [
        r"  \par\medskip",
        r"  \begin{minipage}{\linewidth}\footnotesize",
        *(f"    {tex(note)}\\par" for note in notes),
        r"  \end{minipage}",
    ]


def width(table: Table) -> int:
    """In characters, with two between columns."""
    columns = zip(*(row.texts for row in table.rows), strict=True)
    cells = [max(map(len, column)) for column in columns]
    heads = [len(c.label if c.group else c.name) for c in table.columns]
    groups = sum(len(group) for group, _ in header_spans(table.columns))
    body = sum(max(pair) + 2 for pair in zip(cells, heads, strict=True))
    return max(body, groups + 2 * len(cells))


def strong(cell: Cell) -> str:
    return rf"\textbf{{{tex(cell.text)}}}" if cell.best else tex(cell.text)


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


def tex(text: str) -> str:
    return " ".join(text.split()).translate(TEX)
