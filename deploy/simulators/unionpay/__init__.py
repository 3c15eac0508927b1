"""A stand-in for UnionPay's online gateway (全渠道, ACP 5.1.0): one merchant, CNY, strict, with a memory.

``POST /gateway/api/{frontTransReq,appTransReq,backTransReq,queryTrans}.do`` and ``POST /`` for files, as forms; answers
are ``k=v&k=v``, not url-encoded, signed twice over by the leaf that they carry. The merchant's key, certificate and the
roots to pin are at ``GET /merchant`` of the control port; amounts that misbehave are those of ``gateway.magic``.

What the public protocol leaves open, and what is done here:

- A purchase that nobody has looked at is unknown to ``queryTrans`` (34), as at the real one: 34 is not final.
- ``txnTime`` of a new purchase may differ from the clock by ten minutes, which finds every wrong time zone.
- Without ``payTimeout`` a purchase can be paid for one hour. Nobody is told that it has run out.
- More than ten questions a minute about one transaction are too many (37).
- Only what succeeded is notified. A refund from the merchant's console is in the file of its day, and nowhere else.
- A merchant whose balance is too low is told 33, and may ask the same again later.
"""
