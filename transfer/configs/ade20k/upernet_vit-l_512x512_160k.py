"""ADE20K, UperNet on ViT-L: the MAE paper's segmentation protocol (Table 5).

Run     as upernet_vit-b_512x512_160k.py
Smoke   as upernet_vit-b_512x512_160k.py
Cost    not measured
Expect  MAE 53.6 mIoU; supervised 49.9
Source  https://arxiv.org/abs/2111.06377, appendix A.4. Its ViT-L settings are not published:
        drop path .2, the four depths and the head's width follow BEiT's released ViT-L, the rest is
        ViT-B's. CAE's repository has its own for MAE (lr 4e-4, no absolute positions; it lists
        53.6), not followed here.
"""

_base_ = "./upernet_vit-b_512x512_160k.py"

model = dict(
    backbone=dict(arch="large", out_indices=(7, 11, 15, 23), drop_path_rate=0.2, with_cp=True),
    neck=dict(embed_dims=1024),
    decode_head=dict(in_channels=[1024, 1024, 1024, 1024], channels=1024),
    auxiliary_head=dict(in_channels=1024),
)
