"""A tail of objects: each that comes into a bucket, or onto an SFTP server, is read once."""
