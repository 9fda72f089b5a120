# One image for everything; the command says which service: `docker run dze dze gateway`.
# Another base, or the same one by its digest: --build-arg PYTHON_IMAGE=python@sha256:...
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
RUN python3 -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.lock ./
RUN pip install --quiet --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY cli cli
COPY services services
COPY shared shared
COPY simulator simulator
# Files come with the modes that they have outside, where the umask may be 077; services are not root.
RUN pip install --quiet --no-deps --no-build-isolation . && chmod -R a+rX /venv

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin dze \
    && install -d -o dze -g dze -m 0700 /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DZE_DATA=/data \
    DZE_HOST=0.0.0.0 \
    DZE_INSTANCE=hostname \
    DZE_INTERNAL_HOST=0.0.0.0 \
    DZE_INTERNAL_PORT=9000
# Not /data: a stray `.env` among the operator's files is not settings.
WORKDIR /
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Not by `dze`, which takes half a second of a busy machine each time.
HEALTHCHECK --interval=10s --timeout=8s --start-period=60s --retries=3 CMD ["python3", "-I", "-S", "-c", \
    "import http.client as h; c = h.HTTPConnection('127.0.0.1', 9000, timeout=5); c.request('GET', '/readyz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["dze", "gateway"]
