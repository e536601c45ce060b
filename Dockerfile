# Every image of the composition: targets db, redis, app, front. All start from Debian and take the
# rest from apt and pip, so that a bare Debian machine can build them. Their entrypoints drop root.
FROM docker.io/library/debian:bookworm-slim AS base
ENV DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8

# -- database ----------------------------------------------------------------------------------
FROM base AS db
RUN mkdir -p /etc/postgresql-common \
 && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && apt-get update \
 && apt-get install -y --no-install-recommends postgresql-15-postgis-3 \
 && rm -rf /var/lib/apt/lists/*
COPY deploy/docker/become.sh deploy/docker/db-entrypoint deploy/docker/postgresql.conf /usr/local/share/mainbreak/
VOLUME /data
EXPOSE 5432
# The plain signal would wait for everybody who is connected, and be killed for it.
STOPSIGNAL SIGINT
ENTRYPOINT ["/bin/bash", "/usr/local/share/mainbreak/db-entrypoint"]

# -- Redis -------------------------------------------------------------------------------------
FROM base AS redis
RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/*
COPY deploy/docker/become.sh deploy/docker/redis-entrypoint /usr/local/share/mainbreak/
EXPOSE 6379
ENTRYPOINT ["/bin/bash", "/usr/local/share/mainbreak/redis-entrypoint"]

# -- application: web, public, worker, beat ------------------------------------------------------------
FROM base AS app
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv postgresql-client-15 libpangoft2-1.0-0 \
      libpango-1.0-0 libharfbuzz-subset0 fonts-wqy-microhei \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /srv/mainbreak mainbreak
WORKDIR /srv/mainbreak
COPY requirements.lock ./
RUN python3 -m venv /srv/venv \
 && /srv/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY . ./
# `docker compose exec web manage COMMAND` finds database and Redis by itself.
RUN printf '#!/bin/sh\nexec /bin/bash /srv/mainbreak/deploy/docker/app-entrypoint manage "$@"\n' \
      > /usr/local/bin/manage \
 && chmod 755 /usr/local/bin/manage
ENV PATH=/srv/venv/bin:$PATH STATE_DIR=/srv/state PYTHONUNBUFFERED=1 XDG_CACHE_HOME=/tmp
# Static files and translations belong to the image; the settings only need to load for that.
RUN python -m gisapp.catalogues \
 && SECRET_KEY=only-to-load-the-settings-while-building STATE_DIR=/srv/built \
    DATABASE_URL=postgis://nobody@127.0.0.1:1/nothing REDIS_URL=redis://127.0.0.1:1/0 \
    python manage.py collectstatic --no-input
ENV STATIC_DIR=/srv/built/static
EXPOSE 8000
ENTRYPOINT ["/bin/bash", "/srv/mainbreak/deploy/docker/app-entrypoint"]
CMD ["web"]

# -- front web server --------------------------------------------------------------------------
FROM base AS front
RUN apt-get update \
 && apt-get install -y --no-install-recommends nginx-light curl \
 && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/*
COPY --from=app /srv/built/static /srv/front/static
COPY deploy/docker/nginx.conf /etc/nginx/nginx.conf
COPY deploy/docker/become.sh deploy/docker/front-entrypoint deploy/docker/doors.conf /usr/local/share/mainbreak/
EXPOSE 8080 8081
ENTRYPOINT ["/bin/bash", "/usr/local/share/mainbreak/front-entrypoint"]
