"""The text model: what is spam, learnt from samples; a linear model on hashed n-grams of characters."""
