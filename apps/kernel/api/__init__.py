"""HTTP as every app speaks it: problem details, versions, idempotency, cursors, strict JSON."""
