"""How results look: in a terminal, and as Markdown."""
