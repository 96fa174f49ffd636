"""Gerrit's changes by its REST API alone, for hosts without SSH."""
