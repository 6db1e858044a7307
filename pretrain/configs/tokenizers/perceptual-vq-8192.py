"""Perceptual VQ-VAE, PeCo's tokenizer: 8192 code words, deep features compared, no pixel loss.

Run:    python -m pretrain pretrain/configs/tokenizers/perceptual-vq-8192.py \\
        --work-dir runs/tokenizers_perceptual-vq-8192 --amp \\
        --cfg-options data_root=data/imagenet/train \\
        model.perceptual=BACKBONE.pth  # self-supervised features: an export, or a timm model
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: not published; usage and perplexity are logged every epoch
Source: arXiv 2111.12710 (the idea; its sizes, layers and schedule were not found and are choices)
"""

_base_ = ["../_base_/tokenizer_imagenet.py"]

method = "perceptual-vq"
model = dict(tokenizer=dict(name="perceptual-vq"), perceptual="", pixel_weight=0.0)
