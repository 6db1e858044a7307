"""What one method trains with and the others do not, such as a learning rate searched per entry.

Papers tune a few settings per method and call it one protocol. A record lists such settings in
`protocol.tuned`, and its protocol hash is that of the configuration without them: the row stays in
its table, marked, under a footnote that says them all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reports.vocabulary import SETTINGS, method_label

if TYPE_CHECKING:
    import pandas as pd  # slow to import, and who only reads records does without

MARK = "*"


def as_text(settings: Mapping[str, Any]) -> str:
    """One line, the same for the same settings; empty for none."""
    return json.dumps(dict(settings), sort_keys=True, ensure_ascii=False) if settings else ""


def from_options(options: str) -> str:
    """`as_text` of options as a command line has them: "train_cfg.max_iters=2 a.lr=1e-4"."""
    pairs = (option.split("=", 1) for option in options.split())
    return as_text({key: number_or_text(value) for key, value in pairs})


def number_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def in_words(text: str) -> str:
    """ "learning rate 1.6e-4, 368,750 iterations"; a setting without a name is shown by its key."""
    settings = json.loads(text) if text else {}
    return ", ".join(
        SETTINGS[key].format(short_number(value))
        if key in SETTINGS
        else f"{key} {short_number(value)}"
        for key, value in settings.items()
    )


def short_number(value: object) -> str:
    if isinstance(value, bool | str) or not isinstance(value, int | float):
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return f"{value:,}"
    if value and abs(value) < 0.01:
        digits, exponent = f"{value:e}".split("e")
        return f"{float(digits):g}e{int(exponent)}"
    return f"{value:g}"


def own_settings(results: pd.DataFrame, column: str = "tuned") -> dict[str, dict[str, list[int]]]:
    """Method to its settings to the seeds that have them; methods without any are not in it.

    `tuned` holds what was given to one method, `chosen` what a search found for each.
    """
    found: dict[str, dict[str, list[int]]] = defaultdict(dict)
    cells = results[["method", column, "seed"]].drop_duplicates().sort_values([column, "seed"])
    for method, text, seed in cells.itertuples(index=False):
        found[method].setdefault(text, []).append(seed)
    return {method: by_text for method, by_text in found.items() if set(by_text) != {""}}


def marked(method: str, own: Mapping[str, object]) -> str:
    """The method's label, with the footnote's mark if it has one."""
    return f"{method_label(method)}{MARK if method in own else ''}"


def footnote(own: Mapping[str, Mapping[str, list[int]]]) -> list[str]:
    """One note that names every method with settings of its own, and what they are."""
    if not own:
        return []
    rows = "; ".join(f"{method_label(method)} ({variants(own[method])})" for method in own)
    return [f"{MARK} Own settings within this protocol, all else equal: {rows}."]


def chosen_notes(results: pd.DataFrame) -> list[str]:
    """What the search chose for every method, and whose search is not complete."""
    found = own_settings(results, "chosen")
    if not found:
        return []
    rows = "; ".join(f"{method_label(method)} ({variants(found[method])})" for method in found)
    gaps = own_settings(results, "unsettled")
    open_ones = "; ".join(f"{method_label(m)} ({' or '.join(filter(None, gaps[m]))})" for m in gaps)
    return [
        f"Chosen by the search: {rows}.",
        *([f"Search incomplete, so the row may be worse off: {open_ones}."] if gaps else []),
    ]


def setting_label(key: str) -> str:
    """ "learning rate"; a setting without a name is shown by its key."""
    return SETTINGS[key].replace("{}", "").strip() if key in SETTINGS else key


def variants(by_text: Mapping[str, list[int]]) -> str:
    """The settings; where the seeds differ in them, which seed has which."""
    if len(by_text) == 1:
        return in_words(next(iter(by_text)))
    each = (
        f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}: "
        f"{in_words(text) or 'none'}"
        for text, seeds in by_text.items()
    )
    return f"not the same for every seed; {'; '.join(each)}"
