"""ADE20K, UperNet on ViT-L as BEiT v2 released it: a variant with its own rate and decay.

Run     as upernet_vit-b_512x512_160k.py, with BEiT v2's weights
Smoke   as upernet_vit-b_512x512_160k.py
Cost    not measured
Expect  56.7 mIoU with weights pretrained on ImageNet-1k
Source  microsoft/unilm, beit2/semantic_segmentation, upernet_beit_large_24_512_slide_160k_ade20k:
        lr 4e-5, layer decay .9, LayerScale from 1e-6, no absolute position
"""

_base_ = "./upernet_vit-l_512x512_160k.py"

cell = dict(variant_of="ade20k/upernet_vit-l_512x512_160k")
model = dict(backbone=dict(abs_pos=False, layer_scale=1e-6))
optim_wrapper = dict(optimizer=dict(lr=4e-5), paramwise_cfg=dict(layer_decay=0.9))
