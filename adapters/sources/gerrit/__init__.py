"""What the two sources that hear a Gerrit have in common: its events, and what its REST API tells of changes."""
