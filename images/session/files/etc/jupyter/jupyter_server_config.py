"""Settings of the session image's Jupyter server; the manager adds address, base path and token on the command line."""

import os

c = get_config()  # noqa: F821

# A home is a folder with a quota and no desktop: a bin nobody can empty would only fill it.
c.FileContentsManager.delete_to_trash = False
# A person's terminal is a login shell, as on any other machine.
c.ServerApp.terminado_settings = {"shell_command": ["/bin/bash", "-l"]}


def seed_home(source: str = "/usr/share/carrel/home") -> None:
    """Gives an empty home what programs would otherwise spend seconds to make; never touches a file that is there."""
    home = os.path.expanduser("~")
    for folder, _, files in os.walk(source):
        target = os.path.join(home, os.path.relpath(folder, source))
        for name in files:
            path = os.path.join(target, name)
            if os.path.lexists(path):
                continue
            os.makedirs(target, exist_ok=True)
            partial = f"{path}.{os.getpid()}.partial"
            with open(os.path.join(folder, name), "rb") as original, open(partial, "xb") as copy:
                copy.write(original.read())
            os.rename(partial, path)


try:
    seed_home()
except OSError as failure:
    # A full or read-only home must still open: the person needs the session to tidy it up.
    print(f"carrel: home not prepared: {failure}", flush=True)
