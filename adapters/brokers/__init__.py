"""What sources and sinks on the same broker share: how to reach it, as whom, and a client that does.

Each broker's client is an extra, imported when a client is made.
"""
