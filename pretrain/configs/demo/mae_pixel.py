"""MAE, raw pixels, at the demo's scale.

Run:    python -m pretrain pretrain/configs/demo/mae_pixel.py \\
        --work-dir runs/demo/pretrain/mae-pixel \\
        --cfg-options data_root=PICTURES
Smoke:  … --cfg-options data_root=PICTURES epochs=3
Cost:   97 s on one core of an AMD EPYC, 1,200 pictures
Expect: after the demo's transfer 14.0 box AP, 12.7 mask AP, 33.8 mIoU
Source: arXiv 2111.06377, Table 8, made small
"""

_base_ = ["../_base_/mae.py", "_base_.py"]

method = "mae-pixel"
model = dict(encoder={{_base_.encoder}}, decoder={{_base_.decoder}}, target=dict(normalize=False))
train_dataloader = dict(dataset=dict(scale=(0.5, 1.0)))
