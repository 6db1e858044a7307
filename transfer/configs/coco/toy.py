"""Toy scenes in COCO's layout, Mask R-CNN on the demo's ViT: the MAE paper's protocol, shrunk.

Run     python -m transfer.toy data/toy --size 96
        mim train mmdetection transfer/configs/coco/toy.py --work-dir runs/toy/coco \
            --cfg-options model.backbone.init_cfg.checkpoint=mae.pth data_root=data/toy/coco
Smoke   add train_cfg.max_iters=2
Cost    53 s on one core of an AMD EPYC, and 12 s to start
Expect  the README's table of the demo: every pretrained encoder ahead of random initialisation
Source  mask-rcnn_vit-b_fpn_lsj-100e.py; sizes are this project's
"""

_base_ = ["../_base_/mask-rcnn_small.py", "../_base_/toy_vit.py"]

size = (96, 96)
classes = (
    *("striped disc", "striped cross"),
    *("checked disc", "checked cross"),
    *("dotted disc", "dotted cross"),
)
strides = [6, 12, 24]
extractor = dict(featmap_strides=strides)
model = dict(
    data_preprocessor=dict(pad_size_divisor=96),
    backbone=dict(
        **_base_.toy_vit,
        out_indices=(1, 2, 3),
        window_size=4,
        global_blocks=(1, 3),
        rel_pos="shared-table",
        drop_path_rate=0.0,
    ),
    neck=[
        dict(type="MultiLevelPyramid", embed_dims=96, norm="GN", rescales=(2, 1, 0.5)),
        dict(
            type="FPN",
            in_channels=[96, 96, 96],
            out_channels=64,
            num_outs=3,
            norm_cfg=_base_.norm_cfg,
        ),
    ],
    rpn_head=dict(anchor_generator=dict(strides=strides)),
    roi_head=dict(
        bbox_roi_extractor=extractor,
        bbox_head=dict(type="ConvFCBBoxHead", num_shared_convs=1, num_shared_fcs=1, num_classes=6),
        mask_roi_extractor=dict(**extractor, roi_layer=dict(output_size=7)),
        mask_head=dict(num_convs=1, roi_feat_size=7, num_classes=6),
    ),
    train_cfg=dict(rcnn=dict(sampler=dict(num=32), mask_size=14)),
)

train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadAnnotations", with_bbox=True, with_mask=True),
    dict(type="RandomFlip", prob=0.5),
    dict(type="RandomResize", scale=size, ratio_range=(0.7, 1.4), keep_ratio=True),
    dict(
        type="RandomCrop",
        crop_type="absolute_range",
        crop_size=size,
        recompute_bbox=True,
        allow_negative_crop=True,
    ),
    dict(type="FilterAnnotations", min_gt_bbox_wh=(1e-2, 1e-2)),
    dict(type="PackDetInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=size, keep_ratio=True),
    dict(type="LoadAnnotations", with_bbox=True, with_mask=True),
    dict(
        type="PackDetInputs",
        meta_keys=("img_id", "img_path", "ori_shape", "img_shape", "scale_factor"),
    ),
]
serial = dict(batch_size=8, num_workers=0, persistent_workers=False, pin_memory=False)
metainfo = dict(classes=classes)
train_dataloader = dict(
    **{**serial, "batch_size": 4},
    dataset=dict(
        metainfo=metainfo,
        filter_cfg=dict(filter_empty_gt=True, min_size=8),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(**serial, dataset=dict(metainfo=metainfo, pipeline=test_pipeline))
test_dataloader = val_dataloader

optim_wrapper = dict(
    dtype="float32",
    optimizer=dict(lr=4e-3, weight_decay=0.05),
    paramwise_cfg=dict(layer_decay=0.75, no_decay=["norm", "pos_embed", "relative_position"]),
    clip_grad=dict(max_norm=5.0),
)
train_cfg = dict(max_iters=240, val_interval=240)
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-2, by_epoch=False, begin=0, end=20),
    dict(type="CosineAnnealingLR", eta_min=0, by_epoch=False, begin=0),
]
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=100000))
