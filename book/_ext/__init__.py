"""The book's own Sphinx extensions, one small file each."""
