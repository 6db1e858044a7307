"""How every transfer run is run: the runner, its hooks, checkpoints, logs. Iteration-based."""

# Moves the data with one option, loads strictly, resumes, says why it failed (transfer/runner.py).
runner_type = "TransferRunner"

# How a step is computed, not what: no part of the protocol (transfer/hooks/step.py).
channels_last = None  # maps in necks and heads; None: on a GPU
compile_backbone = False  # True, or a mode of torch.compile, e.g. max-autotune-no-cudagraphs

default_hooks = dict(
    runtime_info=dict(type="LoggedLosses"),
    step=dict(type="FastStep"),
    timer=dict(type="IterTimerHook"),
    data_wait=dict(type="DataWait"),
    logger=dict(type="LoggerHook", interval=50, log_metric_by_epoch=False),
    param_scheduler=dict(type="ParamSchedulerHook"),
    # two: MMEngine deletes the oldest before it writes the newest, and may be killed in between
    checkpoint=dict(type="CheckpointHook", by_epoch=False, interval=5000, max_keep_ckpts=2),
    sampler_seed=dict(type="DistSamplerSeedHook"),
)
custom_hooks = [
    dict(type="StopOnDivergence", interval=50),
    dict(type="TransferRecordHook"),
]
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")

log_processor = dict(type="LogProcessor", window_size=50, by_epoch=False)
env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method="fork", opencv_num_threads=0),
    dist_cfg=dict(backend="nccl"),
)
randomness = dict(seed=0)
log_level = "INFO"
load_from = None
resume = False
# With `--resume`, checkpoints of another configuration, seed, initial weights or data stop the run;
# True begins it again instead.
restart_if_changed = False
launcher = "none"
