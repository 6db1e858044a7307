"""A perceptual VQ-VAE (PeCo's kind), on features of an MAE encoder, at the mini scale.

Run:    python -m pretrain pretrain/configs/mini/perceptual_vq.py \\
        --work-dir runs/mini/pretrain/perceptual-vq \\
        --cfg-options data_root=PICTURES model.perceptual=runs/mini/exports/mae-pixel-norm.pth
Smoke:  … epochs=3
Cost:   not measured
Expect: not measured
Source: arXiv 2111.12710 (the idea), made small
"""

_base_ = ["_tokenizer_.py"]

method = "perceptual-vq"
model = dict(tokenizer=dict(name="perceptual-vq"), perceptual="")
