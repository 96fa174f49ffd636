"""Brokers as sources: legacy events that a tool's plugin, a device or a queue has put there already.

The broker shares the work among all replicas of an adapter, and learns that a message was taken only once it is in
the journal. What an adapter published itself is passed over.
"""
