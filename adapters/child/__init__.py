"""Another process of this program, for work that can be done beside: it knows no more than it is told.

`cores` is how many there are, `process` the end of who starts one, `inside` that of the process; both speak `frames`.
"""
