"""How much of a run's time goes by waiting for data.

The wait is the host's: from the end of one step (or of what an epoch begins with) to the arrival of
the next batch. A device that still computes meanwhile hides some of it, so this is an upper bound
of what a quicker loader could save.
"""

import time

WARN_ABOVE = 0.1


class DataWait:
    """Told of a loop's events, knows the seconds waited and the seconds in all.

    Validation, checkpoints and figures between epochs are neither, where `begin` is called after
    them.
    """

    def __init__(self) -> None:
        self.waited = self.total = 0.0
        self.begin()

    def begin(self) -> None:
        """From now on the loop waits for a batch."""
        self.start = time.perf_counter()

    def arrived(self) -> None:
        self.waited += time.perf_counter() - self.start

    def done(self) -> None:
        """The step on the batch is over, and the next wait begins."""
        self.total += time.perf_counter() - self.start
        self.begin()

    @property
    def share(self) -> float:
        return self.waited / self.total if self.total else 0.0
