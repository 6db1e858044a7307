"""From batch, rate and epochs as papers state them to what MMEngine's Runner takes.

A config says `batch_size=1024, base_lr=1e-3, epochs=100, warmup_epochs=5`. How that is split over
devices, and the rate that follows from it (Goyal et al.'s linear rule), is worked out here, once.
"""

from mmengine.config import Config

REFERENCE_BATCH = 256  # base_lr is per this many pictures


def fill_steps(config: Config, *, world_size: int) -> str:
    """Fill in batches, rate and schedule, in place; returns the sentence for the log.

    Raises:
        ValueError: where the batch does not split over the devices, or the warm-up never ends.
    """
    per_device, accumulation = split_batch(config.batch_size, world_size, config.device_batch_size)
    lr = config.base_lr * config.batch_size / REFERENCE_BATCH
    config.train_dataloader.batch_size = per_device
    config.train_dataloader.sampler.batch_size = config.batch_size
    config.optim_wrapper.accumulative_counts = accumulation
    config.optim_wrapper.optimizer.lr = lr
    config.train_cfg.max_epochs = config.epochs
    if config.warmup_epochs >= config.epochs:
        raise ValueError(
            f"warmup_epochs {config.warmup_epochs} must be fewer than epochs {config.epochs}; "
            "set both with --cfg-options"
        )
    schedule = {
        "type": "WarmupLR",
        "warmup": config.warmup_epochs,
        "end": config.epochs,
        "floor": config.get("min_lr", 0.0) / lr,
        "drops": config.get("lr_drops", ()),
        "accumulation": accumulation,
    }
    config.param_scheduler = {**schedule, "by_epoch": True, "convert_to_iter_based": True}
    return (
        f"batch {config.batch_size} = {world_size} processes x {per_device} pictures x "
        f"{accumulation} accumulated; learning rate {lr:.3g} = base_lr {config.base_lr:g} x "
        f"{config.batch_size} / {REFERENCE_BATCH}"
    )


def split_batch(batch_size: int, world_size: int, most: int) -> tuple[int, int]:
    """Pictures a device and accumulated iterations; at most `most` pictures at a time.

    Raises:
        ValueError: where the batch does not divide by the number of processes.
    """
    share, rest = divmod(batch_size, world_size)
    if rest or not share:
        raise ValueError(
            f"batch_size {batch_size} does not split over {world_size} processes; change it with "
            "--cfg-options batch_size=…"
        )
    per_device = max(n for n in range(1, min(share, most) + 1) if share % n == 0)
    return per_device, share // per_device
