"""Grade the sample submissions of every assignment, as an instructor would, into the folder ``demo/``."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run ``autograder grade`` on each folder of samples."""
    for folder in sorted(path for path in HERE.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))):
        command = ["autograder", "grade", folder.name, f"submissions/{folder.name}", "--out", f"demo/{folder.name}"]
        print(f"\n$ {' '.join(command)}", flush=True)
        subprocess.run([sys.executable, "-m", "autograder.cli", *command[1:]], cwd=HERE.parent, check=True)
    print("\nReports, feedback and summary.csv are in demo/; see a single report with")
    print("$ autograder grade 02_networks submissions/02_networks/partial_most.ipynb")


if __name__ == "__main__":
    main()
