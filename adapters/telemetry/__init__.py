"""The sidecar's own metrics, told to a collector of OpenTelemetry."""
