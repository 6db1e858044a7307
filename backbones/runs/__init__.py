"""What every run leaves behind: records, failures, provenance. Shared by pretrain and transfer."""
