"""How long a method took: its pre-training and its transfer, on all their devices."""

from dataclasses import dataclass

import pandas as pd

from reports.comparisons import Comparison
from reports.vocabulary import BASELINE, PRETRAIN


@dataclass(frozen=True)
class Hours:
    """`known` is by method: hours, and whether they are of the whole way to its score.

    `by_device` is False where a run does not say on how many devices it ran: then all hours are
    those of the clock, or some would count once what others count eight times.
    """

    known: dict[str, tuple[float, bool]]
    by_device: bool
    not_counted: tuple[str, ...]


def hours_of(comparison: Comparison, results: pd.DataFrame) -> Hours:
    """Of one seed, as the mean over seeds. Random init needs no pre-training."""
    transfer = comparison.results.drop_duplicates("path")
    before = {
        method: pretraining_of(method, comparison, results)
        for method in comparison.methods
        if method != BASELINE
    }
    used = [transfer, *(runs for runs in before.values() if len(runs))]
    by_device = all("devices" in runs and bool(runs["devices"].notna().all()) for runs in used)
    known = {}
    for method in comparison.methods:
        after = mean_hours(transfer[transfer["method"] == method], by_device=by_device)
        first = 0.0 if method == BASELINE else mean_hours(before[method], by_device=by_device)
        if after is not None:
            known[method] = (after + (first or 0.0), first is not None)
    return Hours(known, by_device, tuple(not_counted(comparison, results)))


def pretraining_of(method: str, comparison: Comparison, results: pd.DataFrame) -> pd.DataFrame:
    """Its pre-training runs: of the same suite, else of none; empty where it is unclear which."""
    runs = results[(results["kind"] == PRETRAIN) & (results["method"] == method)]
    runs = runs[runs["arch"].isin([comparison.key["arch"], ""])].drop_duplicates("path")
    for suite in (comparison.key["suite"], ""):
        own = runs[runs["suite"] == suite]
        if len(own):
            return own if len(set(own["protocol_sha256"])) == 1 else own.iloc[:0]
    return runs.iloc[:0]


def mean_hours(runs: pd.DataFrame, *, by_device: bool) -> float | None:
    """None where no run recorded its time."""
    seconds = pd.to_numeric(runs["wall_seconds"])
    if by_device:
        seconds = seconds * runs["devices"].astype(float)
    seconds = seconds.dropna()
    return float(seconds.mean()) / 3600 if len(seconds) else None


def not_counted(comparison: Comparison, results: pd.DataFrame) -> list[str]:
    """What a total leaves out, as far as the records show that there was any."""
    said = []
    if (results.loc[results["kind"] == PRETRAIN, "target"] == "codebook").any():
        said.append("Training the codebook of a token target is not counted.")
    if comparison.key["sweep"]:
        said.append("The other runs of the search are not counted.")
    return said
