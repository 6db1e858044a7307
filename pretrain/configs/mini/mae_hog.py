"""MAE on histograms of gradients at the mini scale.

Run:    python -m pretrain pretrain/configs/mini/mae_hog.py \\
        --work-dir runs/mini/pretrain/mae-hog \\
        --cfg-options data_root=PICTURES
Smoke:  … epochs=3
Cost:   2 minutes on one core of an AMD EPYC, 900 pictures
Expect: camvid-ade 15.2 mIoU after transfer, COCO AP 0.0; random 16.7: the differences are chance
Source: arXiv 2112.09133 (the target), arXiv 2111.06377 (the rest), made small
"""

_base_ = ["../_base_/mae.py", "_base_.py"]

method = "mae-hog"
model = dict(
    encoder={{_base_.encoder}},
    decoder={{_base_.decoder}},
    target=dict(_delete_=True, type="HOGTarget"),
)
