# Cepei 策配: page and API through gunicorn, as `make run` starts it.
#   docker build -t cepei .
#   docker run -p 8000:8000 cepei
ARG BASE_IMAGE=python:3.11-slim-bookworm

# The packages and the catalogue are made here, so that no build tool reaches the served image.
FROM ${BASE_IMAGE} AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY seeds ./seeds
COPY rules ./rules
COPY matcher ./matcher
COPY service ./service
COPY docs/handbook ./docs/handbook
RUN /venv/bin/pip install --no-cache-dir --no-deps --editable . \
    && /venv/bin/cepei check \
    && /venv/bin/cepei build /app/var/catalogue.sqlite

FROM ${BASE_IMAGE}
# The service writes keys, screenings and counters in /data; it needs no name, no home and no shell.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin cepei \
    && install --directory --owner=10001 --mode=0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CEPEI_CATALOGUE=var/catalogue.sqlite \
    CEPEI_DATA=/data/data.sqlite \
    CEPEI_HOST=0.0.0.0 \
    PORT=8000
# The service ends slow clients, bounds connections and refuses overload itself. What remains for a proxy in front: TLS,
# floods from many addresses, and how often an address may ask for anything but a match. A proxy needs CEPEI_PROXIES=1;
# docs/handbook/portal.md has a configuration of nginx that a test runs.
VOLUME /data
USER 10001
EXPOSE 8000
# The image has no curl; Python asks whether a verified catalogue is loaded.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', timeout=2)"]
CMD ["cepei", "serve"]
