"""The checks themselves, one module per AWS service; a new module here is found by itself."""
