"""What to read of each AWS service; a new module here is found by itself."""
