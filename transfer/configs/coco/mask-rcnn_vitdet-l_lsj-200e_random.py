"""COCO, Mask R-CNN on ViTDet-L from random initialisation: a variant with its own schedule.

Run     as mask-rcnn_vitdet-b_lsj-100e.py, without a checkpoint
Smoke   as mask-rcnn_vitdet-b_lsj-100e.py
Cost    not measured
Expect  50.0 box, 44.2 mask AP (Table 4, without relative position: model.backbone.rel_pos=None)
Source  ViTDet, https://arxiv.org/abs/2203.16527, Table 11: lr 1.6e-4, weight decay .2, 200 epochs,
        drop path .4; no layer decay without pretraining by MAE (appendix A.2). Steps at the same
        parts of the schedule as with 100 epochs: this project's reading, the paper does not say.
"""

_base_ = "./mask-rcnn_vitdet-l_lsj-100e.py"

cell = dict(variant_of="coco/mask-rcnn_vitdet-l_lsj-100e")
optim_wrapper = dict(
    optimizer=dict(lr=1.6e-4, weight_decay=0.2), paramwise_cfg=dict(layer_decay=1.0)
)
schedule = dict(epochs=200)
train_cfg = dict(max_iters=368750)  # 200 x 118000 / 64
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-3, by_epoch=False, begin=0, end=250),
    # 8/9 and 26/27 of 368750
    dict(type="MultiStepLR", milestones=[327778, 355093], gamma=0.1, by_epoch=False, begin=0),
]
