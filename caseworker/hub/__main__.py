"""The hub's command: serve it, make a letter and a file for a laptop, or check the ledger.

python -m caseworker.hub [--database URL] [--port N] [--secrets DIR]
python -m caseworker.hub pair --agency A07 --name "Elder abuse hotline" --out A07.casebundle
python -m caseworker.hub check
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import socket
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import peewee
import platformdirs
import uvicorn

from caseworker.domain import plans as domain_plans
from caseworker.errors import Problem
from caseworker.hub import joining, ledger
from caseworker.hub.app import LOOPBACK, create_app
from caseworker.hub.keyring import ROOT, open_keyring
from caseworker.hub.pages import LONDON
from caseworker.hub.serving import settings
from caseworker.hub.tables import close_database, open_database

PORT = 8443
DEFAULT_PLAN = "essex-2025"


def home() -> Path:
    """Where the hub keeps its things unless told otherwise; ``CASEWORKER_HUB`` puts them elsewhere."""
    given = os.environ.get("CASEWORKER_HUB")
    return (
        Path(given)
        if given
        else Path(platformdirs.user_data_dir("Caseworker hub", appauthor=False, roaming=False))
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 done, 1 the answer is no, 2 wrong use or something outside went wrong."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command == "pair":
            return _pair(arguments)
        if arguments.command == "check":
            return _check(arguments)
        return _serve(arguments)
    except (Problem, ValueError) as problem:
        print(problem, file=sys.stderr)
    except peewee.PeeweeException:
        print(
            "E-HUB-DATABASE: The hub's database cannot be opened. Check --database, and that it is running.",
            file=sys.stderr,
        )
    except OSError as error:
        name = Path(str(error.filename)).name if error.filename else "A file"
        print(f"E-DISK: {name} cannot be used. {error.strerror}.", file=sys.stderr)
    return 2


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5 or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    # Suppressed defaults: the same options may stand before or after the command's name
    shared.add_argument(
        "--database", default=argparse.SUPPRESS, help="sqlite:///FILE or postgresql://USER@HOST/NAME"
    )
    shared.add_argument("--secrets", default=argparse.SUPPRESS, type=Path, help="folder with the hub's keys")
    parser = argparse.ArgumentParser(
        prog="caseworker.hub", description="The commissioner's hub", parents=[shared]
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (this machine only)")
    parser.add_argument(
        "--port", default=PORT, type=_port, help=f"port to listen on ({PORT}); 0 takes a free one"
    )
    parser.add_argument(
        "--name", action="append", default=[], help="a host name under which the hub is reached"
    )
    commands = parser.add_subparsers(dest="command")
    pair = commands.add_parser("pair", parents=[shared], help="make the file and the code for one laptop")
    pair.add_argument("--agency", required=True, help="the agency's code, such as A07")
    pair.add_argument("--name", required=True, dest="agency_name", help="the agency's name")
    pair.add_argument("--out", required=True, type=Path, help="the file to write (.casebundle)")
    pair.add_argument("--org", default="ESSEX", help="the commissioner's code")
    pair.add_argument("--org-name", default="Police, Fire and Crime Commissioner for Essex")
    pair.add_argument("--address", default=f"http://127.0.0.1:{PORT}", help="where laptops reach the hub")
    pair.add_argument("--plan", default=DEFAULT_PLAN, help="the return plan the agency follows")
    pair.add_argument(
        "--approvals", default=1, type=int, choices=(1, 2), help="people who must approve a return"
    )
    pair.add_argument("--synthetic", action="store_true", help="mark the agency's figures as made up")
    pair.add_argument("--json", action="store_true", help="print one line of JSON")
    commands.add_parser("check", parents=[shared], help="walk the whole ledger")
    return parser


def _place(arguments: argparse.Namespace) -> tuple[str, Path]:
    folder = home()
    return (
        getattr(arguments, "database", f"sqlite:///{folder / 'hub.db'}"),
        getattr(arguments, "secrets", folder / "secrets"),
    )


def _serve(arguments: argparse.Namespace) -> int:
    url, secrets = _place(arguments)
    names = [*LOOPBACK, *arguments.name]
    if arguments.host not in names:
        names.append(arguments.host)
    app = create_app(url, secrets, hosts=names)
    family = socket.AF_INET6 if ":" in arguments.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((arguments.host, arguments.port))
            listening.listen(2048)  # from here on nobody is turned away: the first requests wait a moment
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Problem(
                    "E-HUB-HOST",
                    "The hub cannot listen on {host}, port {port}. Choose an address of this machine and a"
                    " free port.",
                    host=arguments.host,
                    port=arguments.port,
                ) from None
            raise Problem(
                "E-HUB-PORT",
                "Port {port} is taken. Stop the other program or choose --port.",
                port=arguments.port,
            ) from None
        port = listening.getsockname()[1]
        if (secrets / ROOT).exists():
            print(
                f"The root key is in {secrets}. Keep it on a machine that is never connected.",
                file=sys.stderr,
            )
        print(f"The hub is open on http://{arguments.host}:{port}", flush=True)
        uvicorn.Server(settings(app)).run(sockets=[listening])
    return 0


def _pair(arguments: argparse.Namespace) -> int:
    url, secrets = _place(arguments)
    if arguments.out.exists():
        raise Problem("E-HUB-PAIR", "{file} is there already. Choose another name.", file=arguments.out.name)
    if not arguments.out.parent.is_dir():
        raise Problem(
            "E-HUB-PAIR",
            "There is no folder {folder}. Make it first, or choose another.",
            folder=arguments.out.parent.name,
        )
    plan = domain_plans.load(arguments.plan)
    keys = open_keyring(secrets)
    opened = open_database(url)
    with opened.connection_context():
        letter = joining.pair(
            keys, org=arguments.org, org_name=arguments.org_name, agency=arguments.agency,
            agency_name=arguments.agency_name, address=arguments.address.rstrip("/"), plan=plan.name,
            now=int(time.time()), approvals=arguments.approvals, synthetic=arguments.synthetic,
        )  # fmt: skip
    close_database()
    arguments.out.write_bytes(letter.file)
    ends = datetime.fromtimestamp(letter.ends, LONDON)
    if arguments.json:
        print(
            json.dumps(
                {
                    "file": str(arguments.out),
                    "code": letter.code,
                    "digits": letter.digits,
                    "ends": letter.ends,
                }
            )
        )
        return 0
    print(f"Pairing code: {letter.code}")
    print(f"Number to compare: {letter.digits}")
    print(
        f"The code is good for one laptop until {ends.day} {ends:%B %Y}."
        " Send it on paper, never with the file."
    )
    print(f"The file is {arguments.out}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    url = _place(arguments)[0]
    file = url.removeprefix("sqlite:///")
    if "://" not in file and not Path(file).is_file():
        # Opening would make an empty one, and an empty ledger always holds.
        raise Problem(
            "E-HUB-DATABASE", "There is no database {name}. Check --database.", name=Path(file).name
        )
    opened = open_database(url)
    with opened.connection_context():
        broken, (seq, digest) = ledger.first_broken(), ledger.head()
    close_database()
    if broken:
        print(f"The ledger does not hold from entry {broken} on")
        return 1
    print(f"The ledger holds: {seq} entries, head {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
