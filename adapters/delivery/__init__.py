"""How delivery goes: the DORA metrics, and the health of pipelines, from the tables `events` and `links`.

Only the SQL in `sql/` computes a number; it is the same for every engine.
"""
