"""MAE on the 96 largest PCA coefficients of patches (raw pixels are the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/target-pca.py \\
        --work-dir runs/mae_ablations_target-pca --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.6 %, linear 72.3 %
Source: arXiv 2111.06377, Table 1d
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-target-pca"
model = dict(target=dict(_delete_=True, type="PCATarget", components=96))
