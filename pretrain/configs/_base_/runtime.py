"""What every pretraining run does beside its steps: log, checkpoints, record, guards."""

custom_imports = dict(imports=["pretrain"])
default_scope = "mmengine"
suite = ""  # name of the suite a run belongs to, for its record
seed = 0
trackers = ""  # tensorboard,wandb,mlflow,clearml,aim,neptune: any of them, by comma

default_hooks = dict(
    reseed=dict(type="Reseed"),
    runtime_info=dict(type="PendingLosses"),
    logger=dict(type="LoggerHook"),
    throughput=dict(type="Throughput"),
    data_wait=dict(type="DataWait"),
    # more than one is kept, so that a run killed while it writes has one to go back to
    checkpoint=dict(type="CheckpointHook", max_keep_ckpts=3),
    skipped=dict(type="SkippedPictures"),
    divergence=dict(type="StopOnDivergence"),
    record=dict(type="PretrainRecord"),
)
train_cfg = dict(type="ResumableEpochLoop")  # max_epochs comes from `epochs`
visualizer = dict(type="Visualizer")
env_cfg = dict(
    cudnn_benchmark=True, mp_cfg=dict(mp_start_method="fork"), dist_cfg=dict(backend="nccl")
)
log_processor = dict(window_size=20)
