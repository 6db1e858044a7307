"""ADE20K at 512 x 512, as BEiT, MAE and MMSegmentation use it."""

default_scope = "mmseg"
custom_imports = dict(
    imports=["backbones", "backbones.runs.divergence", "transfer.segmentation"],
    allow_failed_imports=False,
)
# `method` is taken from the checkpoint where it is not given.
cell = dict(suite="adhoc", method=None, task="ade20k")

# The one option for data: --cfg-options data_root=PATH replaces `paths_root` in the paths below.
data_root = "data/ade/ADEChallengeData2016"
paths_root = "data/ade/ADEChallengeData2016"

train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadAnnotations", reduce_zero_label=True),
    dict(type="RandomResize", scale=(2048, 512), ratio_range=(0.5, 2.0), keep_ratio=True),
    dict(type="RandomCrop", crop_size=(512, 512), cat_max_ratio=0.75),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PhotoMetricDistortion"),
    dict(type="PackSegInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(2048, 512), keep_ratio=True),
    dict(type="LoadAnnotations", reduce_zero_label=True),  # after Resize: labels stay as they are
    dict(type="PackSegInputs"),
]
train_dataloader = dict(
    batch_size=2,  # on 8 GPUs: 16
    num_workers=4,  # augmentations draw by worker: another number is another draw
    persistent_workers=True,
    pin_memory=True,
    sampler=dict(type="InfiniteSampler", shuffle=True),
    dataset=dict(
        type="ADE20KDataset",
        data_root=data_root,
        data_prefix=dict(img_path="images/training", seg_map_path="annotations/training"),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(
        type="ADE20KDataset",
        data_root=data_root,
        data_prefix=dict(img_path="images/validation", seg_map_path="annotations/validation"),
        pipeline=test_pipeline,
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type="RecordingIoUMetric", iou_metrics=["mIoU"])
test_evaluator = val_evaluator

vis_backends = [dict(type="LocalVisBackend")]
visualizer = dict(type="SegLocalVisualizer", vis_backends=vis_backends, name="visualizer")
