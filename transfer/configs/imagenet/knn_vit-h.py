"""ImageNet-1K, k nearest neighbours of ViT-H's features, nothing trained.

Run     as knn_vit-b.py
Smoke   as knn_vit-b.py
Cost    not measured
Expect  no published number of MAE's is known here
Source  https://arxiv.org/abs/2104.14294 (cosine, vote at temperature .07, k 20)
"""

_base_ = "../_base_/imagenet_knn.py"

model = dict(backbone=dict(arch="huge"))
