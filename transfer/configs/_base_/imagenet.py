"""ImageNet-1K as folders or shards, 224 x 224; epochs, checkpoints and logs by epoch.

Batch, rate and schedule are filled in from `batch_size`, `base_lr`, `epochs` and `warmup_epochs`,
picture sizes from the backbone's, loader processes from the machine
(transfer/classify/complete.py).
"""

_base_ = "./run.py"

default_scope = "mmengine"
custom_imports = dict(
    imports=["backbones", "backbones.runs.divergence", "transfer.classify"],
    allow_failed_imports=False,
)
# `method` is taken from the checkpoint where it is not given.
cell = dict(suite="adhoc", method=None, task="imagenet")

# The one option for data: --cfg-options data_root=PATH replaces `paths_root` in the paths below. It
# holds train/ and val/, each with one folder a class or with shards of such; also a URL of shards.
data_root = "data/imagenet"
paths_root = "data/imagenet"
workers = None  # processes of each loader; None: by the machine (backbones/runs/machine.py)
prefetch = None  # batches fetched ahead by each; None: by the machine

model = dict(
    data_preprocessor=dict(
        type="NormalisePictures",
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        unit=1,
    ),
    backbone=dict(
        type="PlainViT",
        arch="base",
        img_size=224,
        init_cfg=dict(type="ViTCheckpoint", checkpoint=None),
    ),
    num_classes=1000,
)
train_dataloader = dict(
    drop_last=True,
    collate_fn=dict(type="stack_pictures"),
    dataset=dict(type="Pictures", root="data/imagenet/train", labelled=True, scale=(0.08, 1.0)),
)
# The short side to 256 (bicubic), the middle 224: every picture once, the classes of train/.
val_dataloader = dict(
    batch_size=64,
    collate_fn=dict(type="stack_pictures"),
    dataset=dict(
        type="Pictures",
        root="data/imagenet/val",
        classes_from="data/imagenet/train",
        labelled=True,
        train=False,
        unreadable="raise",
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type="RecordingAccuracy")
test_evaluator = val_evaluator
train_cfg = dict(type="EpochBasedTrainLoop", val_interval=10)

default_hooks = dict(
    reseed=dict(type="Reseed"),
    skipped=dict(type="SkippedPictures"),
    throughput=dict(type="Throughput", interval=50),
    logger=dict(log_metric_by_epoch=True),
    checkpoint=dict(by_epoch=True, interval=1),
)
log_processor = dict(by_epoch=True)
visualizer = dict(type="Visualizer", vis_backends=[dict(type="LocalVisBackend")])
