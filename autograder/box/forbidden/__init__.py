raise ImportError("this library is not part of the assignment: write it with NumPy")
