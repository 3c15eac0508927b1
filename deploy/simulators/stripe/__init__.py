"""A stand-in for Stripe's API of version 1: one account, strict, with a memory.

Payment intents, Checkout sessions on a hosted page, refunds, charges, balance transactions, disputes, events and
webhook endpoints; cards, Alipay and WeChat Pay. Key and secrets are at ``GET /merchant`` of the control port; amounts
that misbehave are those of ``gateway.magic``, for every notice of the order where they are about a notice.

The merchant's number of an order, by which payers and plans of faults find it, is ``metadata[reference]`` of an intent
and ``client_reference_id`` of a session. Without one it is the id of the object.

The control port has more: ``POST /disputes {"reference", "reason"?}`` is a chargeback and ``POST /disputes/close
{"reference", "status": "won" or "lost"}`` its end; ``POST /keys/rotate`` gives every endpoint another secret while the
old one signs for 24 hours more; ``POST /payer/pay`` takes a ``method``.

What the public documents leave open, and what is done here:

- An intent is confirmed by the payer, at ``/pay/CLIENT_SECRET`` or the control port, never by ``confirm`` of the API.
- Every answer has the shape of the one version that ``wanted.VERSIONS`` names; older ones are refused.
- The fee is 2.9 % and 30 of the smallest unit, kept when money is given back; nothing is converted.
- A refund that the balance does not cover is pending for ``insufficient_funds`` until ``POST /balance``.
- A request whose parameters are wrong leaves its idempotency key free; every other answer is kept, 5xx included.
- Webhooks are tried for three days at ever longer intervals of our own choice.
"""
