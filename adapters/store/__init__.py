"""Events and their links as two flat tables, which PostgreSQL, Parquet and what reads them share."""
