"""Google's and Apple's push services without phones. ``python -m deploy.simulators.push --port 8102 --state FOLDER``

One process, two doors: Firebase Cloud Messaging (HTTP v1) with Google's sign-in over plain HTTP, Apple's service over
TLS and HTTP/2 only. The folder gets what an operator would download: ``service-account.json``, ``apns.p8``, and
``ca.pem``, which the TLS certificate is known by. Both doors check signatures, claims, times, headers and payloads.

| call | does |
|---|---|
| ``POST /token`` | Google's sign-in: a JWT of the service account for an access token (RFC 7523) |
| ``POST /v1/projects/PROJECT/messages:send`` | Firebase |
| ``POST /3/device/TOKEN`` over TLS | Apple |
| ``GET /devices/TOKEN``, ``GET /`` | what one phone shows, what all of them show |
| ``GET /journal`` | every notification that was taken |
| ``POST /uninstall`` with ``{"token": …}`` | the app is removed: 404 ``UNREGISTERED`` at Google's, 410 at Apple's |
| ``PUT /plan`` with ``{"faults": ["late", …]}`` | what happens to the next notifications (``books.FAULTS``) |
| ``GET /livez`` | 200 |
"""

PROJECT = "consular-sandbox"
KEY_ID, TEAM_ID, TOPIC = "SANDBOXKEY", "SANDBOXTEA", "example.consular"
