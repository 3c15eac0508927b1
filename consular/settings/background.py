from datetime import timedelta

from consular.settings.environment import ENV

OUTBOX_LEASE = timedelta(seconds=ENV["OUTBOX_LEASE_SECONDS"])
OUTBOX_RETRY = timedelta(seconds=ENV["OUTBOX_RETRY_SECONDS"])

CELERY_BROKER_URL = ENV["REDIS_URL"]
# max_retries: nobody's request waits for a broker that is down, the sweep makes up for the hint
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5, "max_retries": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"

QUEUES = ["default", "documents", "files", "messages", "payments"]
"""Every queue a reaction may name; workers in ``deploy/`` listen to all of them."""

AUDIT_QUEUE = "audit"
"""Of the auditor, a worker with a database role and a key of its own; no reaction goes there."""

HEARTBEAT_FILE = ENV["HEARTBEAT_FILE"]
CELERY_BEAT_SCHEDULER = "consular.heartbeat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "outbox.sweep": {"task": "outbox.sweep", "schedule": 2.0, "options": {"expires": 2}},
    "kernel.forget": {"task": "kernel.forget", "schedule": 3600.0},
    "outbox.forget": {"task": "outbox.forget", "schedule": 3600.0},
    "documents.purge": {"task": "documents.purge", "schedule": 3600.0},
    "accounts.forget": {"task": "accounts.forget", "schedule": 3600.0},
    "cases.lapse": {"task": "cases.lapse", "schedule": 600.0},
    "cases.remind": {"task": "cases.remind", "schedule": 6 * 3600.0},
    "cases.purge": {"task": "cases.purge", "schedule": 24 * 3600.0},
    "cases.forget": {"task": "cases.forget", "schedule": 3600.0},
    # on the queue whose workers have the signing keys
    "seals.publish": {"task": "seals.publish", "schedule": 300.0, "options": {"queue": "documents"}},
    "privacy.purge": {"task": "privacy.purge", "schedule": 3600.0},
    "passkeys.forget": {"task": "passkeys.forget", "schedule": 3600.0},
    "audit.seal": {"task": "audit.seal", "schedule": 5.0, "options": {"queue": AUDIT_QUEUE, "expires": 5}},
    "accounts.let_waiting_in": {"task": "accounts.let_waiting_in", "schedule": 3600.0},
    "ledger.close": {"task": "ledger.close", "schedule": 3600.0},
    "payments.poll": {"task": "payments.poll", "schedule": 30.0},
}
