"""One system per file or small folder; the folder is the registry."""
