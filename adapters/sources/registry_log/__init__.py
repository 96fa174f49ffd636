"""The log of a CNCF distribution registry, with the digests that it does not say."""
