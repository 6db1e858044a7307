"""What the numbers say, in one plain sentence per table, and how far they carry.

A sentence compares means. Whether the lead is more than chance is the evidence's to say.
"""

from collections.abc import Sequence

from reports.cells import digits
from reports.comparisons import Comparison
from reports.evidence import Evidence
from reports.summary import Spread, facts, over_seeds
from reports.vocabulary import BASELINE, headline_metrics, method_label, metric_label

SURE = ""
UNTESTED = "The order of the first two was not tested: it may be chance."
SEEDS_ONLY = (
    "The lead over the runner-up is more than chance over seeds; how much other images would "
    "change it is unknown."
)
CHANCE = "The lead over the runner-up may be chance."
IMAGES_ONLY = (
    "The lead over the runner-up is more than chance on these images; with one seed, how much "
    "another run would differ is unknown."
)

Found = Sequence[tuple[Comparison, Evidence]]
Ranked = list[tuple[str, Spread]]


def finding(comparison: Comparison, evidence: Evidence) -> str:
    """Who leads on the task's first headline metric, by how much, and how far that carries."""
    return f"{claim(comparison)} {caution(comparison, evidence)}".strip()


def lead(found: Found, pretraining_runs: int) -> tuple[str, ...]:
    """The opening lines of the page. A caution that holds for every claim is said once, last."""
    if not found:
        runs = "run" if pretraining_runs == 1 else "runs"
        return (f"{pretraining_runs} pre-training {runs} and no transfer result yet.",)
    doubts = {caution(*pair) for pair in found}
    if len(found) == 1 or len(doubts) > 1:
        return tuple(finding(*pair) for pair in found)
    doubt = doubts.pop()
    return (*(claim(comparison) for comparison, _ in found), *([doubt] if doubt else []))


def opening(found: Sequence[Comparison]) -> list[Comparison]:
    """The tables the page opens with: of each suite and task the one with most methods."""
    fullest: dict[tuple[object, str], Comparison] = {}
    for comparison in found:
        place = (comparison.key["suite"], comparison.task)
        if place not in fullest or ran(comparison) > ran(fullest[place]):
            fullest[place] = comparison
    return list(fullest.values())


def ran(comparison: Comparison) -> int:
    """Methods that have a result."""
    return int(comparison.results["method"].nunique())


def ranking(comparison: Comparison) -> tuple[str, Ranked]:
    """The headline metric that was measured, and the methods from best to worst."""
    measured = set(comparison.results["metric"])
    named = [name for name in headline_metrics(comparison.task, measured) if name in measured]
    if not named:
        return "", []
    higher = bool(facts(comparison.results, "higher_is_better")[named[0]])
    ranked = [(m, s) for (m, name), s in over_seeds(comparison.results).items() if name == named[0]]
    ranked.sort(key=lambda pair: (-pair[1].mean if higher else pair[1].mean, pair[0]))
    return named[0], ranked


def claim(comparison: Comparison) -> str:
    metric, ranked = ranking(comparison)
    if not ranked:
        return f"On {comparison.title} none of the headline metrics was measured."
    label = metric_label(metric)
    places = digits(facts(comparison.results, "unit")[metric])
    higher = bool(facts(comparison.results, "higher_is_better")[metric])
    best, top = ranked[0]
    score = value_words(top, places)
    if len(ranked) == 1:
        return (
            f"On {comparison.title}, only {method_label(best)} has been run so far: "
            f"{label} {score}; there is nothing to compare it with yet."
        )
    tied = [method_label(method) for method, found in ranked if found.mean == top.mean]
    if len(tied) > 1:
        return f"On {comparison.title}, {' and '.join(tied)} tie on {label}: {score}."
    margins = margin_words(ranked, places, "above" if higher else "below")
    leads = f"{method_label(best)} has the {'highest' if higher else 'lowest'} {label}"
    return f"On {comparison.title}, {leads}: {score}, {margins}."


def value_words(found: Spread, places: int) -> str:
    if found.sd is None:
        return f"{found.mean:.{places}f} from one seed"
    return f"{found.mean:.{places}f} ± {found.sd:.{places}f} over {found.n} seeds"


def margin_words(ranked: Ranked, places: int, side: str) -> str:
    """The distance to the runner-up and to random init, which may be the same one."""
    means = {method: found.mean for method, found in ranked}
    best, second = ranked[0][0], ranked[1][0]

    def margin(other: str) -> str:
        return f"{abs(means[best] - means[other]):.{places}f} {side} {method_label(other)}"

    if best == BASELINE:
        return f"{margin(second)}; no pre-trained encoder is ahead of random init here"
    if second == BASELINE:
        return f"{margin(second)}, the runner-up"
    if BASELINE in means:
        return f"{margin(second)} and {margin(BASELINE)}"
    return f"{margin(second)}, the runner-up (random init has not been run)"


def caution(comparison: Comparison, evidence: Evidence) -> str:
    """How little the order of the first two says."""
    metric, ranked = ranking(comparison)
    if len(ranked) < 2:
        return SURE
    (best, _), (runner_up, _) = ranked[:2]
    tested = evidence.between(metric, best, runner_up)
    if tested is None:
        return UNTESTED
    if not tested.significant:
        return CHANCE
    return {"images": IMAGES_ONLY, "seeds": SEEDS_ONLY}.get(tested.interval.over, SURE)
