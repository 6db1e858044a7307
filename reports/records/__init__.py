"""Result records as files: read, checked field by field, never trusted."""
