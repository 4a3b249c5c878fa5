# Two stages: wheels are built where there are tools, and run where there are none.
FROM python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b AS build
# `door,testing` for an image that can also run the stub of Graph; `door` brings the worker's parts
ARG EXTRAS=door
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# Nothing is installed whose hash is not in deploy/locked, what builds our own wheel included.
COPY deploy/locked deploy/locked
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes --only-binary :all: --requirement deploy/locked/build.txt
RUN python -m venv /opt/outbound \
 && for extra in $(echo "${EXTRAS}" | tr , " "); do \
      /opt/outbound/bin/pip install --require-hashes --only-binary :all: --requirement "deploy/locked/${extra}.txt" \
      || exit 1; \
    done
COPY pyproject.toml README.md ./
COPY producer producer
COPY worker worker
RUN /opt/build/bin/hatchling build --target wheel --directory /tmp/wheel \
 && /opt/outbound/bin/pip install --no-index --no-deps /tmp/wheel/*.whl

FROM python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin outbound
COPY --from=build /opt/outbound /opt/outbound
ENV PATH=/opt/outbound/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OUTBOUND_METRICS_PORT=9464 \
    OUTBOUND_METRICS_HOST=0.0.0.0
# /metrics, /livez and /readyz, for whoever watches the containers and for nobody outside
EXPOSE 9464
USER 10001
# SIGTERM: calls in flight finish and settle, all else returns to its lane; give it longer than the longest call.
STOPSIGNAL SIGTERM
# Healthy: its loops go round, Redis answers, and the Pages file can be read.
HEALTHCHECK --interval=10s --timeout=10s --start-period=20s CMD ["python", "-P", "-m", "worker.process.probe", "readyz"]
ENTRYPOINT ["outbound"]
CMD ["worker"]
