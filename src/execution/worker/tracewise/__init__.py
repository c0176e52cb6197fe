"""What runs inside the interpreters: tracer, program side, judge. One copy for all backends (Python 3.8+)."""
