"""What the gateway knows and decides, without a clock, a network or a disk."""
