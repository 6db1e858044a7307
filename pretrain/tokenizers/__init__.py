"""Pictures to code words and back, one file a tokenizer; `tokenizer.py` is the interface."""

from pretrain.tokenizers.dalle import DalleTokenizer
from pretrain.tokenizers.files import load_tokenizer, save_tokenizer
from pretrain.tokenizers.tokenizer import Tokenizer
from pretrain.tokenizers.vqvae import VQVAE

__all__ = ["VQVAE", "DalleTokenizer", "Tokenizer", "load_tokenizer", "save_tokenizer"]
