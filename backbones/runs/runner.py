"""MMEngine's Runner, with one change: weights load completely or not at all."""

from collections.abc import Callable
from typing import Any

from mmengine.registry import RUNNERS
from mmengine.runner import Runner


@RUNNERS.register_module()
class StrictRunner(Runner):
    """The Runner's default resumes, fine-tunes or tests half a checkpoint and merely warns."""

    def load_checkpoint(
        self,
        filename: str,
        map_location: str | Callable[..., Any] = "cpu",
        strict: bool = True,
        **kwargs: Any,
    ) -> dict[str, Any]:
        loaded: dict[str, Any] = super().load_checkpoint(
            filename, map_location=map_location, strict=strict, **kwargs
        )
        return loaded
