"""Run the command ``rnncourse``, or say what is missing for it."""

import sys


def main() -> None:
    """Start the command line of ``rnncourse.grading``."""
    try:
        from rnncourse.grading.cli import app
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("rnncourse"):
            raise
        sys.exit(
            f"rnncourse: the package {error.name!r} is missing.\n"
            'The command needs the grading extra: pip install "rnncourse[grading]"'
        )
    app()


if __name__ == "__main__":
    main()
