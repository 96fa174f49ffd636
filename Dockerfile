# The first stage makes a virtual environment, all of it pinned by hash; the second has that and nothing else.
# BASE is any image with `python` 3.11 or newer and its module venv.
ARG BASE=python:3.12-slim

FROM ${BASE} AS build
# `all` has the clients of every source and sink, `run` none of the extras.
ARG REQUIREMENTS=all
# Where packages come from, and a file with the authorities that vouch for it: the base's, or `requirements/<yours>`.
ARG INDEX=https://pypi.org/simple
ARG CA=
ENV PIP_INDEX_URL=${INDEX} PIP_CERT=${CA} PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements requirements
# What is released as sources alone is built by what was pinned for it, not by what the index has newest.
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes -r requirements/build.txt \
    && /opt/build/bin/pip wheel --require-hashes --no-deps --no-build-isolation --use-pep517 \
        --wheel-dir /wheels -r "requirements/$REQUIREMENTS.txt"
COPY pyproject.toml README.md LICENSE ./
COPY adapters adapters
COPY mappings mappings
COPY config config
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && python -m venv --without-pip /opt/cdevents-adapters \
    && /opt/build/bin/pip --python /opt/cdevents-adapters/bin/python install --no-index --no-deps /wheels/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="cdevents-adapters" \
      org.opencontainers.image.description="Sidecars that make Jenkins, Gerrit and container registries speak CDEvents" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/cdevents-adapters /opt/cdevents-adapters
ENV PATH=/opt/cdevents-adapters/bin:$PATH \
    CDEVENTS_ADAPTERS_CONFIG=/etc/cdevents-adapters/adapters.yaml \
    HEALTH_URL=http://127.0.0.1:8080/healthz

# What is written goes below here: `var/journal.db` of a configuration is in the volume.
WORKDIR /var/lib/cdevents-adapters
RUN chown 10001:10001 .
VOLUME /var/lib/cdevents-adapters
USER 10001:10001
EXPOSE 8080

HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(os.environ['HEALTH_URL'], timeout=2)"]
ENTRYPOINT ["cdevents-adapters"]
# Without a configuration mounted it says so and stops: the default one listens where nobody else could reach it.
CMD ["run"]
