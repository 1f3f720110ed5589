"""The demo shop's logins, one for each kind of work."""

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
    """Make the people of the demo shop."""
    for name, role in LOGINS.items():
        if role:
            user = User.objects.create_user(
                name, f"{name}@example.com", PASSWORD, is_staff=True, first_name=name.title()
            )
            user.groups.add(Group.objects.get(name=role))
        else:
            User.objects.create_superuser(name, f"{name}@example.com", PASSWORD, first_name="Administrator")


def describe() -> str:
    """Return the logins as lines to print."""
    rows = "\n".join(f"  {name:8} {role or 'may do everything'}" for name, role in LOGINS.items())
    return f"Demo logins, all with the password {PASSWORD}:\n{rows}"
