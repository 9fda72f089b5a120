"""Pure decisions about proposals: their life, and what they may repeat."""
