"""Supervised from scratch at the mini scale.

Run:    python -m pretrain pretrain/configs/mini/supervised.py \\
        --work-dir runs/mini/pretrain/supervised \\
        --cfg-options data_root=PICTURES/train val_root=PICTURES/val
Smoke:  … --cfg-options data_root=PICTURES epochs=3
Cost:   7 minutes on one core of an AMD EPYC, 900 pictures
Expect: camvid-ade 15.7 mIoU after transfer, COCO AP 0.0; random 16.7: the differences are chance
Source: arXiv 2111.06377, Table 11, made small
"""

_base_ = ["../_base_/supervised.py", "_base_.py"]

model = dict(encoder={{_base_.encoder}})
custom_hooks = [
    # an average over about 100 steps; the paper's 10 000 are more than the whole run
    dict(type="StepEMA", ema_type="ExponentialMovingAverage", momentum=1e-2, strict_load=True)
]
