"""What every simulated payment gateway has in common, and nothing of any protocol.

A gateway is one object (``plug.Gateway``) between two HTTP ports: on the data port it answers merchants as the real
company would; on the control port tests, developers and payers change the world it lives in (``world.World``): the
clock, the plan of faults, the journal and the notices. A process is ``process.run(name, build)`` and nothing else.
"""
