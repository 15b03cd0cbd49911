"""Settings of the session image's Jupyter server; the manager adds address, base path and token on the command line."""

import os
import stat
import tempfile
from contextlib import contextmanager

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.paths import jupyter_path
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

c = get_config()  # noqa: F821

# A home is a folder with a quota and no desktop: a bin nobody can empty would only fill it.
c.FileContentsManager.delete_to_trash = False


class KernelSpecs(KernelSpecManager):
    """Finds the same kernels without importing IPython for one path: 0.3 s sooner until the server answers."""

    def _kernel_dirs_default(self) -> list[str]:
        ipython = os.environ.get("IPYTHONDIR", os.path.join(os.path.expanduser("~"), ".ipython"))
        return [*jupyter_path("kernels"), os.path.join(ipython, "kernels")]


c.ServerApp.kernel_spec_manager_class = KernelSpecs


# The only way to read it is to set it: here, while there is one thread.
UMASK = os.umask(0)
os.umask(UMASK)


class Contents(AsyncLargeFileManager):
    """Replaces a saved file in one step, so that who reads it meanwhile gets the old version or the new one.

    The stock manager empties the file first. Who reads a notebook in that moment takes it for broken, and the server puts the
    old version back over the new one: the save is answered with success and lost.
    """

    @contextmanager
    def atomic_writing(self, os_path, text=True, encoding="utf-8", **kwargs):
        target = os.path.realpath(os_path)
        folder = os.path.dirname(target)
        before = os.stat(target) if os.path.exists(target) else None
        own = before is None or (
            stat.S_ISREG(before.st_mode) and before.st_nlink == 1 and before.st_uid == os.geteuid()
        )
        if not (self.use_atomic_writing and own and os.access(folder, os.W_OK)):
            # A new file in its place would cut a link, take it from its owner or cannot be made.
            with super().atomic_writing(os_path, text, encoding, **kwargs) as file:
                yield file
            return
        with self.perm_to_403(os_path):
            if before is not None and not os.access(target, os.W_OK):
                raise PermissionError(13, "Read-only", os_path)
            descriptor, partial = tempfile.mkstemp(prefix=".~", dir=folder)
            try:
                with open(descriptor, "w" if text else "wb", **(
                    {"encoding": encoding, "newline": "\n", **kwargs} if text else kwargs
                )) as file:
                    yield file
                    file.flush()
                    os.fchmod(descriptor, stat.S_IMODE(before.st_mode) if before else 0o666 & ~UMASK)
                    os.fsync(descriptor)
                os.replace(partial, target)
            except BaseException:
                os.unlink(partial)
                raise


c.ServerApp.contents_manager_class = Contents


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
