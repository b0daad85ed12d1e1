"""Run a program without root's rights. A script of its own, standard library only.

    python -I -S unprivileged.py namespace UID -- PROGRAM ARGUMENTS...
    python -I -S unprivileged.py user UID:GID -- PROGRAM ARGUMENTS...

`namespace` gives the program a user namespace in which the caller is known as UID. It may go
where the caller's own files let their owner go, a clone under a 0700 folder included, and has
no capability anywhere, root's included. `user` changes from root to another account.
"""

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_NO_NEW_PRIVS = 38


def main(arguments: Sequence[str]) -> None:
    how, whom, separator, *command = arguments
    if separator != "--" or not command:
        raise SystemExit(__doc__)
    if how == "namespace":
        _enter_namespace(int(whom))
    else:
        uid, _, gid = whom.partition(":")
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    os.execv(command[0], command)  # nosec B606 # no shell, and no word of it comes from outside


def _enter_namespace(uid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise SystemExit(f"no user namespace: {os.strerror(ctypes.get_errno())}")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1")
    Path("/proc/self/gid_map").write_text(f"{uid} {outer_gid} 1")
    # The capabilities this namespace gave end at exec, because UID is not its root; this
    # keeps set-uid programs from bringing any back.
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
