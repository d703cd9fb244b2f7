"""`python -m chatroom` is the command line."""

from chatroom.cli import main

if __name__ == "__main__":
    main()
