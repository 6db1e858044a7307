"""COCO, Mask R-CNN with FPN on ViT-L: the MAE paper's detection protocol (Table 4).

Run     as mask-rcnn_vit-b_fpn_lsj-100e.py
Smoke   as mask-rcnn_vit-b_fpn_lsj-100e.py
Cost    not measured
Expect  MAE 1600 epochs 53.3 box AP; supervised 49.3 box, 43.9 mask; the best of 25, 50, 100 epochs
Source  Li et al., https://arxiv.org/abs/2111.11429, section 4.2: ViT-B's settings but drop path .3;
        activation checkpointing saves memory only
"""

_base_ = "./mask-rcnn_vit-b_fpn_lsj-100e.py"

model = dict(
    backbone=dict(
        arch="large",
        out_indices=(5, 11, 17, 23),
        global_blocks=(5, 11, 17, 23),
        drop_path_rate=0.3,
        with_cp=True,
    ),
    neck=[
        dict(type="MultiLevelPyramid", embed_dims=1024, norm="GN"),
        dict(
            type="FPN",
            in_channels=[1024, 1024, 1024, 1024],
            out_channels=256,
            num_outs=5,
            norm_cfg=dict(type="SyncBN", requires_grad=True),
        ),
    ],
)
