"""What happens in the world, whoever does it: a person on the page, a test, or a bot through its API."""
