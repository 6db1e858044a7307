"""MAE's ablations (Table 1), masking ratio (Figure 5) and schedule (Figure 7), with our runs.

Methods carry the names of `transfer/suites/mae_ablations.yaml`. The default stands in every table
under the value it has there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.comparisons import Comparison
from reports.evidence import Evidence
from reports.tables.side_by_side import Line, Slot, side_by_side
from reports.tables.table import Table
from reports.vocabulary import headline_metrics

DEFAULT = "mae-ablation-default"
Found = Sequence[tuple[Comparison, Evidence]]


@dataclass(frozen=True)
class Ablation:
    """`cases` maps a label to its method, in the paper's order."""

    slug: str
    title: str
    source: str
    cases: dict[str, str]


def numbered(prefix: str, values: Sequence[int], default: int) -> dict[str, str]:
    return {str(v): DEFAULT if v == default else f"{prefix}-{v}" for v in values}


ABLATIONS = (
    Ablation(
        "decoder-depth",
        "(a) Decoder depth, in blocks",
        "Table 1a",
        numbered("mae-decoder-depth", (1, 2, 4, 8, 12), 8),
    ),
    Ablation(
        "decoder-width",
        "(b) Decoder width, in dimensions",
        "Table 1b",
        numbered("mae-decoder-width", (128, 256, 512, 768, 1024), 512),
    ),
    Ablation(
        "mask-token",
        "(c) Mask tokens",
        "Table 1c",
        {"encoder with mask tokens": "mae-encoder-mask-token", "encoder without": DEFAULT},
    ),
    Ablation(
        "target",
        "(d) Reconstruction target",
        "Table 1d",
        {
            "pixels": DEFAULT,
            "normalised pixels": "mae-target-pixel-norm",
            "PCA": "mae-target-pca",
            "dVAE tokens": "mae-target-dvae-token",
        },
    ),
    Ablation(
        "augmentation",
        "(e) Data augmentation",
        "Table 1e",
        {
            "none": "mae-augment-none",
            "crop of fixed size": "mae-augment-fixed-crop",
            "crop of random size": DEFAULT,
            "crop and colour jitter": "mae-augment-jitter",
        },
    ),
    Ablation(
        "mask",
        "(f) Mask sampling",
        "Table 1f",
        {
            "random 75 %": DEFAULT,
            "block 50 %": "mae-mask-block-50",
            "block 75 %": "mae-mask-block-75",
            "grid 75 %": "mae-mask-grid-75",
        },
    ),
    Ablation(
        "mask-ratio",
        "Masking ratio, in percent",
        "Figure 5",
        numbered("mae-mask-ratio", (10, 20, 30, 40, 50, 60, 70, 75, 80, 90), 75),
    ),
    Ablation(
        "schedule",
        "Pretraining schedule, in epochs",
        "Figure 7",
        numbered("mae-schedule", (100, 200, 400, 800, 1600), 800),
    ),
)


def ablation_view(ablation: Ablation, found: Found) -> Table | None:
    """None where no more than its default was run."""
    wanted = set(ablation.cases.values())
    slots = [
        Slot(comparison, evidence, metric, str(comparison.key["protocol"]).rpartition("/")[2])
        for comparison, evidence in found
        if (wanted - {DEFAULT}) & set(comparison.results["method"])
        for metric in headline_metrics(comparison.task, comparison.results["metric"])
    ]
    if not slots:
        return None
    return side_by_side(
        slots,
        [Line(label, method) for label, method in ablation.cases.items()],
        slug=f"view-{ablation.slug}",
        title=ablation.title,
        caption=f"After {ablation.source} of He et al. 2021 (MAE, arXiv 2111.06377).",
    )
