"""One file out of a package of npm's, kept in a cache folder outside the repository."""

import os
import subprocess
import tarfile
import tempfile
from pathlib import Path


def packed(package: str, within: str) -> Path:
    """The file at `within` of `package@version`: fetched once, without what else is in the package."""
    cache = Path(os.environ.get("QUARTERDECK_CACHE", tempfile.gettempdir()))
    cache.mkdir(parents=True, exist_ok=True)
    file = cache / f"quarterdeck-{package.strip('@').replace('/', '-')}-{Path(within).name}"
    if not file.is_file():
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            argv = ["npm", "pack", "--silent", "--ignore-scripts", package]
            subprocess.run(argv, cwd=folder, check=True, timeout=300, capture_output=True)
            (archive,) = Path(folder).glob("*.tgz")
            with tarfile.open(archive) as opened:
                content = opened.extractfile(within)
                assert content is not None
                part = Path(folder, "part")
                part.write_bytes(content.read())
            part.replace(file)
    return file
