"""Another process of this program, for work that can be done beside: it knows no more than it is told.

`cores` and `memory` are what there is for it, by `groups`; `process` is the end of who starts one, `inside` that of the
process; both speak `frames`.
"""
