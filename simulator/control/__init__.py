"""`/sim/...`: what tests and the page use to make things happen and to look."""
