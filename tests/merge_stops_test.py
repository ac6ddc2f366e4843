#!/usr/bin/env python3
"""What a merge that cannot end leaves behind: one clear sentence, and no file of a result.

  merge_stops_test.py PROGRAM
"""
import os
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""


def leads(rows):
    """Rows that are all the same lead but for their notes: every one goes to the duplicates."""
    note = "x" * 200
    return "Full Name,Company,Note\n" + "".join(f"Ann Lee,Acme,{note}{n}\n" for n in range(rows))


class MergeThatCannotEnd(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        self.put("in.csv", leads(4000))

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, *arguments, **how):
        command = [PROGRAM, "merge", self.path("in.csv"), "--type", "people", "--match", "exact",
                   "--threads", "2", "--progress", "never", *arguments]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **how)

    def expect_failure(self, process, *says):
        error = process.communicate()[1]
        self.assertEqual(process.returncode, 1, error)
        self.assertEqual(error.count("\n"), 1, error)
        for word in says:
            self.assertIn(word, error)

    def test_an_interrupt_in_mid_run_leaves_nothing_half_written(self):
        pipe = self.path("duplicates.pipe")
        os.mkfifo(pipe)
        process = self.start("-o", self.path("out.csv"), "--duplicates", pipe)
        with open(pipe, encoding="utf-8") as duplicates:
            # The header is there: the rows are being written, more of them than a pipe holds and
            # in more blocks than there are threads.
            self.assertTrue(duplicates.readline().startswith("Source File"))
            self.assertFalse(os.path.exists(self.path("out.csv")))
            self.assertTrue([name for name in os.listdir(self.folder) if name.startswith("out.csv.")])
            process.send_signal(signal.SIGINT)
            wait_until_taken(process.pid)
            for _ in duplicates:
                pass
        self.expect_failure(process, "stopped before the end")
        self.assertEqual(sorted(os.listdir(self.folder)), ["duplicates.pipe", "in.csv"])

    def test_a_full_disk_is_named_and_nothing_is_left(self):
        self.expect_failure(self.start("-o", "/dev/full", "--duplicates", self.path("d.csv"),
                                       "--rejected", self.path("r.csv"),
                                       "--report", self.path("r.json")),
                            "/dev/full", "No space left")
        self.assertEqual(os.listdir(self.folder), ["in.csv"])

    def test_a_file_that_may_not_grow_is_named_and_nothing_is_left(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        self.expect_failure(self.start("-o", self.path("out.csv"), preexec_fn=limit,
                                       restore_signals=False),
                            "out_duplicates.csv", "File too large")
        self.assertEqual(os.listdir(self.folder), ["in.csv"])

    def test_a_folder_that_is_not_there_is_named(self):
        out = self.path("nowhere/out.csv")
        self.expect_failure(self.start("-o", out), out, "No such file")
        self.assertEqual(os.listdir(self.folder), ["in.csv"])


def wait_until_taken(pid):
    """Returns when the program has taken its signal: none is pending, and every thread waits again,
    the one that takes signals among them; or it has ended by it already."""
    while True:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        states = {state_of(pid, task) for task in os.listdir(f"/proc/{pid}/task")} - {None}
        if int(status["ShdPnd"], 16) == 0 and states in ({"S"}, {"Z"}):
            return


def state_of(pid, task):
    """The letter of a thread's state; None when it ended after it was listed."""
    try:
        with open(f"/proc/{pid}/task/{task}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return None


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
