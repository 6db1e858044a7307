"""Work that goes on beside other work: on a CUDA device, on a stream of its own.

Making tokens needs the pictures only, as the encoder does; neither waits for the other, and what
one leaves of the device idle the other can use. Elsewhere, and within `torch.compile`, whose graph
has one stream, the work is simply done where it is begun, with the same result.
"""

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor


@cache
def stream_of(device: torch.device) -> torch.cuda.Stream:
    """One a device, so that its memory is used again from step to step."""
    return torch.cuda.Stream(device)


def begin(
    work: Callable[[Tensor], Tensor], given: Tensor, *, beside: bool = True
) -> Callable[[], Tensor]:
    """Begin `work(given)`; what is returned gives its result and is called where that is needed.

    `beside=False` does the work in turn. What one stream made and the other reads is marked as
    read there, so that its memory is not given away before.
    """
    if not (beside and given.is_cuda) or torch.compiler.is_compiling():
        done = work(given)
        return lambda: done
    other = stream_of(given.device)
    other.wait_stream(torch.cuda.current_stream(given.device))  # until `given` is there
    given.record_stream(other)
    with torch.cuda.stream(other):
        result = work(given)

    def finish() -> Tensor:
        here = torch.cuda.current_stream(given.device)
        here.wait_stream(other)
        result.record_stream(here)
        return result

    return finish
