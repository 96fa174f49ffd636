"""Single events from scripts: made of words of the command line, kept in an outbox, and sent as soon as it can be.

`target` is where to, `composing` makes an event, `outbox` keeps and sends; `wrapping` runs a command, `story` tells of
it, and `reports` reads what it said of its tests.
"""
