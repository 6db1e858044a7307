"""PeCo, ViT-B/16: BEiT on the tokens of a perceptual VQ-VAE, 800 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/peco/vit-b_800e.py \\
        --work-dir runs/peco_vit-b_800e --amp \\
        --cfg-options data_root=data/imagenet/train \\
        model.target.tokenizer=TOKENIZER.pth
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.5 % (abstract); its settings were not found, these are BEiT's
Source: arXiv 2111.12710; tokenizer: pretrain/configs/tokenizers/perceptual-vq-8192.py
"""

_base_ = ["../_base_/beit.py"]

method = "peco"
model = dict(encoder=dict(arch="base"), target=dict(tokenizer=None))
