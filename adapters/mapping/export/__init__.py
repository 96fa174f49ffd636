"""Mappings the other way: from a CDEvent to messages in the words of another tool, in the same language.

`document` is the shape of such a file, `compiler` makes a Mapper of it, `event` reads what it is given.
"""
