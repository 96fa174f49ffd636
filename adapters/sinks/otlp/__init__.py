"""OpenTelemetry: chains of CDEvents as traces, over OTLP. docs/opentelemetry.md says what becomes of what."""
