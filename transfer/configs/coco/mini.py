"""coco-mini (128 training, 100 validation pictures of COCO), Mask R-CNN on ViT-Ti/16 at 192 x 192.

Run     mim train mmdetection transfer/configs/coco/mini.py --work-dir runs/mini/coco \
            --cfg-options model.backbone.init_cfg.checkpoint=mae-ti.pth data_root=PATH/coco-mini
Smoke   add train_cfg.max_iters=2
Cost    79 s on one core of an AMD EPYC, and 12 s to start
Expect  AP near zero at this size; only the order and paired differences mean something
Source  mask-rcnn_vit-b_fpn_lsj-100e.py; sizes are this project's
"""

_base_ = "../_base_/mask-rcnn_small.py"

size = (192, 192)
model = dict(
    data_preprocessor=dict(pad_size_divisor=192),
    backbone=dict(
        arch="tiny",
        img_size=192,
        out_indices=(2, 5, 8, 11),
        window_size=6,
        global_blocks=(2, 5, 8, 11),
        rel_pos="shared-table",
        drop_path_rate=0.1,
    ),
    neck=[
        dict(type="MultiLevelPyramid", embed_dims=192, norm="GN"),
        dict(
            type="FPN",
            in_channels=[192, 192, 192, 192],
            out_channels=64,
            num_outs=4,
            norm_cfg=_base_.norm_cfg,
        ),
    ],
    test_cfg=dict(rcnn=dict(max_per_img=100)),
)

train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadAnnotations", with_bbox=True, with_mask=True),
    dict(type="RandomFlip", prob=0.5),
    dict(type="RandomResize", scale=size, ratio_range=(0.5, 1.5), keep_ratio=True),
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
serial = dict(num_workers=0, persistent_workers=False, pin_memory=False)
train_dataloader = dict(**serial, batch_size=4, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(**serial, batch_size=4, dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader

optim_wrapper = dict(
    dtype="float32",  # a CPU without bf16 units is ten times slower in bf16; set bfloat16 on a GPU
    optimizer=dict(lr=4e-4, weight_decay=0.1),
    paramwise_cfg=dict(layer_decay=0.8, no_decay=["norm", "pos_embed", "relative_position"]),
    clip_grad=dict(max_norm=5.0),
)
train_cfg = dict(max_iters=64, val_interval=64)  # 2 epochs of 128 pictures, batch 4
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-2, by_epoch=False, begin=0, end=20),
    dict(type="CosineAnnealingLR", eta_min=0, by_epoch=False, begin=0),
]
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=100000))
