"""Pictures in tar shards, as WebDataset lays them out: written, checked, read, shuffled."""
