"""What must not be kept is left out of a notification, between its source and the journal."""
