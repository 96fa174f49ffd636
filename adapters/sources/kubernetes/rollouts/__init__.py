"""Rollouts of what runs in a cluster: told when a revision is complete, has failed, or is gone."""
