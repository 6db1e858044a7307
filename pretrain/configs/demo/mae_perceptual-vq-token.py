"""MAE on the code words of a tokenizer, at the demo's scale.

Run:    python -m pretrain pretrain/configs/demo/mae_perceptual-vq-token.py \\
        --work-dir runs/demo/pretrain/mae-perceptual-vq-token --cfg-options data_root=PICTURES \\
        model.target.tokenizer=runs/demo/tokenizers/perceptual-vq.pth
Smoke:  … epochs=3
Cost:   135 s on one core of an AMD EPYC, 1,200 pictures
Expect: after the demo's transfer 18.4 box AP, 17.7 mask AP, 45.8 mIoU
Source: arXiv 2111.06377, Table 7 (the comparison), made small
"""

_base_ = ["../_base_/mae.py", "_base_.py"]

method = "mae-perceptual-vq-token"
model = dict(
    encoder={{_base_.encoder}},
    decoder={{_base_.decoder}},
    target=dict(_delete_=True, type="TokenTarget", tokenizer=None),
)
train_dataloader = dict(dataset=dict(scale=(0.5, 1.0)))
