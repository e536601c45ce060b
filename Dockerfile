# Every image of the composition: targets app, db, redis, front. All start from Debian and take the
# rest from apt and pip, so that a bare Debian machine can build them.
FROM docker.io/library/debian:bookworm-slim AS base
ENV DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8
RUN printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d

# -- database ----------------------------------------------------------------------------------
FROM base AS db
RUN mkdir -p /etc/postgresql-common \
 && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && apt-get update \
 && apt-get install -y --no-install-recommends postgresql-15-postgis-3 \
 && rm -rf /var/lib/apt/lists/*
COPY deploy/docker/db-entrypoint deploy/docker/postgresql.conf /usr/local/share/mainbreak/
RUN install -d -o postgres -g postgres -m 700 /data
USER postgres
VOLUME /data
EXPOSE 5432
ENTRYPOINT ["/bin/bash", "/usr/local/share/mainbreak/db-entrypoint"]

# -- Redis -------------------------------------------------------------------------------------
FROM base AS redis
RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/*
COPY deploy/docker/redis-entrypoint /usr/local/share/mainbreak/
USER redis
EXPOSE 6379
ENTRYPOINT ["/bin/bash", "/usr/local/share/mainbreak/redis-entrypoint"]

# -- front web server --------------------------------------------------------------------------
FROM base AS front
RUN apt-get update \
 && apt-get install -y --no-install-recommends nginx-light curl \
 && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/* \
 && install -d -o www-data -g www-data /run/nginx /var/lib/nginx
COPY deploy/docker/nginx.conf /etc/nginx/nginx.conf
COPY deploy/docker/front-entrypoint /usr/local/share/mainbreak/
USER www-data
EXPOSE 8080
ENTRYPOINT ["/bin/bash", "/usr/local/share/mainbreak/front-entrypoint"]

# -- application: web, worker, beat ------------------------------------------------------------
FROM base AS app
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv libpangoft2-1.0-0 \
      libpango-1.0-0 libharfbuzz-subset0 fonts-wqy-microhei \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /srv/mainbreak --shell /usr/sbin/nologin mainbreak \
 && install -d -o mainbreak -g mainbreak /srv/state /srv/state/media
WORKDIR /srv/mainbreak
COPY requirements.lock ./
RUN python3 -m venv /srv/venv \
 && /srv/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY . ./
ENV PATH=/srv/venv/bin:$PATH STATE_DIR=/srv/state PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 XDG_CACHE_HOME=/tmp
# Static files and translations belong to the image; the settings only need to load for that.
RUN python -m gisapp.catalogues \
 && SECRET_KEY=only-to-load-the-settings-while-building STATE_DIR=/srv/built \
    DATABASE_URL=postgis://nobody@127.0.0.1:1/nothing REDIS_URL=redis://127.0.0.1:1/0 \
    python manage.py collectstatic --no-input
ENV STATIC_DIR=/srv/built/static
USER mainbreak
VOLUME /srv/state
EXPOSE 8000
ENTRYPOINT ["/bin/bash", "/srv/mainbreak/deploy/docker/app-entrypoint"]
CMD ["web"]
