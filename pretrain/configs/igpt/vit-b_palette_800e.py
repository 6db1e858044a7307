"""iGPT's BERT objective on a ViT-B/16: colour clusters, 15 % hidden, 800 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/igpt/vit-b_palette_800e.py \\
        --work-dir runs/igpt_vit-b_palette_800e --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: not published for a ViT of patches; iGPT-L reaches 69.0 % in linear probing
Source: Chen et al. 2020 (palette, 15 % masks, there of pixels one by one, here exactly that share
        of patches); encoder, schedule and batch are BEiT's, a choice
"""

_base_ = ["../_base_/beit.py"]

method = "igpt"
model = dict(
    encoder=dict(arch="base"),
    masking=dict(_delete_=True, type="RandomMask"),
    mask_ratio=0.15,
    target=dict(_delete_=True, type="PaletteTarget", colours=512, side=2),
)
train_dataloader = dict(dataset=dict(jitter=0.0))
