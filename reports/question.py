"""Do pixel or token targets transfer better? One sentence a task, with its interval."""

from collections import defaultdict
from collections.abc import Sequence

from reports.certainty import Lead, Measure, headlines, lead_of, listed
from reports.comparisons import Comparison
from reports.evidence import Evidence
from reports.findings import ranking
from reports.summary import over_seeds
from reports.vocabulary import family, method_label, metric_label

QUESTION = "Do pixel or token targets transfer better?"
TARGETS = ("pixel", "token")
OVER = {
    "images": "over images but not over training runs",
    "seeds": "over training runs but not over images",
    "images and seeds": "over images and training runs",
}


def question(found: Sequence[tuple[Comparison, Evidence]]) -> tuple[str, ...]:
    """A sentence for each table that has both kinds of target; one for all tasks that have none."""
    answers: list[str] = []
    lacking: dict[str, list[str]] = defaultdict(list)
    answered = {comparison.task for comparison, _ in found if not missing(comparison)}
    for comparison, evidence in found:
        absent = missing(comparison)
        if absent and comparison.task in answered:
            continue
        if absent:
            lacking[" and ".join(absent)].append(comparison.title)
        else:
            answers.append(answer(comparison, evidence))
    gaps = (
        f"On {listed(on)}, it cannot be said: {why} has a result." for why, on in lacking.items()
    )
    return (*answers, *gaps)


def missing(comparison: Comparison) -> list[str]:
    present = {family(method) for method, _ in ranking(comparison)[1]}
    return [f"no {target} target" for target in TARGETS if target not in present]


def answer(comparison: Comparison, evidence: Evidence) -> str:
    """The best of each kind against each other, and how many of all such pairs agree."""
    metric, ranked = ranking(comparison)
    measure = next(found for found in headlines(comparison) if found.metric == metric)
    pixel, token = ([m for m, _ in ranked if family(m) == target] for target in TARGETS)
    pairs = [(one, other) for one in pixel for other in token]
    tests = [test for pair in pairs if (test := evidence.between(metric, *pair))]
    best = evidence.between(metric, *pairs[0])
    if best is None:
        names = listed([method_label(method) for method in pairs[0]])
        return (
            f"On {comparison.title}, it cannot be said: {names} were not tested against each other."
        )
    lead = lead_of(best, measure)
    leads = [lead_of(test, measure) for test in tests]
    runs = "with one run each, " if lead.significant and "seeds" not in lead.over else ""
    claim = f"{runs}{verdict(lead, leads, len(pairs))}"
    said = [f"On {comparison.title}, {claim}: {margin(lead, measure)}"]
    if recipe(best.first) != recipe(best.second):
        said.append("these two differ in more than their target")
    if len(pairs) > 1:
        said.append(votes(leads, len(pairs)))
    return f"{'; '.join(said)}."


def rivals(comparison: Comparison) -> dict[str, tuple[str, str]]:
    """Headline metric to the best token and the best pixel target; without those that lack one."""
    found = {}
    for measure in headlines(comparison):
        scores = {
            m: s.mean
            for (m, of), s in over_seeds(comparison.results).items()
            if of == measure.metric
        }
        ordered = sorted(scores, key=lambda m: scores[m], reverse=measure.higher_is_better)
        best = [next((m for m in ordered if family(m) == target), "") for target in TARGETS]
        if all(best):
            found[measure.metric] = (best[1], best[0])
    return found


def verdict(lead: Lead, leads: Sequence[Lead], pairs: int) -> str:
    """General only where every pair points the same way by more than chance."""
    if not lead.significant:
        return "it cannot be said"
    ahead, behind = family(lead.ahead), family(lead.behind)
    if pairs == 1:
        return f"the {ahead} target transfers better"
    if len(leads) == pairs and all(is_for(ahead, each) for each in leads):
        return f"{ahead} targets transfer better"
    return f"the best {ahead} target transfers better than the best {behind} target"


def margin(lead: Lead, measure: Measure) -> str:
    interval = f"95\u00a0% interval {measure.between(lead.low, lead.high)}, {OVER[lead.over]}"
    by = f"{measure.amount(lead.by)} of {metric_label(measure.metric)}"
    words = f"{method_label(lead.ahead)} is {by} ahead of {method_label(lead.behind)} ({interval})"
    return words if lead.significant else f"{words}, which may be chance"


def votes(leads: Sequence[Lead], pairs: int) -> str:
    """How many of all pairs of a pixel and a token target point which way."""
    counts = [sum(is_for(target, lead) for lead in leads) for target in TARGETS]
    tested = "" if len(leads) == pairs else f", of which {len(leads)} were tested"
    for target, count in zip(TARGETS, counts, strict=True):
        if count == pairs:
            every = "both" if pairs == 2 else f"all {pairs}"
            return f"{every} such pairs favour the {target} target by more than chance"
    pixel, token = (str(count or "none") for count in counts)
    verb = "favours" if pixel == "1" else "favour"
    return (
        f"of {pairs} such pairs{tested}, {pixel} {verb} the pixel target and {token} the token "
        "target by more than chance"
    )


def is_for(target: str, lead: Lead) -> bool:
    return lead.significant and family(lead.ahead) == target


def recipe(method: str) -> str:
    """ "mae" of "mae-vq-token": what two methods share when only their target differs."""
    return method.split("-", maxsplit=1)[0]
