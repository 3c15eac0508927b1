"""Emergency travel documents: what is asked, who may do what when, and what is issued (R10, R11, R23).

It must not know the other procedures.
"""
