"""Kubernetes' API: what it keeps, and what of that changes."""
