"""Each mean over seeds against what is published for its protocol, method, size and metric.

A number is compared only where it may stand beside ours in a table at all (tables/beside.py): the
protocol as shipped, on the whole data, with the settings the number was published for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from reports.bands import Band, Tolerance, band_around, tolerance_for
from reports.comparisons import Comparison
from reports.published import Published, published_for
from reports.settings import from_options, in_words, own_settings
from reports.summary import Spread, over_seeds
from reports.tables.beside import why_withheld
from reports.vocabulary import METRICS, headline_metrics, in_order, metric_label

NOTHING = "nothing to compare with"


@dataclass(frozen=True)
class Check:
    """One number of ours. Without a band, `why` says what keeps it from being compared."""

    table: str
    protocol: str
    arch: str
    method: str
    metric: str
    ours: Spread
    published: tuple[Published, ...] = ()
    tolerance: Tolerance | None = None
    band: Band | None = None
    why: str = ""

    @property
    def verdict(self) -> str:
        return self.band.verdict(self.ours.mean) if self.band else NOTHING


def check_all(groups: Sequence[Comparison], among: Sequence[Published] | None) -> list[Check]:
    """`among` are the numbers to compare with, those of the papers unless given."""
    return [check for group in groups for check in check_group(group, among)]


def check_group(group: Comparison, among: Sequence[Published] | None) -> list[Check]:
    """The headline metrics, and any other that is published."""
    stats, own = over_seeds(group.results), own_settings(group.results)
    headline = headline_metrics(group.task, group.results["metric"])
    withheld = why_withheld(group)
    protocol, arch = str(group.key["protocol"]), str(group.key["arch"])
    found = []
    for method, metric in product(group.methods, in_order(group.results["metric"], METRICS)):
        known = published_for(
            protocol=protocol, arch=arch, method=method, metric=metric, among=among
        )
        if (method, metric) not in stats or not (known or metric in headline):
            continue
        ours = Check(group.title, protocol, arch, method, metric, stats[method, metric])
        if known and withheld:
            found.append(replace(ours, why=withheld))
        else:
            settings = set(own.get(method, ())) or {""}
            found.append(compared(ours, known, [r for r in known if ran_so(r, settings)]))
    return found


def ran_so(row: Published, settings: set[str]) -> bool:
    """A table shows a number tuned for its method beside ours with a note; a check has no note."""
    return row.stands_beside(settings) and (
        not row.settings or settings == {from_options(row.settings)}
    )


def compared(ours: Check, known: Sequence[Published], fitting: Sequence[Published]) -> Check:
    """With the band of the `fitting` numbers, or with the reason why there is none."""
    metric = metric_label(ours.metric)
    if not known:
        return replace(ours, why=f"no {metric} of it is published for {ours.protocol}")
    if not fitting:
        tuned = dict.fromkeys(in_words(from_options(row.settings)) or "none" for row in known)
        return replace(ours, why=f"published for other settings of its own ({'; '.join(tuned)})")
    tolerance = tolerance_for(protocol=ours.protocol, metric=ours.metric)
    if tolerance is None:
        return replace(ours, why=f"no tolerance of {metric} is known for {ours.protocol}")
    band = band_around(fitting, tolerance)
    return replace(ours, published=tuple(fitting), tolerance=tolerance, band=band)
