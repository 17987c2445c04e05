"""The executable specification: at least one module for every scenario, its number in its name.

Functions
    `bad_...`    contains an error, on the line marked with it
    `may_...`    the same, where only some paths consume: the message says "may have been"
    `good_...`   is silent

Marks beside the code, on the line of the use
    `# E: state-reuse | "state" | line -1`
        an error with this code, whose message contains every fragment; a line without a mark is
        silent. `line -1` stands for the number of the line above (`line +0`: this line), `loop -1`
        for "earlier iteration of the loop on line ..." with that number, `@-1` for the number alone.
    `#   | "new"` on a line of its own
        more fragments for the mark above it

Comments directly above a function, for the run against the real Equinox
    `# not-run: reason`               it cannot be run
    `# silent-at-run-time: reason`    a state-reuse that Equinox lets pass
    `# raises-later: reason`          it returns the old object; whoever reads that gets the error

Comments at the head of a file
    `# xfail: reason`                 out of the checker's reach so far; fails once it is not
    `# python: 3.12`                  the syntax needs this version
    `# needs: jax 0.6.1`              the code needs this version of the package
    `# typed-since: equinox 0.11.6`   with older versions mypy itself has something to say of it
"""
