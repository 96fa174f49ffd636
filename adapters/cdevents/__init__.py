"""CDEvents: their vocabulary, documents, validation, ids and CloudEvents encoding."""
