"""A mapping tried while it is written: on a notification at hand, within bounds of time, memory and what is read.

`folder` is a mapping's folder as the playground may see it, `attempt` what is tried and what comes of it, `trial` does
it, in the process of `worker`, which `bounded` starts and ends; `completion` says what may be written at a place.
"""
