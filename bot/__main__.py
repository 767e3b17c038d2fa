"""`python -m bot` is `quarterdeck`."""

from bot.cli import main

if __name__ == "__main__":
    main()
