"""COCO, Mask R-CNN on ViTDet-H: patches of 16 pixels, from a pretraining with 14.

Run     as mask-rcnn_vitdet-b_lsj-100e.py
Smoke   as mask-rcnn_vitdet-b_lsj-100e.py
Cost    not measured
Expect  MAE 56.7 box, 50.1 mask AP (Table 5)
Source  ViTDet, https://arxiv.org/abs/2203.16527, section 3 and Table 11: layer decay .9, drop path
        .5, 75 epochs; patch filters interpolated from 14 to 16. detectron2's projects/ViTDet
        exempts nothing from weight decay for this size, norms and positions included. Activation
        checkpointing saves memory only.
"""

_base_ = "./mask-rcnn_vitdet-b_lsj-100e.py"

model = dict(
    backbone=dict(
        arch="huge",
        patch_size=16,
        out_indices=(31,),
        global_blocks=(7, 15, 23, 31),
        drop_path_rate=0.5,
        with_cp=True,
    ),
    neck=dict(embed_dims=1280),
)
optim_wrapper = dict(paramwise_cfg=dict(layer_decay=0.9, no_decay=[]))
schedule = dict(epochs=75)
train_cfg = dict(max_iters=138281)  # 75 x 118000 / 64
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-3, by_epoch=False, begin=0, end=250),
    # 8/9 and 26/27 of 138281
    dict(type="MultiStepLR", milestones=[122916, 133159], gamma=0.1, by_epoch=False, begin=0),
]
