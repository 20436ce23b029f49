"""The doctor, on machines made of files."""
