"""One verb per file; the folder is the registry."""
