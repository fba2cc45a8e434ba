"""What to do first, on any topic, and how it is done: from stored results alone."""
