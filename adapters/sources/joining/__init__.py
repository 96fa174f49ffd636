"""Incidents joined to rollouts, and rollouts to changes, where one sidecar hears of both."""
