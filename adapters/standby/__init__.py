"""One of several: of sidecars that could hear the same, one does, and another goes on where it was when it is gone."""
