"""MAE, pixels normalised per patch, at the demo's scale.

Run:    python -m pretrain pretrain/configs/demo/mae_pixel-norm.py \\
        --work-dir runs/demo/pretrain/mae-pixel-norm \\
        --cfg-options data_root=PICTURES
Smoke:  … --cfg-options data_root=PICTURES epochs=3
Cost:   102 s on one core of an AMD EPYC, 1,200 pictures
Expect: after the demo's transfer 14.2 box AP, 12.8 mask AP, 38.9 mIoU
Source: arXiv 2111.06377, Table 8, made small
"""

_base_ = ["../_base_/mae.py", "_base_.py"]

method = "mae-pixel-norm"
model = dict(encoder={{_base_.encoder}}, decoder={{_base_.decoder}}, target=dict(normalize=True))
train_dataloader = dict(dataset=dict(scale=(0.5, 1.0)))
