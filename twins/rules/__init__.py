"""What changes mean. One rule a file; `table.py` says which rule sees what."""
