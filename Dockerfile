# Cepei 策配: page and API through gunicorn, as `make run` starts it.
#   docker build -t cepei .
#   docker run -p 8000:8000 cepei
# A tag can be moved to other content, a digest cannot. Look up the digest of the image that you have checked
# (docker buildx imagetools inspect python:3.11-slim-bookworm) and build with --build-arg BASE_DIGEST=@sha256:...
# Without one, whatever the tag names today is taken.
ARG BASE_IMAGE=python:3.11-slim-bookworm
ARG BASE_DIGEST=

# The packages and the catalogue are made here, so that no build tool reaches the served image.
FROM ${BASE_IMAGE}${BASE_DIGEST} AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt requirements-build.txt ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt \
    --requirement requirements-build.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY seeds ./seeds
COPY rules ./rules
COPY matcher ./matcher
COPY service ./service
COPY docs/handbook ./docs/handbook
# The pinned setuptools builds, none that is fetched at that moment; then it goes, and pip, which nothing runs, with it.
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && /venv/bin/cepei check \
    && /venv/bin/cepei build /app/var/catalogue.sqlite \
    && /venv/bin/python -m pip uninstall --yes setuptools pip

FROM ${BASE_IMAGE}${BASE_DIGEST}
# The service writes keys, screenings and counters in /data; it needs no name, no home and no shell.
# The base image's own build tools are old and of no use here. fonts-noto-cjk sets the PDFs of dossiers.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall --yes --root-user-action ignore setuptools wheel pip \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin cepei \
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
