"""Who acts: the member of staff that a request comes from."""

from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest


def acting(request: HttpRequest) -> AbstractUser:
    """Return the signed-in member of staff. Views behind a permission have one."""
    user = request.user
    assert isinstance(user, AbstractUser), "a view behind a permission has somebody signed in"
    return user
