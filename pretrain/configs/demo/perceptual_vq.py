"""A perceptual VQ-VAE (PeCo's kind) at the demo's scale, on features of an MAE encoder.

Run:    python -m pretrain pretrain/configs/demo/perceptual_vq.py \\
        --work-dir runs/demo/pretrain/perceptual-vq \\
        --cfg-options data_root=PICTURES model.perceptual=runs/demo/exports/mae-pixel-norm.pth
Smoke:  … --cfg-options data_root=PICTURES epochs=3
Cost:   48 s on one core of an AMD EPYC, 1,200 pictures
Expect: 90 % of the 512 words in use, perplexity 295
Source: arXiv 2111.12710 (the idea), made small
"""

_base_ = ["_tokenizer_.py"]

method = "perceptual-vq"
model = dict(tokenizer=dict(name="perceptual-vq"), perceptual="")
