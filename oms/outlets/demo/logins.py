"""The demo shop's logins, one for each kind of work."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

PASSWORD = "order-desk-demo"  # noqa: S105  printed on purpose; made only in an empty database that serves this machine
LOGINS = {
    "admin": "",
    "clara": "Customer service",
    "lea": "Customer service lead",
    "walter": "Warehouse",
    "fiona": "Finance",
}


def make_logins() -> None:
    """Make the people of the demo shop; their one password is hashed once, which takes a third of a second."""
    secret = make_password(PASSWORD)
    people = [
        User(
            username=name,
            email=f"{name}@example.com",
            password=secret,
            first_name=name.title() if role else "Administrator",
            is_staff=True,
            is_superuser=not role,
        )
        for name, role in LOGINS.items()
    ]
    for user in User.objects.bulk_create(people):
        if role := LOGINS[user.username]:
            user.groups.add(Group.objects.get(name=role))


def describe() -> str:
    """Return the logins as lines to print."""
    rows = "\n".join(f"  {name:8} {role or 'may do everything'}" for name, role in LOGINS.items())
    return f"Demo logins, all with the password {PASSWORD}:\n{rows}"
