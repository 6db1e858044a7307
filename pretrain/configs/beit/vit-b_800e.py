"""BEiT, ViT-B/16 on DALL-E's tokens, 800 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/beit/vit-b_800e.py \\
        --work-dir runs/beit_vit-b_800e --amp \\
        --cfg-options data_root=data/imagenet/train \\
        model.target.tokenizer.encoder=encoder.pkl
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 83.2 %, ADE20K 45.6 mIoU (with SETR-PUP's head)
Source: arXiv 2106.08254, Table 12 (recipe), Tables 1 and 3 (results)
"""

_base_ = ["../_base_/beit.py"]

method = "beit"
model = dict(
    encoder=dict(arch="base"),
    target=dict(tokenizer=dict(type="DalleTokenizer", encoder="", decoder=None), second_size=112),
)
train_dataloader = dict(dataset=dict(second_size=112))
