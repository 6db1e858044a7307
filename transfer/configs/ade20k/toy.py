"""Toy scenes in ADE20K's layout, UperNet on the demo's ViT: the MAE paper's protocol, shrunk.

Run     python -m transfer.toy data/toy --size 96
        mim train mmsegmentation transfer/configs/ade20k/toy.py --work-dir runs/toy/ade20k \
            --cfg-options model.backbone.init_cfg.checkpoint=mae.pth data_root=data/toy/ade20k
Smoke   add train_cfg.max_iters=2
Cost    34 s on one core of an AMD EPYC, and 12 s to start
Expect  the README's table of the demo: every pretrained encoder ahead of random initialisation
Source  upernet_vit-b_512x512_160k.py; sizes are this project's
"""

_base_ = ["../_base_/upernet.py", "../_base_/toy_vit.py"]

size = (96, 96)
classes = (
    *("striped disc", "striped cross"),
    *("checked disc", "checked cross"),
    *("dotted disc", "dotted cross"),
    *("bricks", "clouds", "waves"),
)
model = dict(
    data_preprocessor=dict(size=size),
    backbone=dict(**_base_.toy_vit, out_indices=(1, 2, 3), rel_pos="table", layer_scale=1.0),
    neck=dict(embed_dims=96, rescales=(2, 1, 0.5)),
    decode_head=dict(
        in_channels=[96, 96, 96], in_index=[0, 1, 2], channels=64, num_classes=len(classes)
    ),
    auxiliary_head=dict(in_channels=96, in_index=1, channels=64, num_classes=len(classes)),
    test_cfg=dict(crop_size=size, stride=(64, 64)),
)

train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadAnnotations", reduce_zero_label=True),
    dict(type="RandomResize", scale=size, ratio_range=(0.75, 1.5), keep_ratio=True),
    dict(type="RandomCrop", crop_size=size, cat_max_ratio=0.75),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PhotoMetricDistortion"),
    dict(type="PackSegInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=size, keep_ratio=True),
    dict(type="LoadAnnotations", reduce_zero_label=True),
    dict(type="PackSegInputs"),
]
# ADE20KDataset is this with ADE20K's 150 names.
ade20k_layout = dict(
    type="BaseSegDataset",
    img_suffix=".jpg",
    seg_map_suffix=".png",
    reduce_zero_label=True,
    metainfo=dict(classes=classes),
)
serial = dict(batch_size=8, num_workers=0, persistent_workers=False)
train_dataloader = dict(
    **serial, pin_memory=False, dataset=dict(**ade20k_layout, pipeline=train_pipeline)
)
val_dataloader = dict(**serial, dataset=dict(**ade20k_layout, pipeline=test_pipeline))
test_dataloader = val_dataloader

optim_wrapper = dict(
    dtype="float32",
    optimizer=dict(lr=4e-3),
    paramwise_cfg=dict(layer_decay=0.75, no_decay=["1d", "bias"]),
    clip_grad=dict(max_norm=5.0),
)
train_cfg = dict(max_iters=200, val_interval=200)
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-2, by_epoch=False, begin=0, end=10),
    dict(type="PolyLR", power=1.0, eta_min=0.0, by_epoch=False, begin=0),
]
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=100000))
