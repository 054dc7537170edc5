# Two stages: what installs stays behind. Nothing is installed whose hash the lock file does not hold.
FROM python:3.13-slim AS build
COPY requirements.txt ./
RUN python -m venv --without-pip /venv \
 && pip --python /venv/bin/python --no-cache-dir --disable-pip-version-check \
    install --require-hashes --no-deps --only-binary=:all: --requirement requirements.txt
WORKDIR /app
COPY LICENSE ./
COPY adapters adapters/
COPY bot bot/
COPY storage storage/
# The image is read-only: byte code is made here, and not looked at again.
RUN /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash adapters bot storage \
 && ln -s /data data

FROM python:3.13-slim
# A number, so that a host can tell that it is not root, and always the same, so that /data stays ours.
RUN groupadd --gid 10001 bot \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin bot \
 && install --directory --owner 10001 --group 10001 --mode 0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import http.client, os, sys\nport = os.environ.get('PORT')\nif port:\n    asked = http.client.HTTPConnection('127.0.0.1', int(port), timeout=4)\n    asked.request('GET', '/healthz')\n    sys.exit(asked.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
