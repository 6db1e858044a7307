"""ADE20K, UperNet on ViT-L as BEiT released it: a variant with its own rate, decay and positions.

Run     as upernet_vit-b_512x512_160k.py, with BEiT's weights
Smoke   as upernet_vit-b_512x512_160k.py
Cost    not measured
Expect  the MAE paper reproduced 53.3 mIoU with BEiT's code (Table 5), its learning rate searched
Source  microsoft/unilm, beit/semantic_segmentation,
        upernet_beit_large_24_512_slide_160k_ade20k_pt2ft: lr 2e-5, layer decay .95, LayerScale from
        1e-6, no absolute position. Made for weights that were fine-tuned on ImageNet in between
"""

_base_ = "./upernet_vit-l_512x512_160k.py"

cell = dict(variant_of="ade20k/upernet_vit-l_512x512_160k")
model = dict(backbone=dict(abs_pos=False, layer_scale=1e-6))
optim_wrapper = dict(optimizer=dict(lr=2e-5), paramwise_cfg=dict(layer_decay=0.95))
