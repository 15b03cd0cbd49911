"""The parts of a worker. What user code may use is in the module `carrel`, see interface.py."""
