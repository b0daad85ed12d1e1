"""Under which account PostgreSQL runs: it refuses to be root, and rightly."""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from healthcare.runtime.places import Places, ServerError, wheel_programs

UNPRIVILEGED = Path(__file__).with_name("unprivileged.py")
# Without site packages and without the caller's environment: nothing of ours is loaded as root.
BARE_PYTHON = (sys.executable, "-I", "-S")
# An administrator may make `mimamori` to keep the server apart from what else runs as nobody.
SYSTEM_USERS = ("mimamori", "nobody")


@dataclass(frozen=True)
class Account:
    """How to run PostgreSQL's programs: what stands before a command, and who owns its files."""

    prefix: tuple[str, ...]
    uid: int
    gid: int
    programs: Path

    def command(self, program: str, *arguments: str | Path) -> list[str]:
        return [*self.prefix, str(self.programs / program), *map(str, arguments)]

    def own(self, path: Path) -> None:
        """Give a file or folder that this process made to the account."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)

    def make_folder(self, path: Path) -> None:
        """Make a folder that only the account may enter; refuse one that is not the account's."""
        try:
            path.mkdir(mode=0o700)
            self.own(path)
        except FileExistsError:
            facts = path.lstat()
            if path.is_symlink() or not path.is_dir() or facts.st_uid != self.uid:
                raise ServerError(
                    f"{path} is in the way: it has to be a folder of user {self.uid}. Remove it."
                ) from None
            path.chmod(0o700)


def choose(places: Places, *, namespaces: bool = True) -> Account:
    """Return the account for this server.

    An ordinary user runs it as themselves. Root runs it as whoever owns the data already; else
    in a user namespace, where the data stays in the clone; else, where the system forbids
    those, as a system user with the data in the system's state directory.
    """
    programs = wheel_programs()
    if os.geteuid() != 0:
        plain = Account((), os.geteuid(), os.getegid(), programs)
        # initdb looks its user up by number; a container's ad-hoc user may have no name.
        return plain if _is_named(os.geteuid()) else _in_namespace(programs)
    if places.data.exists() and places.data.stat().st_uid != 0:
        facts = places.data.stat()
        return _as_user(facts.st_uid, facts.st_gid, programs, places)
    account = _in_namespace(programs)
    if namespaces and not places.outside and _can_work(account, places.root):
        return account
    user = _system_user()
    account = _as_user(user.pw_uid, user.pw_gid, programs, places)
    _move_outside(places, account)
    return account


def check_owner(root: Path) -> None:
    """Refuse, in words, a folder that another user's server lives in."""
    owner, me = root.stat().st_uid, os.geteuid()
    if me not in {owner, 0}:
        raise ServerError(
            f"{root} belongs to user {owner} and you are user {me}: run this as user {owner}, "
            "or set DATABASE_URL, or remove that folder with the data in it."
        )


def _is_named(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _system_user() -> pwd.struct_passwd:
    for name in SYSTEM_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerError(
        "PostgreSQL does not run as root, and this system has neither user namespaces nor a "
        "user called mimamori or nobody: make one (`useradd --system mimamori`), or set "
        "DATABASE_URL."
    )


def _in_namespace(programs: Path) -> Account:
    name = str(_system_user().pw_uid)
    prefix = (*BARE_PYTHON, str(UNPRIVILEGED), "namespace", name, "--")
    return Account(prefix, os.geteuid(), os.getegid(), programs)


def _as_user(uid: int, gid: int, programs: Path, places: Places) -> Account:
    prefix = (*BARE_PYTHON, str(UNPRIVILEGED), "user", f"{uid}:{gid}", "--")
    account = Account(prefix, uid, gid, programs)
    if _runs(account.command("postgres", "--version")):
        return account
    return Account(prefix, uid, gid, _copied(programs, places))


def _copied(programs: Path, places: Places) -> Path:
    """Copy PostgreSQL to where every account can read it, once for each version."""
    source = programs.parent
    version = subprocess.run(  # nosec B603 # no shell, our own words
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[-1]
    target = places.state_directory / f"postgresql-{version}"
    if not target.exists():
        _make_passage(places.state_directory)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(source, draft, symlinks=True)
        draft.rename(target)
    return target / "bin"


def _move_outside(places: Places, account: Account) -> None:
    """Put the data into the state directory and link it from the clone."""
    _make_passage(places.state_directory)
    _make_passage(places.state)
    target = places.state / "data"
    if places.data.is_dir() and not places.outside:
        shutil.move(places.data, target)
        for folder, _, files in os.walk(target):
            account.own(Path(folder))
            for name in files:
                os.chown(Path(folder, name), account.uid, account.gid, follow_symlinks=False)
    if not places.outside:
        places.data.symlink_to(target)


def _make_passage(path: Path) -> None:
    """Make a folder that others may pass through but not list."""
    try:
        path.mkdir(mode=0o711, exist_ok=True)
        path.chmod(0o711)
    except OSError as error:
        raise ServerError(
            f"PostgreSQL does not run as root and needs {path}, which cannot be made "
            f"({error.strerror}): run this as an ordinary user, or set DATABASE_URL."
        ) from error


def _can_work(account: Account, folder: Path) -> bool:
    """Whether the account can run the programs and write into the folder."""
    probe = folder / "probe"
    write = "import os, sys; os.close(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT, 0o600))"
    try:
        return _runs(account.command("postgres", "--version")) and _runs(
            [*account.prefix, *BARE_PYTHON, "-c", write, str(probe)]
        )
    finally:
        probe.unlink(missing_ok=True)


def _runs(command: list[str]) -> bool:
    return (
        subprocess.run(  # nosec B603 # no shell, our own words
            command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False
        ).returncode
        == 0
    )
