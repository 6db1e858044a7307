"""MaskFeat, ViT-B/16 on histograms of gradients, 1600 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/maskfeat/vit-b_1600e.py \\
        --work-dir runs/maskfeat_vit-b_1600e --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.0 %
Source: arXiv 2112.09133 and its released code; batch 2048, betas and learned positions are choices
"""

_base_ = ["../_base_/masked.py", "../_base_/imagenet.py"]

method = "maskfeat"
epochs = 1600
warmup_epochs = 30
batch_size = 2048
base_lr = 2e-4  # per 256 pictures
optim_wrapper = dict(optimizer=dict(betas=(0.9, 0.999)), clip_grad=dict(max_norm=0.02))
model = dict(
    form="mask-token",
    start="beit",
    encoder=dict(arch="base"),
    masking=dict(type="BlockMask", smallest=15),
    mask_ratio=0.3975,  # 78 of 196 patches at most
    target=dict(type="HOGTarget"),
)
train_dataloader = dict(dataset=dict(scale=(0.5, 1.0)))
