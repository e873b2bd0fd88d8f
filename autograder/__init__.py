"""Everything that grades: `python -m autograder` lists the commands, README.md tells how it works."""

import sys

# jsonschema, which every notebook is read with, would compile 38 grammars of internationalised addresses when it is imported: one
# to three seconds in each process. It goes without where they are not installed, and no schema of a notebook asks for one.
sys.modules.setdefault("rfc3987_syntax", None)
