"""The nouns: what is known, what was judged, and where it is kept."""
