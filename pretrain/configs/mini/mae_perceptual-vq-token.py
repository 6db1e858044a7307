"""MAE on the code words of a perceptual VQ-VAE at the mini scale.

Run:    python -m pretrain pretrain/configs/mini/mae_perceptual-vq-token.py \\
        --work-dir runs/mini/pretrain/mae-perceptual-vq-token \\
        --cfg-options data_root=PICTURES \\
        model.target.tokenizer=runs/mini/tokenizers/perceptual-vq.pth
Smoke:  … epochs=3
Cost:   6 minutes on one core of an AMD EPYC, 900 pictures
Expect: camvid-ade 17.4 mIoU after transfer, COCO AP 0.0; random 16.7: the differences are chance
Source: arXiv 2111.06377, Table 7 (the comparison), made small
"""

_base_ = ["../_base_/mae.py", "_base_.py"]

method = "mae-perceptual-vq-token"
model = dict(
    encoder={{_base_.encoder}},
    decoder={{_base_.decoder}},
    target=dict(_delete_=True, type="TokenTarget", tokenizer=None),
)
