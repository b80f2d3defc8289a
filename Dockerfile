# The image of compose.yaml: what runs, locked with hashes, and a user of its own. Nothing is compiled.
FROM python:3.13-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONPATH=/srv/duecourse DUECOURSE_DATA=/var/lib/duecourse/data
RUN useradd --system --user-group --home-dir /var/lib/duecourse --create-home duecourse \
    && install -d -m 0700 -o duecourse -g duecourse /var/lib/duecourse/data /var/lib/duecourse/backups \
    && printf '#!/bin/sh\nexec python -m duecourse.config "$@"\n' > /usr/local/bin/duecourse && chmod 0755 /usr/local/bin/duecourse
WORKDIR /srv/duecourse
COPY deploy/requirements.lock requirements.lock
RUN python -m pip install --no-cache-dir --require-hashes -r requirements.lock
COPY duecourse duecourse
USER duecourse
EXPOSE 8000
VOLUME ["/var/lib/duecourse"]
CMD ["duecourse", "run", "--host", "0.0.0.0", "--port", "8000", "--no-demo"]
