"""What a suite's searches cost, in runs: the same for every method."""

from transfer.suite.suite import Suite
from transfer.suite.sweeps import Sweep


def budget(suite: Suite) -> list[str]:
    """A line a searched task, and one for all cells."""
    lines = [f"suite {suite.name}, settings are searched:"]
    lines += [f"  {of_task(suite, sweep)}" for sweep in suite.sweeps.values()]
    searched = sum(sweep.runs for sweep in suite.sweeps.values()) * len(suite.methods)
    cells = len(suite.tasks) * len(suite.methods) * len(suite.seeds)
    taken = sum(reused(suite, sweep) for sweep in suite.sweeps.values()) * len(suite.methods)
    lines += [
        f"  in all {searched} search runs and {cells} cells, of which {taken} take over a search "
        f"run: {searched + cells - taken} trainings"
    ]
    return lines


def of_task(suite: Suite, sweep: Sweep) -> str:
    seeds = ", ".join(map(str, sweep.seeds))
    where = "held-out data" if sweep.select_data_options else "the data that are reported"
    apart = f", with {' '.join(sweep.search_options)}" if sweep.search_options else ""
    return (
        f"{sweep.task}: best of {len(sweep.points)} settings by {sweep.select} on {where}, "
        f"seed{'s' if len(sweep.seeds) > 1 else ''} {seeds}{apart}: {sweep.runs} runs for each of "
        f"{len(suite.methods)} methods"
    )


def reused(suite: Suite, sweep: Sweep) -> int:
    """Cells of one method that are a search run, if that finished."""
    apart = sweep.search_options or sweep.select_data_options
    return 0 if apart else len(set(suite.seeds) & set(sweep.seeds))
