"""What all that asks an HTTP endpoint of a user's own may be told of it, and the session that does as told."""
