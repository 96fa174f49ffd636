"""A mapping's folder proposed from what a tool said: the first event in minutes, and what was guessed in comments.

`samples` reads what is given, `kept` what a journal has, `lines` finds patterns in text; `fields`, `roles`, `words` and
`states` tell what is in it, `records` and `groups` which kinds of records there are, `rules` what each of them may
become; `writing` makes the file, and `folder` tries and keeps it.
"""
