"""COCO, Mask R-CNN on ViTDet-B after supervised pretraining: a variant with its own schedule.

Run     as mask-rcnn_vitdet-b_lsj-100e.py
Smoke   as mask-rcnn_vitdet-b_lsj-100e.py
Cost    not measured
Expect  IN1K 47.6 box, 42.4 mask AP (Table 4, without relative position:
        model.backbone.rel_pos=None)
Source  ViTDet, https://arxiv.org/abs/2203.16527, Table 11: lr 8e-5, weight decay .1, 50 epochs,
        drop path .1; no layer decay, which gains nothing here (appendix A.2). Steps at the same
        parts of the schedule as with 100 epochs: this project's reading, the paper does not say.
"""

_base_ = "./mask-rcnn_vitdet-b_lsj-100e.py"

cell = dict(variant_of="coco/mask-rcnn_vitdet-b_lsj-100e")
optim_wrapper = dict(optimizer=dict(lr=8e-5), paramwise_cfg=dict(layer_decay=1.0))
schedule = dict(epochs=50)
train_cfg = dict(max_iters=92187)  # 50 x 118000 / 64
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-3, by_epoch=False, begin=0, end=250),
    # 8/9 and 26/27 of 92187
    dict(type="MultiStepLR", milestones=[81944, 88773], gamma=0.1, by_epoch=False, begin=0),
]
