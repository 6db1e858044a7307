"""Evidence of what a tokenizer's words mean: `python -m pretrain.codebook`."""
