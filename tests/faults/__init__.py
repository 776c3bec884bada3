"""Faults on purpose: what becomes of an archive when the process is killed, the disk is full, or the file is damaged.

    python -m tests.faults [NAME ...] [--share 0.1]      or: make faults

Each fault works in a folder of its own, on dumps that `tests.planting` made, and asks the same question: when the same
command is typed again, is everything as if nothing had happened? `tests/test_faults.py` runs a few of each kind.

    scene.py       the dumps, the commands, and what an archive comes to
    processes.py   commands in processes of their own
    child.py       blogarc in a process that can be told to die
    kills.py       SIGKILL anywhere, requests to stop, exports cut short
    disks.py       full disks, read-only places, inputs that change
    strangers.py   files that are not what they seem, or have no end
    writers.py     several processes at once
    corruption.py  bytes that are no longer what they were
"""
