"""Whether a checkpoint is about to be written: what it should carry must be ready by then."""

from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner


def saves_now(runner: Runner) -> bool:
    """Whether this iteration ends in a checkpoint; the same in every process."""
    return any(
        hook.every_n_train_iters(runner, hook.interval, hook.save_begin)
        or (hook.save_last and hook.is_last_train_iter(runner))
        for hook in runner.hooks
        if isinstance(hook, CheckpointHook) and not hook.by_epoch
    )
