# Quarterdeck as one process without rights, with one volume. The configuration says store: /data/quarterdeck.db. Then:
#   docker run --init --read-only --tmpfs /tmp --cap-drop ALL --env-file slack.env \
#     -v quarterdeck:/data -v ./quarterdeck.yaml:/etc/quarterdeck/quarterdeck.yaml:ro quarterdeck
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/quarterdeck
COPY requirements/build.txt requirements/run.txt requirements/
RUN /opt/quarterdeck/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY commands commands
COPY integrations integrations
RUN /opt/quarterdeck/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN apt-get update && apt-get install --no-install-recommends --yes git && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data quarterdeck && install -d -o quarterdeck -g quarterdeck -m 0700 /data
COPY --from=build /opt/quarterdeck /opt/quarterdeck
ENV PATH=/opt/quarterdeck/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONSAFEPATH=1 \
    QUARTERDECK_CONFIG=/etc/quarterdeck/quarterdeck.yaml
USER quarterdeck
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
# where web.private.listen names another port, so must --health-cmd
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8081/healthz', timeout=4)"]
ENTRYPOINT ["quarterdeck"]
CMD ["run"]
