"""camvid-ade (CamVid's 11 classes in ADE20K's layout), UperNet on ViT-Ti/16 at 192 x 192.

Run     mim train mmsegmentation transfer/configs/ade20k/mini.py --work-dir runs/mini/ade20k \
            --cfg-options model.backbone.init_cfg.checkpoint=mae-ti.pth data_root=PATH/camvid-ade
Smoke   add train_cfg.max_iters=2
Cost    104 s on one core of an AMD EPYC, and 12 s to start
Expect  far below published numbers; the order and paired differences mean something
Source  upernet_vit-b_512x512_160k.py; sizes are this project's
"""

_base_ = "../_base_/upernet.py"

size = (192, 192)
classes = (
    *("sky", "building", "pole", "road", "pavement", "tree"),
    *("sign", "fence", "car", "pedestrian", "bicyclist"),
)
model = dict(
    data_preprocessor=dict(size=size),
    backbone=dict(arch="tiny", img_size=192, rel_pos="table", layer_scale=1.0, drop_path_rate=0.1),
    neck=dict(embed_dims=192),
    decode_head=dict(in_channels=[192, 192, 192, 192], channels=64, num_classes=len(classes)),
    auxiliary_head=dict(in_channels=192, channels=64, num_classes=len(classes)),
    test_cfg=dict(crop_size=size, stride=(128, 128)),
)

train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="LoadAnnotations", reduce_zero_label=True),
    dict(type="RandomResize", scale=(1024, 192), ratio_range=(0.5, 2.0), keep_ratio=True),
    dict(type="RandomCrop", crop_size=size, cat_max_ratio=0.75),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PhotoMetricDistortion"),
    dict(type="PackSegInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="Resize", scale=(1024, 192), keep_ratio=True),
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
serial = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(
    **serial,
    batch_size=4,
    pin_memory=False,
    dataset=dict(**ade20k_layout, pipeline=train_pipeline),
)
val_dataloader = dict(**serial, dataset=dict(**ade20k_layout, pipeline=test_pipeline))
test_dataloader = val_dataloader

optim_wrapper = dict(
    dtype="float32",  # a CPU without bf16 units is ten times slower in bf16; set bfloat16 on a GPU
    optimizer=dict(lr=4e-4),
    paramwise_cfg=dict(layer_decay=0.8, no_decay=["1d", "bias"]),
    clip_grad=dict(max_norm=5.0),
)
train_cfg = dict(max_iters=120, val_interval=120)
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-2, by_epoch=False, begin=0, end=20),
    dict(type="PolyLR", power=1.0, eta_min=0.0, by_epoch=False, begin=0),
]
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=100000))
