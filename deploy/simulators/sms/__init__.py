"""Alibaba Cloud SMS without phones. ``SMS_KEY=… SMS_SECRET=… python -m deploy.simulators.sms --port 8101``

Speaks Dysmsapi 2017-05-25 (SendSms, QuerySendDetails) with signature version 3 (ACS3-HMAC-SHA256), as strictly as the
real one: every ``x-acs-*`` header signed, the body's hash right, the date at most 15 minutes off, each nonce once. Sign
and templates must be approved ones (``approved``), values short and without addresses; per number and sign 1 code a
minute, 5 an hour, 10 a day, and 50 notices a day of one template.

| call | does |
|---|---|
| ``POST /?PhoneNumbers=…`` signed | SendSms, QuerySendDetails |
| ``GET /phones/DIGITS`` | what this phone received, as JSON, oldest first |
| ``GET /`` | the same for every phone, as a page |
| ``GET /journal`` | every message that was taken |
| ``PUT /plan`` with ``{"faults": ["lost_answer", …]}`` | what happens to the next calls of SendSms (``books.FAULTS``) |
| ``GET /livez`` | 200 |
"""
