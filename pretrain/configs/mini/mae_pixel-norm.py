"""MAE, pixels normalised per patch, at the mini scale.

Run:    python -m pretrain pretrain/configs/mini/mae_pixel-norm.py \\
        --work-dir runs/mini/pretrain/mae-pixel-norm \\
        --cfg-options data_root=PICTURES
Smoke:  … --cfg-options data_root=PICTURES epochs=3
Cost:   4 minutes on one core of an AMD EPYC, 900 pictures
Expect: camvid-ade 16.2 mIoU after transfer, COCO AP 0.0; random 16.7: the differences are chance
Source: arXiv 2111.06377, Table 8, made small
"""

_base_ = ["../_base_/mae.py", "_base_.py"]

method = "mae-pixel-norm"
model = dict(encoder={{_base_.encoder}}, decoder={{_base_.decoder}}, target=dict(normalize=True))
