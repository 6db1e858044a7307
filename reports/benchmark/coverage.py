"""`python -m reports.benchmark coverage`: do 95 % intervals hold the truth 95 % of the time?

Experiments with a known truth: images are drawn from a large population, whose score is the truth;
with several seeds each run is off by a random amount, which the truth does not have.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from reports.average_precision import mean_ap
from reports.benchmark.detections import Detections, Objects, detect, draw_objects, prepared
from reports.benchmark.segments import Counts, draw_scenes, segment
from reports.significance import Runs, Sample, Weights, difference, interval_of, sample

POPULATION = 40_000
Score = Callable[[NDArray[np.int64], Weights], NDArray[np.float64]]  # of images, weighted


@dataclass(frozen=True)
class Setting:
    """`gap` is the difference in skill; without one, rejections are errors of the first kind."""

    name: str
    images: int
    seeds: int = 1
    spread: float = 0.0  # of a run's score around its method's, percent points


@dataclass(frozen=True)
class Rates:
    """Shares of the experiments."""

    single: float  # a method's interval holds its truth
    paired: float  # a difference's interval holds the true difference
    type_one: float  # equal methods are told apart


SETTINGS = (
    Setting("mIoU, 60 images", 60),
    Setting("mIoU, 400 images", 400),
    Setting("mIoU, 200 images, 3 seeds", 200, seeds=3, spread=0.5),
    Setting("mIoU, 200 images, 5 seeds", 200, seeds=5, spread=0.5),
    Setting("AP, 100 images", 100),
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    table = Table("", "one method", "difference", "equal ones told apart", box=SIMPLE_HEAD)
    console = Console()
    for setting in SETTINGS:
        found = simulate(setting, options.experiments, options.resamples, options.seed)
        table.add_row(
            setting.name,
            *(f"{100 * rate:.1f} %" for rate in (found.single, found.paired, found.type_one)),
        )
    console.print(f"{options.experiments} experiments of {options.resamples} resamples", table)
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m reports.benchmark coverage",
        description="How often 95 % intervals hold the truth, and how often equal methods are "
        "told apart at 5 %, in simulated experiments whose truth is known.",
    )
    found.add_argument("--experiments", type=int, default=400)
    found.add_argument("--resamples", type=int, default=400)
    found.add_argument("--seed", type=int, default=0)
    return found


def simulate(setting: Setting, experiments: int, resamples: int, seed: int) -> Rates:
    rng = np.random.default_rng(seed)
    scorers = (ap_scorers if setting.name.startswith("AP") else miou_scorers)(rng)
    everything = np.arange(POPULATION)
    once = np.ones((1, POPULATION), np.uint16)
    truth = [float(score(everything, once)[0]) for score in scorers]
    held = np.zeros(3)
    for _ in track(range(experiments), setting.name, transient=True):
        images = rng.choice(POPULATION, setting.images, replace=False)
        drawn = sample(setting.images, resamples, rng)
        a, b, equal = (trained(score, images, drawn, setting, rng) for score in scorers)
        one, two, none = interval_of(a, rng), difference(b, a, rng), difference(equal, a, rng)
        if one is None or two is None or none is None:
            raise RuntimeError("nothing was resampled")
        held += (
            one.interval.low <= truth[0] <= one.interval.high,
            two.interval.low <= truth[1] - truth[0] <= two.interval.high,
            not none.interval.low <= truth[2] - truth[0] <= none.interval.high,
        )
    single, paired, type_one = held / experiments
    return Rates(single, paired, type_one)


def trained(
    score: Score,
    images: NDArray[np.int64],
    drawn: Sample,
    setting: Setting,
    rng: np.random.Generator,
) -> Runs:
    """Runs whose scores on any images are off by the same amount each."""
    scores = score(images, drawn.weights)
    return drawn.runs([scores + rng.normal(0, setting.spread) for _ in range(setting.seeds)])


SKILLS = (1.0, 1.1, 1.0)  # of a method, a better one, and one that is as good as the first


def miou_scorers(rng: np.random.Generator) -> list[Score]:
    scenes = draw_scenes(POPULATION, 12, rng)
    methods = [segment(scenes, skill, rng) for skill in SKILLS]
    return [partial(miou_of, method) for method in methods]


def miou_of(method: Counts, images: NDArray[np.int64], weights: Weights) -> NDArray[np.float64]:
    return method.of(images).score(weights)


def ap_scorers(rng: np.random.Generator) -> list[Score]:
    objects = draw_objects(POPULATION, 5 * POPULATION, 3, rng)
    methods = [detect(objects, 10, skill, rng) for skill in SKILLS]

    return [partial(ap_of, objects, method) for method in methods]


def ap_of(
    objects: Objects, method: Detections, images: NDArray[np.int64], weights: Weights
) -> NDArray[np.float64]:
    return mean_ap(prepared(*of_images(objects, method, images)).scores(weights))


def of_images(
    objects: Objects, found: Detections, images: NDArray[np.int64]
) -> tuple[Objects, Detections]:
    """The part of the data that lies in these images, numbered anew."""
    place = np.full(objects.images, -1)
    place[images] = np.arange(len(images))
    there, seen = place[objects.image] >= 0, place[found.image] >= 0
    return (
        Objects(
            len(images),
            objects.categories,
            place[objects.image[there]],
            objects.category[there],
            objects.ease[there],
        ),
        Detections(
            place[found.image[seen]], found.category[seen], found.score[seen], found.hit[seen]
        ),
    )
