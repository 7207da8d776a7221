FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=clinic.settings \
    COLLECTED=1 \
    STATIC_ROOT=/srv/static \
    DATA_DIR=/data \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics

# What sets the type of printed pages.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*

RUN groupadd --system --gid 10001 pearl \
    && useradd --system --uid 10001 --gid pearl --home-dir /srv/pearl --shell /usr/sbin/nologin pearl \
    && install --directory --owner pearl --group pearl /srv/pearl /srv/static /data /tmp/metrics

WORKDIR /srv/pearl
COPY requirements.txt ./
RUN pip install --no-cache-dir --requirement requirements.txt
COPY --chown=pearl:pearl . .

USER pearl
RUN python manage.py collectstatic --no-input

ENV HOST=0.0.0.0 PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/api/v1/health/live/', timeout=4)"]
CMD ["python", "-m", "gunicorn", "--config", "python:clinic.serving", "clinic.wsgi"]
