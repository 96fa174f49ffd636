"""Objects in S3, GCS, Azure Blob Storage and on SFTP servers: listed, and read from any place in them."""

from adapters.objects.address import SCHEMES, Address, is_address
from adapters.objects.contract import Object, Store, Unusable
from adapters.objects.stores import Stores, needed

__all__ = ["SCHEMES", "Address", "Object", "Store", "Stores", "Unusable", "is_address", "needed"]
