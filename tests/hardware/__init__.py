"""GPUs, their driver's stand-in, and the host."""
