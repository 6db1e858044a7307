"""Names a reader sees: labels, order and colours of methods, tasks and metrics.

Anything not listed here is shown under its own id, after the listed ones, in alphabetical order.
Colours are Okabe and Ito's, told apart under every common form of colour blindness, and Tol's muted
ones for the methods beyond them; each method also has its own dash and marker, so that no figure
relies on colour alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

BASELINE = "random"
PRETRAIN = "pretrain"


@dataclass(frozen=True)
class Style:
    """How one method is drawn in every figure and table."""

    colour: str
    dash: tuple[float, ...]  # on, off, … in line widths; empty is a solid line
    marker: str


@dataclass(frozen=True)
class Task:
    """A transfer task: its name, the metrics in its table, the size of its whole val set."""

    label: str
    headline: tuple[str, ...]
    full_val: int | None = None


METHODS: dict[str, tuple[str, Style]] = {
    "random": ("random init", Style("#8a8a8a", (1.2, 1.6), "x")),
    "supervised": ("supervised", Style("#e69f00", (5, 2), "s")),
    "mae-pixel": ("MAE (pixels)", Style("#56b4e9", (), "o")),
    "mae-pixel-norm": ("MAE (normalised pixels)", Style("#0072b2", (), "D")),
    "mae-dvae-token": ("MAE (dVAE tokens)", Style("#009e73", (7, 2, 1.2, 2), "^")),
    "mae-perceptual-vq-token": (
        "MAE (perceptual VQ tokens)",
        Style("#009e73", (), "^"),
    ),
    "mae-vq-token": ("MAE (VQ tokens)", Style("#117733", (3, 1.2), "d")),
    "mae-hog": ("MAE (HOG)", Style("#882255", (6, 1.5), "h")),
    "mae-pca": ("MAE (PCA)", Style("#aa4499", (2, 1), "p")),
    "mae-palette": ("MAE (colour clusters)", Style("#999933", (4, 1, 1, 1), "<")),
    "moco-v3": ("MoCo v3", Style("#d55e00", (3, 1.5), "v")),
    "peco": ("PeCo", Style("#661100", (6, 1.2, 1.2, 1.2), "X")),
    "simmim": ("SimMIM", Style("#6699cc", (2, 2), "8")),
    "maskfeat": ("MaskFeat", Style("#888888", (8, 2), "H")),
    "igpt": ("iGPT objective", Style("#ddcc77", (1.5, 1.5), ">")),
    "context-encoder": ("context encoder", Style("#332288", (5, 1, 1, 1), "*")),
    "perceptual-vq": ("perceptual VQ-VAE", Style("#44aa99", (), "o")),
    "vq": ("VQ-VAE", Style("#117733", (3, 1.2), "d")),
    "beit": ("BEiT", Style("#cc79a7", (5, 1.5, 1.2, 1.5, 1.2, 1.5), "P")),
}
PIXELS = (
    "mae-pixel",
    "mae-pixel-norm",
    "mae-ablation-default",
    "mae-target-pixel-norm",
    "mae-encoder-mask-token",
    "simmim",
)
SPARE_COLOURS = ("#d55e00", "#cc79a7", "#009e73", "#e69f00", "#56b4e9", "#0072b2")
SPARE_MARKERS = ("<", ">", "p", "h", "*", "d")

TASKS: dict[str, Task] = {
    "coco": Task("COCO", ("box_ap", "mask_ap"), full_val=5000),
    "ade20k": Task("ADE20K", ("miou",), full_val=2000),
    "imagenet": Task("ImageNet-1k", ("top1",), full_val=50000),
    # a suite's names for several of its protocols
    "imagenet-finetune": Task("ImageNet-1k fine-tuning", ("top1",), full_val=50000),
    "imagenet-partial": Task("ImageNet-1k partial fine-tuning", ("top1",), full_val=50000),
    "imagenet-linear": Task("ImageNet-1k linear probing", ("top1",), full_val=50000),
    "imagenet-knn": Task("ImageNet-1k nearest neighbours", ("top1",), full_val=50000),
}

METRICS: dict[str, str] = {
    "box_ap": "box AP",
    "mask_ap": "mask AP",
    "miou": "mIoU",
    "top1": "top-1",
    "top5": "top-5",
    **{f"top1_k{k}": f"top-1, {k} neighbours" for k in (1, 5, 10, 100, 200)},
    **{f"top5_k{k}": f"top-5, {k} neighbours" for k in (1, 5, 10, 100, 200)},
    "box_ap50": "box AP50",
    "box_ap75": "box AP75",
    "box_ap_s": "box AP small",
    "box_ap_m": "box AP medium",
    "box_ap_l": "box AP large",
    "mask_ap50": "mask AP50",
    "mask_ap75": "mask AP75",
    "mask_ap_s": "mask AP small",
    "mask_ap_m": "mask AP medium",
    "mask_ap_l": "mask AP large",
    "macc": "mAcc",
    "aacc": "aAcc",
    "loss": "loss",
    "usage": "codebook usage",
    "perplexity": "perplexity",
}

# Configuration keys that papers tune per method, in words.
SETTINGS: dict[str, str] = {
    "optim_wrapper.optimizer.lr": "learning rate {}",
    "optim_wrapper.optimizer.weight_decay": "weight decay {}",
    "optim_wrapper.paramwise_cfg.layer_decay": "layer decay {}",
    "model.backbone.drop_path_rate": "drop path {}",
    "model.backbone.layer_scale": "LayerScale from {}",
    "model.backbone.abs_pos": "absolute position {}",
    "param_scheduler.1.milestones": "steps at {}",
    "train_cfg.max_iters": "{} iterations",
    "base_lr": "base learning rate {}",
    "epochs": "{} epochs",
    "model.trainable_blocks": "{} blocks tuned",
}


def method_label(method: str) -> str:
    return METHODS[method][0] if method in METHODS else method


ARCHS = ("tiny", "small", "base", "large", "huge", "giant")  # small ones first


def family(method: str) -> str:
    """What a method predicts: "pixel" or "token"; "supervised", "random"; empty for others."""
    if method in ("random", "supervised"):
        return method
    if method in PIXELS:
        return "pixel"
    return "token" if "token" in method or method in ("beit", "peco") else ""


def method_styles(methods: Iterable[str]) -> dict[str, Style]:
    """A style for each method, in table order; unknown ones get the spare colours in turn."""
    ordered = in_order(methods, METHODS)
    unknown = [method for method in ordered if method not in METHODS]
    spare = {
        method: Style(
            SPARE_COLOURS[i % len(SPARE_COLOURS)],
            (2 + i, 2),
            SPARE_MARKERS[i % len(SPARE_MARKERS)],
        )
        for i, method in enumerate(unknown)
    }
    return {
        method: METHODS[method][1] if method in METHODS else spare[method] for method in ordered
    }


def task_label(task: str) -> str:
    return TASKS[task].label if task in TASKS else task


def is_full(task: str, n_images: object) -> bool:
    """Whether that many images are the task's whole validation set, as far as one is known."""
    return task not in TASKS or n_images == TASKS[task].full_val


def metric_label(metric: str) -> str:
    return METRICS.get(metric, metric)


def headline_metrics(task: str, measured: Iterable[str]) -> list[str]:
    """The columns of a task's main table; for a task unknown to us, everything it measured."""
    if task in TASKS:
        return list(TASKS[task].headline)
    return in_order(measured, METRICS)


def in_order(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Known names in their listed order, then the others alphabetically, each once."""
    rank = {name: i for i, name in enumerate(known)}
    return sorted(set(names), key=lambda name: (rank.get(name, len(rank)), name))
