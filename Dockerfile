# The back office in one image: web, workers, beat and commands differ by their command only (compose.yaml,
# deploy/kubernetes/). It runs as nobody in particular, on a read-only root; what it keeps lies under /data.
FROM python:3.11-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /opt/venv
# EXTRAS=requirements-observe.txt for error reports and traces.
ARG EXTRAS=requirements.txt
COPY requirements.txt requirements-observe.txt ./
RUN /opt/venv/bin/pip install --prefer-binary -r requirements.txt -r ${EXTRAS}
COPY manage.py gunicorn.conf.py ./
COPY backoffice backoffice
COPY catalog catalog
COPY fulfillment fulfillment
COPY orders orders
COPY templates templates
COPY locale locale
# The handbook, which the staff pages show.
COPY docs/handbook docs/handbook
COPY docs/screens/handbook docs/screens/handbook
COPY deploy/health.py deploy/health.py
# Settings are read, and no server is asked.
RUN DATABASE_URL=postgres://none@127.0.0.1/none REDIS_URL=redis://127.0.0.1/0 VAR_DIR=/tmp/var STATIC_DIR=/app/static \
    /opt/venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && rm -rf /tmp/var requirements*.txt \
    && /opt/venv/bin/python -m compileall -q /app /opt/venv/lib

FROM python:3.11-slim-trixie
# pg_dump, pg_restore and psql, for manage.py backup and restore; the server may not be newer. The release of Debian pins them, and brings their security fixes.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin backoffice \
    && install --directory --owner 10001 --mode 0750 /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PRODUCTION=1 \
    BIND=0.0.0.0 \
    VAR_DIR=/data \
    STATIC_DIR=/app/static \
    LOG_FORMAT=json
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
# Of the web server; workers and beat name the file that they touch.
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=3 CMD ["python", "deploy/health.py"]
CMD ["gunicorn", "backoffice.wsgi"]
