# The first stage makes a virtual environment, all of it pinned by hash; the second has that and nothing else.

FROM python:3.12-slim AS build
# `all` has the clients of every source and sink, `run` none of the extras.
ARG REQUIREMENTS=all
WORKDIR /src
COPY requirements requirements
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
    && python -m venv /opt/cdevents-adapters \
    && /opt/cdevents-adapters/bin/pip install --no-cache-dir --require-hashes -r "requirements/$REQUIREMENTS.txt"
COPY pyproject.toml README.md LICENSE ./
COPY adapters adapters
COPY mappings mappings
COPY config config
RUN /opt/build/bin/python -m build --wheel --no-isolation \
    && /opt/cdevents-adapters/bin/pip install --no-cache-dir --no-deps dist/*.whl \
    && /opt/cdevents-adapters/bin/pip uninstall --yes pip

FROM python:3.12-slim
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
