"""Sidecars that make legacy CI tools speak CDEvents."""
