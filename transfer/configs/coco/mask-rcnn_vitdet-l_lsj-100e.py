"""COCO, Mask R-CNN on ViTDet-L.

Run     as mask-rcnn_vitdet-b_lsj-100e.py
Smoke   as mask-rcnn_vitdet-b_lsj-100e.py
Cost    not measured
Expect  MAE 55.6 box, 49.2 mask AP (Table 5)
Source  ViTDet, https://arxiv.org/abs/2203.16527, Table 11: layer decay .8, drop path .4;
        activation checkpointing saves memory only
"""

_base_ = "./mask-rcnn_vitdet-b_lsj-100e.py"

model = dict(
    backbone=dict(
        arch="large",
        out_indices=(23,),
        global_blocks=(5, 11, 17, 23),
        drop_path_rate=0.4,
        with_cp=True,
    ),
    neck=dict(embed_dims=1024),
)
optim_wrapper = dict(paramwise_cfg=dict(layer_decay=0.8))
