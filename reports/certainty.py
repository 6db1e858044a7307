"""How far the numbers of one table carry, in plain words and as few of them as will do.

`findings.py` says who leads; this says what the lead rests on, what was tested, what is more than
chance, and what nobody can say from these data. No sentence claims more than its evidence holds.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb

from reports.cells import digits, signed
from reports.comparisons import Comparison
from reports.evidence import Difference, Evidence
from reports.summary import facts, over_seeds
from reports.vocabulary import headline_metrics, method_label, metric_label

MOST_NAMED = 10  # differences or methods that one sentence can list and still be read


@dataclass(frozen=True)
class Measure:
    """A headline metric: how its differences are written, and each method's number of seeds."""

    metric: str
    unit: str
    places: int
    higher_is_better: bool
    seeds: dict[str, int]

    @property
    def pairs(self) -> int:
        return comb(len(self.seeds), 2)

    def amount(self, value: float) -> str:
        return f"{value:.{self.places}f} {self.unit}".strip()

    def between(self, low: float, high: float) -> str:
        low_words, high_words = (signed(end, self.places).lstrip("+") for end in (low, high))
        return low_words if low_words == high_words else f"{low_words} to {high_words}"


@dataclass(frozen=True)
class Lead:
    """A difference seen from the one that is ahead, whichever direction is better."""

    ahead: str
    behind: str
    by: float
    low: float
    high: float
    over: str
    significant: bool


def lead_of(found: Difference, measure: Measure) -> Lead:
    seen, names = found.interval, (found.first, found.second)
    if (seen.estimate < 0) == measure.higher_is_better and seen.estimate:
        names = names[::-1]
    low, high = (seen.low, seen.high) if seen.estimate > 0 else (-seen.high, -seen.low)
    return Lead(*names, abs(seen.estimate), low, high, seen.over, found.significant)


def certainty(comparison: Comparison, evidence: Evidence) -> tuple[str, ...]:
    """What n is, what the intervals are over, what was tested, what stands, what stays open."""
    measures = headlines(comparison)
    if not measures:
        return ("None of the headline metrics was measured, so there is nothing to be sure of.",)
    return (
        basis(comparison, measures),
        *resampled(evidence),
        *tested(evidence, measures),
        *by_metric(told_apart, evidence, measures),
        *by_metric(places, evidence, measures),
        *detectable(evidence, measures),
        *elsewhere(comparison, evidence),
    )


def headlines(comparison: Comparison) -> list[Measure]:
    """The headline metrics that were measured here."""
    found, units = over_seeds(comparison.results), facts(comparison.results, "unit")
    higher = facts(comparison.results, "higher_is_better")
    return [
        Measure(
            metric=metric,
            unit="points" if units[metric] == "%" else str(units[metric]),
            places=digits(units[metric]),
            higher_is_better=bool(higher[metric]),
            seeds={m: found[m, metric].n for m in comparison.methods if (m, metric) in found},
        )
        for metric in headline_metrics(comparison.task, units)
        if metric in units
    ]


def basis(comparison: Comparison, measures: Sequence[Measure]) -> str:
    counts = [n for measure in measures for n in measure.seeds.values()]
    images = f"scored on {comparison.key['n_images']:,} images"
    if max(counts) == 1:
        return f"Every number comes from a single training run (one seed), {images}."
    few, many = min(counts), max(counts)
    runs = str(many) if few == many else f"{few} to {many}"
    return f"Every number is the mean of {runs} training runs (seeds), {images}."


def resampled(evidence: Evidence) -> list[str]:
    """What the intervals are over, and above all what is not in them."""
    differences = evidence.differences
    over = {d.interval.over for d in differences} or {
        interval.over for interval in evidence.intervals.values()
    }
    if not over:
        return []
    sources = {"images": "on other images of the same kind", "seeds": "in other training runs"}
    moved = " and ".join(
        words for source, words in sources.items() if any(source in found for found in over)
    )
    said = [f"The 95\u00a0% intervals show how far a number could move {moved}"]
    if "images" in over:
        where = "" if len(over) == 1 else "where a single run stands against another, "
        said.append(f"{where}noise from run to run is not in them, because one run cannot show it")
    if "seeds" in over:
        where = "" if len(over) == 1 else "where scores image by image are missing, "
        said.append(f"{where}the choice of images is not in them")
    if any(min(d.seeds) == 1 and "seeds" in d.interval.over for d in differences):
        said.append("a single run is taken to vary as much as those of the method beside it")
    return [f"{'; '.join(said)}."]


def tested(evidence: Evidence, measures: Sequence[Measure]) -> list[str]:
    made, possible = len(evidence.differences), sum(measure.pairs for measure in measures)
    if not possible:
        return ["Only one method has a result here, so there is nothing to compare it with."]
    if not made:
        return [
            "No two methods were tested against each other, so nobody can say from this table "
            "whether a difference in it is more than chance."
        ]
    if made == 1:
        which = "The only difference" if possible == 1 else f"One of the {possible} differences"
        return [f"{which} between two methods was tested, so no correction was needed."]
    every = "Both" if made == 2 else f"All {made}"
    which = every if made == possible else f"{made} of the {possible}"
    lost = sum(
        not d.significant and not d.interval.low <= 0 <= d.interval.high
        for d in evidence.differences
    )
    short_of_it = f"; {lost} with an interval that leaves out zero did not pass it" if lost else ""
    return [
        f"{which} differences between two methods were tested, and one counts as more than chance "
        "only after Holm's correction, which keeps the risk of even one false alarm among them "
        f"below 5\u00a0%{short_of_it}."
    ]


def by_metric(
    say: Callable[[Evidence, Measure], str], evidence: Evidence, measures: Sequence[Measure]
) -> list[str]:
    """One sentence a metric, and only one for metrics of which the same is true."""
    same: dict[str, list[str]] = defaultdict(list)
    for measure in measures:
        if any(found.metric == measure.metric for found in evidence.differences):
            same[say(evidence, measure)].append(metric_label(measure.metric))
    return [f"On {listed(metrics)}, {words}." for words, metrics in same.items() if words]


def told_apart(evidence: Evidence, measure: Measure) -> str:
    """Which differences are more than chance, and which may not be."""
    leads = [lead_of(d, measure) for d in evidence.differences if d.metric == measure.metric]
    certain = [lead for lead in leads if lead.significant]
    unclear = [lead for lead in leads if not lead.significant]
    if len(leads) == 1:
        return one_difference(leads[0], measure)
    partly = len(leads) < measure.pairs
    if not certain:
        return f"no two methods{' that were tested' if partly else ''} can be told apart"
    if not unclear:
        return f"every difference{' that was tested' if partly else ''} is more than chance"
    if len(leads) > MOST_NAMED:
        return f"{len(certain)} of {len(leads)} differences are more than chance"
    if len(unclear) <= len(certain):
        pairs = [f"{method_label(d.ahead)} and {method_label(d.behind)}" for d in unclear]
        return f"every difference is more than chance except between {'; '.join(pairs)}"
    beaten: dict[str, list[str]] = defaultdict(list)
    for lead in certain:
        beaten[lead.ahead].append(method_label(lead.behind))
    ahead = [f"{method_label(m)} is ahead of {listed(others)}" for m, others in beaten.items()]
    return f"more than chance is only that {'; '.join(ahead)}"


def one_difference(lead: Lead, measure: Measure) -> str:
    size = f"{measure.amount(lead.by)} (95\u00a0% interval {measure.between(lead.low, lead.high)})"
    ahead, behind = method_label(lead.ahead), method_label(lead.behind)
    if lead.significant:
        return f"{ahead} is ahead of {behind} by more than chance: {size}"
    return f"{ahead} and {behind} cannot be told apart: the difference is {size}"


def places(evidence: Evidence, measure: Measure) -> str:
    """Who is first, and which places stay open; two methods have said it all already."""
    ranks = {
        m: evidence.ranks[m, measure.metric]
        for m in measure.seeds
        if (m, measure.metric) in evidence.ranks
    }
    if len(ranks) < 3:
        return ""
    if all(rank == (1, len(ranks)) for rank in ranks.values()):
        return "every place stays open"
    candidates = [method for method, (best, _) in ranks.items() if best == 1]
    if measure.metric in evidence.best:
        said = f"{method_label(evidence.best[measure.metric])} is first"
    elif len(candidates) == 1:
        said = f"only {method_label(candidates[0])} is behind no other by more than chance"
    else:
        said = f"first place is open between {named(candidates)}"
    rest = {m: rank for m, rank in ranks.items() if m not in candidates and rank[0] < rank[1]}
    if not rest:
        return said
    if len(rest) > MOST_NAMED:
        return f"{said}; still open are the places of {len(rest)} others"
    spans = [f"{method_label(m)} ({best} to {worst})" for m, (best, worst) in rest.items()]
    return f"{said}; still open are the places of {listed(spans)}"


def detectable(evidence: Evidence, measures: Sequence[Measure]) -> list[str]:
    """What a real difference must measure to be found, as a range over the pairs."""
    least: list[str] = []
    for measure in measures:
        sizes = [d.detectable for d in evidence.differences if d.metric == measure.metric]
        if sizes and max(sizes) > 0:
            size = measure.between(min(sizes), max(sizes))
            least.append(f"{size} {measure.unit}".strip() + f" on {metric_label(measure.metric)}")
    if not least:
        return []
    pair = (
        ", depending on the pair and before any correction" if len(evidence.differences) > 1 else ""
    )
    return [
        "Data like these show a real difference four times in five if it is at least "
        f"{listed(least)}{pair}."
    ]


def elsewhere(comparison: Comparison, evidence: Evidence) -> list[str]:
    """What has no number here; what was kept out or not tested is told at length in the notes."""
    scored = set(comparison.results["method"])
    absent = [method for method in comparison.methods if method not in scored]
    said = [f"Nothing can be said here of {named(absent)}: no result."] if absent else []
    told = [
        *(["what was kept apart from this table"] if comparison.apart else []),
        *(["what could not be tested"] if evidence.notes else []),
    ]
    return [*said, f"The notes under the table say {listed(told)}, and why."] if told else said


def named(methods: Sequence[str]) -> str:
    if len(methods) > MOST_NAMED:
        return f"{len(methods)} methods"
    return listed([method_label(method) for method in methods])


def listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
