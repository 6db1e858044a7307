"""COCO, Mask R-CNN with FPN on ViT-L from random initialisation: a variant with its own schedule.

Run     as mask-rcnn_vit-b_fpn_lsj-100e.py, without a checkpoint
Smoke   as mask-rcnn_vit-b_fpn_lsj-100e.py
Cost    not measured
Expect  50.7 box AP, the best of 100, 200 and 400 epochs; mask AP is not available
Source  Li et al., https://arxiv.org/abs/2111.11429, section 4.2: lr 1.6e-4, weight decay .2, drop
        path .3 as for all, BEiT's initialisation; 100, 200 and 400 epochs were tried, which is best
        for ViT-L is not available: 200 is this project's choice.
"""

_base_ = "./mask-rcnn_vit-l_fpn_lsj-100e.py"

cell = dict(variant_of="coco/mask-rcnn_vit-l_fpn_lsj-100e")
optim_wrapper = dict(optimizer=dict(lr=1.6e-4, weight_decay=0.2))
schedule = dict(epochs=200)
train_cfg = dict(max_iters=368750)  # 200 x 118000 / 64
