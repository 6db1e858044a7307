"""The same Mask R-CNN with 64-channel heads and few regions, for small pictures on a CPU.

Li et al.'s shape is kept: several depths, FPN, BatchNorm in all heads, windows, global blocks.
"""

_base_ = "./mask-rcnn.py"

norm_cfg = dict(type="SyncBN", requires_grad=True)
strides = [4, 8, 16, 32]
extractor = dict(out_channels=64, featmap_strides=strides, finest_scale=28)
model = dict(
    rpn_head=dict(
        in_channels=64,
        feat_channels=64,
        num_convs=1,
        anchor_generator=dict(scales=[4], strides=strides),
    ),
    roi_head=dict(
        bbox_roi_extractor=extractor,
        bbox_head=dict(
            in_channels=64, conv_out_channels=64, fc_out_channels=256, norm_cfg=norm_cfg
        ),
        mask_roi_extractor=extractor,
        mask_head=dict(in_channels=64, conv_out_channels=64, num_convs=2, norm_cfg=norm_cfg),
    ),
    train_cfg=dict(
        rpn=dict(sampler=dict(num=64)),
        rpn_proposal=dict(nms_pre=200, max_per_img=100),
        rcnn=dict(sampler=dict(num=64)),
    ),
    test_cfg=dict(rpn=dict(nms_pre=200, max_per_img=100), rcnn=dict(max_per_img=30)),
)
