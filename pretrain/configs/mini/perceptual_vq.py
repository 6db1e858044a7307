"""A perceptual VQ-VAE (PeCo's kind), on features of an MAE encoder, at the mini scale.

Run:    python -m pretrain pretrain/configs/mini/perceptual_vq.py \\
        --work-dir runs/mini/pretrain/perceptual-vq \\
        --cfg-options data_root=PICTURES model.perceptual=runs/mini/exports/mae-pixel-norm.pth
Smoke:  … epochs=3
Cost:   5 minutes on one core of an AMD EPYC, 900 pictures
Expect: 99 % of the 512 words in use, perplexity 447
Source: arXiv 2111.12710 (the idea), made small
"""

_base_ = ["_tokenizer_.py"]

method = "perceptual-vq"
model = dict(tokenizer=dict(name="perceptual-vq"), perceptual="")
