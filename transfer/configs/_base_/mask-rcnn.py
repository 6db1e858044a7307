"""Mask R-CNN on a plain ViT: 2-convolution RPN, 4conv1fc box head; leaves add neck and norms."""

_base_ = ["./run.py", "./coco.py", "mmdet::_base_/models/mask-rcnn_r50_fpn.py"]

model = dict(
    # 0 after normalisation, i.e. the mean colour, up to the full 1024 in training and at test
    data_preprocessor=dict(pad_size_divisor=1024),
    backbone=dict(
        _delete_=True,  # nothing of ResNet-50 survives, its ImageNet checkpoint included
        type="PlainViT",
        arch="base",
        img_size=1024,
        cls_token=False,  # windows have no place for it
        final_norm=False,
        init_cfg=dict(type="ViTCheckpoint", checkpoint=None),
    ),
    # NMS and RoIAlign have no bfloat16 kernels
    rpn_head=dict(type="Float32RPNHead", num_convs=2),
    roi_head=dict(
        bbox_roi_extractor=dict(type="Float32RoIExtractor"),
        mask_roi_extractor=dict(type="Float32RoIExtractor"),
        bbox_head=dict(type="Shared4Conv1FCBBoxHead", conv_out_channels=256),
    ),
)
optim_wrapper = dict(
    type="AutocastOptimWrapper",
    dtype="bfloat16",
    constructor="LayerDecayOptimWrapperConstructor",
    optimizer=dict(type="AdamW", lr=1e-4, betas=(0.9, 0.999), weight_decay=0.1, fused=True),
)
train_cfg = dict(type="IterBasedTrainLoop")
default_hooks = dict(visualization=dict(type="DetVisualizationHook"))
