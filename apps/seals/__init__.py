"""What makes a paper provable: machine readable zones, ICAO seals, signed PDFs, and the keys behind them.

Doors: ``mrz`` (build, parse), ``services`` (seal_mrz, sign_pdf, datamatrix …), ``verification.verify``.
A further document format is one module in ``formats`` plus its registration.
It must not know cases, people's records or the network; only ``services`` and ``models`` know the database,
so a verifier needs none.
"""
