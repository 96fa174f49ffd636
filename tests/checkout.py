"""Where this checkout is, and what may lie beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SPECIFICATION = ROOT.parent / "shared" / "cdevents-spec"
"""The schemas and examples of CDEvents, as they were published."""

SDK = Path.home() / "go/pkg/mod/github.com/cdevents/sdk-go@v0.5.1/pkg/api/schemas.go"
"""CDEvents' SDK for Go, where Go has downloaded it: it has the schemas of 0.3.0 in it."""

SAMPLES = ROOT.parent / "shared" / "samples"
"""What real tools have said, by tool."""

CASES = ROOT.parent / "shared" / "cases"
"""Small inputs that real bug reports were about, by tool."""

needs_specification = pytest.mark.skipif(
    not SPECIFICATION.is_dir(), reason="CDEvents' schemas are not beside this checkout"
)
needs_sdk = pytest.mark.skipif(not SDK.is_file(), reason="CDEvents' SDK for Go is not in Go's cache of modules")
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the collected payloads are not beside this checkout")
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the collected cases are not beside this checkout")
