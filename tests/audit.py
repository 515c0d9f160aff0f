"""``./run audit``: are known vulnerabilities listed for what the lock file names?

Says "not run" and exits 2 when no database can be reached: silence is never a green tick.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
UV = ROOT / ".uv" / ("Scripts/uv.exe" if sys.platform == "win32" else "bin/uv")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        export = [
            str(UV),
            "export",
            "--frozen",
            "--all-groups",
            "--no-emit-project",
            "--quiet",
            "-o",
            str(listed),
        ]
        if subprocess.run(export, cwd=ROOT, check=False).returncode != 0:
            print("audit: not run. The lock file could not be read.")
            return 2
        asked = subprocess.run(
            [str(UV), "tool", "run", "--quiet", "pip-audit", "--disable-pip", "--require-hashes", "-f", "json",
             "-r", str(listed)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    try:
        answer = json.loads(asked.stdout)
        packages = answer["dependencies"]
    except (ValueError, KeyError):
        print("audit: not run. No vulnerability database could be reached from here.")
        return 2
    skipped = [package for package in packages if "skip_reason" in package]
    if len(skipped) == len(packages):
        print("audit: not run. No vulnerability database could be reached from here.")
        return 2
    found = [
        (package["name"], package["version"], hit["id"])
        for package in packages
        for hit in package.get("vulns", [])
    ]
    for name, version, identity in found:
        print(f"audit: {name} {version}: {identity}")
    if skipped:
        print(f"audit: {len(skipped)} of {len(packages)} packages could not be looked up")
    print(f"audit: {len(packages) - len(skipped)} packages looked up, {len(found)} known vulnerabilities")
    return 1 if found else 2 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
