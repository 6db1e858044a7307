"""MAE on DALL-E's tokens (raw pixels are the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/target-dvae-token.py \\
        --work-dir runs/mae_ablations_target-dvae-token --amp \\
        --cfg-options data_root=data/imagenet/train \\
        model.target.tokenizer.encoder=encoder.pkl
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 85.3 %, linear 71.6 %
Source: arXiv 2111.06377, Table 1d
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-target-dvae-token"
model = dict(
    target=dict(
        _delete_=True,
        type="TokenTarget",
        tokenizer=dict(type="DalleTokenizer", encoder="", decoder=None),
        second_size=112,
    ),
)
train_dataloader = dict(dataset=dict(second_size=112))
