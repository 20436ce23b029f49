"""The doctor, on machines made of files, and its probes."""
