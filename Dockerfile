# Two stages: wheels are built where there are tools, and run where there are none.
FROM python:3.11-slim-bookworm AS build
# `door,testing` for an image that can also run the stub of Graph; `door` brings the worker's parts
ARG EXTRAS=door
WORKDIR /src
COPY pyproject.toml README.md ./
COPY deploy/constraints.txt deploy/constraints.txt
COPY producer producer
COPY worker worker
RUN python -m venv /opt/outbound \
 && /opt/outbound/bin/pip install --no-cache-dir --disable-pip-version-check \
      --constraint deploy/constraints.txt ".[${EXTRAS}]"

FROM python:3.11-slim-bookworm
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
