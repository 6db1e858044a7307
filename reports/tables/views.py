"""The MAE paper's tables with our runs: by initialisation and size, targets, partial tuning.

Each is made where there are runs for more than one of its columns or rows, so that no view repeats
a comparison's own table.
"""

import re
from collections.abc import Sequence

from reports.comparisons import Comparison
from reports.evidence import Evidence
from reports.tables.side_by_side import Line, Slot, line_of, side_by_side
from reports.tables.table import Table
from reports.vocabulary import (
    ARCHS,
    METHODS,
    family,
    headline_metrics,
    in_order,
    method_label,
    task_label,
)

FIGURE_9 = ("Figure 9", "section 4.3", "Table 1")  # the runs of that figure, pretrained 800 epochs
Found = Sequence[tuple[Comparison, Evidence]]


def by_size(task: str, found: Found) -> Table | None:
    """Tables 4 and 5 (He et al. 2021): a task's metrics by initialisation and model size."""
    if len({comparison.key["arch"] for comparison, _ in found}) < 2:
        return None
    slots = [slot for metric in metrics_of(found) for slot in slots_of(found, metric)]
    return side_by_side(
        slots,
        [line_of(method) for method in methods_in(slots)],
        slug=f"view-size-{task}",
        title=f"{task_label(task)} by initialisation and size",
        caption="After Tables 4 and 5 of He et al. 2021 (MAE, arXiv 2111.06377).",
    )


def pixels_or_tokens(found: Found) -> Table | None:
    """Table 7: pixels against tokens as targets, and the last row their difference."""
    usable = [
        (comparison, evidence)
        for comparison, evidence in found
        if {"pixel", "token"} <= {family(m) for m in set(comparison.results["method"])}
    ]
    if not usable:
        return None
    by_task: dict[str, list[tuple[Comparison, Evidence]]] = {}
    for pair in usable:
        by_task.setdefault(pair[0].task, []).append(pair)
    slots = [slot for of in by_task.values() for slot in slots_of(of, headline(of[0][0]))]
    methods = [m for m in methods_in(slots) if family(m) in ("pixel", "token")]
    lines = [line_of(method) for method in methods]
    lines += [
        Line(f"{method_label(method)} − {method_label(pixel)}", method, pixel)
        for method in methods
        if (pixel := counterpart(method, methods))
    ]
    return side_by_side(
        slots,
        lines,
        slug="view-pixels-or-tokens",
        title="Pixels or tokens as targets",
        caption=(
            "After Table 7 of He et al. 2021 (MAE, arXiv 2111.06377). The last rows are "
            "differences, with 95 % intervals where the runs kept per-image results; bold is more "
            "than chance, over seeds too."
        ),
    )


def counterpart(method: str, methods: Sequence[str]) -> str:
    """What a token target is set against: the normalised pixels of the same recipe, if there."""
    if family(method) != "token" or not method.startswith("mae-"):
        return ""
    ablation = method.startswith("mae-target-")
    wanted = ("mae-target-pixel-norm",) if ablation else ("mae-pixel-norm", "mae-pixel")
    return next((pixel for pixel in wanted if pixel in methods), "")


def partial(found: Found) -> list[Table]:
    """Figure 9: accuracy by the number of blocks that are tuned, one table a model size."""
    archs = sorted({str(comparison.key["arch"]) for comparison, _ in found}, key=rank)
    of_sizes = ([pair for pair in found if pair[0].key["arch"] == arch] for arch in archs)
    return [table for of in of_sizes if (table := partial_of_size(of))]


def partial_of_size(found: Found) -> Table | None:
    tuned = [pair for pair in found if blocks_tuned(pair[0]) is not None]
    if len({blocks_tuned(comparison) for comparison, _ in tuned}) < 2:
        return None
    tuned.sort(key=lambda pair: blocks_tuned(pair[0]) or 0)
    slots = [
        Slot(comparison, evidence, "top1", block_words(comparison), prefer=FIGURE_9)
        for comparison, evidence in tuned
        if "top1" in set(comparison.results["metric"])
    ]
    partly = [slot for slot in slots if 0 < (blocks_tuned(slot.comparison) or 0) < float("inf")]
    if not partly:
        return None
    return side_by_side(
        slots,
        [line_of(method) for method in methods_in(partly)],
        slug=f"view-partial-{tuned[0][0].key['arch']}",
        title=f"Partial fine-tuning, {arch_words(tuned[0][0])}",
        caption="Blocks tuned, as in Figure 9 of He et al. 2021 (MAE, arXiv 2111.06377).",
    )


def blocks_tuned(comparison: Comparison) -> float | None:
    """0 for linear probing, 0.5 for half a block, infinity for all; None for other protocols."""
    protocol = str(comparison.key["protocol"])
    if not protocol.startswith("imagenet/"):
        return None
    if match := re.match(r"imagenet/partial(?:-(half|\d+))?_", protocol):
        return {"half": 0.5, None: 1.0}.get(match[1]) or float(match[1])
    if protocol.startswith("imagenet/linear_"):
        return 0.0
    return float("inf") if protocol.startswith("imagenet/finetune_") else None


def block_words(comparison: Comparison) -> str:
    blocks = blocks_tuned(comparison)
    if blocks == 0:
        return "linear"
    if blocks == float("inf"):
        return "all"
    return "½ block" if blocks == 0.5 else f"{blocks:g} block{'s' if blocks != 1 else ''}"


def slots_of(found: Found, metric: str) -> list[Slot]:
    """Small models first; a label that two columns would share gets the comparison's title."""
    ordered = sorted(found, key=lambda pair: rank(str(pair[0].key["arch"])))
    usable = [pair for pair in ordered if metric in set(pair[0].results["metric"])]
    labels = [arch_words(comparison) for comparison, _ in usable]
    return [
        Slot(
            comparison,
            evidence,
            metric,
            label if labels.count(label) == 1 else f"{label}, {comparison.title}",
        )
        for (comparison, evidence), label in zip(usable, labels, strict=True)
    ]


def arch_words(comparison: Comparison) -> str:
    arch = str(comparison.key["arch"])
    return f"ViT-{arch[0].upper()}" if arch in ("base", "large", "huge") else f"ViT {arch}".strip()


def rank(arch: str) -> tuple[int, str]:
    return (ARCHS.index(arch) if arch in ARCHS else len(ARCHS), arch)


def metrics_of(found: Found) -> list[str]:
    return list(
        dict.fromkeys(
            metric
            for comparison, _ in found
            for metric in headline_metrics(comparison.task, comparison.results["metric"])
        )
    )


def headline(comparison: Comparison) -> str:
    return headline_metrics(comparison.task, comparison.results["metric"])[0]


def methods_in(slots: Sequence[Slot]) -> list[str]:
    return in_order((m for slot in slots for m in slot.comparison.results["method"]), METHODS)
