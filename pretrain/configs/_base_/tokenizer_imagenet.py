"""The tokenizers' schedule on ImageNet-1K: a choice, PeCo's was not found."""

_base_ = ["tokenizer.py", "imagenet.py"]

epochs = 100
warmup_epochs = 10
batch_size = 512
device_batch_size = 512  # a codebook must see its batch at once: no accumulation
base_lr = 1e-4  # per 256 pictures; VQ-KD's rate at this batch (arXiv 2208.06366)
min_lr = 1e-5
