"""Tells a Redis that refuses user or password from one that is away."""

from redis.exceptions import AuthenticationError


def login_refused(error: BaseException) -> bool:
    """redis-py raises a ConnectionError for both; here its cause is an AuthenticationError."""
    return isinstance(error, AuthenticationError) or isinstance(error.__cause__, AuthenticationError)
