"""Steps that compute, before the book is built, what pages and demos need from the references. They write data, never code."""
