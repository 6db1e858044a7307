"""MAE on the code words of a VQ-VAE at the mini scale.

Run:    python -m pretrain pretrain/configs/mini/mae_vq-token.py \\
        --work-dir runs/mini/pretrain/mae-vq-token \\
        --cfg-options data_root=PICTURES \\
        model.target.tokenizer=runs/mini/tokenizers/vq.pth
Smoke:  … epochs=3
Cost:   3 minutes on one core of an AMD EPYC, 900 pictures
Expect: camvid-ade 16.3 mIoU after transfer, COCO AP 0.0; random 16.7: the differences are chance
Source: arXiv 2111.06377, Table 7 (the comparison), made small
"""

_base_ = ["../_base_/mae.py", "_base_.py"]

method = "mae-vq-token"
model = dict(
    encoder={{_base_.encoder}},
    decoder={{_base_.decoder}},
    target=dict(_delete_=True, type="TokenTarget", tokenizer=None),
)
