"""Every run of a comparison, scored on the same draws of the images.

Shapes: G groups left out, B resamples, K categories. Row 0 is the images as they are.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from reports.comparisons import Comparison
from reports.evidence import Cell
from reports.records.images import PerImage, read_per_image
from reports.records.record import Record
from reports.significance import Runs, Sample, sample

Floats = NDArray[np.float64]
Progress = Callable[[str], None]
SAME = 1e-6  # percent points between a record's score and that of its per-image file


@dataclass
class Scores:
    """One method on one metric, seed by seed; a run that cannot be resampled adds no draws."""

    values: list[float] = field(default_factory=list)
    draws: list[Floats] = field(default_factory=list)  # [1 + G + B] each
    categories: list[Floats] = field(default_factory=list)  # [1 + G + B, K] each

    def runs(self, sample: Sample) -> Runs:
        """Images are drawn for the seeds that kept them; the estimate is of all seeds."""
        values = np.array(self.values)
        return replace(sample.runs(self.draws), estimates=values) if self.draws else Runs(values)


@dataclass(frozen=True)
class Resampled:
    scores: dict[Cell, Scores]
    categories: tuple[str, ...]
    sample: Sample
    notes: tuple[str, ...]


def resample(
    comparison: Comparison,
    records: Mapping[str, Record],
    metrics: Sequence[str],
    draws: int,
    rng: np.random.Generator,
    progress: Progress,
) -> Resampled:
    """Runs without usable per-image results keep their scores, and a note says why."""
    results = comparison.results[comparison.results["metric"].isin(metrics)]
    paths = list(dict.fromkeys(results["path"]))
    kept, refused = readable(paths, records)
    ids, categories, others = on_the_same_images(kept)
    refused |= dict.fromkeys(others, "it was scored on other images or categories than the rest")
    place = {name: i for i, name in enumerate(ids)}
    drawn = sample(len(ids), draws, rng)
    scores: dict[Cell, Scores] = defaultdict(Scores)
    for path, run in results.sort_values(["method", "seed"], kind="stable").groupby(
        "path", sort=False
    ):
        usable = kept[str(path)] if path not in refused else None
        if usable is not None:
            progress(str(path))
        for method, metric, value in run[["method", "metric", "value"]].itertuples(index=False):
            found = scores[method, metric]
            found.values.append(value)
            if usable is None or metric not in usable.metrics:
                continue
            order = [place[name] for name in usable.ids]
            scored = usable.metrics[metric](drawn.weights[:, order])
            if not abs(scored.values[0] - value) < SAME:
                refused[str(path)] = (
                    f"its per-image file gives {metric} {scored.values[0]:.4f}, "
                    f"its record {value:.4f}"
                )
                continue
            found.draws.append(scored.values)
            if scored.categories is not None:
                found.categories.append(scored.categories)
    return Resampled(dict(scores), categories, drawn, tuple(why(refused)))


def readable(
    paths: Sequence[str], records: Mapping[str, Record]
) -> tuple[dict[str, PerImage], dict[str, str]]:
    kept: dict[str, PerImage] = {}
    refused: dict[str, str] = {}
    for path in paths:
        try:
            kept[path] = read_per_image(records[path].folder, records[path].per_image)
        except ValueError as error:
            refused[path] = str(error)
    return kept, refused


def on_the_same_images(
    kept: Mapping[str, PerImage],
) -> tuple[tuple[str, ...], tuple[str, ...], list[str]]:
    """The images and categories that most runs were scored on, and the runs with others.

    The order of the images is each run's own.
    """
    if not kept:
        return (), (), []
    known = {path: (tuple(sorted(found.ids)), found.categories) for path, found in kept.items()}
    ids, categories = Counter(known.values()).most_common(1)[0][0]
    return ids, categories, [path for path, own in known.items() if own != (ids, categories)]


def why(refused: Mapping[str, str]) -> list[str]:
    """One note a reason, with the runs it holds for."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for path, reason in refused.items():
        by_reason[reason].append(path)
    return [
        f"Not resampled over images: {', '.join(paths[:3])}"
        + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        + f": {reason}."
        for reason, paths in by_reason.items()
    ]
