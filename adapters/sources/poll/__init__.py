"""Any REST API that lists what happened, by its description in YAML."""
