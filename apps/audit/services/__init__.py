from apps.audit.services.publishing import publish_heads
from apps.audit.services.recording import record
from apps.audit.services.sealing import seal, sealing_lag
from apps.audit.services.verifying import verify

__all__ = ["publish_heads", "record", "seal", "sealing_lag", "verify"]
